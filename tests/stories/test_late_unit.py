"""A3, the late unit. It was due today and a job site waits for it. The harm is heard and travels with the case, an
answer is promised within thirty minutes, and there are options: nobody is told to call again in an hour."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stage import Api, Stage, at
from tests.stories.deeds import a_stranger_reads_nothing, asks, closes, comes_back, end, give, gives, keep_all, the_case

Seat = Callable[..., Person]
HALE = "Joan Hale"
UNIT = "Compressor unit, at the yard before noon"
SHE_NEEDS = "I need it at my job site. Without it the job site stands still and I pay four people for nothing."
ANSWER, FETCHED = "An answer within 30 minutes", "Fetch it and bring it today"
LOST = "Pay for the days lost"


def promised(orders: Api) -> None:
    """What she was told: today, before noon."""
    orders.tell(
        reference="U-88", customer={"key": "H-3", "name": HALE, "phone": "020 7946 0333"}, kind="delivery",
        title=UNIT, made_at=at(days=-4), due_at=at(minutes=-1), amount="900.00", currency="GBP",
    )  # fmt: skip


@pytest.mark.browser
def test_at_the_desk(stage: Stage, seat: Seat) -> None:
    orders, mara = stage.api(), seat("mara")
    promised(orders)
    mara.open("/today/?who=me")
    mara.opens("broken", HALE)
    she_is_heard(mara)
    an_answer_within_thirty_minutes(stage, mara)
    it_is_fetched_today(stage, mara)
    orders.tell(reference="U-88", kept_at=at(minutes=-5))
    what_more_would_cost_is_not_hers_alone(mara)
    it_closes_with_why(mara)
    ref = str(mara.page.locator("#case").get_attribute("data-case"))
    stage.pass_time(days=1)
    comes_back(mara, "It runs.")
    a_stranger_reads_nothing(seat("sam"), ref, UNIT)


def she_is_heard(mara: Person) -> None:
    """Own, listen, empathise, apologise, and only then refocus. What waits for it travels with the case."""
    mara.records("take")
    mara.records("steps/own", said="I look into it right away, and it stays with me.")
    mara.records("steps/listen", said=SHE_NEEDS, harm="Her job site stands still without it.")
    mara.sees("Her job site stands still without it.", within="#case")
    mara.records("steps/empathise", said="You have every right to be upset; people wait for this.")
    mara.records("steps/apologise", said="I am sorry. This is not how we want to treat you.")
    mara.sees("Put it right", within="#remedies")


def an_answer_within_thirty_minutes(stage: Stage, mara: Person) -> None:
    """The words of the harm chose the options. The promise of an answer is kept like any other."""
    expect(mara.page.locator("#remedies .opt", has_text=FETCHED)).to_be_visible()
    gives(mara, ANSWER)
    stage.pass_time(minutes=20)
    mara.open(mara.page.url)
    mara.keeps(ANSWER)
    mara.records("notes", text="It stands in the depot; the van never loaded it.")


def it_is_fetched_today(stage: Stage, mara: Person) -> None:
    gives(mara, FETCHED)
    stage.pass_time(hours=2)
    mara.open(mara.page.url)
    mara.keeps(FETCHED)


def what_more_would_cost_is_not_hers_alone(mara: Person) -> None:
    """Money for the lost days is a lead's to give; the page says so by name before anybody has asked."""
    mara.open(mara.page.url)
    mara.sees(re.compile("Lena( Brandt)? decides"), within="#remedies")
    expect(mara.page.locator("#remedies .opt", has_text=LOST)).to_be_visible()


def it_closes_with_why(mara: Person) -> None:
    asks(mara, "satisfied", "You brought it yourselves. We work.")
    closes(mara, "carrier-late", "Carrier late", "The van left before the depot had booked it out.")


def test_by_the_api(stage: Stage) -> None:
    orders, mara = stage.api(), stage.api("mara")
    promised(orders)
    number = the_case(orders)
    mara.post(f"/cases/{number}/take")
    mara.post(f"/cases/{number}/steps", {"step": "own", "words": "I look into it.", "channel": "phone"})
    case = mara.post(
        f"/cases/{number}/steps",
        {"step": "listen", "words": SHE_NEEDS, "harm": "Her job site stands still without it."},
    )
    assert case["harm"] == "Her job site stands still without it."

    found = mara.get(f"/cases/{number}/options")["options"]
    ours = [one for one in found if one["rule"] == "needed-today"]
    assert {one["title"]: one["decides"] and one["decides"]["name"] for one in ours} == {
        ANSWER: None, FETCHED: None, "Another one until yours is here": None, LOST: "Lena Brandt",
    }  # fmt: skip
    give(mara, number, ANSWER, FETCHED)
    keep_all(mara, number)
    orders.tell(reference="U-88", kept_at=at())

    assert end(mara, number, "carrier-late", "We work.")["outcome"] == "satisfied"
    stranger = stage.api("sam")
    assert stranger.get("/cases?state=all")["items"] == []
    stranger.post(f"/cases/{number}/steps", {"step": "own", "words": "Mine"}, status=404)
