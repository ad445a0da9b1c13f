"""An incident by API alone: gathered, planned, rehearsed, told, handed out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from makegood.incidents import actions
from makegood.incidents.models import Incident
from tests.doors.api_client import Api
from tests.factories import Cast
from tests.rooms.incidents import H, cancelled, passengers, snowline

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return snowline()


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def narrow(now: datetime) -> dict[str, Any]:
    return {
        "kind": "delivery", "attributes": {"from": "JFK"}, "due_from": (now - H).isoformat(),
        "due_before": (now + 20 * H).isoformat(),
    }  # fmt: skip


def test_an_incident_by_api_alone(cast: Cast, now: datetime) -> None:
    for one in passengers(3, languages=("en", "de")):
        cancelled(one, now=now)
    lena = Api(staff=cast.lena)
    found = lena.post("/incidents/found", narrow(now)).body
    assert found["many"] == 3
    assert {"name": "status", "value": "cancelled", "many": 3} in found["common"]
    opened = lena.post("/incidents", {"title": "Snow", "cause": "weather", "filter": narrow(now)})
    assert opened.status == 201
    here = f"/incidents/{opened.body['number']}"
    better = {"language": "de", "lines": {"happened": "Es schneit. Nie wieder."}}
    assert lena.post(f"{here}/words", better).code == "promise.no_improvement"
    assert lena.post(f"{here}/words", {"language": "de", "lines": {"happened": "Es schneit."}}).status == 200
    lena.post(f"{here}/gift", {"gift": {"remedy": "gesture", "titles": {"en": "A call"}, "within": 2}})
    lena.post(f"{here}/bar", {"severity": None})
    told = lena.get(f"{here}/tally").body
    assert (told["told"], told["light"], told["languages"]) == (3, 3, {"en": 2, "de": 1})
    first = lena.get(f"{here}/dry-run", limit=2).body
    rest = lena.get(f"{here}/dry-run", limit=2, after=first["next"]).body
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    released = lena.post(f"{here}/release", {"batch_size": 2, "every": 0}).body
    assert (released["state"], released["allowed"]) == ("releasing", ["collect", "stop"])
    actions.release_due(now=datetime.now(UTC))
    assert lena.post(f"{here}/stop", {"reason": "Words"}).body["state"] == "stopped"
    assert lena.post(f"{here}/gift", {"gift": None}).body["gift"] is None
    lena.post(f"{here}/resume", {"batch_size": 5, "every": 0})
    actions.release_due(now=datetime.now(UTC))
    members = lena.get(f"{here}/members", state="told").body["items"]
    assert [one["message"] for one in members[:2]] == [one["message"] for one in first["items"]]
    letters = lena.post(f"{here}/letters").body["items"]
    assert len({one["link"] for one in letters}) == 3
    assert lena.post(f"{here}/letters").code == "incident.nothing_to_hand"
    assert released["gifts"] == {"given": 0, "undone": 0, "late": 0}
    waits = lena.get(f"{here}/members", state="undone").body["items"]
    assert [one["gift_state"] for one in waits] == ["open", "open"]
    one, two = (one["member"] for one in waits)
    assert lena.post(f"{here}/fulfil", {"members": [one], "reference": "R1"}).body["gifts"]["undone"] == 1
    assert [one["member"] for one in lena.get(f"{here}/members", state="undone").body["items"]] == [two]
    assert lena.post(f"{here}/fulfil").body["gifts"] == {"given": 2, "undone": 0, "late": 0}
    assert lena.post(f"{here}/fulfil").code == "incident.nothing_to_fulfil"
    assert lena.post(f"{here}/end").body["state"] == "ended"
    assert lena.post(f"{here}/collect").code == "incident.not_now"
    assert [one["number"] for one in lena.get("/incidents", ended="true").body["items"]] == [opened.body["number"]]


def test_a_stranger_and_an_agent_do_nothing_by_api(cast: Cast, now: datetime) -> None:
    (one,) = passengers(1)
    cancelled(one, now=now)
    number = Api(staff=cast.lena).post("/incidents", {"title": "Snow", "filter": narrow(now)}).body["number"]
    stranger, mara = Api(staff=cast.otto), Api(staff=cast.mara)
    for path in ("", "/tally", "/dry-run", "/members"):
        assert stranger.get(f"/incidents/{number}{path}").code == "incident.unknown"
    for deed, body in (
        ("release", {}), ("stop", {}), ("collect", {}), ("end", {}), ("letters", {}), ("gift", {"gift": None}),
        ("bar", {}), ("approval", {}), ("words", {"language": "en", "lines": {}}), ("resume", {}),
    ):  # fmt: skip
        assert stranger.post(f"/incidents/{number}/{deed}", body).code == "incident.unknown"
        assert mara.post(f"/incidents/{number}/{deed}", body).code == "incident.may_not"
    assert stranger.post(f"/incidents/{number}/decide", {"decision": "approve"}).code == "approval.unknown"
    assert mara.post("/incidents", {"title": "Snow", "filter": narrow(now)}).code == "incident.may_not"
    assert Incident.objects.get().released_at is None


def test_a_filter_without_a_bound_is_refused(cast: Cast) -> None:
    lena = Api(staff=cast.lena)
    assert lena.post("/incidents", {"title": "Snow", "filter": {"kind": "delivery"}}).code == "incident.too_wide"
