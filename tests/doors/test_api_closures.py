"""Coming back and the three closures by the API alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.followups.actions.planning import plan
from makegood.journal.actors import SYSTEM
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_from_the_last_follow_up_to_the_last_closure(cast: Cast) -> None:
    case, mara, lena = a_delivery(cast), Api(staff=cast.mara), Api(staff=cast.lena)
    path = f"/cases/SR-{case.pk}"
    plan(case, by=SYSTEM, now=datetime.now(UTC))
    first, day, month = mara.get(f"{path}/followups").body["items"]
    assert (first["after"], day["after"], month["attempt"], month["answer"]) == ("at once", "1 day", None, None)
    mara.post(f"{path}/followups", {"promise": first["promise"], "answer": "satisfied", "words": "Yes"})
    assert mara.get(f"{path}/followups").body["items"][0]["answer"] == "satisfied"
    mara.post(f"{path}/followups/{day['promise']}/spare", {"reason": "They travel"})
    assert mara.post(f"{path}/followups", {"promise": first["promise"], "answer": "satisfied"}).code == (
        "followup.unknown"
    )
    mara.post(f"{path}/cause", {"cause": "wrong-item"})
    assert mara.get(f"{path}/closures").code == "closure.none"
    assert mara.post(f"{path}/close").body["outcome"] == "satisfied"

    (one,) = lena.get("/closures").body["items"]
    assert (one["made"], one["owner"]["name"], one["change"]) == (1, "Lena Brandt", None)
    due = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    said = lena.post(f"{path}/closures/process", {"words": "Check twice", "due_at": due, "who": cast.mara.email}).body
    assert (said["made"], said["change"]["by"], said["change"]["state"]) == (2, "Mara Silva", "open")
    mara.post(f"{path}/closures/said", {"cost": "A bad evening"})
    assert lena.get(f"{path}/closures").body["hearings"][0]["cost"] == "A bad evening"
    assert Api().get(f"{path}/closures").body["hearings"][0]["cost"] == ""
    lena.post(f"{path}/closures/carriers", {"who": cast.tomas.email})
    for who in (cast.mara, cast.tomas):
        lena.post(f"{path}/closures/heard", {"who": who.email, "word": "Well done", "is_well": True})
    assert mara.post(f"{path}/closures/change").body["change"]["state"] == "kept"
    assert lena.get(f"{path}/closures").body["made"] == 3
    assert lena.get("/closures").body["items"] == []


def test_a_stranger_sees_and_does_nothing(cast: Cast) -> None:
    case, sam = a_delivery(cast), Api(staff=cast.stranger)
    path = f"/cases/SR-{case.pk}"
    plan(case, by=SYSTEM, now=datetime.now(UTC))
    assert sam.get(f"{path}/followups").code == "case.unknown"
    assert sam.post(f"{path}/followups", {"promise": 1, "answer": "satisfied"}).code == "case.unknown"
    assert sam.get(f"{path}/closures").code == "closure.none"
    assert sam.get("/closures", who="all").body["items"] == []
