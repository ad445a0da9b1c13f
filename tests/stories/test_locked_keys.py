"""A1, the locked keys. A hotel has locked a guest's keys in the car on the day they need it most. The valet and the
duty manager just handle it, each on their own authority: breakfast, a driver for the day, the car tomorrow, and one of
them is there when the guests come back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stage import Api, Stage, at
from tests.installations import wait_until
from tests.stories.deeds import (
    a_stranger_reads_nothing,
    asks,
    choices,
    closes,
    comes_back,
    end,
    follow_ups,
    give,
    gives,
    keep_all,
    the_case,
)

Seat = Callable[..., Person]
GUEST = "Owen Achterberg"
CAR = "The car at the door at nine"
BREAKFAST, DRIVER, TOMORROW = "Breakfast on us", "A driver for the day", "Right again by tomorrow, seen to by us"
RETURN = "The duty manager is there when they return"
WHAT_HAPPENED = "We locked your keys in the car, and we have called everybody who must be called."


def parked(orders: Api) -> None:
    """The car is promised for nine; the night valet's mistake is found an hour before."""
    orders.tell(
        reference="V-12", customer={"key": "room-612", "name": GUEST}, kind="appointment", title=CAR,
        made_at=at(hours=-12), due_at=at(hours=1), attributes={"note": "keys locked in the car"},
    )  # fmt: skip
    orders.tell(reference="V-12", forecast_at=at(hours=24))


@pytest.mark.browser
def test_at_the_desk(stage: Stage, seat: Seat) -> None:
    orders, mara, lena = stage.api(), seat("mara"), seat("lena")
    parked(orders)
    mara.open("/today/?who=me")
    mara.opens("at_risk", GUEST)
    ref = str(mara.page.locator("#case").get_attribute("data-case"))
    the_plan_comes_before_the_first_word(mara)
    they_hear_it_from_us(mara)
    the_valet_acts(mara)
    the_duty_manager_acts(lena, ref)
    stage.pass_time(hours=10)
    somebody_is_there_when_they_return(mara)
    stage.pass_time(hours=11)
    orders.tell(reference="V-12", kept_at=at(minutes=-1))
    they_drive_away(mara)
    somebody_asks_again(stage, mara)
    a_stranger_reads_nothing(seat("sam"), ref, CAR)
    the_valet_is_thanked(mara, lena, ref)
    the_hotel_asks_beforehand(stage, seat("ada"))


def the_plan_comes_before_the_first_word(mara: Person) -> None:
    mara.records("take")
    mara.sees("We know before the customer", within="#case header")
    expect(mara.page.locator("#plan")).to_contain_text(DRIVER)


def they_hear_it_from_us(mara: Person) -> None:
    """Truthfully, without a name: who did it is nobody's business."""
    mara.records("steps/own", said=WHAT_HAPPENED)
    mara.records("steps/listen", said="We have one weekend to find a house.", harm="A day full of appointments.")
    mara.records("steps/empathise", said="Today of all days.")
    mara.records("steps/apologise", said="I am sorry. This is ours to put right.")
    mara.sees("kept: Speak to Owen Achterberg", within="#case .tl")


def the_valet_acts(mara: Person) -> None:
    gives(mara, BREAKFAST, DRIVER, RETURN)
    mara.sees("£210 of £250", within="#reckoned")


def the_duty_manager_acts(lena: Person, ref: str) -> None:
    """What the two of them give together is more than the valet may; it is not more than she may."""
    lena.open(f"/cases/{ref}/")
    gives(lena, TOMORROW)


def somebody_is_there_when_they_return(mara: Person) -> None:
    mara.open(mara.page.url)
    for words in (BREAKFAST, DRIVER, RETURN):
        mara.keeps(words)
    mara.records("notes", text="Told them over tea how the lock was opened, and that the car stands ready at nine.")


def they_drive_away(mara: Person) -> None:
    mara.open(mara.page.url)
    mara.keeps(TOMORROW)
    asks(mara, "satisfied", "This is our favourite hotel now.", channel="person")
    closes(mara, "equipment-broken", "Equipment broke", "The lock shuts itself; keys now hang at the desk at once.")


def somebody_asks_again(stage: Stage, mara: Person) -> None:
    """A day later, and a month later: whether it is still right. Each time is a promise too."""
    stage.pass_time(days=1)
    comes_back(mara, "We have found a house, too.")
    stage.pass_time(days=30)
    comes_back(mara, "We tell everybody about you.")


def the_valet_is_thanked(mara: Person, lena: Person, ref: str) -> None:
    """On the valet's own page stands what the guest owes to them, in the guest's newest words. The duty manager reads
    it, and thanks them there."""
    valet = lena.stage.api("lena").get(f"/cases/{ref}")["owner"]["id"]
    lena.open(f"/people/{valet}/")
    lena.sees("We tell everybody about you.")
    lena.page.get_by_label("Thank Mara").fill("You just handled it.")
    lena.click("Say thanks")
    lena.sees("You just handled it.")
    mara.open(f"/people/{valet}/")
    mara.sees("Lena Brandt says thanks")
    mara.sees("You just handled it.")


def the_hotel_asks_beforehand(stage: Stage, ada: Person) -> None:
    """Whether going beyond keeps guests is asked before anybody knows, and locked until its day. A hotel of this size
    is told how many more guests it takes, and no verdict."""
    ada.open("/insights/paradox/new/")
    first, last = (at(days=many)[:10] for many in (-40, 1))
    for name, value in (("since", first), ("before", last), ("margin", "0.05")):
        ada.page.locator(f'main [name="{name}"]').fill(value)
    ada.click("Register it")
    ada.sees("Locked until")
    ada.misses("Not enough data")
    report = ada.page.url.removeprefix(stage.url)
    stage.pass_time(days=124)

    def is_open() -> bool:
        ada.open(report)
        return "Locked until" not in ada.page.locator("#main").inner_text()

    wait_until(is_open, seconds=120, what="the report to open")
    ada.sees("Not enough data: about")
    ada.sees("How many there are, and how many it takes")


def test_by_the_api(stage: Stage) -> None:
    orders, mara, lena = stage.api(), stage.api("mara"), stage.api("lena")
    parked(orders)
    number = the_case(orders)
    (line,) = orders.get("/cases")["items"]
    assert (line["detected_by"], line["promise_state"]) == ("forecast", "at_risk")

    mara.post(f"/cases/{number}/take")
    assert DRIVER in str(mara.get(f"/cases/{number}/plan"))
    for step in ("own", "listen", "empathise", "apologise"):
        mara.post(f"/cases/{number}/steps", {"step": step, "words": WHAT_HAPPENED, "channel": "person"})
    given = give(mara, number, BREAKFAST, DRIVER, RETURN)
    over = mara.post(f"/cases/{number}/grants", {"choices": choices(mara, number, TOMORROW)}, status=403)
    assert over["code"] == "authority.over"
    given += give(lena, number, TOMORROW)
    assert {one["decided_by"] for one in given} == {"Mara Silva", "Lena Brandt"}

    keep_all(mara, number)
    orders.tell(reference="V-12", kept_at=at())
    assert end(mara, number, "equipment-broken", "Our favourite hotel.", channel="person")["outcome"] == "satisfied"

    for count in (2, 1):
        first, *_ = follow_ups(mara, number, count)
        mara.post(f"/cases/{number}/followups", {"promise": first["promise"], "answer": "satisfied", "words": "Still."})
    assert mara.get(f"/cases/{number}")["closed_at"]
    assert "promise.broken" not in [entry["verb"] for entry in orders.get("/journal?limit=500")["items"]]
    stage.api("sam").get(f"/cases/{number}/plan", status=404)
    the_staff_are_recognised(mara, lena, number)
    the_hotel_measures(stage.api("ada"))


def the_staff_are_recognised(mara: Api, lena: Api, number: str) -> None:
    """What the guest owes to the valet, in the guest's newest words; and the duty manager says thanks."""
    valet = mara.get(f"/cases/{number}")["owner"]["id"]
    said = [one["said"] for one in mara.get(f"/people/{valet}/recognition")["items"]]
    assert said == ["Still."]
    lena.post(f"/people/{valet}/thanks", {"words": "You just handled it."}, 201)
    assert "Lena Brandt" in [one["by"] for one in mara.get(f"/people/{valet}/recognition")["items"]]


def the_hotel_measures(ada: Api) -> None:
    """What it cost, and whether going beyond keeps guests: a hotel of this size is told how many more it takes."""
    cost = ada.get("/report/cost")
    assert [one["currency"] for one in cost["given"]] == ["GBP"]
    assert cost["staff_cost"] is None, "nobody entered what an hour costs"
    arms = [{"name": "As usual"}, {"name": "Breakfast", "words": BREAKFAST, "goodwill": "20"}]
    asked = {"name": "Breakfast at once", "why": "It may bring guests back.", "varies": "goodwill", "arms": arms}
    asked |= {"measured": "ordered", "horizon_days": 180, "expected": 30, "effect": 10, "until": at(days=700)}
    made = ada.post("/experiments", asked, 201)
    ada.post(f"/experiments/{made['number']}/start")
    _usual, tried = ada.get(f"/experiments/{made['number']}")["arms"]
    assert (tried["said"], tried["share"], tried["missing"]) == ("not enough data", None, made["needed"])
