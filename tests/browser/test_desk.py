"""A day at the desk: signing in, the list that follows by itself, promises in one line, the keys, the palette."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import LIVE, PATIENCE, Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
DANA = {"key": "D-1", "name": "Dana Okafor"}
WORK = 1_500
"""What the watch, a slow machine and drawing take on top of the poll, in ms."""


def some_trouble(stage: Stage, *names: str) -> None:
    """As many broken call backs, each with its case."""
    for name in names:
        stage.api("mara").post(
            "/promises",
            {"customer": {"name": name, "key": name}, "kind": "callback", "title": f"Ring {name}", "when": "in 1 min"},
            status=201,
        )
    stage.pass_time(minutes=2)
    wait_until(lambda: len(stage.api().get("/cases")["items"]) == len(names), what="the cases")


def test_a_wrong_password_keeps_the_address(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.context.clear_cookies()
    mara.open("/cases/?state=all")
    expect(mara.page).to_have_url(re.compile("/accounts/login/"))
    mara.page.get_by_label(re.compile("^E-?mail")).fill("mara@shop.example")
    mara.page.get_by_label("Password").fill("not the one")
    mara.click("Sign in")
    mara.sees("There is a problem")
    expect(mara.page).to_have_title(re.compile("^Error:"))
    expect(mara.page.get_by_label(re.compile("^E-?mail"))).to_have_value("mara@shop.example")
    mara.page.get_by_label("Password").fill("correct horse battery")
    mara.click("Sign in")
    expect(mara.page).to_have_url(re.compile(r"/cases/\?state=all"))


def test_signing_out(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    stage.states.pop("mara")  # signing out ends this session for those who come after, too
    mara.open("/today/")
    mara.page.locator("#nav .me summary").click()
    mara.click("Sign out")
    expect(mara.page).to_have_url(re.compile("/accounts/login/"))
    mara.open("/today/")
    expect(mara.page).to_have_url(re.compile("/accounts/login/"))


def test_an_open_page_says_that_one_was_signed_out(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.context.clear_cookies()
    expect(mara.page.locator("#adrift")).to_contain_text("signed out", timeout=PATIENCE)


def test_today_follows_without_a_reload(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    stage.api().tell(reference="D-1", customer=DANA, kind="callback", title="Ring Dana", due_at=at(seconds=2))
    mara.open("/today/?who=team")
    mara.page.evaluate("document.body.dataset.same = 'yes'")
    expect(mara.page.locator("#h-broken .k")).to_have_text("0")
    started = time.monotonic()
    mara.finds("broken", "Dana Okafor", timeout=2_000 + LIVE + WORK)
    assert time.monotonic() - started < (2_000 + LIVE + WORK) / 1000
    assert mara.page.evaluate("document.body.dataset.same") == "yes"
    expect(mara.page.locator("#nav a[href='/cases/'] [data-count]")).to_have_text("1")


def test_the_open_case_follows_without_losing_typed_words(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Dana Okafor")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    note = mara.page.locator("#case form[action$='/notes/'] textarea")
    note.fill("She says the line was dead")
    (case,) = stage.api().get("/cases")["items"]
    stage.api("lena").post(f"/cases/{case['number']}/note", {"text": "Ring the other number."})
    mara.sees("noted: Ring the other number.", within="#case .tl")
    expect(note).to_have_value("She says the line was dead")
    expect(note).to_be_focused()


def test_a_deed_leaves_the_words_of_other_forms_alone(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Dana Okafor")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    note = mara.page.locator("#case form[action$='/notes/'] textarea")
    note.fill("She is in after five")
    confirm = mara.page.locator("#case .guide details:has(> summary:text-is('Confirm'))")
    confirm.locator("summary").click()
    mara.records("take")
    mara.sees("You took the case", within="#case .tl")
    expect(note).to_have_value("She is in after five")
    expect(confirm).to_have_attribute("open", "")
    mara.records("steps/own", said="It is mine.")
    mara.sees("It is mine.", within="#case .tl")
    expect(note).to_have_value("She is in after five")
    mara.records("notes", text="She is in after six")
    mara.sees("noted: She is in after six", within="#case .tl")
    expect(note).to_have_value("")


def test_a_note_that_crossed_a_colleagues_is_stopped_and_kept(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Dana Okafor")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    note = mara.page.locator("#case form[action$='/notes/'] textarea")
    note.fill("I shall ring her at once")
    (case,) = stage.api().get("/cases")["items"]
    stage.api("lena").post(f"/cases/{case['number']}/note", {"text": "I have just rung her."})
    note.press("Control+Enter")
    mara.sees("Somebody was here before you.", within="#case")
    mara.sees("I have just rung her.", within="#case .notice")
    expect(note).to_have_value("I shall ring her at once")
    note.press("Control+Enter")
    mara.sees("noted: I shall ring her at once", within="#case .tl")


def test_the_theme_is_remembered(stage: Stage, seat: Seat) -> None:
    mara = seat("mara", color_scheme="light")
    mara.open("/today/")
    paper = "getComputedStyle(document.body).color"
    light = mara.page.evaluate(paper)
    toggle = mara.page.locator("#nav [data-theme-toggle]")
    while toggle.get_attribute("aria-label") != "Theme: dark":
        toggle.click()
    dark = mara.page.evaluate(paper)
    assert dark != light
    mara.open("/cases/")
    assert mara.page.evaluate(paper) == dark


def test_a_promise_in_one_line_from_anywhere(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    stage.api().post("/customers", DANA, status=201)
    mara.open("/customers/")
    mara.press("p")
    who = mara.page.get_by_label("To whom")
    expect(who).to_be_focused()
    mara.page.keyboard.type("Dana Okafor: ring back with the plan in 30 min")
    mara.press("Control+Enter")
    mara.sees("Promised to Dana Okafor: ring back with the plan")
    expect(mara.page.locator("#new-promise")).to_be_hidden()
    mara.open("/promises/?due=any")
    mara.sees(re.compile(r"in (29|30) m"), within="#results")
    # It ticks: the words of the clock are kept true by the page itself.
    mara.page.clock.install()
    mara.open("/promises/?due=any")
    mara.page.clock.fast_forward("10:00")
    mara.sees(re.compile(r"in (19|20) m"), within="#results")


def test_a_refused_promise_keeps_every_word(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.press("p")
    mara.page.keyboard.type("Nobody We Know: send the parts on the 45th")
    mara.press("Control+Enter")
    mara.sees("There is a problem", within="#new-promise")
    expect(mara.page.locator("#new-promise [name=who]")).to_have_value(re.compile("Nobody We Know"))
    said = mara.page.locator("#new-promise").evaluate(
        "d => [...d.querySelectorAll('input')].map(i => i.value).join('|')"
    )
    assert "send the parts on the 45th" in said


def test_the_keys_of_a_list(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Ann One", "Ben Two", "Cay Three")
    mara.open("/today/?who=team")
    mara.finds("broken", "Cay Three")
    mara.page.reload()
    rows = mara.page.locator(".case-row")
    shown = [rows.nth(n).get_attribute("id") for n in range(3)]
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    mara.press("j")
    expect(mara.page.locator(".case-row[aria-current]")).to_have_id(str(shown[1]))
    mara.press("j")
    expect(mara.page.locator(f"#case[data-case='{str(shown[2]).removeprefix('row-')}']")).to_be_visible()
    mara.press("k")
    expect(mara.page.locator(f"#case[data-case='{str(shown[1]).removeprefix('row-')}']")).to_be_visible()
    mara.press("Enter")
    expect(mara.page.locator("#case")).to_be_focused()
    mara.press("Escape")
    expect(mara.page.locator(f"#{shown[1]}")).to_be_focused()
    mara.press("t")
    mara.sees("You took the case", within="#case .tl")
    mara.press("g", "c")
    expect(mara.page).to_have_url(re.compile("/cases/$"))


def test_keys_turn_the_pages_of_a_list(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    for number in range(60):
        stage.api().tell(reference=str(number), customer=DANA, kind="delivery", title=f"Box {number:02}",
                         due_at=at(days=2, minutes=number))  # fmt: skip
    mara.open("/promises/?due=ahead")
    mara.sees("Box 00", within="#results")
    mara.press("]")
    mara.sees("Box 59", within="#results")
    mara.misses("Box 00", within="#results")
    mara.press("]")
    mara.press("[")
    mara.sees("Box 00", within="#results")
    expect(mara.page.locator(".pager [rel=prev]")).to_have_count(0)


def test_a_saved_view_says_how_many_it_holds(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    stage.api().tell(reference="1", customer=DANA, kind="delivery", title="A box", due_at=at(days=2))
    mara.open("/promises/?due=ahead&kind=delivery")
    mara.page.locator(".filters summary").click()
    mara.page.get_by_label("Name of this view").fill("Boxes")
    mara.click("Save view", mara.page.locator(".filters form.sheet"))
    figure = mara.page.locator("#nav [data-count='view:boxes']")
    expect(figure).to_have_text("1")
    stage.api().tell(reference="2", customer=DANA, kind="delivery", title="Another box", due_at=at(days=2))
    expect(figure).to_have_text("2", timeout=LIVE + 10_000 + WORK)
    mara.page.locator("summary", has_text="This view").click()
    mara.page.get_by_label("Name of this view").first.fill("All boxes")
    mara.click("Rename")
    mara.sees("All boxes", within="h1")
    mara.page.locator("summary", has_text="This view").click()
    mara.click("Remove this view")
    expect(figure).to_have_count(0)


def test_single_keys_never_fire_while_typing(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Dana Okafor")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    mara.press("n")
    note = mara.page.locator("#case form[action$='/notes/'] textarea")
    expect(note).to_be_focused()
    mara.page.keyboard.type("pj?tghe/")
    expect(note).to_have_value("pj?tghe/")
    expect(mara.page.locator("dialog[open]")).to_have_count(0)
    mara.misses("You took the case", within="#case")


def test_single_keys_can_be_turned_off(stage: Stage, seat: Seat) -> None:
    ada = seat("ada")
    ada.open("/settings/you/")
    switch = ada.page.get_by_label("Single keys act")
    switch.uncheck()
    ada.click("Save")
    ada.sees("Changed.")
    ada.press("p", "?")
    expect(ada.page.locator("dialog[open]")).to_have_count(0)
    ada.press("Control+k")
    expect(ada.page.locator("#palette")).to_be_visible()
    ada.press("Escape")
    switch.check()
    ada.click("Save")
    ada.sees("Changed.")


def test_the_sheet_of_keys(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    mara.open("/today/")
    mara.press("?")
    expect(mara.page.locator("#key-sheet")).to_be_visible()
    mara.sees("Commit the form", within="#key-sheet")
    mara.press("Escape")
    expect(mara.page.locator("#key-sheet")).to_be_hidden()


def test_the_palette_finds_a_case_and_a_customer_and_acts(stage: Stage, seat: Seat) -> None:
    mara = seat("mara")
    some_trouble(stage, "Dana Okafor")
    mara.open("/today/")
    mara.opens("broken", "Dana Okafor")
    number = str(mara.page.locator("#case").get_attribute("data-case"))
    mara.open("/promises/")
    mara.press("Control+k")
    mara.page.keyboard.type("okafor")
    options = mara.page.locator("#palette [role=option]")
    expect(options.filter(has_text=number)).to_be_visible()
    expect(options.filter(has_text="Dana Okafor").filter(has_not_text="SR-").first).to_be_visible()
    mara.press("Enter")
    expect(mara.page.locator(f"#case[data-case='{number}']")).to_be_visible()
    # A page answers to keys once its scripts are there.
    mara.page.wait_for_load_state()
    mara.press("Control+k")
    mara.page.keyboard.type("take")
    expect(options.first).to_contain_text("Take it")
    mara.press("Enter")
    mara.sees("You took the case", within="#case .tl")


def test_a_slip_of_a_key_ends_nothing(stage: Stage, seat: Seat) -> None:
    """`e` goes to the form of what is next: it ticks no empty step and keeps no promise; Enter does."""
    stage.api("mara").post(
        "/promises", {"customer": {"name": "Dana Okafor", "key": "D-1"}, "kind": "callback", "title": "Ring Dana",
                      "when": "in 40 min"}, status=201,
    )  # fmt: skip
    some_trouble(stage, "Ines")
    mara = seat("mara")
    mara.open("/today/")
    mara.opens("broken", "Ines")
    mara.press("e")
    expect(mara.page.locator("#own-said")).to_be_focused()
    expect(mara.page.locator("#case .step.done")).to_have_count(0)
    mara.open("/promises/?due=any&state=open&kind=callback")
    mara.page.locator(".table a.row", has_text="Ring Dana").click()
    kept = mara.page.get_by_role("button", name="Kept").first
    expect(kept).to_be_visible()
    mara.press("e", "e")
    expect(kept).to_be_focused()
    mara.press("Enter")
    mara.sees("Kept")
    expect(kept).to_have_count(0)


def test_a_cause_that_is_not_known_asks_who_finds_out(stage: Stage, seat: Seat) -> None:
    some_trouble(stage, "Ines")
    mara = seat("mara")
    mara.open("/cases/?state=open")
    mara.page.locator(".table a.at-hand", has_text="Say why").click()
    form = mara.page.locator("#pop form")
    expect(form.get_by_label("Who finds out")).to_be_visible()
    expect(form.get_by_label("What happened")).to_be_hidden()
    form.get_by_role("button", name="Record").click()
    mara.sees("Not known yet? Choose who finds out, and by when.", within="#pop")
    form.get_by_label("Cause").select_option("forgotten")
    expect(form.get_by_label("Who finds out")).to_be_hidden()
    expect(form.get_by_label("What happened")).to_be_visible()
