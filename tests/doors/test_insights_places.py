"""Figures by place: what promises say of where they are due, narrowed to one, and each beside the others."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from makegood.customers.rules import CustomerFact
from makegood.intake.actions import take_in
from makegood.measurement.actions import count_anew
from makegood.promises.facts import Fact
from makegood.promises.models import Kind
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Kind.objects.filter(slug="delivery").update(team=made.care)
    return made


def tell(cast: Cast, place: str, kept: int, broken: int) -> None:
    """So many deliveries to a place, kept and broken."""
    now = datetime.now(UTC)
    told = [
        Fact(source="shop", reference=f"{place}-{n}", customer=CustomerFact(key=f"{place}-{n}"), kind="delivery",
             due_at=now - 3 * DAY, attributes={"neighbourhood": place} if place else {},
             **({"kept_at": now - 3 * DAY} if n < kept else {}))
        for n in range(kept + broken)
    ]  # fmt: skip
    take_in(told, by=actor(cast.greta), now=now)


@pytest.fixture
def told(cast: Cast) -> Cast:
    for place, kept, broken in (("Dorchester", 20, 30), ("Roxbury", 48, 2), ("Mattapan", 47, 3), ("", 5, 5)):
        tell(cast, place, kept, broken)
    tell(cast, "12 Elm Street", 1, 0)
    count_anew()
    return cast


def test_figures_are_narrowed_to_a_place(told: Cast) -> None:
    greta = AtDesk(told.greta)
    assert "Promises kept 75 %" in text(greta.get("/insights/"))
    page = text(greta.get("/insights/", place="neighbourhood:Dorchester"))
    assert "Promises kept 40 %" in page
    assert "Neighbourhood: Dorchester" in page
    behind = text(greta.get("/insights/behind/", mark="p:broken", place="neighbourhood:Roxbury"))
    assert "2 promises" in behind
    assert "too few to say, of 0 so far" in text(greta.get("/insights/", place="neighbourhood:Nowhere"))


def test_a_place_stands_out_only_beyond_chance(told: Cast) -> None:
    greta = AtDesk(told.greta)
    page = text(greta.get("/insights/places/"))
    assert "Dorchester keeps fewer promises than other places" in page
    assert "3 places with ten promises due or more" in page
    assert "12 Elm Street" not in page
    rows = list(csv.DictReader(StringIO(greta.get("/insights/places.csv").content.decode())))
    assert [(row["Place"], row["Due"], row["Kept"], row["Beyond chance"]) for row in rows] == [
        ("Neighbourhood: Dorchester", "50", "20", "below"), ("Neighbourhood: Mattapan", "50", "47", "above"),
        ("Neighbourhood: Roxbury", "50", "48", "above"),
    ]  # fmt: skip


def test_where_nothing_differs_no_place_is_named(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    assert "Too few promises name a place to say" in text(greta.get("/insights/places/"))
    for place, kept in (("Dorchester", 40), ("Roxbury", 43), ("Mattapan", 45)):
        tell(cast, place, kept, 50 - kept)
    count_anew()
    assert "No place stands out" in text(greta.get("/insights/places/"))


def test_another_team_is_told_of_none(told: Cast) -> None:
    page = text(AtDesk(told.stranger).get("/insights/places/"))
    assert "Dorchester" not in page
    assert "Too few promises name a place to say" in page


def test_the_api_narrows_by_place(told: Cast) -> None:
    found = Api("read", staff=told.greta).get("/report/insights", place="neighbourhood:Dorchester").body
    kept = next(one for one in found["items"] if one["key"] == "kept")
    assert (kept["part"], kept["n"]) == (20, 50)
