"""A manager writes a scene, or makes one of a case, is told what is missing, publishes it, and an agent plays it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


def test_a_manager_writes_a_scene_and_an_agent_plays_it(seat: Seat) -> None:
    greta = seat("greta")
    greta.open("/practice/scenes/")
    greta.page.get_by_label("Name of the scene").fill("The late taxi")
    greta.page.get_by_label("Begin with").select_option("late-unit")
    greta.click("Begin")
    greta.sees("It can be played")
    greta.page.get_by_label("What was promised").fill("")
    greta.click("Keep the draft")
    greta.sees("What was promised: words are missing.")
    greta.click("Publish")
    greta.sees("It cannot be published yet")
    assert judged(greta.page) == []
    greta.page.get_by_label("What was promised").fill("A taxi at seven.")
    greta.click("Keep the draft")
    greta.sees("It can be played")
    greta.click("Publish")
    greta.sees("Published as version 1.")
    mara = seat("mara")
    mara.open("/practice/")
    mara.page.get_by_role("link", name="The late taxi").click()
    mara.sees("A taxi at seven.")
    mara.click("Begin")
    expect(mara.page.locator("#f-text")).to_be_focused()


def test_what_is_missing_is_told_while_it_is_typed(seat: Seat) -> None:
    greta = seat("greta")
    greta.open("/practice/scenes/")
    greta.page.get_by_label("Name of the scene").fill("The lost bicycle")
    greta.page.get_by_label("Begin with").select_option("late-unit")
    greta.click("Begin")
    field, said = greta.page.get_by_label("Their anger, 0 to 85"), greta.page.locator("#check [role=status]")
    expect(said).to_have_text("It can be played")
    field.fill("a lot")
    expect(said).to_contain_text("Their anger, 0 to 85 (line")
    expect(greta.page.locator("#check-count")).to_have_text("1 thing to mend")
    expect(field).to_be_focused()
    expect(field).to_have_value("a lot")
    field.press("End")
    field.press_sequentially("!")
    expect(said).to_contain_text("a lot!")
    expect(field).to_be_focused()
    greta.page.locator("#check").get_by_role("link").first.click()
    expect(field).to_be_focused()
    expect(field).to_have_value("a lot!")
    field.fill("0")
    expect(said).to_contain_text("nobody ever finds them “furious”", timeout=30_000)
    assert judged(greta.page) == []
    greta.page.reload()
    expect(greta.page.get_by_label("Their anger, 0 to 85")).to_have_value("58")


def test_a_manager_makes_a_scene_of_a_case_and_an_agent_plays_it(stage: Stage, seat: Seat) -> None:
    orders = stage.api()
    orders.tell(
        reference="N-58213", customer={"key": "D-1", "name": "Dana Okafor"}, kind="callback",
        title="Ring Dana about her sofa", due_at=at(seconds=-60),
    )  # fmt: skip
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="the case")
    ref = str(orders.get("/cases")["items"][0]["ref"])
    greta = seat("greta")
    greta.open(f"/cases/{ref}/")
    greta.page.get_by_role("link", name="Make a scene of it").click()
    expect(greta.page.get_by_label("Or with a case")).to_have_value(ref)
    greta.page.get_by_label("Name of the scene").fill("The sofa that did not come")
    greta.click("Begin")
    greta.sees(f"Drafted from {ref}.")
    greta.sees("It can be played")
    told, said = greta.page.get_by_label("What happened"), greta.page.locator("#check [role=status]")
    assert "Dana" not in greta.page.content()
    told.fill("Dana Okafor waited all day.")
    expect(said).to_contain_text("What happened: by “Dana Okafor” somebody of the case could be known.")
    greta.click("Keep the draft")
    greta.sees("it was not kept")
    expect(told).to_have_value("Dana Okafor waited all day.")
    assert judged(greta.page) == []
    told.fill("They waited all day.")
    greta.click("Keep the draft")
    greta.sees("It can be played")
    greta.click("Publish")
    greta.sees("Published as version 1.")
    mara = seat("mara")
    mara.open("/practice/the-sofa-that-did-not-come/")
    mara.sees("They waited all day.")
    mara.click("Begin")
    expect(mara.page.locator("#f-text")).to_be_focused()
