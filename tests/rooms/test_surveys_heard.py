"""What became of a survey: a message that never arrived, an incident that is asked of once, and what its case tells."""

from __future__ import annotations

import pytest

from makegood.cases.models import Failure
from makegood.cases.queries import case_for, timeline
from makegood.conversation import actions as conversation
from makegood.conversation.models import Message
from makegood.conversation.rules.messages import State
from makegood.incidents.models import Affected, Incident, Member
from makegood.measurement import actions, queries
from makegood.measurement.models import Survey
from makegood.people.rules import Role, Scope
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW
from tests.rooms.casework import HOUR, MINUTE, cast, mara
from tests.rooms.incidents import cancelled
from tests.rooms.surveying import DAY, NOON, closed_case, pulse_of, reachable, survey_after, turn_on
from tests.rooms.test_conversation import bounce, box, come_in, files
from tests.rooms.test_mail_leaving import run
from tests.rooms.test_surveys import asked, by_our_server, theirs

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "mara"]


def the_rate(occasion: str = "pulse") -> queries.Rate:
    found = queries.response_rates(Scope(Role.ANALYST), since=NOW - DAY, before=NOW + 90 * DAY)
    (rate,) = [one for one in found if one.occasion == occasion]
    return rate


def test_what_came_back_was_not_reached_and_is_not_reminded(cast, box, files, smtp_server, monkeypatch) -> None:
    by_our_server(box, smtp_server)
    turn_on(cast)
    lost = asked(pulse_of(reachable(), due_at=NOW, reminds=True))
    run(files, monkeypatch, at=NOON + MINUTE)
    assert (the_rate().unreached, the_rate().silent) == (0, 1)
    come_in(files, box, bounce(Message.objects.get(pk=lost.message_id).message_id), now=NOON + HOUR)
    assert Message.objects.get(pk=lost.message_id).state == State.BOUNCED
    rate = the_rate()
    assert (rate.asked, rate.reached, rate.unreached, rate.silent) == (1, 0, 1, 0)
    actions.ask_due(now=NOON + 6 * DAY)
    lost.refresh_from_db()
    assert (lost.reminded_at, lost.due_at) == (None, None)


def test_the_service_says_that_it_came_back(cast, box, files, smtp_server, monkeypatch) -> None:
    by_our_server(box, smtp_server)
    turn_on(cast)
    lost = asked(pulse_of(reachable(), due_at=NOW))
    run(files, monkeypatch, at=NOON + MINUTE)
    name = Message.objects.get(pk=lost.message_id).message_id
    told = conversation.note_lost([conversation.Lost(name, "No such user")], mailbox_id=box.pk, now=NOON + HOUR)
    assert (told, the_rate().unreached) == (1, 1)


def test_whoever_answered_was_reached_whatever_a_server_says(cast, box) -> None:
    turn_on(cast)
    survey = asked(pulse_of(reachable(), due_at=NOW))
    Message.objects.filter(pk=survey.message_id).update(state=State.FAILED)
    actions.answer(survey.pk, given={"csat": "5"}, words="", by=theirs(survey), now=NOON)
    assert (the_rate().unreached, the_rate().answered) == (0, 1)


def storm_of(customer, *cases, cast) -> Incident:
    """An incident that told the first of these cases, and whose promise failed in the others."""
    storm = Incident.objects.create(title="Storm", owner=cast.lena, opened_at=NOW - DAY, narrow={})
    member = Member.objects.create(
        incident=storm, customer=customer, joined_at=NOW - DAY, case=cases[0], told_at=NOW - DAY, light=True,
        message="We know.",
    )  # fmt: skip
    for case in cases[1:]:
        promise = cancelled(customer)
        Affected.objects.create(member=member, promise=promise)
        Failure.objects.create(
            case=case, promise=promise, what="Late", detected_by="watch", at=NOW, severity=2, failure_class="outcome"
        )
    return storm


def test_of_one_incident_its_customer_is_asked_once(cast, box) -> None:
    """Also when the second case is of a second failure, and after the window; of something else they are asked."""
    turn_on(cast, window_days=7)
    who = reachable()
    light = closed_case(who, cast, at=NOW)
    again = closed_case(who, cast, at=NOW + 20 * DAY, repeat_of=light)
    storm_of(who, light, again, cast=cast)
    asked(survey_after(light, now=NOW), NOON + 3 * DAY)
    second = survey_after(again, now=NOW + 20 * DAY)
    actions.ask_due(now=NOON + 24 * DAY)
    second.refresh_from_db()
    assert (second.asked_at, second.dropped_because) == (None, "of_incident")
    other = survey_after(closed_case(who, cast, at=NOW + 30 * DAY), now=NOW + 30 * DAY)
    asked(other, NOON + 33 * DAY)


def test_two_cases_of_one_incident_that_are_due_at_once_are_one(cast, box) -> None:
    turn_on(cast)
    who = reachable()
    one = closed_case(who, cast, at=NOW)
    two = closed_case(who, cast, at=NOW, repeat_of=one)
    storm_of(who, one, two, cast=cast)
    for case in (one, two):
        survey_after(case, now=NOW)
    actions.ask_due(now=NOON + 3 * DAY)
    assert sorted(Survey.objects.values_list("dropped_because", flat=True)) == ["", "of_incident"]


def told_of(case, person) -> list[tuple[str, dict[str, object]]]:
    found = timeline(case_for(Scope(Role.AGENT, person.pk), case.pk))
    return [(one.verb, dict(one.data)) for one in found if one.verb.startswith("survey.")]


@pytest.mark.parametrize("owners_read", [False, True])
def test_the_story_of_the_case_tells_of_it_and_what_was_said_only_where_that_was_decided(
    cast, box, owners_read
) -> None:
    turn_on(cast, owners_read=owners_read)
    case = closed_case(reachable(), cast, at=NOW)
    survey = asked(survey_after(case, now=NOW), NOON + 3 * DAY)
    actions.answer(survey.pk, given={"csat": "2"}, words="He was curt.", by=theirs(survey), now=NOON + 4 * DAY)
    (first, _), (second, data) = told_of(case, cast.mara)
    assert (first, second) == ("survey.asked", "survey.answered")
    read = {"scores": {"csat": "2"}, "words": "He was curt."} if owners_read else {}
    assert data == {"occasion": "case", "case": case.pk} | read


def test_what_was_answered_by_lot_is_of_no_case(cast, box) -> None:
    turn_on(cast, owners_read=True)
    who = reachable()
    case = closed_case(who, cast, at=NOW - 9 * DAY)
    survey = asked(pulse_of(who, due_at=NOW))
    actions.answer(survey.pk, given={"csat": "4"}, words="Nice.", by=theirs(survey), now=NOON + DAY)
    assert told_of(case, cast.mara) == []


def test_the_page_of_the_case_shows_it_quietly(cast, box) -> None:
    turn_on(cast, owners_read=True)
    case = closed_case(reachable(), cast, at=NOW)
    survey = asked(survey_after(case, now=NOW), NOON + 3 * DAY)
    given = dict.fromkeys(("fair", "right", "soon", "easy"), "4") | {"csat": "5"}
    actions.answer(survey.pk, given=given, words="He rang at once.", by=theirs(survey), now=NOON + 4 * DAY)
    page = text(AtDesk(cast.mara).get(f"/cases/SR-{case.pk}/"))
    assert "Asked how it was, apart from the case" in page
    assert "answered the survey: put right 4 of 5, satisfaction 5 of 5" in page
    assert "He rang at once." in page
    assert AtDesk(cast.stranger).get(f"/cases/SR-{case.pk}/").status_code == 404
