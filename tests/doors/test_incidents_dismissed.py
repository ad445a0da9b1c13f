"""What Today suggests as one incident is dismissed, and asked about again: at the desk and by API."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast
from tests.rooms.incidents import H, cancelled, passengers, snowline

pytestmark = pytest.mark.django_db
ASKED = {"name": "flight", "value": "EV4242", "kind": "delivery"}


@pytest.fixture
def cast() -> Cast:
    made = snowline()
    now = datetime.now(UTC)
    for one in passengers(11):
        promise = cancelled(one, now=now, flight="EV4242")
        Promise.objects.filter(pk=promise.pk).update(
            state="broken", due_at=now - H, breaks_at=now - H / 2, next_check_at=None
        )
    return made


def asks(staff: AtDesk) -> bool:
    return "11 customers with" in text(staff.get("/today/"))


def test_at_the_desk_with_undo(cast: Cast) -> None:
    lena = AtDesk(cast.lena)
    page = lena.get("/today/").content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="(name|value|kind)" value="([^"]*)">', page))
    assert sent.keys() == ASKED.keys()
    answer = lena.post("/incidents/suggested/dismiss/", **sent)
    assert answer.status_code == 303
    after = lena.get("/today/").content.decode()
    (undo,) = set(re.findall(r"/incidents/suggested/\d+/again/", after))
    assert not asks(lena)
    lena.post(undo)
    assert asks(lena)


def test_a_stranger_and_an_agent_dismiss_nothing(cast: Cast) -> None:
    for staff in (cast.mara, cast.stranger):
        assert "Not one incident" not in text(AtDesk(staff).get("/today/"))
        AtDesk(staff).post("/incidents/suggested/dismiss/", **ASKED)
    assert asks(AtDesk(cast.lena))


def test_by_api(cast: Cast) -> None:
    lena = Api(staff=cast.lena)
    (one,) = lena.get("/incidents/suggested").body["items"]
    assert one["many"] == 11
    asked = {name: one[name] for name in ("name", "value", "kind")}
    gone = lena.post("/incidents/suggested/dismiss", asked).body["id"]
    assert lena.get("/incidents/suggested").body["items"] == []
    assert lena.post("/incidents/suggested/dismiss", asked).body["code"] == "incident.no_suggestion"
    assert Api(staff=cast.stranger).post(f"/incidents/suggested/{gone}/again").body["code"] == "incident.may_not"
    lena.post(f"/incidents/suggested/{gone}/again")
    assert len(lena.get("/incidents/suggested").body["items"]) == 1
