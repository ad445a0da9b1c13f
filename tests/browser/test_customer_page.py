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
        # What a form did not take is answered with 422, which the browser says.
        page.on("console", lambda said: "status of 422" in said.text or faults.append(said.text))
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
    dana.goto(mara.page.locator("#f-address").input_value())
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


def offered(stage: Stage, ref: str, **more: object) -> dict[str, Any]:
    things = [
        {"remedy": "re_performance", "title": "Heute Abend liefern und aufbauen", "due_at": at(hours=8),
         "words": "Sie müssen nichts heben."},
        {"remedy": "refund", "title": "Samstag liefern, und Geld zurück", "due_at": at(hours=60), "amount": "40"},
    ]  # fmt: skip
    body = {"choices": things, "until": at(hours=3), **more}
    return dict(stage.api("mara").post(f"/cases/{ref}/offers", body, 201))


def test_she_chooses_in_german_changes_her_mind_and_the_desk_sees_it_live(
    stage: Stage, phone: Phone, seat: Seat
) -> None:
    stage.api().tell(
        reference="2", kind="delivery", title="Sechs Teile bis mittags", due_at=at(seconds=-60),
        customer={"key": "D-2", "name": "Jana Weiß", "email": "jana@example.org", "language": "de"},
    )  # fmt: skip
    wait_until(lambda: bool(stage.api().get("/cases")["items"]), what="the case")
    ref = str(stage.api().get("/cases")["items"][0]["ref"])
    stage.api("mara").post(f"/cases/{ref}/take")
    offered(stage, ref)
    jana, mara = phone(), seat("mara")
    jana.goto(the_link(stage, ref))
    mara.open(f"/cases/{ref}/")
    mara.sees("Jana may choose until", within="#case")
    expect(jana.locator("h1")).to_have_text("Jana Weiß, wir haben unser Versprechen an Sie gebrochen.")

    jana.get_by_label("Samstag liefern").check()
    jana.get_by_role("button", name="Dies wählen").click()
    expect(jana.locator("#choose")).to_contain_text("Sie haben gewählt: Samstag liefern, und Geld zurück")
    mara.sees("Jana chose: Samstag liefern", within="#case")
    jana.get_by_label("Heute Abend liefern").check()
    jana.get_by_role("button", name="Stattdessen dies wählen").click()
    expect(jana.locator("#choose")).to_contain_text("Sie haben gewählt: Heute Abend liefern und aufbauen")
    mara.sees("changed to: Heute Abend liefern", within="#case .tl")

    jana.get_by_label("Ihre Worte").fill("Bitte klingeln Sie bei Weiß.")
    jana.locator("#write").get_by_role("button", name="Senden").click()
    mara.sees("Bitte klingeln Sie bei Weiß.", within="#case .tl")
    jana.get_by_label("Wie oft").select_option("1440")
    jana.get_by_role("button", name="So speichern").click()
    expect(jana.locator(".course")).to_contain_text("Ich sage Ihnen, wie es steht")
    mara.sees("wants to hear from us: every", within="#case .tl")

    jana.get_by_text("Ich wünsche noch etwas").click()
    jana.get_by_label("Was würde es in Ordnung bringen?").fill("Eine Lampe fehlt.")
    jana.locator("#ask").get_by_role("button", name="Senden").click()
    mara.sees("Eine Lampe fehlt.", within="#case .tl")
    jana.get_by_role("button", name="Ja, so ist es in Ordnung").click()
    expect(jana.locator("main")).to_contain_text("Sie haben uns gesagt, dass es in Ordnung ist.")
    mara.sees("answered on their page: satisfied", within="#case .tl")


def test_all_of_it_weighs_no_more_than_60_kb_as_it_is_sent(stage: Stage, phone: Phone) -> None:
    ref = a_case(stage)
    offered(stage, ref)
    address, page, sent = the_link(stage, ref), phone(), {}

    def weigh(request: Any) -> None:
        sent[request.url.rpartition("/")[2]] = request.sizes()["responseBodySize"]

    page.on("requestfinished", weigh)
    for language in ("en", "de", "es", "pt"):
        sent.clear()
        page.goto(f"{address}?lang={language}", wait_until="networkidle")
        assert {"letter.css", "letter-sans.woff2", "letter-voice.woff2"} <= set(sent)
        assert sum(sent.values()) <= 60 * 1024, sent


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_a_choice_pleases_axe_and_fits(stage: Stage, phone: Phone, scheme: str) -> None:
    ref = a_case(stage)
    offer = offered(stage, ref, words="Was Ihnen am besten passt. Ein Donaudampfschifffahrtsgesellschaftskapitänswort.")
    address, page = the_link(stage, ref), phone(320, color_scheme=scheme, java_script_enabled=True)

    def fine(what: str) -> None:
        assert judged(page) == [], what
        assert page.evaluate(SIDEWAYS) <= 0, what

    page.goto(f"{address}?lang=de")
    fine("to choose")
    page.get_by_label("Etwas anderes").check()
    page.get_by_role("button", name="Dies wählen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fine("refused")
    page.get_by_label("Was wäre Ihnen recht?").fill("Beim Nachbarn abgeben")
    page.get_by_role("button", name="Dies wählen").click()
    fine("something else")
    page.get_by_label("Heute Abend liefern").check()
    page.get_by_role("button", name="Dies wählen").click()
    fine("chosen")
    grant = stage.api("mara").get(f"/cases/{ref}/offers")["items"][0]["grant"]
    stage.api("mara").post(f"/grants/{grant}/withdraw", {"reason": "Doch nicht"})
    page.goto(f"{address}?lang=de")
    expect(page.locator("#choose")).to_contain_text("gilt nicht mehr")
    fine(f"taken back: {offer['id']}")


def test_it_prints_in_black_on_white_and_without_what_cannot_be_pressed(stage: Stage, phone: Phone) -> None:
    ref = a_case(stage)
    offered(stage, ref)
    page = phone(color_scheme="dark", java_script_enabled=True)
    page.goto(the_link(stage, ref))
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".course")).to_be_visible()
    expect(page.get_by_text("Samstag liefern")).to_be_visible()
    for what in ("button", "textarea", "select", "summary", "#write", "#wishes"):
        assert page.locator(f"{what}:visible").count() == 0, what
