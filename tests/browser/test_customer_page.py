"""The customer's page without script: from the broken promise to "yes, this is right", and the case closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import judged
from tests.browser.person import PATIENCE, Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
QUESTION = "Are you satisfied, or do you want something more?"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
Phone = Callable[..., Page]


@pytest.fixture
def phone(stage: Stage, chromium: Any) -> Iterator[Phone]:
    """The customer's own browser; what it complains of, and what it asks elsewhere, fails the test."""
    opened, faults = [], []

    def open_one(width: int = 390, **how: Any) -> Page:
        how.setdefault("java_script_enabled", False)
        context = chromium.new_context(viewport={"width": width, "height": 844}, locale="en-GB", **how)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text))
        page.on("request", lambda asked: asked.url.startswith(stage.url) or faults.append(asked.url))
        opened.append(context)
        return page

    yield open_one
    assert [context.cookies() for context in opened] == [[] for _ in opened]
    for context in opened:
        context.close()
    assert faults == []


def a_case(stage: Stage) -> str:
    """A sofa that did not come, owned by Mara; its number."""
    dana = {"key": "D-1", "name": "Dana Okafor", "email": "dana.okafor@example.org"}
    stage.api().tell(
        reference="1", customer=dana, kind="delivery", title="All six pieces before noon", due_at=at(seconds=-60)
    )
    wait_until(lambda: bool(stage.api().get("/cases")["items"]), what="the case")
    ref = str(stage.api().get("/cases")["items"][0]["ref"])
    stage.api("mara").post(f"/cases/{ref}/take")
    return ref


def the_link(stage: Stage, ref: str) -> str:
    return str(stage.api("mara").post(f"/cases/{ref}/link", status=201)["address"])


def test_from_the_broken_promise_to_yes_this_is_right(stage: Stage, phone: Phone, seat: Seat) -> None:
    ref, dana, mara = a_case(stage), phone(), seat("mara")
    mara.open(f"/cases/{ref}/page/")
    mara.click("Make a link")
    dana.goto(mara.page.get_by_label("Copy it into your message").input_value())
    expect(dana.locator("h1")).to_have_text("Dana, we broke our promise to you.")
    expect(dana.locator(".owner")).to_contain_text("Mara Silva")

    dana.get_by_label("Your words").fill("I took the day off for this.")
    dana.locator("#write").get_by_role("button", name="Send").click()
    expect(dana.locator("#write blockquote")).to_have_text("I took the day off for this.")
    mara.open("/today/")
    mara.opens("waiting", "The customer wrote to you")
    mara.sees("I took the day off for this.", within="#case .tl")

    case = stage.api("mara").post(
        f"/cases/{ref}/steps", {"step": "apologise", "words": "I am sorry.", "channel": "phone"}
    )
    case = stage.api("mara").post(
        f"/cases/{ref}/commitments", {"title": "All of it tonight", "due_at": at(hours=4)}, 201
    )
    dana.reload()
    expect(dana.locator(".course .ahead")).to_contain_text("All of it tonight")
    (promise,) = [one["promise"]["id"] for one in case["commitments"] if one["purpose"] == "commitment"]
    stage.api("mara").post(f"/cases/{ref}/commitments/{promise}/keep")

    dana.get_by_text("I want something more").click()
    dana.get_by_label("What would make it right?").fill("The lamp is scratched.")
    dana.locator("#ask").get_by_role("button", name="Send").click()
    expect(dana.locator("#ask")).to_contain_text("You want something more.")
    mara.open("/today/")
    mara.opens("waiting", "The customer wants more")
    mara.sees("The lamp is scratched.", within="#case .tl")

    dana.get_by_role("button", name="Yes, this is right").click()
    expect(dana.locator("main")).to_contain_text("Thank you. You told us that this is right.")
    expect(dana.get_by_text(QUESTION)).to_be_visible()
    expect(dana.get_by_text("I want something more")).to_be_visible()
    stage.api("mara").post(f"/cases/{ref}/cause", {"cause": "handoff-nobody-told"})
    stage.api().tell(reference="1", kept_at=at())
    assert stage.api("mara").post(f"/cases/{ref}/close")["outcome"] == "satisfied_after_more"


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_for_axe_to_say_and_nothing_sideways(stage: Stage, phone: Phone, scheme: str, width: int) -> None:
    address = the_link(stage, a_case(stage))
    page = phone(width, color_scheme=scheme, java_script_enabled=True)
    for path in (address, f"{address}?lang=de&done=written", f"{stage.url}/p/renew/"):
        page.goto(path)
        assert judged(page) == [], path
    narrow = phone(320, java_script_enabled=True)
    for language in ("en", "de", "es", "pt"):
        narrow.goto(f"{address}?lang={language}")
        assert narrow.evaluate(SIDEWAYS) <= 0, language
