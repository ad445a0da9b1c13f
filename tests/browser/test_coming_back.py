"""From the fix to the last closure: we come back to the customer, and make good the process and whoever carried it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Api, Stage
from tests.installations import wait_until

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


def a_case(stage: Stage) -> tuple[str, Api]:
    """A delivery that Mara takes and puts right."""
    mara = stage.api("mara")
    body = {"customer": {"name": "Dana Okafor", "key": "D-1"}, "kind": "delivery", "what": "Two pieces are missing"}
    ref = str(mara.post("/cases", body, 201)["ref"])
    mara.post(f"/cases/{ref}/take")
    mara.post(f"/cases/{ref}/steps", {"step": "apologise", "words": "I am sorry.", "channel": "phone"})
    made = mara.post(f"/cases/{ref}/commitments", {"title": "Bring them", "when": "in 2 hours"}, 201)
    (promise,) = [one["promise"]["id"] for one in made["commitments"] if one["purpose"] == "commitment"]
    mara.post(f"/cases/{ref}/commitments/{promise}/keep")
    return ref, mara


def ahead(api: Api, ref: str) -> list[int]:
    """The promises by which we come back, the next one first."""
    found = api.get(f"/cases/{ref}/followups")["items"]
    return [one["promise"] for one in found if one["state"] in ("open", "at_risk", "broken")]


@pytest.mark.parametrize("script", [True, False])
def test_from_the_fix_to_the_last_closure(stage: Stage, seat: Seat, script: bool) -> None:
    ref, api = a_case(stage)
    wait_until(lambda: len(ahead(api, ref)) == 3, what="the plan that the worker makes")
    mara, lena = seat("mara", java_script_enabled=script), seat("lena", java_script_enabled=script)

    mara.open(f"/cases/{ref}/")
    mara.sees("Coming back", within=".guide")
    mara.sees("Planned to come back to the customer", within="#case .tl")
    mara.records(f"followups/{ahead(api, ref)[0]}", answer="satisfied", words="All six are here")
    mara.sees("“All six are here”", within=".guide")
    mara.records("cause", cause="wrong-item")
    mara.records("close")
    mara.sees("closed the case", within="#case .tl")

    stage.pass_time(days=2)
    wait_until(
        lambda: ahead(api, ref) and api.get(f"/cases/{ref}/followups")["items"][1]["state"] == "broken",
        what="the follow-up that nobody did",
    )
    mara.open("/today/")
    mara.finds("waiting", "Come back to the customer").wait_for()
    mara.open(f"/cases/{ref}/")
    mara.records(f"followups/{ahead(api, ref)[0]}", answer="satisfied", words="Still right")
    mara.sees("came back to the customer: satisfied", within="#case .tl")
    assert api.get(f"/cases/{ref}")["stage"] == "closed"

    mara.open("/closures/")
    mara.records(f"{ref}/said", cost="My evening", helped="A list that is not cut off")
    lena.open("/closures/")
    lena.sees("“My evening”")
    if script:
        assert judged(lena.page) == []
    lena.records(f"{ref}/process", words="The picking list is printed on one page")
    lena.records(f"{ref}/heard", word="You stayed with it. Thank you.", well="yes")
    lena.sees("Nothing is left to be made good.")
    assert api.get(f"/cases/{ref}/closures")["made"] == 3


def test_a_stranger_finds_nothing(stage: Stage, seat: Seat) -> None:
    ref, _api = a_case(stage)
    sam = seat("sam")
    sam.open("/closures/")
    sam.sees("Nothing is left to be made good.")
    answer = sam.open(f"/cases/{ref}/")
    assert answer is not None
    assert answer.status == 404
