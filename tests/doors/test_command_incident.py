"""`makegood incident`: the same rights, the same authority, the same words as at the desk."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from makegood.config import acting
from makegood.config.commands import incident
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.kernel.refusals import Refusal
from makegood.platform.models import Installation
from tests.factories import Cast
from tests.rooms.casework import Hand, cast  # noqa: F401 - a fixture
from tests.rooms.incidents import NARROW, H, cancelled, passengers

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> int:  # noqa: F811
    for module in (incident, acting):
        monkeypatch.setattr(module, "installation", nullcontext)
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    now = datetime.now(UTC)
    for one in passengers(2):
        cancelled(one, now=now)
    narrow = replace(NARROW, due_from=now, due_before=now + 24 * H)
    return actions.open_incident(title="Snow", cause="weather", narrow=narrow, **Hand(cast.lena).at(now))


def run(*words: str) -> str:
    done = CliRunner().invoke(incident.command, words, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_looked_at_rehearsed_released_stopped_and_gone_on_with(number: int, cast: Cast) -> None:  # noqa: F811
    it, by = str(number), ("--by", cast.lena.email)
    assert "0 told" in run("list")
    assert json.loads(run("list", "--json"))[0] | {"opened_at": ""} == {
        "number": number, "title": "Snow", "owner": cast.lena.name, "state": "preparing", "opened_at": "",
        "members": 2, "told": 0, "waiting": 2, "more": 0, "left_out": 0,
    }  # fmt: skip
    rehearsed = run("dry-run", it, "--messages")
    assert "2 customers would be told: 2 by a light case, 0 with a person as well" in rehearsed
    assert "Dana0 Okafor, email: dana0@example.com" in rehearsed
    assert not Member.objects.exclude(told_at=None).exists()
    assert run("release", it, *by, "--batch-size", "1", "--every", "0") == (
        "Released. A worker tells the first batch now.\n"
    )
    actions.release_due(now=datetime.now(UTC))
    assert run("stop", it, *by, "--reason", "Look again") == "Stopped. Nobody more is told.\n"
    shown = run("show", it)
    assert "2 customers hit: 1 told, 1 waiting, 0 left out" in shown
    assert "Stopped: Look again" in shown
    assert run("resume", it, *by) == "It goes on.\n"


def test_a_stranger_and_an_agent_release_nothing(number: int, cast: Cast) -> None:  # noqa: F811
    for staff, code in ((cast.stranger, "incident.unknown"), (cast.mara, "incident.may_not")):
        with pytest.raises(Refusal) as no:
            run("release", str(number), "--by", staff.email)
        assert no.value.code == code
    with pytest.raises(Exception, match="Nobody at work here"):
        run("release", str(number), "--by", "nobody@example.com")
    assert Incident.objects.get().released_at is None
