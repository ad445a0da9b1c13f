"""The same figure is the same number wherever it stands: in the overview, on the page of causes, in the ledger."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Cause, Failure
from makegood.customers.rules import CustomerFact
from makegood.intake.actions import take_in
from makegood.measurement.actions import count_anew
from makegood.people.models import Staff
from makegood.platform.installation import set_up
from makegood.promises.facts import Fact
from tests.doors.desk_client import AtDesk
from tests.factories import Cast, actor, make_cast, make_customer
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EDGES = (0, 1, 28, 29, 30, 31, 89, 90, 91, 92, 363, 364, 365, 366)
"""So many days ago: a period begins or ends about there."""


@pytest.fixture
def cast() -> Cast:
    """The house is on the other side of the world from whoever reads."""
    made = make_cast()
    set_up(name="Here", time_zone="Pacific/Auckland", currency="GBP")
    Staff.objects.filter(pk=made.greta.pk).update(time_zone="America/Los_Angeles")
    return made


def about(now: datetime, draw: random.Random) -> datetime:
    return now - draw.choice(EDGES) * DAY - draw.randint(1, 30) * HOUR


def play(cast: Cast, draw: random.Random) -> None:
    """Promises due and cases opened about the edges of periods; some with a cause, and in some nothing had failed."""
    now = datetime.now(UTC)
    ends = [("kept_at", about(now, draw)) for _ in range(40)] + [("due_at", about(now, draw)) for _ in range(20)]
    told = [
        Fact(source="shop", reference=f"R{n}", customer=CustomerFact(key=f"K{n}"), kind="delivery", due_at=at,
             **({end: at} if end == "kept_at" else {}))
        for n, (end, at) in enumerate(ends)
    ]  # fmt: skip
    take_in(told, by=actor(cast.greta), now=now)
    causes = [*Cause.objects.all()[:4], None]
    for n in range(40):
        cases.report_failure(customer_id=make_customer(f"Dana {n}").pk, kind="delivery", what="It is torn",
                             **Hand(cast.greta).at(now))  # fmt: skip
    for number in Case.objects.values_list("pk", flat=True):
        Case.objects.filter(pk=number).update(opened_at=about(now, draw), cause=draw.choice(causes))
        Failure.objects.filter(case=number).update(corrected_at=draw.choice([None, None, now]))
    count_anew()


def table(desk: AtDesk, path: str, **asked: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(desk.get(path, **asked).content.decode())))


@pytest.mark.parametrize("seed", range(4))
def test_the_causes_of_the_overview_are_those_of_their_page(cast: Cast, seed: int) -> None:
    play(cast, random.Random(seed))
    desk, seen = AtDesk(cast.greta), []
    for period in ("30", "90", "365"):
        overview = {row["Cause"]: row["Failures"] for row in table(desk, "/insights/causes.csv", period=period)}
        page = {row["name"]: row["cases"] for row in table(desk, "/causes.csv", period=period)}
        assert overview == page
        seen.append(sum(map(int, page.values())))
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1]


@pytest.mark.parametrize("seed", range(4))
def test_the_promises_of_the_overview_are_those_of_the_ledger(cast: Cast, seed: int) -> None:
    play(cast, random.Random(seed))
    desk = AtDesk(cast.greta)
    for period in ("30", "365"):
        overview, ledger = Counter[str](), Counter[str]()
        for row in table(desk, "/insights/promises.csv", period=period):
            overview += Counter(due=int(row["Due"]), kept=int(row["Kept"]))
        for row in table(desk, "/insights/ledger.csv", period=period):
            ledger += Counter(due=int(row["due"]), kept=int(row["kept"]))
        assert overview == ledger
        assert overview["due"]
