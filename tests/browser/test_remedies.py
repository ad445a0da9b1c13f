"""Putting it right with two people in two browsers: one asks for more than is hers, the other decides on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import PATIENCE, Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def a_late_delivery(stage: Stage) -> str:
    """A delivery to Dana worth £2,080 that did not come, heard and taken by Mara; the number of its case."""
    orders, mara = stage.api(), stage.api("mara")
    orders.tell(
        reference="N-58213", customer={"key": "D-1", "name": "Dana Okafor"}, kind="delivery",
        title="All six pieces, the sofa on back-order", due_at=at(hours=-2), amount="2080", currency="GBP",
    )  # fmt: skip
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="the case")
    ref = str(orders.get("/cases")["items"][0]["ref"])
    mara.post(f"/cases/{ref}/take")
    for step, words in (
        ("own", "This is mine until it is right."), ("listen", "I have nothing to sleep on tonight."),
        ("empathise", "First night in a new home"), ("apologise", "I am sorry."),
    ):  # fmt: skip
        mara.post(f"/cases/{ref}/steps", {"step": step, "words": words, "channel": "phone"})
    return ref


def ticks(person: Person, title: str) -> None:
    with person.page.expect_response(re.compile("/reckon/")):
        person.page.locator("#remedies .opt", has_text=title).first.get_by_role("checkbox").check()
    person.settles()


def test_more_than_ones_own_is_asked_for_and_approved_on_a_phone(stage: Stage, seat: Seat) -> None:
    ref = a_late_delivery(stage)
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.sees("Yours to give", within="#remedies")
    mara.sees("£0 of £250", within="#reckoned")
    button = mara.page.locator("#press button")

    ticks(mara, "A tenth of the price back")
    mara.sees("£208 of £250", within="#reckoned")
    expect(button).to_have_text(re.compile("Make this promise to Dana"))
    mara.page.locator("#remedies .other > summary").click()
    mara.page.locator("#remedy-other").fill("A driver for the evening")
    # What it comes to stands above what is pressed next: it moves when the answer comes.
    with mara.page.expect_response(re.compile("/reckon/")):
        mara.page.locator("#remedy-other_amount").fill("125")
        mara.page.locator("#remedy-other_amount").blur()
    mara.sees("£333 of £250", within="#reckoned")
    mara.page.locator("#remedies .change > summary").click()
    with mara.page.expect_response(re.compile("/reckon/")):
        mara.page.locator("#remedy-when").fill("in 6 h")
        mara.page.locator("#remedy-when").blur()
    mara.sees("£83 over your authority", within="#reckoned")
    mara.sees("£333 of £250", within="#reckoned")
    expect(button).to_have_text(re.compile("Ask Lena to approve £333"))
    expect(mara.page.locator("#reckoned .ov")).to_have_attribute("width", "80")

    # What a colleague does to the case meanwhile takes nothing away.
    stage.api("lena").post(f"/cases/{ref}/note", {"text": "The van is free."})
    mara.sees("The van is free.", within="#case .tl")
    mara.settles()
    expect(mara.page.locator("#remedy-other")).to_have_value("A driver for the evening")
    expect(button).to_have_text(re.compile("Ask Lena to approve £333"))

    mara.page.locator("#remedy-note").fill("First night in a new home")
    mara.page.keyboard.press("Control+Enter")
    mara.sees("is asked to approve £333", within="#toasts")
    mara.sees("waits for a decision", within="#remedies")

    lena = seat("lena", width=390, has_touch=True)
    lena.open("/approvals/")
    lena.page.get_by_role("link", name="Dana Okafor: £333").click()
    for words in ("I have nothing to sleep on tonight.", "First night in a new home", "A driver for the evening"):
        lena.sees(words)
    approve = lena.page.get_by_role("button", name="Approve £333")
    expect(approve).to_be_in_viewport()
    approve.click()
    expect(lena.page).to_have_url(re.compile("/approvals/$"))
    lena.sees("Approved.", within="#toasts")

    expect(mara.page.locator("#case .tl")).to_contain_text("Lena Brandt approved", timeout=PATIENCE)
    expect(mara.page.locator("#remedies .gifts")).to_contain_text("A driver for the evening", timeout=PATIENCE)
    expect(mara.page.locator("#remedies .gifts")).not_to_contain_text("waits for a decision", timeout=PATIENCE)


def test_a_remedy_is_given_by_keys_alone(stage: Stage, seat: Seat) -> None:
    ref = a_late_delivery(stage)
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.sees("Yours to give", within="#remedies")
    mara.settles()
    mara.press("r")
    expect(mara.page.locator("#remedies .opt input[type=checkbox]").first).to_be_focused()
    expect(mara.page.locator("#remedies .opt input[type=checkbox]").first).not_to_be_checked()
    with mara.page.expect_response(re.compile("/reckon/")):
        mara.press("Space")
    mara.settles()
    mara.press("Control+Enter")
    mara.sees("Promised:", within="#toasts")


def test_the_pages_are_for_everybody(stage: Stage, seat: Seat) -> None:
    ref = a_late_delivery(stage)
    due = {"remedy": "refund", "title": "A tenth back", "amount": "333", "due_at": at(hours=4)}
    asked = stage.api("mara").post(f"/cases/{ref}/approvals", {"choices": [due]}, 201)
    pages = (f"/cases/{ref}/", f"/cases/{ref}/remedies/", "/approvals/", f"/approvals/{asked['id']}/")
    found, wide = {}, {}
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            greta = seat("greta", width=width, color_scheme=scheme)
            for path in (*pages, "/settings/authority/"):
                greta.open(path)
                greta.settles()
                found[path, scheme, width] = judged(greta.page)
    narrow = seat("greta", width=320)
    for path in (*pages, "/settings/authority/"):
        narrow.open(path)
        narrow.settles()
        wide[path] = narrow.page.evaluate(SIDEWAYS)
    assert {page: faults for page, faults in found.items() if faults} == {}
    assert {path: by for path, by in wide.items() if by > 0} == {}
