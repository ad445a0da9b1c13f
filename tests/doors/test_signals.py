"""`makegood report signals` and its like in the API: a carrier that fails, beside others that do not."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from makegood.config.commands import report
from makegood.platform.models import Installation
from makegood.promises.models import Kind, Promise
from tests.doors.api_client import Api
from tests.factories import Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)


@pytest.fixture
def cast() -> Cast:
    """Ten weeks of promises by four carriers; one of them fails every other time, the rest one in ten."""
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    cast, dana, kind = make_cast(), make_customer("Dana Okafor"), Kind.objects.get(slug="delivery")
    now = datetime.now(UTC)
    Promise.objects.bulk_create(
        Promise(
            customer=dana, kind=kind, title="Bring it", made_at=due, due_at=due, warn_at=due, breaks_at=due,
            settled_at=due, state="kept" if number // 10 % (2 if carrier == "Slow & Sons" else 10) else "kept_late",
            attributes={"carrier": carrier, "status": "late"},
        )
        for carrier in ("Swift", "Sure", "Steady", "Slow & Sons")
        for number in range(200)
        for due in [now - (number % 10 + 1) * WEEK]
    )  # fmt: skip
    return cast


def test_the_command_names_the_carrier_with_its_figures(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "installation", nullcontext)
    told = CliRunner().invoke(report.command, ["signals"], catch_exceptions=False).output
    assert "Slow & Sons" in told
    assert "100 of     200 failed,      20.0 expected, 5.0 times as many" in told
    assert "Swift" not in told
    (found,) = json.loads(CliRunner().invoke(report.command, ["signals", "--json"], catch_exceptions=False).output)
    assert (found["what"], found["value"], found["failed"], found["excess"]) == ("carrier", "Slow & Sons", 100, 80.0)
    few = CliRunner().invoke(report.command, ["signals", "--days", "28"], catch_exceptions=False).output
    assert few == "Nothing fails beyond chance among the promises due in the last 28 days.\n"


def test_the_api_says_the_same_to_whoever_may_see_all(cast: Cast) -> None:
    (found,) = Api(staff=cast.greta).get("/report/signals").body["items"]
    assert (found["value"], found["due"], found["ratio"]) == ("Slow & Sons", 200, 5.0)
    refused = Api(staff=cast.stranger).get("/report/signals")
    assert (refused.status, refused.code) == (403, "people.not_allowed")
