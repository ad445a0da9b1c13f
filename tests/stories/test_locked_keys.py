"""A1, the locked keys. A hotel has locked a guest's keys in the car on the day they need it most. The valet and the
duty manager just handle it, each on their own authority: breakfast, a driver for the day, the car tomorrow, and one of
them is there when the guests come back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stage import Api, Stage, at
from tests.installations import wait_until

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
    a_stranger_reads_nothing(seat("sam"), ref)


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


def gives(person: Person, *titles: str) -> None:
    if not person.page.locator("#remedies .opt").first.is_visible():
        person.press("r")
    for title in titles:
        with person.page.expect_response(re.compile("/reckon/")):
            person.page.locator("#remedies .opt", has_text=title).get_by_role("checkbox").check()
        person.settles()
    person.page.locator("#press button").click()
    for title in titles:
        person.sees(title, within="#remedies .gifts")
    person.settles()


def somebody_is_there_when_they_return(mara: Person) -> None:
    mara.open(mara.page.url)
    for words in (BREAKFAST, DRIVER, RETURN):
        mara.keeps(words)
    mara.records("notes", text="Told them over tea how the lock was opened, and that the car stands ready at nine.")


def they_drive_away(mara: Person) -> None:
    mara.open(mara.page.url)
    mara.keeps(TOMORROW)
    mara.records("ask", channel="person")
    mara.sees("asked: are you satisfied")
    mara.records("answer", answer="satisfied", words="This is our favourite hotel now.")
    mara.sees("This is our favourite hotel now.", within="#case .tl")
    mara.records("cause", cause="equipment-broken", note="The lock shuts itself; keys now hang at the desk at once.")
    mara.sees("Equipment broke", within=".guide")
    mara.click("Close the case")
    mara.sees("closed the case", within="#case .tl")


def a_stranger_reads_nothing(sam: Person, ref: str) -> None:
    """Somebody of another team finds neither the case nor the promise."""
    answer = sam.open(f"/cases/{ref}/remedies/")
    assert answer is not None
    assert answer.status == 404
    sam.open("/promises/?due=any")
    sam.misses(CAR)


def test_by_the_api(stage: Stage) -> None:
    orders, mara, lena = stage.api(), stage.api("mara"), stage.api("lena")
    parked(orders)
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="a case before anything broke")
    (line,) = orders.get("/cases")["items"]
    number = line["number"]
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

    for one in given:
        mara.post(f"/cases/{number}/commitments/{one['promise']}/keep")
    orders.tell(reference="V-12", kept_at=at())
    mara.post(f"/cases/{number}/ask", {"channel": "person"})
    mara.post(f"/cases/{number}/answer", {"answer": "satisfied", "words": "Our favourite hotel."})
    mara.post(f"/cases/{number}/cause", {"cause": "equipment-broken"})
    assert mara.post(f"/cases/{number}/close")["outcome"] == "satisfied"
    assert "promise.broken" not in [entry["verb"] for entry in orders.get("/journal?limit=500")["items"]]
    stage.api("sam").get(f"/cases/{number}/plan", status=404)


def choices(person: Api, number: int, *titles: str) -> list[dict[str, object]]:
    """The playbook's options of these titles, as they are given."""
    options = {one["title"]: one for one in person.get(f"/cases/{number}/options")["options"]}
    names = ("remedy", "title", "amount", "due_at", "playbook", "rule", "option")
    return [{name: options[title][name] for name in names} for title in titles]


def give(person: Api, number: int, *titles: str) -> list[dict[str, object]]:
    """Give them on that person's own authority."""
    given = person.post(f"/cases/{number}/grants", {"choices": choices(person, number, *titles)}, 201)["items"]
    return [one for one in given if one["title"] in titles]
