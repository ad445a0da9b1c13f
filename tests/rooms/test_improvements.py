"""A cause found, corrected, proven, and what may be said of it to a customer (story A0, its last part)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case, Failure
from makegood.cases.queries import case_for
from makegood.incidents.models import Affected, Incident, Member
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.learning import actions
from makegood.learning.models import Improvement
from makegood.learning.queries.improvements import improvement_for, improvements
from makegood.learning.queries.recurring import count
from makegood.learning.rules.recurrence import State, Why
from makegood.notices.models import Notice
from makegood.promises import actions as promises
from makegood.promises.models import Promise
from makegood.promises.rules import State as PromiseState
from makegood.remedies.queries import coaching
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara, watch
from tests.rooms.test_ending import reported

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


@pytest.fixture
def number(mara: Hand) -> int:
    """A case that is put down to labels that look alike."""
    number = reported(mara)
    cases.record_cause(number, cause="wrong-item", note="Two bins carry the same label", **mara.at(NOW))
    return number


def begun(hand: Hand, owner: Hand, now: datetime = NOW, **said: object) -> int:
    asked = {"cause": "wrong-item", "change": "Bins are labelled on both sides", "due_at": now + 7 * DAY} | said
    return actions.begin(owner_id=owner.id, by=hand.by, now=now, **asked)  # type: ignore[arg-type]


def due(hand: Hand, many: int, failed: int, *, now: datetime, cause: str = "wrong-item") -> None:
    """So many promises due in the days before `now`, some of them failed by a cause."""
    customer = make_customer("Ines Duarte").pk
    pattern = promises.make(
        customer_id=customer,
        kind="delivery",
        title="Trousers",
        due_at=now + HOUR,
        owner_id=hand.id,
        by=hand.by,
        now=now,
    )
    row = Promise.objects.get(pk=pattern.pk)
    made = []
    for place in range(many):
        at = now - DAY - place * timedelta(seconds=1)
        made.append(
            Promise(
                customer_id=customer,
                kind=row.kind,
                title="Trousers",
                made_at=at - DAY,
                due_at=at,
                warn_at=at,
                breaks_at=at,
                state=PromiseState.KEPT,
                kept_at=at,
                settled_at=at,
            )
        )
    Promise.objects.bulk_create(made)
    case = reported(hand)
    cases.record_cause(case, cause=cause, **hand.at(NOW))
    Failure.objects.filter(case_id=case).delete()
    Failure.objects.bulk_create(
        Failure(case_id=case, what="Wrong", failure_class="outcome", severity=2, detected_by="staff", at=now - DAY)
        for _ in range(failed)
    )
    Case.objects.filter(pk=case).update(kind=row.kind)


def test_from_a_cause_to_a_change_that_held(cast: Cast, mara: Hand, number: int) -> None:
    otto = Hand(cast.otto)
    due(mara, 1000, 40, now=NOW)
    improvement = begun(mara, otto, kind="delivery", less_by=50, exposure=500)
    assert Notice.objects.filter(topic="improvement.begun", staff_id=otto.id).exists()
    one = improvement_for(otto.scope, improvement)
    assert (one.state, one.before.due, one.before.failed, one.may, one.more_needed) == (
        State.PLANNED,
        1000,
        40,
        True,
        500,
    )
    assert [each.number for each in improvements(otto.scope, mine=True)] == [improvement]
    assert improvements(mara.scope, mine=True) == ()
    assert not coaching(case_for(mara.scope, number), now=NOW).improved

    live = NOW + 3 * DAY
    actions.bring_live(improvement, scope=otto.scope, by=otto.by, now=live)
    assert Promise.objects.get(pk=Improvement.objects.get().promise_id).state == PromiseState.KEPT
    assert coaching(case_for(mara.scope, number), now=live).improved, "we may say that we changed it"

    due(mara, 500, 4, now=live + 20 * DAY)
    assert actions.judge_due(now=live + 21 * DAY)
    assert not actions.judge_due(now=live + 21 * DAY)
    one = improvement_for(otto.scope, improvement)
    assert one.judged is not None
    assert one.ratio is not None
    assert (one.state, one.judged.why, one.looks, one.since.due) == (State.HELD, Why.FEWER, 1, 500)
    assert one.ratio.high < 1
    assert Notice.objects.filter(topic="improvement.held", staff_id=otto.id).exists()
    verbs = Entry.objects.filter(subject_kind="improvement").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["improvement.begun", "improvement.live", "improvement.judged"]


def test_what_came_back_may_not_be_said_any_more(cast: Cast, mara: Hand, number: int) -> None:
    due(mara, 1000, 20, now=NOW)
    improvement = begun(mara, mara, kind="delivery", exposure=300)
    actions.bring_live(improvement, scope=mara.scope, by=mara.by, now=NOW + HOUR)
    assert case_for(mara.scope, number).improved_at == NOW + HOUR
    due(mara, 300, 15, now=NOW + 20 * DAY)
    actions.judge_due(now=NOW + 21 * DAY)
    assert improvement_for(mara.scope, improvement).state is State.CAME_BACK
    assert case_for(mara.scope, number).improved_at is None
    assert not coaching(case_for(mara.scope, number), now=NOW + 21 * DAY).improved
    assert Notice.objects.filter(topic="improvement.came_back").exists()


def test_failures_without_a_cause_hold_the_verdict_back(mara: Hand, number: int) -> None:
    due(mara, 1000, 40, now=NOW)
    improvement = begun(mara, mara, kind="delivery", exposure=500)
    actions.bring_live(improvement, scope=mara.scope, by=mara.by, now=NOW + HOUR)
    due(mara, 500, 25, now=NOW + 20 * DAY, cause="weather")
    newest = Failure.objects.order_by("-pk").values_list("case_id", flat=True)[0]
    Case.objects.filter(pk=newest).update(cause=None)
    actions.judge_due(now=NOW + 21 * DAY)
    one = improvement_for(mara.scope, improvement)
    assert one.judged is not None
    assert (one.state, one.judged.why, one.unsolved) == (State.LIVE, Why.UNSOLVED, 25)


def test_a_date_that_passes_is_told_and_a_change_that_is_dropped_says_nothing(
    cast: Cast, mara: Hand, number: int
) -> None:
    improvement = begun(mara, mara)
    watch(NOW + 8 * DAY)
    late = Notice.objects.filter(topic="improvement.late").order_by("staff_id").values_list("staff_id", flat=True)
    assert set(late) == {mara.id, cast.lena.pk}
    actions.bring_live(improvement, scope=mara.scope, by=mara.by, now=NOW + 9 * DAY)
    actions.drop(improvement, reason="The bins are gone", scope=mara.scope, by=mara.by, now=NOW + 10 * DAY)
    assert case_for(mara.scope, number).improved_at is None
    assert improvements(mara.scope) == ()
    assert [one.state for one in improvements(mara.scope, ended=True)] == [State.DROPPED]


def test_what_is_refused(cast: Cast, mara: Hand, number: int) -> None:
    stranger, anil = Hand(cast.stranger), Hand(cast.anil)
    assert code(lambda: begun(mara, mara, cause="weather")) == "improvement.no_case"
    assert code(lambda: begun(mara, mara, cause="none")) == "cause.unknown"
    assert code(lambda: begun(mara, mara, change=" ")) == "improvement.no_change"
    assert code(lambda: begun(mara, mara, change="Tomás Reyes reads the list")) == "cause.names_a_person"
    assert code(lambda: begun(mara, mara, less_by=0)) == "improvement.bad_value"
    assert code(lambda: begun(mara, mara, exposure=0)) == "improvement.bad_value"
    assert code(lambda: begun(mara, mara, due_at=NOW)) == "promise.due_past"
    assert code(lambda: begun(anil, mara)) == "people.not_allowed"
    improvement = begun(mara, mara)
    for deed in (
        lambda: actions.bring_live(improvement, scope=stranger.scope, by=stranger.by, now=NOW),
        lambda: actions.drop(improvement, reason="No", scope=stranger.scope, by=stranger.by, now=NOW),
    ):
        assert code(deed) == "improvement.not_yours"
    assert code(lambda: actions.drop(improvement, reason=" ", scope=mara.scope, by=mara.by, now=NOW)) == (
        "improvement.no_reason"
    )
    actions.bring_live(improvement, scope=mara.scope, by=mara.by, now=NOW)
    assert code(lambda: actions.bring_live(improvement, scope=mara.scope, by=mara.by, now=NOW)) == "improvement.not_now"
    assert code(lambda: improvement_for(mara.scope, 999)) == "improvement.unknown"


def test_failures_of_one_incident_are_one_event(mara: Hand, number: int) -> None:
    due(mara, 100, 5, now=NOW)
    improvement = begun(mara, mara, kind="delivery")
    assert improvement_for(mara.scope, improvement).before.failed == 5
    incident = Incident.objects.create(title="Storm", owner_id=mara.id, opened_at=NOW, narrow={})
    customer = make_customer("Ines Duarte")
    member = Member.objects.create(incident=incident, customer=customer, joined_at=NOW)
    late = Promise.objects.filter(kind__slug="delivery", state="kept")[:4]
    for promise, failure in zip(late, Failure.objects.filter(what="Wrong"), strict=False):
        Failure.objects.filter(pk=failure.pk).update(promise=promise)
        Affected.objects.create(member=member, promise=promise)
    row = Improvement.objects.select_related("cause").get()
    counted = count(row.cause_id, row.kind_id, live_at=None, zone="Europe/London", now=NOW)
    assert counted["before"] == [100, 2], "four of one storm, and one more"
    assert sum(failed for _, _, failed in counted["weeks"]) == 2
