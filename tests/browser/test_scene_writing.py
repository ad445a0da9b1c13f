"""A manager writes a scene, is told what is missing, publishes it, and an agent plays it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import Person

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
