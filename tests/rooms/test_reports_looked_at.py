"""A report that may be read at any time: every look is kept with who asked, and gives the same figures again."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from makegood.measurement import actions
from makegood.measurement.actions import computing
from makegood.measurement.actions.computing import compute
from makegood.measurement.findings import ARCHIVE, CROWD, Found, Group, Said, Size
from makegood.measurement.models import Report, ReportLook
from makegood.measurement.queries import ReportState, file_of, report_for
from makegood.measurement.rules import groups
from makegood.measurement.rules.download import read, same
from makegood.measurement.rules.finding import found_of
from makegood.measurement.rules.groups import Rows
from makegood.measurement.rules.odd_worlds import histories
from makegood.people.rules import READS_ALL
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand, cast
from tests.rooms.test_reports import ASKED, code, registered

__all__ = ["cast"]

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# The first of June 2026, thirty days in time, ninety watched, and one for late news.
FIRST = datetime(2026, 10, 1, 12, tzinfo=NOW.tzinfo)


@pytest.fixture
def number(cast: Cast) -> int:
    return registered(Hand(cast.anil), planned=2000)


def looked(cast: Cast, number: int, now: datetime) -> Found:
    assert actions.ask_look(number, by=Hand(cast.anil).by, now=now)
    assert actions.claim_due(now=now) == number
    return compute(report_for(READS_ALL, number), now=now)


def test_whether_it_may_be_read_at_any_time_is_chosen_once(cast: Cast, number: int) -> None:
    anil = Hand(cast.anil)
    assert report_for(anil.scope, number).state(NOW) is ReportState.READABLE
    locked = registered(anil)
    assert code(lambda: actions.ask_look(locked, by=anil.by, now=FIRST)) == "report.locked"
    for deed in (
        lambda: Report.objects.filter(pk=locked).update(plan=Report.objects.get(pk=number).plan),
        lambda: Report.objects.filter(pk=number).update(opens_at=NOW),
        lambda: Report.objects.filter(pk=number).update(since=ASKED["since"] - DAY),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()  # type: ignore[no-untyped-call]
    assert code(lambda: registered(anil, planned=CROWD - 1)) == "report.bad_planned"


def test_nobody_looks_before_there_is_a_crowd(cast: Cast, number: int) -> None:
    anil = Hand(cast.anil)
    assert code(lambda: actions.ask_look(number, by=anil.by, now=FIRST - DAY)) == "report.too_early"
    assert code(lambda: actions.ask_look(number, by=Hand(cast.greta).by, now=FIRST)) == "people.not_allowed"
    few = tuple(Size(group=group, people=900, counted=CROWD - 1, needed=9000) for group in Group)
    actions.note_sizes(number, Found(people=4500, sizes=few), now=FIRST)
    assert code(lambda: actions.ask_look(number, by=anil.by, now=FIRST)) == "report.too_early"
    assert not ReportLook.objects.exists()


def test_each_look_is_kept_and_nothing_of_it_can_be_changed(
    cast: Cast, number: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    anil = Hand(cast.anil)
    told: list[Rows] = []

    def rows(plan: object, *, now: datetime) -> tuple[Rows, dict[Group, tuple[int, ...]]]:
        """More people by each look: a world in which putting right adds nothing."""
        days = 400.0 + 5 * len(told)
        found = groups.rows(histories(24_000, seed=5), groups.Span(365.0, days, 30.0, 90.0), seed=7)
        told.append(found)
        return found, {}

    monkeypatch.setattr(computing, "read", rows)
    first = looked(cast, number, FIRST)
    assert code(lambda: actions.ask_look(number, by=anil.by, now=FIRST)) == "report.looked"
    second = looked(cast, number, FIRST + 9 * DAY)
    facts = report_for(anil.scope, number)
    assert facts.state(FIRST + 9 * DAY) is ReportState.READABLE
    assert facts.shown is not None
    assert [(one.number, one.asked_by) for one in facts.looks] == [(1, "Anil Rao"), (2, "Anil Rao")]
    seen = [one.seen for one in facts.looks if one.seen is not None]
    assert all(one.compared is not None and one.compared.low is not None for one in seen)
    assert seen[0].people < seen[1].people
    assert code(lambda: actions.ask_look(number, by=anil.by, now=facts.opens_at)) == "report.closed"
    last = compute(facts, now=facts.opens_at)
    kept = report_for(anil.scope, number)
    assert kept.found_at == facts.opens_at
    assert kept.looks[:2] == facts.looks
    assert kept.looks[2].asked_by == ""
    for deed in (
        lambda: ReportLook.objects.filter(number=1).update(seen={}),
        lambda: ReportLook.objects.filter(number=2)._raw_delete("default"),
        lambda: Report.objects.filter(pk=number).update(found={}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()  # type: ignore[no-untyped-call]
    with zipfile.ZipFile(io.BytesIO(file_of(READS_ALL, number, ARCHIVE))) as whole:
        whole.extractall(tmp_path)
    for place, found in enumerate((first, second, last), start=1):
        plan, written, again = read(tmp_path / f"paradox-{number}" / f"look-{place}" / "report.json")
        assert same(written, found)
        assert same(found_of(again, plan), found), "to the last digit"
        assert plan.before == kept.looks[place - 1].before


def test_a_look_at_too_few_says_how_many_more_and_shows_nothing(cast: Cast, number: int) -> None:
    looked(cast, number, FIRST)
    (one,) = report_for(READS_ALL, number).looks
    assert one.seen is not None
    assert one.seen.compared is None or one.seen.compared.value is None


def test_a_look_asked_for_while_people_are_counted_is_not_forgotten(cast: Cast, number: int) -> None:
    assert actions.claim_due(now=max(FIRST, NOW)) == number
    actions.ask_look(number, by=Hand(cast.anil).by, now=max(FIRST, NOW))
    assert actions.ask_look(number, by=Hand(cast.anil).by, now=max(FIRST, NOW)) == 1, "there is one already"
    actions.note_sizes(number, Found(people=0, sizes=()), now=max(FIRST, NOW))
    assert actions.claim_due(now=max(FIRST, NOW)) == number
    assert report_for(READS_ALL, number).looks[0].seen is None


def test_a_verdict_at_any_time_is_one_of_the_five() -> None:
    assert {one.value for one in Said} == {
        "not enough data", "below never-failed", "equivalent", "above", "cannot tell: groups not comparable",
    }  # fmt: skip
