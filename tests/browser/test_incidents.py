"""The storm: a lead gathers the cancelled flights, says it once in every language, rehearses, tells and stops."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.person import PATIENCE, Person
from tests.browser.stage import Stage, at

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LANGUAGES = ("en", "de", "es", "pt")


def a_storm(stage: Stage, many: int = 8) -> None:
    """Passengers of Kennedy whose flights fly tomorrow, and one of LaGuardia."""
    orders = stage.api()
    for number in range(many):
        orders.tell(
            reference=f"DL-{number}", kind="delivery", title=f"In Atlanta with DL {number}", due_at=at(hours=1),
            customer={"key": f"P-{number}", "name": f"Dana{number} Okafor", "email": f"dana{number}@example.com",
                      "language": LANGUAGES[number % 4]},
            forecast_at=at(hours=25), attributes={"from": "JFK" if number else "LGA", "status": "cancelled"},
        )  # fmt: skip


def test_the_storm_is_told_once_and_stopped(stage: Stage, seat: Seat) -> None:
    a_storm(stage)
    lena = seat("lena")
    lena.open("/promises/?due=any&state=at_risk")
    lena.page.get_by_role("link", name="Make this an incident").click()
    lena.page.locator("#f-due_from").fill(at(hours=-6)[:16])
    lena.page.locator("#f-due_to").fill(at(hours=20)[:16])
    lena.sees("8 promises now", within="#found")
    for value in ("JFK", "cancelled"):
        with lena.page.expect_response(re.compile("/incidents/new/")):
            lena.page.locator("button.chip", has_text=value).click()
    lena.sees("7 promises now", within="#found")
    lena.page.get_by_label("Name", exact=True).fill("Snow at Kennedy")
    lena.page.get_by_role("button", name="Open the incident").click()
    lena.sees("Being prepared")

    lena.page.locator("#en-happened").fill("Snow has closed the runways, and your flight was cancelled.")
    lena.page.get_by_role("button", name="Keep the English words").click()
    lena.sees("Kept. The dry run shows them.")
    lena.page.get_by_role("link", name="Dry run").click()
    lena.sees("7 customers would be told")
    lena.sees("Snow has closed the runways, and your flight was cancelled.")
    lena.sees("Das liegt an uns")
    lena.sees("La falta es nuestra")
    lena.sees("A falha é nossa")
    lena.page.get_by_role("link", name="Back").click()

    lena.page.get_by_label("At a time").fill("3")
    lena.page.get_by_label("Seconds between").fill("3600")
    lena.page.get_by_role("button", name="Tell 7 customers").click()
    # The worker tells the first batch, and the page says so by itself.
    expect(lena.page.locator(".kpi", has_text="Told").locator("dd")).to_have_text("3", timeout=4 * PATIENCE)
    lena.page.get_by_role("button", name="Stop").click()
    lena.sees("Stopped", within="#standing")
    lena.sees("Hand out 3 messages", within="#standing")
    lena.open("/today/")
    lena.sees("3 told, 0 answered, 4 to be told", within="#rows")

    number = stage.api("lena").get("/incidents")["items"][0]["number"]
    (letter, *_) = stage.api("lena").post(f"/incidents/{number}/letters")["items"]
    customer = seat("lena", width=390)
    customer.open(letter["link"].removeprefix(stage.url))
    customer.page.get_by_role("heading", level=1).wait_for()
    customer.sees(letter["message"].split("\n")[0])


def test_the_pages_are_for_everybody(stage: Stage, seat: Seat) -> None:
    a_storm(stage, 4)
    wanted = {"kind": "delivery", "due_from": at(hours=-6), "due_before": at(hours=20)}
    number = stage.api("lena").post("/incidents", {"title": "Snow", "filter": wanted}, 201)["number"]
    pages = ("/incidents/", "/incidents/new/", f"/incidents/{number}/", f"/incidents/{number}/dry-run/")
    found, wide = {}, {}
    for scheme in ("light", "dark"):
        for width in (1440, 390):
            lena = seat("lena", width=width, color_scheme=scheme)
            for path in pages:
                lena.open(path)
                lena.settles()
                found[path, scheme, width] = judged(lena.page)
    narrow = seat("lena", width=320)
    for path in pages:
        narrow.open(path)
        narrow.settles()
        wide[path] = narrow.page.evaluate(SIDEWAYS)
    assert {page: faults for page, faults in found.items() if faults} == {}
    assert {path: by for path, by in wide.items() if by > 0} == {}
