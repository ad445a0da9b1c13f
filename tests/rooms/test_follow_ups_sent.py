"""The question whether it is right leaves by mail or text message, once, and counts only when it arrived."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from itertools import product

import pytest
from django.test import Client

from makegood.cases import actions as cases
from makegood.cases.models import Case, SatisfactionCheck
from makegood.cases.queries import case_for
from makegood.cases.rules import Answer, Purpose, Stage, Step
from makegood.conversation import actions as conversation
from makegood.conversation.coach import languages, read
from makegood.conversation.models import Line, Message
from makegood.conversation.queries import messages_of
from makegood.conversation.rules.messages import State
from makegood.customers.models import ContactPoint, Customer
from makegood.followups import actions, queries
from makegood.followups.actions.planning import plan
from makegood.followups.models import FollowUp, Question
from makegood.followups.rules import question
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.links.models import Link
from makegood.notices.models import Notice
from makegood.promises.rules import State as Promised
from makegood.web.cases.hearing import offered
from makegood.worker.pages import words_of
from tests.factories import NOW
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara
from tests.rooms.test_conversation import box, come_in, files, mail
from tests.rooms.test_mail_leaving import case, run

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara"]

DAY = timedelta(days=1)


def put_right(hand: Hand, case: Case, now: datetime = NOW) -> None:
    """Agreed, done, and the plan made for it, as the worker does."""
    cases.record_step(case.pk, step=Step.OWN, words="It is mine.", **hand.at(now))
    cases.record_cause(case.pk, cause="forgotten", **hand.at(now))
    promise_id = cases.commit(case.pk, title="Bring the parcel", due_at=now + HOUR, **hand.at(now))
    cases.keep_commitment(case.pk, promise_id=promise_id, **hand.at(now))
    plan(Case.objects.get(pk=case.pk), by=SYSTEM, now=now)


def sent(smtp_server) -> list:
    return [message_from_bytes(one.raw, policy=policy.default) for one in smtp_server.received]


def test_the_question_goes_out_by_mail_once_with_a_link(files, mara, case, smtp_server, monkeypatch) -> None:
    put_right(mara, case)
    assert [actions.ask_due(now=NOW + MINUTE) for _again in range(3)] == [1, 0, 0]
    run(files, monkeypatch, at=NOW + 2 * MINUTE)
    (letter,) = sent(smtp_server)
    assert letter["To"] == "Dana Okafor <dana@home.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"
    words = letter.get_body(("plain",)).get_content()
    assert "Are you satisfied, or do you want something more?" in words
    token = re.search(r"/p/([\w-]{43})/", words)[1]
    assert Link.objects.get().case_id == case.pk
    assert token not in Message.objects.get(automatic=True).text

    before = (Entry.objects.count(), SatisfactionCheck.objects.get().answer)
    assert Client().get(f"/p/{token}/").status_code == 200
    assert (Entry.objects.count(), SatisfactionCheck.objects.get().answer) == before


def test_the_same_message_has_the_same_words_each_time_it_is_tried(mara, case) -> None:
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    (one,) = conversation.take_messages(channels=["email"], now=NOW + MINUTE)
    assert words_of(one) == words_of(one)
    assert Link.objects.count() == 1


def test_asking_keeps_the_plan_and_awaits_their_word(mara, case) -> None:
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    first, *later = queries.follow_ups_of(case.pk)
    assert (first.state, first.asks_at) == (Promised.KEPT, None)
    assert {(one.after, one.attempt) for one in later if one.is_ahead} == {("1 day", None), ("", 1), ("1 month", None)}
    assert case_for(mara.scope, case.pk).checks[-1].channel == "email"


def test_an_answer_by_mail_is_offered_also_once_the_case_is_closed(files, box, mara, case, smtp_server, monkeypatch):
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    run(files, monkeypatch, at=NOW + 2 * MINUTE)
    told = sent(smtp_server)[-1]["Message-ID"].strip("<>")
    come_in(files, box, mail("Yes, all good, thank you", answers=told), now=NOW + HOUR)
    heard = offered(case_for(mara.scope, case.pk), messages_of(mara.scope, case.pk), language="en")
    assert heard is not None
    assert heard.answer == "satisfied"
    actions.answer(case.pk, answer=heard.answer, words=heard.words, **mara.at(NOW + HOUR))
    actions.close(case.pk, **mara.at(NOW + HOUR))

    day = next(one for one in queries.follow_ups_of(case.pk) if one.is_ahead)
    assert NOW + 12 * HOUR < day.asks_at < day.warn_at
    assert actions.ask_due(now=day.asks_at) == 1
    run(files, monkeypatch, at=day.asks_at + MINUTE)
    again = sent(smtp_server)[-1]
    assert "Is it still right" in again.get_body(("plain",)).get_content()
    come_in(files, box, mail("Yes, still fine", answers=again["Message-ID"].strip("<>")), now=day.asks_at + HOUR)
    facts = case_for(mara.scope, case.pk)
    heard = offered(facts, messages_of(mara.scope, case.pk), language="en")
    assert heard is not None
    actions.answer(case.pk, answer=heard.answer, words=heard.words, **mara.at(day.asks_at + HOUR))
    facts = case_for(mara.scope, case.pk)
    assert (facts.stage, facts.checks[-1].words) == (Stage.CLOSED, "Yes, still fine")
    assert [one.after for one in queries.follow_ups_of(case.pk) if one.is_ahead] == ["1 month"]


def test_who_wants_more_after_the_close_opens_the_case_again(mara, case) -> None:
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    actions.answer(case.pk, answer=Answer.SATISFIED, **mara.at(NOW + HOUR))
    actions.close(case.pk, **mara.at(NOW + HOUR))
    day = next(one for one in queries.follow_ups_of(case.pk) if one.is_ahead)
    actions.ask_due(now=day.asks_at)
    actions.answer(case.pk, answer=Answer.MORE, words="It rattles", **mara.at(day.asks_at + HOUR))
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_a_question_that_comes_back_was_not_asked(files, box, mara, case, smtp_server, monkeypatch) -> None:
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    smtp_server.mode = "reject"
    run(files, monkeypatch, at=NOW + 2 * MINUTE)
    assert Message.objects.get(automatic=True).state == State.FAILED
    assert [actions.follow_lost(now=NOW + 3 * MINUTE) for _again in range(2)] == [1, 0]
    facts = case_for(mara.scope, case.pk)
    assert [one for one in facts.checks if not one.answer] == []
    ahead = [one for one in queries.follow_ups_of(case.pk) if one.is_ahead]
    assert next((one.after, one.asks_at) for one in ahead) == ("at once", None)
    assert "550" in ahead[0].trouble
    assert all(one.attempt is None for one in ahead)
    assert actions.ask_due(now=NOW + HOUR) == 0  # a person comes back to them now
    assert Notice.objects.filter(staff_id=facts.owner_id, topic="case.message_failed").exists()
    with pytest.raises(Refusal) as refused:
        actions.answer(case.pk, answer=Answer.NOT_REACHED, **mara.at(NOW + HOUR))
    assert refused.value.code == "case.not_asked"


def test_it_goes_another_way_before_it_is_given_up(files, mara, case, smtp_server, monkeypatch) -> None:
    ContactPoint.objects.create(
        customer_id=case.customer_id, channel="email", value="dana@work.example", normal="dana@work.example"
    )
    put_right(mara, case)
    actions.ask_due(now=NOW + MINUTE)
    smtp_server.refused.add("dana@home.example")
    run(files, monkeypatch, at=NOW + 2 * MINUTE)
    assert actions.follow_lost(now=NOW + 3 * MINUTE) == 0
    run(files, monkeypatch, at=NOW + 5 * MINUTE)
    assert smtp_server.receivers == ["dana@work.example"]
    assert "/p/" in sent(smtp_server)[0].get_body(("plain",)).get_content()
    assert Question.objects.get().message.state == State.SENT
    assert case_for(mara.scope, case.pk).checks[-1].answer == ""


def test_silence_is_not_counted_before_it_has_left(mara, case) -> None:
    actions.send_question(case.pk, **mara.at(NOW))
    with pytest.raises(Refusal) as refused:
        actions.answer(case.pk, answer=Answer.NOT_REACHED, **mara.at(NOW + HOUR))
    assert refused.value.code == "case.question_waits"


def test_what_was_sent_by_hand_can_be_taken_back(mara, case) -> None:
    actions.send_question(case.pk, channel="email", **mara.at(NOW))
    entry = Entry.objects.get(verb="case.asked")
    actions.undo(case.pk, entry=entry.pk, **mara.at(NOW))
    assert Message.objects.get(automatic=True).state == State.WITHDRAWN
    assert case_for(mara.scope, case.pk).checks == ()
    actions.send_question(case.pk, **mara.at(NOW))
    conversation.withdraw_message(Message.objects.latest("id").pk, **mara.at(NOW))
    assert actions.follow_lost(now=NOW) == 1
    assert SatisfactionCheck.objects.filter(undone_at=None).count() == 0


@pytest.mark.parametrize(("preferred", "many"), [("phone", 0), ("post", 0), ("email", 1), ("", 1), ("sms", 0)])
def test_it_goes_as_the_customer_prefers_or_not_by_itself(mara, case, preferred: str, many: int) -> None:
    Customer.objects.update(preferred_channel=preferred)
    put_right(mara, case)
    assert actions.ask_due(now=NOW + MINUTE) == many
    assert FollowUp.objects.filter(asks_at__lte=NOW + DAY, after="at once").count() == 0


def test_a_text_message_where_there_is_a_line(mara, case) -> None:
    Customer.objects.update(preferred_channel="sms")
    ContactPoint.objects.create(customer_id=case.customer_id, channel="phone", value="+4479460", normal="+4479460")
    Line.objects.create(name="Texts", how="twilio", made_at=NOW)
    put_right(mara, case)
    assert actions.ask_due(now=NOW + MINUTE) == 1
    row = Message.objects.get(automatic=True)
    assert (row.channel, row.address, row.with_link) == ("sms", "+4479460", True)


def test_it_waits_for_their_hours(mara, case) -> None:
    Customer.objects.update(time_zone="America/Los_Angeles")
    put_right(mara, case)
    (row, *_rest) = FollowUp.objects.filter(case=case).order_by("asks_at")
    FollowUp.objects.filter(pk=row.pk).update(asks_at=NOW)
    actions.ask_due(now=NOW)
    row.refresh_from_db()
    asked = SatisfactionCheck.objects.exists()
    assert asked is False
    assert row.asks_at is None or row.asks_at > NOW


def test_who_was_asked_already_is_not_asked_twice(mara, case) -> None:
    put_right(mara, case)
    actions.ask(case.pk, channel="phone", **mara.at(NOW))
    assert actions.ask_due(now=NOW + MINUTE) == 0
    with pytest.raises(Refusal) as refused:
        actions.send_question(case.pk, **mara.at(NOW))
    assert refused.value.code == "case.already_asked"
    assert not Message.objects.filter(automatic=True).exists()


def test_without_a_mailbox_a_person_asks(mara, case, box) -> None:
    box.paused_at = NOW
    box.save()
    put_right(mara, case)
    assert actions.ask_due(now=NOW + MINUTE) == 0
    with pytest.raises(Refusal) as refused:
        actions.send_question(case.pk, **mara.at(NOW))
    assert refused.value.code == "message.no_address"
    purposes = [one.purpose for one in case_for(mara.scope, case.pk).commitments]
    assert purposes.count(Purpose.FOLLOW_UP) == 3


def test_a_stranger_asks_nobody(cast, case) -> None:
    with pytest.raises(Refusal):
        actions.send_question(case.pk, **Hand(cast.anil).at(NOW))
    assert not Message.objects.filter(automatic=True).exists()


@pytest.mark.parametrize(("language", "again"), list(product(languages(), (False, True))))
def test_the_coach_finds_no_fault_in_the_question(language: str, again: bool) -> None:
    words = question(language, name="Dana", title="Ring back about the alarm", owner="Mara Silva", again=again)
    assert read(words, language=language).faults == ()
