"""Why it happened, at the desk: a case ends with its cause in two taps, or with whoever finds out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.hiring import CAST
from tests.browser.person import Person
from tests.browser.stage import Stage, at
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
OFTEN, NAME = "forgotten", "Nobody was reminded"


def ready_to_close(stage: Stage, *names: str) -> list[str]:
    """Cases in which a call was missed, of customers who say that it is right: only the cause is left to say."""
    orders, mara = stage.api(), stage.api("mara")
    for name in names:
        orders.tell(
            reference=name, customer={"key": name, "name": f"{name} Okafor"}, kind="callback", title=f"Ring {name}",
            due_at=at(seconds=-60),
        )  # fmt: skip
    wait_until(lambda: len(orders.get("/cases")["items"]) == len(names), what="the cases")
    found = {one["customer"]["name"].split()[0]: str(one["ref"]) for one in orders.get("/cases")["items"]}
    for name in names:
        orders.tell(reference=name, kept_at=at())
        for deed, body in (
            ("take", {}), ("steps", {"step": "apologise", "words": "I am sorry.", "channel": "phone"}),
            ("ask", {"channel": "phone"}), ("answer", {"answer": "satisfied", "words": "Fine now."}),
        ):  # fmt: skip
            mara.post(f"/cases/{found[name]}/{deed}", body)
    return [found[name] for name in names]


@pytest.mark.parametrize("width", [390, 1440])
def test_a_case_ends_with_the_cause_it_mostly_has_in_two_taps(stage: Stage, seat: Seat, width: int) -> None:
    before, now = ready_to_close(stage, "Dana", "Ines")
    stage.api("mara").post(f"/cases/{before}/cause", {"cause": OFTEN})
    mara = seat("mara", width=width)
    mara.open(f"/cases/{now}/")
    mara.click(NAME)  # one
    mara.sees(f"found why: {NAME}", within="#case .tl")
    mara.click("Close the case")  # two
    mara.sees("closed the case", within="#case .tl")
    assert stage.api("mara").get(f"/cases/{now}")["cause"] == OFTEN


def test_whoever_finds_out_is_named_with_a_day_and_the_case_may_end(stage: Stage, seat: Seat) -> None:
    (ref,) = ready_to_close(stage, "Dana")
    mara, lena = seat("mara"), CAST["lena"]["name"]
    mara.open(f"/cases/{ref}/")
    mara.sees("No cause is recorded.")
    form = mara.page.locator('main form[action$="/cause/"]').first
    form.get_by_label("Who finds out").select_option(label=lena)
    form.get_by_label("By when").fill("tomorrow 17:00")
    form.get_by_role("button", name="Record").click()
    mara.sees(f"{lena} finds out", within="#case")
    mara.click("Close the case")
    mara.sees("closed the case", within="#case .tl")
    # It is a promise of theirs, with its clock.
    (promised,) = [
        one for one in stage.api("lena").get(f"/cases/{ref}")["commitments"] if one["purpose"] == "find_cause"
    ]
    assert promised["promise"]["state"] == "open"


def test_each_why_is_asked_of_the_one_before(stage: Stage, seat: Seat) -> None:
    (ref,) = ready_to_close(stage, "Dana")
    mara = seat("mara")
    mara.open(f"/cases/{ref}/")
    mara.records("cause", cause=OFTEN, whys="No reminder was set\nThe list had no owner\nNobody said whose it is")
    mara.sees(
        f"found why: {NAME} ← No reminder was set ← The list had no owner ← Nobody said whose it is", within="#case .tl"
    )
    mara.click("Close the case")
    mara.sees("closed the case", within="#case .tl")
