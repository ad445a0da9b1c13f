"""What rules owe to the customers of an incident, given along with the message: at the desk, by API and by command."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from makegood.config import acting
from makegood.config.commands import incident
from makegood.incidents import actions
from makegood.incidents.models import Incident
from makegood.platform.models import Installation
from makegood.remedies.models import Grant
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.entitling import FLIGHTS, bind
from tests.rooms.incidents import NARROW, H, cancelled, passengers
from tests.rooms.test_incidents_owed import OURS

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def number(cast: Cast, now: datetime) -> int:  # noqa: F811
    """Two are owed 600 euros each, and one must be asked."""
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="EUR")
    bind(FLIGHTS, by=cast.greta, text=OURS)
    one, two, three = passengers(3)
    cancelled(one, now=now, distance_km=5800)
    cancelled(two, now=now, distance_km=5800)
    cancelled(three, now=now)
    narrow = replace(NARROW, due_from=now, due_before=now + 24 * H)
    return actions.open_incident(title="Snow", cause="weather", narrow=narrow, **Hand(cast.lena).at(now))


def tell_all(now: datetime) -> None:
    while actions.release_due(now=now):
        pass


def test_at_the_desk(cast: Cast, number: int, now: datetime) -> None:  # noqa: F811
    lena, here = AtDesk(cast.lena), f"/incidents/{number}/"
    assert "Give it to all at once" in text(lena.get(here))
    assert "case by case" in text(lena.get(f"{here}dry-run/"))
    lena.post(f"{here}owed/", give="yes")
    rehearsed = text(lena.get(f"{here}dry-run/"))
    assert "€1,200 of it is given to 2 along with the message" in rehearsed
    assert "whom something must be asked gets a person" in rehearsed
    assert "2 by a light case, 1 with a person as well" in rehearsed
    assert "€600 owed by rule, given along" in rehearsed
    lena.post(f"{here}release/", batch_size="10", every="0")
    tell_all(datetime.now(UTC))
    assert Grant.objects.filter(policy=FLIGHTS).count() == 2
    told = text(lena.get(here))
    assert "Of what rules owe, 2 were given along with the message; 0 of them are paid." in told
    lena.post(f"{here}fulfil/", what="owed", reference="SEPA 7")
    assert "2 of them are paid" in text(lena.get(here))


def test_to_those_who_were_told_before(cast: Cast, number: int, now: datetime) -> None:  # noqa: F811
    lena, here = AtDesk(cast.lena), f"/incidents/{number}/"
    lena.post(f"{here}release/", batch_size="10", every="0")
    tell_all(datetime.now(UTC))
    actions.reckon_due(now=datetime.now(UTC))
    button = "Give what is owed to those who were told"
    assert button in text(lena.get(here))
    AtDesk(cast.stranger).post(f"{here}give-owed/")
    assert Api(staff=cast.mara).post(f"/incidents/{number}/owed/give").code == "incident.may_not"
    assert not Grant.objects.exists()
    assert Api(staff=cast.lena).post(f"/incidents/{number}/owed/give").body == {"given": 2, "left": 0}
    assert Grant.objects.filter(policy=FLIGHTS).count() == 2
    assert "Nobody who was told is owed anything" in text(lena.client.post(f"{here}give-owed/", follow=True))
    actions.reckon_due(now=datetime.now(UTC))
    assert button not in text(lena.get(here))


def test_a_stranger_and_an_agent_change_nothing(cast: Cast, number: int) -> None:  # noqa: F811
    AtDesk(cast.stranger).post(f"/incidents/{number}/owed/", give="yes")
    AtDesk(cast.mara).post(f"/incidents/{number}/owed/", give="yes")
    refused = Api(staff=cast.stranger).post(f"/incidents/{number}/owed", {"give": True})
    assert refused.body["code"] == "incident.unknown"
    assert not Incident.objects.get().plan.get("gives_owed")


def test_by_api(cast: Cast, number: int) -> None:  # noqa: F811
    lena, here = Api(staff=cast.lena), f"/incidents/{number}"
    assert lena.post(f"{here}/owed", {"give": True}).body["gives_owed"] is True
    told = lena.get(f"{here}/tally").body
    (due,) = told["owed"]
    assert (told["gives_owed"], due["still"], due["open"], due["unknown"]) == (True, 2, "1200", 1)
    lena.post(f"{here}/release", {"batch_size": 10, "every": 0})
    tell_all(datetime.now(UTC))
    assert lena.get(here).body["owed_gifts"] == {"given": 2, "undone": 2, "late": 0}
    assert lena.post(f"{here}/fulfil", {"what": "owed", "reference": "SEPA 7"}).body["owed_gifts"]["undone"] == 0
    assert lena.post(f"{here}/owed", {"give": False}).body["code"] == "incident.not_now"


def test_by_command(cast: Cast, number: int, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    for module in (incident, acting):
        monkeypatch.setattr(module, "installation", nullcontext)

    def run(*words: str) -> str:
        return CliRunner().invoke(incident.command, words, catch_exceptions=False).output

    by = ("--by", cast.lena.email)
    assert run("give-owed", str(number), *by) == "Each is given what is owed along with the message.\n"
    assert "1200.00 EUR of it is given to 2 along with the message" in (
        run("dry-run", str(number)).replace("1200 ", "1200.00 ")
    )
    actions.release(number, batch_size=10, every=0, **Hand(cast.lena).at(datetime.now(UTC)))
    tell_all(datetime.now(UTC))
    assert "Owed and given along: 2, of which 2 are not paid yet" in run("show", str(number))
    assert run("give-owed", str(Incident.objects.create(
        title="Next", owner=cast.lena, opened_at=datetime.now(UTC), narrow=Incident.objects.get().narrow,
    ).pk), "--no", *by) == "People give it, case by case.\n"  # fmt: skip
