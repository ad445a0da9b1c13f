"""A report of the paradox: registered before it opens, and kept as it was found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from makegood.kernel.refusals import Refusal
from makegood.measurement import actions
from makegood.measurement.findings import Asked, Compared, Figure, Found, Group, Known, Outcome, Said, Size, sentence
from makegood.measurement.queries import latest_paradox, report_for, reports
from makegood.notices.models import Notice
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand, cast

__all__ = ["cast"]

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ASKED: dict[str, Any] = {
    "outcome": Outcome.STAYED, "since": date(2026, 6, 1), "before": date(2026, 11, 1), "margin": 0.02,
}  # fmt: skip
FOUND = Found(
    people=1200,
    sizes=(Size(group=Group.NEVER, people=1000, counted=990, needed=800),),
    asked=(
        Asked(
            outcome=Outcome.STAYED,
            figures=(Figure(group=Group.NEVER, people=1000, counted=990, value=0.9, low=0.88, high=0.92),),
            compared=(Compared(group=Group.PUT_RIGHT, said=Said.EQUIVALENT, value=0.001, low=-0.01, high=0.012),),
        ),
    ),
)


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


def registered(hand: Hand, **said: object) -> int:
    return actions.register(**(ASKED | said), by=hand.by, now=NOW)


def test_an_analyst_registers_it_and_it_opens_when_the_last_was_watched_long_enough(cast: Cast) -> None:
    anil = Hand(cast.anil)
    number = registered(anil)
    found = report_for(anil.scope, number)
    assert found.plan.covariates == tuple(Known)
    assert found.opens_at.date() - date(2026, 11, 1) >= 120 * DAY
    assert (found.found, found.found_at, found.registered_by) == (None, None, "Anil Rao")
    assert [one.number for one in reports(anil.scope)] == [number]
    assert latest_paradox(anil.scope) == found


def test_who_may_not(cast: Cast) -> None:
    anil, mara, greta = Hand(cast.anil), Hand(cast.mara), Hand(cast.greta)
    number = registered(anil)
    assert code(lambda: registered(mara)) == code(lambda: registered(greta)) == "people.not_allowed"
    assert code(lambda: report_for(mara.scope, number)) == code(lambda: reports(mara.scope)) == "people.not_allowed"
    assert latest_paradox(mara.scope) is None
    assert report_for(greta.scope, number).number == number
    assert code(lambda: report_for(greta.scope, 10**9)) == "report.unknown"


@pytest.mark.parametrize(
    ("said", "no"),
    [
        ({"before": date(2026, 6, 1)}, "report.bad_days"),
        ({"before": date(2030, 6, 1)}, "report.bad_days"),
        ({"margin": 0.0}, "report.bad_margin"),
        ({"margin": 2.0}, "report.bad_margin"),
        ({"horizon_days": 91}, "report.bad_value"),
        ({"covariates": [Known.TENURE]}, "report.nothing_known"),
    ],
)
def test_what_makes_no_sense_is_refused(cast: Cast, said: dict[str, object], no: str) -> None:
    assert code(lambda: registered(Hand(cast.ada), **said)) == no


def test_each_further_report_of_the_same_days_has_to_be_surer(cast: Cast) -> None:
    anil = Hand(cast.anil)
    looks = [report_for(anil.scope, registered(anil)).plan.looks for _time in range(2)]
    later = registered(anil, since=date(2026, 11, 1), before=date(2026, 12, 1))
    assert looks == [1, 2]
    assert report_for(anil.scope, later).plan.looks == 1


def test_it_is_counted_daily_and_found_once(cast: Cast) -> None:
    anil = Hand(cast.anil)
    number = registered(anil)
    assert actions.claim_due(now=NOW) == number
    assert actions.claim_due(now=NOW) is None, "somebody is at it"
    sizes = Found(people=1200, sizes=FOUND.sizes)
    actions.note_sizes(number, sizes, now=NOW)
    assert actions.claim_due(now=NOW) is None
    assert actions.claim_due(now=NOW + DAY) == number
    opens = report_for(anil.scope, number).opens_at
    actions.note_found(number, FOUND, now=opens)
    actions.note_found(number, sizes, now=opens + DAY)
    shown = latest_paradox(anil.scope)
    assert shown is not None
    assert shown.found == FOUND
    assert shown.found_at == opens
    assert actions.claim_due(now=opens + 9 * DAY) is None
    assert Notice.objects.filter(staff=cast.anil, topic="report.opened").count() == 1


def test_what_went_wrong_is_shown_and_tried_again(cast: Cast) -> None:
    anil = Hand(cast.anil)
    number = registered(anil)
    actions.note_problem(number, "The disk is full.", now=NOW)
    assert report_for(anil.scope, number).problem == "The disk is full."
    assert actions.claim_due(now=NOW) is None
    assert actions.claim_due(now=NOW + 2 * DAY) == number


def test_a_verdict_is_one_of_five_sentences() -> None:
    above = Compared(group=Group.PUT_RIGHT, said=Said.ABOVE, value=0.17, low=0.03, high=0.31)
    assert sentence(above, margin=0.1) == "Above by 0.17 (95% interval 0.03 to 0.31)."
    few = Compared(group=Group.PUT_RIGHT, said=Said.TOO_FEW, missing=1234)
    assert sentence(few, margin=0.1) == "Not enough data: about 1,234 more needed."
    assert sentence(Compared(group=Group.SILENT, said=Said.CANNOT_TELL), margin=1).startswith("Cannot tell")
