"""Incidents: one cause, many customers, each told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases import actions as cases
from makegood.cases.models import Case, Cause, Commitment, Escalation, StepDone
from makegood.cases.queries import desk_rows
from makegood.followups.actions import answer_oneself
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries import dry_run, incident_for, members, tally, told_in_case
from makegood.incidents.rules.giving import Gift
from makegood.journal.actors import Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.learning.queries.own import own_standing
from makegood.links.actions import make_link
from makegood.platform.models import Installation
from makegood.promises.models import Promise
from makegood.promises.rules import State
from makegood.remedies.actions import let_choose, set_limit
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from tests.factories import NOW, Cast, make_customer, make_staff
from tests.rooms.casework import Hand, cast, watch  # noqa: F401 - a fixture
from tests.rooms.incidents import H, cancelled, member_of, passengers, release_all, storm

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(cast: Cast) -> Hand:  # noqa: F811
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    return Hand(cast.lena)


def test_everybody_hit_is_collected_once(lena: Hand) -> None:
    one, two = passengers(2)
    cancelled(one)
    cancelled(one, seat="4A")
    cancelled(two)
    cancelled(make_customer("Far Away"), **{"from": "LGA"})
    number = storm(lena)
    facts = incident_for(lena.scope, number)
    assert facts.counts.waiting == 2
    assert member_of(number, one).affected.count() == 2
    assert actions.collect(number, **lena.at(NOW)) == (0, 0)


def test_who_turns_out_fine_leaves_and_may_come_back(lena: Hand) -> None:
    one, two = passengers(2)
    promise, _ = cancelled(one), cancelled(two)
    number = storm(lena)
    Promise.objects.filter(pk=promise.pk).update(state=State.OPEN)
    assert actions.collect(number, **lena.at(NOW)).left == 1
    assert member_of(number, one).left_out == "fine"
    Promise.objects.filter(pk=promise.pk).update(state=State.AT_RISK)
    actions.collect(number, **lena.at(NOW))
    assert member_of(number, one).left_out == ""


def test_the_dry_run_shows_the_very_message(lena: Hand) -> None:
    for one in passengers(4, languages=("en", "de", "es", "pt")):
        cancelled(one)
    number = storm(lena)
    shown = {line.member: line for line in dry_run(lena.scope, number, now=NOW).rows}
    assert "Das liegt an uns" in next(line.message for line in shown.values() if line.language == "de")
    counted = tally(lena.scope, number, now=NOW)
    assert (counted.told, counted.languages) == (4, {"en": 1, "de": 1, "es": 1, "pt": 1})
    release_all(number, lena)
    for row in Member.objects.filter(incident_id=number):
        assert row.message == shown[row.pk].message
        assert row.told_at == NOW


def test_a_light_case_is_told_and_on_no_desk(lena: Hand) -> None:
    (one,) = passengers(1)
    cancelled(one)
    number = storm(lena)
    release_all(number, lena)
    case = Case.objects.get(customer=one)
    assert case.light
    assert case.cause is not None
    assert case.cause.slug == "weather"
    assert set(StepDone.objects.filter(case=case).values_list("step", flat=True)) == {
        "own", "empathise", "apologise", "refocus"
    }  # fmt: skip
    assert Commitment.objects.get(case=case).promise.state == State.KEPT
    assert [group.count for group in desk_rows(lena.scope, who="team").groups] == [0, 0, 0]
    told = told_in_case(case.pk)
    assert told is not None
    assert told.message == member_of(number, one).message


def test_who_wants_more_comes_to_the_desk(lena: Hand) -> None:
    (one,) = passengers(1)
    cancelled(one)
    number = storm(lena)
    release_all(number, lena)
    case = Case.objects.get(customer=one)
    answer_oneself(case.pk, answer="more", words="I need a hotel.", by=Actor(ActorKind.CUSTOMER, one.pk, "D"), now=NOW)
    case.refresh_from_db()
    assert not case.light
    assert incident_for(lena.scope, number).counts.more == 1
    assert [line.case for line in members(lena.scope, number, state="more").rows] == [case.pk]


def test_a_yes_closes_a_light_case(lena: Hand) -> None:
    (one,) = passengers(1)
    cancelled(one)
    number = storm(lena)
    release_all(number, lena)
    case = Case.objects.get(customer=one)
    answer_oneself(case.pk, answer="satisfied", by=Actor(ActorKind.CUSTOMER, one.pk, "D"), now=NOW)
    assert actions.close_answered(now=NOW + H) == 1
    case.refresh_from_db()
    assert case.outcome == "satisfied"
    assert incident_for(lena.scope, number).counts.satisfied == 1


def test_an_untouched_case_is_joined_not_doubled(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (one,) = passengers(1)
    promise = cancelled(one)
    watch(promise.breaks_at + H)
    case = Case.objects.get(customer=one)
    owner = case.owner_id
    number = storm(lena, now=promise.breaks_at + H)
    release_all(number, lena, now=promise.breaks_at + H)
    case.refresh_from_db()
    assert case.light
    assert case.owner_id == owner
    assert Case.objects.filter(customer=one).count() == 1
    assert member_of(number, one).case_id == case.pk


def test_whoever_talks_to_them_goes_on(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (one,) = passengers(1)
    promise = cancelled(one)
    later = promise.breaks_at + H
    watch(later)
    case = Case.objects.get(customer=one)
    mara = Hand(cast.mara)
    cases.record_step(case.pk, step="listen", words="My daughter waits.", **mara.at(later))
    number = storm(lena, now=later)
    release_all(number, lena, now=later)
    assert member_of(number, one).left_out == "in_conversation"
    assert StepDone.objects.filter(case=case).count() == 1


def test_left_out_with_a_reason(lena: Hand) -> None:
    silent = make_customer("No Address")
    cancelled(silent)
    number = storm(lena)
    release_all(number, lena)
    assert member_of(number, silent).left_out == "no_way_to_reach"
    assert not Case.objects.filter(customer=silent).exists()
    assert incident_for(lena.scope, number).counts.left == {"no_way_to_reach": 1}


def test_told_by_another_incident_is_not_told_again(lena: Hand) -> None:
    (one,) = passengers(1)
    cancelled(one)
    first, second = storm(lena), storm(lena)
    release_all(first, lena)
    release_all(second, lena)
    assert member_of(second, one).left_out == "told_already"


def test_who_had_an_apology_lately_hears_other_words(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (one,) = passengers(1)
    earlier = cases.report_failure(customer_id=one.pk, kind="refund", what="No refund", **lena.at(NOW - 48 * H)).number
    cases.record_step(earlier, step="apologise", words="I am sorry.", **lena.at(NOW - 47 * H))
    cancelled(one)
    number = storm(lena)
    (line,) = dry_run(lena.scope, number, now=NOW).rows
    assert "You have had words from us before" in line.message
    assert tally(lena.scope, number, now=NOW).apologised == 1


def test_ones_own_words_with_places(lena: Hand) -> None:
    (one,) = passengers(1)
    cancelled(one)
    number = storm(lena)
    actions.set_words(
        number, language="en", lines={"happened": "Snow closed Kennedy. {new} is when you fly."}, **lena.at(NOW)
    )
    (line,) = dry_run(lena.scope, number, now=NOW).rows
    assert "Snow closed Kennedy. Tue 24 Nov, 13:00 is when you fly." in line.message
    with pytest.raises(Refusal, match="Nothing is known as"):
        actions.set_words(number, language="en", lines={"news": "{flight}"}, **lena.at(NOW))


def test_nothing_promises_that_it_will_be_better_before_something_was_changed(lena: Hand) -> None:
    """Neither when it is written, nor when it is sent: what held when it was written may have come back."""
    for one in passengers(3):
        cancelled(one)
    number = storm(lena)
    better = {"own": "It will never happen again."}

    def says(deed: Callable[[], object]) -> str:
        with pytest.raises(Refusal) as no:
            deed()
        return no.value.code

    def write() -> object:
        return actions.set_words(number, language="en", lines=better, **lena.at(NOW))

    def release() -> object:
        return actions.release(number, batch_size=1, every=0, **lena.at(NOW))

    gift = Gift(remedy=RemedyKind.GESTURE, titles={"en": "A call", "de": "Nie wieder!"})
    assert says(write) == "promise.no_improvement"
    assert says(lambda: actions.set_gift(number, gift, **lena.at(NOW))) == "promise.no_improvement"
    improved(NOW)
    write()
    improved(None)
    assert says(release) == "promise.no_improvement"
    improved(NOW)
    release()
    assert actions.release_due(now=NOW)
    improved(None)
    assert actions.release_due(now=NOW + H)
    row = Incident.objects.get()
    assert (row.batches, row.stopped_at) == (1, NOW + H)
    assert "promises that things will be better" in row.stopped_why


def improved(at: datetime | None) -> None:
    Cause.objects.filter(slug="weather").update(improved_at=at)


def _voucher(amount: str) -> Gift:
    return Gift(remedy=RemedyKind.CREDIT, titles={"en": "A meal voucher"}, amount=Decimal(amount), currency="USD")


def _limit(grade: int, each: str | None, budget: str | None) -> None:
    limit = Limit(
        grade=grade, currency="USD", case=None if each is None else Decimal(each),
        budget=None if budget is None else Decimal(budget),
    )  # fmt: skip
    set_limit(limit, by=Actor(ActorKind.SYSTEM, None, "test"), now=NOW)


def test_a_modest_gift_is_given_within_the_owners_authority(lena: Hand) -> None:
    _limit(2, "50", "1000")
    for one in passengers(3):
        cancelled(one)
    number = storm(lena)
    actions.set_gift(number, _voucher("15"), **lena.at(NOW))
    release_all(number, lena)
    assert list(Grant.objects.values_list("goodwill", "decided_by")) == [(Decimal(15), lena.id)] * 3
    assert Entry.objects.filter(verb="case.granted").count() == 3


def _asked_of(hand: Hand) -> int:
    return own_standing(hand.scope, "USD", until=NOW, at_most=9).approvals


def test_what_is_too_much_is_approved_once_for_all_and_never_by_the_owner(lena: Hand, cast: Cast) -> None:  # noqa: F811
    _limit(2, "50", "40")
    _limit(4, None, None)
    for one in passengers(3):
        cancelled(one)
    number = storm(lena)
    actions.set_gift(number, _voucher("15"), **lena.at(NOW))
    with pytest.raises(Refusal) as no:
        actions.release(number, batch_size=10, every=0, **lena.at(NOW))
    assert no.value.code == "authority.over"
    assert "Greta Moreau" in no.value.message
    actions.ask_approval(number, **lena.at(NOW))
    with pytest.raises(Refusal) as own:
        actions.decide(number, approve=True, **lena.at(NOW))
    assert own.value.code == "approval.own"
    greta = Hand(cast.greta)
    assert [_asked_of(one) for one in (greta, lena, Hand(cast.stranger))] == [1, 0, 0], "the rail counts it for her"
    actions.decide(number, approve=True, **greta.at(NOW))
    assert _asked_of(greta) == 0
    release_all(number, lena)
    assert set(Grant.objects.values_list("by", "decided_by")) == {(lena.id, cast.greta.pk)}


def test_what_a_customer_may_still_choose_is_held_from_the_givers_budget(lena: Hand) -> None:
    _limit(2, "50", "40")
    case = cases.report_failure(customer_id=make_customer("Sam Ito").pk, kind="delivery", what="Late", **lena.at(NOW))
    things = [
        Choice(remedy=RemedyKind.CREDIT, title=f"{amount} off", amount=Decimal(amount), due_at=NOW + 9 * H)
        for amount in (20, 30)
    ]
    let_choose(case.number, things, until=NOW + 4 * H, **lena.at(NOW))
    cancelled(passengers(1)[0])
    number = storm(lena)
    actions.set_gift(number, _voucher("15"), **lena.at(NOW))
    with pytest.raises(Refusal, match="5 over the") as no:
        actions.release(number, batch_size=10, every=0, **lena.at(NOW))
    assert no.value.code == "authority.over"


def test_finding_who_may_approve_asks_the_same_however_many_people_there_are(lena: Hand, cast: Cast) -> None:  # noqa: F811
    _limit(2, "50", "10")
    _limit(4, None, None)
    cancelled(passengers(1)[0])
    number = storm(lena)
    actions.set_gift(number, _voucher("15"), **lena.at(NOW))
    asked = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen, pytest.raises(Refusal, match="Greta Moreau"):
            actions.release(number, batch_size=10, every=0, **lena.at(NOW))
        asked.append(len(seen))
        for one in range(8):
            make_staff(f"Agent {one}", team=cast.care)
    assert asked[0] == asked[1]


def test_the_release_stops_when_more_join_than_were_approved(lena: Hand, cast: Cast) -> None:  # noqa: F811
    _limit(2, "50", "40")
    _limit(4, None, None)
    people = passengers(5)
    for one in people[:3]:
        cancelled(one)
    number = storm(lena)
    actions.set_gift(number, _voucher("15"), **lena.at(NOW))
    actions.ask_approval(number, **lena.at(NOW))
    actions.decide(number, approve=True, **Hand(cast.greta).at(NOW))
    release_all(number, lena)
    for one in people[3:]:
        cancelled(one)
    actions.collect_open(now=NOW + H)
    assert actions.release_due(now=NOW + H)
    row = Incident.objects.get(pk=number)
    assert row.stopped_at == NOW + H
    assert "approved" in row.stopped_why
    assert Grant.objects.count() == 3


def test_stopped_midway_and_resumed(lena: Hand) -> None:
    for one in passengers(5):
        cancelled(one)
    number = storm(lena)
    actions.release(number, batch_size=2, every=60, **lena.at(NOW))
    assert actions.release_due(now=NOW)
    assert not actions.release_due(now=NOW)
    actions.stop(number, reason="Wrong words", **lena.at(NOW))
    assert not actions.release_due(now=NOW + H)
    assert incident_for(lena.scope, number).counts.told == 2
    with pytest.raises(Refusal) as no:
        actions.stop(number, **lena.at(NOW))
    assert no.value.code == "incident.not_now"
    actions.resume(number, batch_size=2, every=60, **lena.at(NOW + H))
    assert actions.release_due(now=NOW + H)
    assert actions.release_due(now=NOW + 2 * H)
    counts = incident_for(lena.scope, number).counts
    assert (counts.told, counts.waiting) == (5, 0)


def test_a_stranger_sees_and_does_nothing(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (one,) = passengers(1)
    cancelled(one)
    number = storm(lena)
    for person in (cast.stranger, cast.otto):
        hand = Hand(person)
        for deed in (
            lambda: incident_for(hand.scope, number),  # noqa: B023
            lambda: dry_run(hand.scope, number, now=NOW),  # noqa: B023
            lambda: actions.release(number, batch_size=1, every=0, **hand.at(NOW)),  # noqa: B023
            lambda: actions.collect(number, **hand.at(NOW)),  # noqa: B023
            lambda: actions.hand_out(number, **hand.at(NOW)),  # noqa: B023
        ):
            with pytest.raises(Refusal) as no:
                deed()
            assert no.value.code == "incident.unknown"
    with pytest.raises(Refusal) as no:
        storm(Hand(cast.mara))
    assert no.value.code == "incident.may_not"
    with pytest.raises(Refusal) as no:
        actions.release(number, batch_size=1, every=0, **Hand(cast.mara).at(NOW))
    assert no.value.code == "incident.may_not"


def test_letters_are_handed_out_once_with_a_link_each(lena: Hand) -> None:
    for one in passengers(2):
        cancelled(one)
    number = storm(lena)
    with pytest.raises(Refusal, match="nobody was told yet"):
        actions.hand_out(number, **lena.at(NOW))
    release_all(number, lena)
    letters = actions.hand_out(number, **lena.at(NOW))
    assert [letter.address for letter in letters] == ["dana0@example.com", "dana1@example.com"]
    assert len({letter.token for letter in letters}) == 2
    with pytest.raises(Refusal):
        actions.hand_out(number, **lena.at(NOW))
    assert len(actions.hand_out(number, again=True, **lena.at(NOW))) == 2
    assert make_link(letters[0].case, **lena.at(NOW))


def test_a_repeat_gets_a_person_as_well(lena: Hand, cast: Cast) -> None:  # noqa: F811
    (one,) = passengers(1)
    earlier = cases.report_failure(customer_id=one.pk, kind="delivery", what="Late", **lena.at(NOW - 48 * H)).number
    Case.objects.filter(pk=earlier).update(closed_at=NOW - 24 * H, outcome="satisfied")
    cancelled(one)
    number = storm(lena)
    release_all(number, lena)
    case = Case.objects.get(pk=member_of(number, one).case_id)
    assert not case.light
    assert case.ordinal == 2
    assert Commitment.objects.get(case=case, purpose="first_contact").promise.state in (State.OPEN, State.AT_RISK)
    assert Escalation.objects.filter(case=case).exists()


def test_the_next_batch_is_planned_for_what_the_batch_before_it_wrote(lena: Hand) -> None:
    for one in passengers(6):
        cancelled(one)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
    with CaptureQueriesContext(connection) as asked:
        release_all(storm(lena), lena, size=1)
    counted = [one["sql"] for one in asked if one["sql"].startswith("ANALYZE") and "cases_case" in one["sql"]]
    # When what was written has doubled, so less often than there are batches.
    assert len(counted) == 2
