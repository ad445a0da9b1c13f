"""Asking customers how it was: by lot and after cases, never twice in a window, once whatever happens."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from makegood.cases.models import Case
from makegood.conversation import actions as conversation
from makegood.conversation.models import Line, Mailbox, Message, Thread
from makegood.customers.models import ContactPoint, Customer
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.measurement import actions, queries
from makegood.measurement.actions.planning import plan_for
from makegood.measurement.asking import AskingFacts
from makegood.measurement.models import Asking, Drawing, LeftInPeace, Score, Survey
from makegood.notices.models import Notice
from makegood.people.rules import Role, Scope
from makegood.worker.pages import words_of
from tests.factories import NOW, actor, make_customer
from tests.rooms.casework import HOUR, MINUTE, cast, mara
from tests.rooms.surveying import DAY, NOON, closed_case, pulse_of, reachable, survey_after, turn_on
from tests.rooms.test_conversation import box, come_in, files, mail
from tests.rooms.test_mail_leaving import run

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "mara"]


def theirs(survey: Survey) -> Actor:
    return Actor(ActorKind.CUSTOMER, survey.customer_id, survey.customer.name)


def asked(survey: Survey, now: datetime = NOON) -> Survey:
    actions.ask_due(now=now)
    survey.refresh_from_db()
    assert survey.asked_at == now
    return survey


def by_our_server(box: Mailbox, server) -> None:
    Mailbox.objects.update(
        smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none", smtp_user="", smtp_secret=""
    )
    box.refresh_from_db()


def test_nobody_is_asked_until_it_is_turned_on(cast, box) -> None:
    pulse_of(reachable(), due_at=NOW)
    assert (actions.draw_today(now=NOW), actions.plan_after_cases(now=NOW), actions.ask_due(now=NOON)) == (0, 0, 0)
    assert not queries.asking().is_on
    assert not Message.objects.exists()


def test_only_an_administrator_turns_it_on(cast) -> None:
    for person in (cast.mara, cast.lena, cast.greta, cast.anil, cast.stranger):
        with pytest.raises(Refusal) as no:
            actions.set_asking(AskingFacts(is_on=True), by=actor(person), now=NOW)
        assert no.value.code == "people.not_allowed"
    assert not Asking.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("pulse_percent", Decimal(101)), ("window_days", 3), ("wait_days", 61), ("holds_days", 1), ("remind_days", 21)],
)
def test_settings_that_cannot_be_are_refused(cast, field, value) -> None:
    with pytest.raises(Refusal) as no:
        turn_on(cast, **{field: value})
    assert (no.value.code, no.value.field) == ("survey.bad_value", field)


def many(count: int) -> None:
    rows = Customer.objects.bulk_create(Customer(key=f"L{n}", name=f"Number {n}", made_at=NOW) for n in range(count))
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=row, channel="email", value=f"{row.key}@home.example", normal=f"{row.key}@home.example")
        for row in rows
    )


def test_the_lot_draws_its_share_once_a_day_and_the_same_from_the_same_seed(cast, box) -> None:
    many(3_000)
    row = turn_on(cast, pulse_percent=Decimal(30))
    planned = actions.draw_today(now=NOW)
    assert 10 < planned < 60
    assert actions.draw_today(now=NOW + HOUR) == 0
    drawn = list(Survey.objects.values_list("customer_id", "due_at", "reminds").order_by("customer_id"))
    hours = {due.hour for _, due, _ in drawn}
    assert min(hours) >= 9 - 1
    assert len(hours) > 3
    assert {reminds for *_, reminds in drawn} == {True, False}
    Survey.objects.all().delete()
    Drawing.objects.all().delete()
    actions.draw_today(now=NOW + HOUR)
    assert list(Survey.objects.values_list("customer_id", "due_at", "reminds").order_by("customer_id")) == drawn
    assert Drawing.objects.get().seed == row.seed


def test_the_lot_passes_over_who_must_not_be_asked(cast, box) -> None:
    free, busy, quiet, mute, gone, lately = (reachable(f"N{n} X") for n in range(6))
    Case.objects.filter(pk=closed_case(busy, cast, at=NOW).pk).update(closed_at=None, outcome="")
    LeftInPeace.objects.create(customer=quiet, at=NOW)
    mute.contacts.all().delete()
    Customer.objects.filter(pk=gone.pk).update(merged_into=free)
    turn_on(cast)
    Survey.objects.create(
        customer=lately, occasion="pulse", scales=["csat"], reminds=False, planned_at=NOW, asked_at=NOW - DAY,
        expires_at=NOW + DAY,
    )  # fmt: skip
    Asking.objects.update(pulse_percent=100, seed=7)
    for day in range(25):
        actions.draw_today(now=NOW + day * DAY)
    assert set(Survey.objects.filter(asked_at=None).values_list("customer_id", flat=True)) <= {free.pk}


def test_it_leaves_once_by_their_way_with_a_link_that_is_kept_nowhere(
    cast, box, files, smtp_server, monkeypatch
) -> None:
    by_our_server(box, smtp_server)
    turn_on(cast)
    survey = pulse_of(reachable(language="de"), due_at=NOW)
    assert [actions.ask_due(now=NOON) for _again in range(3)] == [1, 0, 0]
    run(files, monkeypatch, at=NOON + MINUTE)
    run(files, monkeypatch, at=NOON + 2 * MINUTE)
    (raw,) = [message_from_bytes(one.raw, policy=policy.default) for one in smtp_server.received]
    words = raw.get_body(("plain",)).get_content()
    assert raw["Auto-Submitted"] == "auto-generated"
    assert "Sie wurden ausgelost" in words
    token = re.search(r"/s/([\w-]{43})/", words)[1]
    found = queries.survey_by_token(token, now=NOON)
    assert found is not None
    assert (found.id, found.open) == (survey.pk, True)
    assert token not in str([*Message.objects.values()]) + str([*Survey.objects.values()])
    assert not any(Thread.objects.values_list("case_id", flat=True))


def test_by_text_message_where_they_prefer_it(cast) -> None:
    Line.objects.create(name="Texts", channel="sms", number="+441632960000", made_at=NOW, secret="", hook_secret="")
    turn_on(cast)
    who = make_customer("Dana Okafor", phone="+44 7700 900123", preferred_channel="sms", time_zone="Europe/London")
    asked(pulse_of(who, due_at=NOW))
    (one,) = conversation.take_messages(channels=["sms"], now=NOON)
    assert one.to == "+44 7700 900123"
    assert len(words_of(one)) < 320


def test_whoever_sleeps_waits_for_their_day(cast, box) -> None:
    turn_on(cast)
    survey = pulse_of(reachable(time_zone="Asia/Tokyo"), due_at=NOW)
    actions.ask_due(now=NOON)
    survey.refresh_from_db()
    assert survey.asked_at is None
    assert survey.due_at == datetime(2026, 11, 23, 23, tzinfo=NOW.tzinfo)
    asked(survey, survey.due_at)


def test_an_answer_to_the_message_is_a_word_of_the_customer(cast, box, files, smtp_server, monkeypatch) -> None:
    by_our_server(box, smtp_server)
    turn_on(cast)
    asked(pulse_of(reachable(), due_at=NOW))
    run(files, monkeypatch, at=NOON + MINUTE)
    told = message_from_bytes(smtp_server.received[0].raw, policy=policy.default)["Message-ID"].strip("<>")
    before = Thread.objects.count()
    come_in(files, box, mail("My parcel never came", answers=told, sender="dana@home.example"), now=NOON + HOUR)
    assert Thread.objects.count() == before + 1
    thread = Message.objects.get(inward=True).thread
    assert thread.case_id is not None or thread.settled_at is None


def test_after_a_case_some_days_later_and_once(cast, box) -> None:
    turn_on(cast)
    case = closed_case(reachable(), cast, at=NOW)
    survey = survey_after(case, now=NOW)
    assert (survey.due_at, survey.scales, survey.again) == (NOW + 3 * DAY, ["recovery", "csat"], False)
    asked(survey, NOON + 3 * DAY)
    assert survey_after(case, now=NOW + 40 * DAY).due_at == survey.due_at


@pytest.mark.parametrize("outcome", ["will_not_forgive", "unreachable", "corrected"])
def test_whoever_must_not_be_asked_after_a_case_is_not(cast, outcome) -> None:
    row = turn_on(cast)
    plan_for(row, [closed_case(reachable(), cast, at=NOW, outcome=outcome).pk], now=NOW)
    assert not Survey.objects.exists()


def test_a_case_opened_again_is_asked_about_after_its_last_close(cast, box) -> None:
    turn_on(cast)
    case = closed_case(reachable(), cast, at=NOW)
    survey_after(case, now=NOW)
    Case.objects.filter(pk=case.pk).update(closed_at=None, outcome="")
    actions.ask_due(now=NOON + 3 * DAY)
    assert Survey.objects.get().dropped_because == "reopened"
    Case.objects.filter(pk=case.pk).update(closed_at=NOW + 9 * DAY, outcome="satisfied")
    survey = survey_after(case, now=NOW + 9 * DAY)
    asked(survey, NOON + 12 * DAY)


def test_a_second_failure_is_the_one_exception(cast, box) -> None:
    turn_on(cast)
    who = reachable()
    first = closed_case(who, cast, at=NOW)
    asked(survey_after(first, now=NOW), NOON + 3 * DAY)
    other = survey_after(closed_case(who, cast, at=NOW + 4 * DAY), now=NOW + 4 * DAY)
    second = survey_after(closed_case(who, cast, at=NOW + 5 * DAY, repeat_of=first), now=NOW + 5 * DAY)
    third = survey_after(closed_case(who, cast, at=NOW + 6 * DAY, repeat_of=first), now=NOW + 6 * DAY)
    for day in range(6, 12):
        actions.ask_due(now=NOON + day * DAY)
    for one in (other, second, third):
        one.refresh_from_db()
    assert (other.dropped_because, third.dropped_because) == ("asked_lately", "asked_lately")
    assert (second.again, second.asked_at) == (True, NOON + 8 * DAY)


def test_whoever_is_due_twice_at_once_is_asked_once_of_what_tells_most(cast, box) -> None:
    turn_on(cast)
    who = reachable()
    first = closed_case(who, cast, at=NOW)
    pulse, plain = pulse_of(who, due_at=NOW), survey_after(first, now=NOW)
    second = survey_after(closed_case(who, cast, at=NOW, repeat_of=first), now=NOW)
    actions.ask_due(now=NOON + 3 * DAY)
    for one in (pulse, plain, second):
        one.refresh_from_db()
    assert second.asked_at == NOON + 3 * DAY
    assert (pulse.dropped_because, plain.dropped_because) == ("asked_lately", "asked_lately")


def test_half_are_reminded_once_and_only_while_they_keep_silent(cast, box) -> None:
    turn_on(cast)
    silent, spoken, spared = (
        pulse_of(reachable(f"N{n} X"), due_at=NOW, reminds=reminds) for n, reminds in enumerate((True, True, False))
    )
    actions.ask_due(now=NOON)
    spoken.refresh_from_db()
    actions.answer(spoken.pk, given={"csat": "5"}, words="", by=theirs(spoken), now=NOON + DAY)
    for day in range(1, 12):
        actions.ask_due(now=NOON + day * DAY)
    for one in (silent, spoken, spared):
        one.refresh_from_db()
    assert [one.reminded_at for one in (silent, spoken, spared)] == [NOON + 6 * DAY, None, None]
    assert Message.objects.count() == 4


def test_an_answer_is_a_score_once(cast, box) -> None:
    turn_on(cast)
    survey = asked(survey_after(closed_case(reachable(), cast, at=NOW - 3 * DAY), now=NOW))
    given = {"fair": "5", "right": "4", "soon": "4", "easy": "3", "csat": "4", "nps": "10", "heard": "9"}
    actions.answer(survey.pk, given=given, words="Thank you", by=theirs(survey), now=NOON + HOUR)
    told = Score.objects.order_by("scale").values_list("scale", "value", "occasion", "case_id", "source", "reference")
    assert [(scale, str(value), *rest) for scale, value, *rest in told] == [
        ("csat", "4.00", "case", survey.case_id, "makegood", f"{survey.pk}.csat"),
        ("recovery", "4.00", "case", survey.case_id, "makegood", f"{survey.pk}.recovery"),
    ]
    with pytest.raises(Refusal) as no:
        actions.answer(survey.pk, given=given, words="", by=theirs(survey), now=NOON + HOUR)
    assert no.value.code == "survey.over"
    assert not Notice.objects.filter(topic="case.survey_low").exists()


def test_a_low_answer_after_a_case_reaches_its_owner(cast, box) -> None:
    turn_on(cast)
    survey = asked(survey_after(closed_case(reachable(), cast, at=NOW - 3 * DAY), now=NOW))
    actions.answer(survey.pk, given={"csat": "1"}, words="", by=theirs(survey), now=NOON + HOUR)
    assert Notice.objects.filter(topic="case.survey_low").get().staff_id == cast.mara.pk


def test_words_of_somebody_who_is_not_content_begin_a_case_and_are_no_baseline(cast, box) -> None:
    turn_on(cast)
    survey = asked(pulse_of(reachable(), due_at=NOW))
    actions.answer(survey.pk, given={"csat": "2"}, words="Nobody rings back", by=theirs(survey), now=NOON + HOUR)
    case = Case.objects.get()
    assert (case.customer_id, Score.objects.get().began_id) == (survey.customer_id, case.pk)
    found = queries.scores_among([survey.customer_id], since=NOW, before=NOW + DAY)
    assert [one.is_baseline for one in found[survey.customer_id]] == [False]


def test_never_again_is_for_good_and_skipping_is_for_once(cast, box) -> None:
    turn_on(cast)
    peace, later = pulse_of(reachable("A X"), due_at=NOW), pulse_of(reachable("B X"), due_at=NOW)
    actions.ask_due(now=NOON)
    actions.leave_in_peace(peace.pk, by=theirs(peace), now=NOON)
    actions.skip(later.pk, by=theirs(later), now=NOON)
    again = [pulse_of(one.customer, due_at=NOON + 50 * DAY) for one in (peace, later)]
    actions.ask_due(now=NOON + 50 * DAY)
    for one in again:
        one.refresh_from_db()
    assert (again[0].dropped_because, again[1].asked_at) == ("in_peace", NOON + 50 * DAY)


def test_turned_off_drops_what_was_planned_and_answers_still_count(cast, box) -> None:
    turn_on(cast)
    there = asked(pulse_of(reachable("A X"), due_at=NOW, reminds=True))
    planned = pulse_of(reachable("B X"), due_at=NOON + DAY)
    actions.set_asking(AskingFacts(is_on=False), by=actor(cast.ada), now=NOON)
    planned.refresh_from_db()
    assert (planned.dropped_because, planned.due_at) == ("turned_off", None)
    actions.answer(there.pk, given={"csat": "5"}, words="", by=theirs(there), now=NOON + DAY)
    assert Score.objects.count() == 1


def test_after_its_time_a_survey_is_over(cast, box) -> None:
    turn_on(cast)
    survey = asked(pulse_of(reachable(), due_at=NOW))
    with pytest.raises(Refusal) as no:
        actions.answer(survey.pk, given={"csat": "5"}, words="", by=theirs(survey), now=NOON + 21 * DAY)
    assert no.value.code == "survey.over"


def test_rates_tell_of_every_occasion_and_month(cast, box) -> None:
    turn_on(cast)
    one, two = pulse_of(reachable("A X"), due_at=NOW), pulse_of(reachable("B X"), due_at=NOW)
    actions.ask_due(now=NOON)
    actions.answer(one.pk, given={"csat": "5"}, words="", by=theirs(one), now=NOON)
    (rate,) = queries.response_rates(Scope(Role.ANALYST), since=NOW - DAY, before=NOW + DAY)
    assert (rate.occasion, rate.asked, rate.answered, rate.skipped, rate.silent) == ("pulse", 2, 1, 0, 1)
    among = queries.rate_among([one.customer_id, two.customer_id], since=NOW - DAY, before=NOW + DAY)
    assert among == (2, 1, 0)
    with pytest.raises(Refusal):
        queries.response_rates(Scope(Role.AGENT, cast.stranger.pk), since=NOW, before=NOON)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["close", "fail again", "pulse", "answer", "skip", "reopen", "nothing"]),
        st.integers(0, 25),
        st.integers(0, 1),
    ),
    min_size=1, max_size=25,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
@example(moves=[("close", 0, 1), ("fail again", 0, 1), ("pulse", 3, 1)])
def test_never_twice_in_a_window_whatever_happens(cast, box, moves) -> None:
    for table in (Survey, LeftInPeace):
        table.objects.all().delete()
    turn_on(cast)
    people = [reachable("A X"), reachable("B X")]
    cases: dict[int, list[Case]] = {0: [], 1: []}
    now = NOON
    for what, days, who in moves:
        if what in ("close", "fail again"):
            first = cases[who][0] if cases[who] and what == "fail again" else None
            cases[who].append(closed_case(people[who], cast, at=now, repeat_of=first))
            survey_after(cases[who][-1], now=now)
        elif what == "pulse":
            pulse_of(people[who], due_at=now, reminds=days % 2 == 0)
        elif what == "reopen" and cases[who]:
            Case.objects.filter(pk=cases[who][-1].pk).update(closed_at=now)
            survey_after(cases[who][-1], now=now)
        there = Survey.objects.filter(
            customer=people[who], asked_at__isnull=False, expires_at__gt=now, answered_at=None
        )
        if what in ("answer", "skip") and (row := there.filter(skipped_at=None).first()):
            by = theirs(row)
            if what == "answer":
                actions.answer(row.pk, given={"csat": "4"}, words="", by=by, now=now)
            else:
                actions.skip(row.pk, by=by, now=now)
        now += timedelta(days=days)
        actions.ask_due(now=now)
    for person in people:
        rows = list(Survey.objects.filter(customer=person, asked_at__isnull=False).order_by("asked_at", "id"))
        for place, row in enumerate(rows):
            within = [one for one in rows[:place] if row.asked_at - one.asked_at < 30 * DAY]
            assert not within or (row.again and not any(one.again for one in within))
        of_cases = [row.case_id for row in rows if row.case_id]
        assert len(of_cases) == len(set(of_cases))
