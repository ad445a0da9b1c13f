"""What an incident tells goes out by mail and text message: to each once, stoppable, and seen when it is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest

from makegood.cases.models import Case, Commitment, StepDone
from makegood.cases.queries import desk_rows
from makegood.conversation.actions import note_arrived, settle_doubts
from makegood.conversation.models import Line, Mailbox, Message, Thread
from makegood.conversation.rules.messages import TEXT_LIMIT, State
from makegood.customers.models import ContactPoint, Customer
from makegood.incidents import actions
from makegood.incidents.models import Incident, Member
from makegood.incidents.queries import dry_run, incident_for, members, tally, told_in_case
from makegood.incidents.rules.giving import Gift
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Kind
from makegood.promises.rules import State as Promised
from makegood.remedies.models import Grant
from makegood.remedies.rules.fit import RemedyKind
from tests.factories import NOW
from tests.rooms.casework import MINUTE, Hand, cast
from tests.rooms.incidents import H, cancelled, member_of, passengers, release_all, storm
from tests.rooms.test_conversation import box, files
from tests.rooms.test_incidents import lena
from tests.rooms.test_mail_leaving import run
from tests.smtp_server import HOST, SmtpServer

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "lena"]


@pytest.fixture
def mailbox(box: Mailbox, smtp_server: SmtpServer) -> Mailbox:
    Mailbox.objects.update(smtp_host=HOST, smtp_port=smtp_server.port, smtp_security="none", sender_name="Care")
    return box


@pytest.fixture
def line() -> Line:
    return Line.objects.create(name="Texts", how="twilio", made_at=NOW)


def hit(many: int, **about: str) -> list[Customer]:
    found = passengers(many, languages=("en", "de"))
    for one in found:
        cancelled(one)
    Customer.objects.filter(pk__in=[one.pk for one in found]).update(**about)
    return found


def phone(customer: Customer) -> None:
    ContactPoint.objects.create(customer=customer, channel="phone", value="+4479460", normal=f"+4479460{customer.pk}")


def test_each_is_written_to_once_in_their_language_with_a_link(lena, mailbox, files, smtp_server, monkeypatch) -> None:
    hit(3)
    number = storm(lena)
    shown = {one.address: one.sends for one in dry_run(lena.scope, number, now=NOW).rows}
    release_all(number, lena)
    assert actions.release_due(now=NOW + H) is False
    run(files, monkeypatch)
    assert sorted(smtp_server.receivers) == sorted(shown)
    for one in smtp_server.received:
        letter = message_from_bytes(one.raw, policy=policy.default)
        words = letter.get_body(("plain",)).get_content().replace("\r", "")
        assert shown[one.receivers[0]] in words
        assert words.count("/p/") == 1
        assert letter["Auto-Submitted"] == "auto-generated"
        assert letter["Content-Language"] == ("de" if "Das liegt an uns" in words else "en")
        assert "[SR-" in letter["Subject"]
    counts = incident_for(lena.scope, number).counts
    assert (counts.sent, counts.to_send, counts.red, counts.by_hand) == (3, 0, 0, 0)


def test_a_light_case_stays_off_the_desk_and_its_steps_name_the_channel(
    lena, mailbox, files, smtp_server, monkeypatch
) -> None:
    (one,) = hit(1)
    number = storm(lena)
    release_all(number, lena)
    run(files, monkeypatch)
    case = Case.objects.get()
    assert (case.light, case.taken_at) == (True, None)
    assert set(StepDone.objects.values_list("channel", flat=True)) == {"email"}
    assert Commitment.objects.get(case=case).promise.state == Promised.KEPT
    assert [group.count for group in desk_rows(lena.scope, who="team").groups] == [0, 0, 0]
    assert Entry.objects.filter(verb="case.message_sent").count() == 1
    assert told_in_case(case.pk).message == member_of(number, one).message


def test_each_by_the_way_they_prefer_and_the_dry_run_says_which(lena, mailbox, line) -> None:
    by_mail, by_text, neither = hit(3)
    for one in (by_text, neither):
        phone(one)
    Customer.objects.filter(pk=by_text.pk).update(preferred_channel="sms")
    ContactPoint.objects.filter(customer=neither).delete()
    ContactPoint.objects.create(customer=neither, channel="post", value="1 High Street", normal="1 high street")
    number = storm(lena)
    assert tally(lena.scope, number, now=NOW).channels == {"email": 1, "sms": 1, "page": 1}
    shown = {one.customer_id: one for one in dry_run(lena.scope, number, now=NOW).rows}
    assert shown[neither.pk].sends == ""
    assert len(shown[by_text.pk].sends) < TEXT_LIMIT - 90
    release_all(number, lena)
    assert set(Message.objects.values_list("channel", "address")) == {
        ("email", by_mail.contacts.get().value), ("sms", "+4479460")
    }  # fmt: skip
    assert member_of(number, neither).sent_as is None
    assert [one.customer for one in actions.hand_out(number, **lena.at(NOW))] == [neither.name]
    assert incident_for(lena.scope, number).counts.by_hand == 1


def test_who_prefers_a_chat_is_written_to_there(lena, mailbox) -> None:
    (one,) = hit(1, preferred_channel="chat")
    ContactPoint.objects.create(customer=one, channel="chat", value="@dana", normal="@dana")
    line = Line.objects.create(name="Chat", channel="chat", how="apprise", made_at=NOW)
    number = storm(lena)
    release_all(number, lena)
    row = Message.objects.select_related("thread").get()
    assert (row.channel, row.address, row.thread.line_id) == ("chat", "@dana", line.pk)


def test_without_a_mailbox_it_stands_on_their_page_alone(lena) -> None:
    hit(2)
    number = storm(lena)
    release_all(number, lena)
    assert not Message.objects.exists()
    assert incident_for(lena.scope, number).counts.by_hand == 2
    assert len(actions.hand_out(number, **lena.at(NOW))) == 2


def test_who_has_a_thread_is_written_to_in_it(lena, mailbox) -> None:
    (one,) = hit(1)
    number = storm(lena)
    case = Case.objects.create(
        customer=one, kind=Kind.objects.get(slug="delivery"), title="Late", owner_id=lena.id, opened_at=NOW,
        severity=2, criticality=2,
    )  # fmt: skip
    thread = Thread.objects.create(
        case=case, customer=one, mailbox=mailbox, channel="email", subject="My flight", begun_at=NOW, latest_at=NOW
    )
    release_all(number, lena)
    message = Message.objects.get()
    assert (message.thread_id, message.subject) == (thread.pk, "My flight")


def test_what_comes_back_is_red_on_the_incident_and_brings_the_case_to_the_desk(
    lena, mailbox, files, smtp_server, monkeypatch
) -> None:
    lost, fine = hit(2)
    number = storm(lena)
    release_all(number, lena)
    smtp_server.refused.add(lost.contacts.get().value)
    run(files, monkeypatch)
    assert [actions.follow_lost(now=NOW + 2 * MINUTE) for _again in range(2)] == [1, 0]
    counts = incident_for(lena.scope, number).counts
    assert (counts.told, counts.sent, counts.red) == (2, 1, 1)
    (line,) = members(lena.scope, number, state="red").rows
    assert (line.customer_id, line.stands) == (lost.pk, "failed")
    assert "550" in line.problem
    case = Case.objects.get(customer=lost)
    assert not case.light
    assert not StepDone.objects.filter(case=case, undone_at=None).exists()
    speak = Commitment.objects.filter(case=case, promise__state=Promised.OPEN).get()
    assert speak.purpose == "first_contact"
    assert Case.objects.get(customer=fine).light
    assert [one.customer for one in actions.hand_out(number, **lena.at(NOW + H))] == [lost.name]


def test_of_what_nobody_knows_whether_it_left_somebody_is_asked_at_a_desk(lena, mailbox, files, monkeypatch) -> None:
    (one,) = hit(1)
    number = storm(lena)
    release_all(number, lena)
    row = Message.objects.get()
    Message.objects.update(handed_at=NOW, leased_until=NOW)
    assert settle_doubts(now=NOW + MINUTE) == 1
    assert actions.follow_lost(now=NOW + 2 * MINUTE) == 0
    case = Case.objects.get(customer=one)
    assert not case.light
    assert incident_for(lena.scope, number).counts.red == 1
    assert StepDone.objects.filter(case=case, undone_at=None).exists(), "nobody knows that they were not told"
    note_arrived(row.pk, **lena.at(NOW + 3 * MINUTE))
    assert incident_for(lena.scope, number).counts.red == 0


def test_another_address_of_theirs_takes_it_before_it_is_lost(lena, mailbox, files, smtp_server, monkeypatch) -> None:
    (one,) = hit(1)
    smtp_server.refused.add(one.contacts.get().value)
    ContactPoint.objects.create(customer=one, channel="email", value="d@work.example", normal="d@work.example")
    number = storm(lena)
    release_all(number, lena)
    run(files, monkeypatch)
    assert actions.follow_lost(now=NOW + 2 * MINUTE) == 0
    run(files, monkeypatch, at=NOW + 5 * MINUTE)
    counts = incident_for(lena.scope, number).counts
    assert (smtp_server.receivers, counts.sent, counts.red) == (["d@work.example"], 1, 0)
    assert Case.objects.get().light


def test_a_stop_takes_back_what_has_not_left_and_they_are_told_once_all_the_same(
    lena, mailbox, files, smtp_server, monkeypatch
) -> None:
    hit(4)
    number = storm(lena)
    actions.set_gift(number, Gift(remedy=RemedyKind.GESTURE, titles={"en": "A call"}, currency="USD"), **lena.at(NOW))
    actions.release(number, batch_size=2, every=0, **lena.at(NOW))
    actions.release_due(now=NOW)
    run(files, monkeypatch)
    actions.release_due(now=NOW + 2 * MINUTE)
    actions.stop(number, reason="The new time was wrong", **lena.at(NOW + 3 * MINUTE))
    counts = incident_for(lena.scope, number).counts
    assert (counts.told, counts.waiting, counts.to_send) == (2, 2, 0)
    assert Message.objects.filter(state=State.WITHDRAWN).count() == 2
    assert Entry.objects.filter(verb="case.untold").count() == 2
    back = Case.objects.filter(light=False)
    assert back.count() == 2
    for case in back:
        assert told_in_case(case.pk) is None
        assert not StepDone.objects.filter(case=case, undone_at=None).exists()
        assert Commitment.objects.filter(case=case, purpose="first_contact", promise__state=Promised.OPEN).exists()
    run(files, monkeypatch, at=NOW + 4 * MINUTE)
    assert len(smtp_server.receivers) == 2

    actions.set_words(number, language="en", lines={"happened": "Snow closed the airport."}, **lena.at(NOW + H))
    actions.resume(number, batch_size=9, every=0, **lena.at(NOW + H))
    actions.release_due(now=NOW + H)
    run(files, monkeypatch, at=NOW + H + MINUTE)
    assert len(set(smtp_server.receivers)) == len(smtp_server.receivers) == 4
    assert Case.objects.count() == Case.objects.filter(light=True).count() == 4
    assert Grant.objects.filter(state="given").count() == 4
    assert Member.objects.exclude(gift=None).count() == 4


def test_what_is_leaving_just_now_is_not_taken_back(lena, mailbox) -> None:
    hit(1)
    number = storm(lena)
    actions.release(number, batch_size=9, every=0, **lena.at(NOW))
    actions.release_due(now=NOW)
    Message.objects.update(handed_at=NOW)
    actions.stop(number, **lena.at(NOW + MINUTE))
    assert Message.objects.get().state == State.WAITING
    assert Member.objects.get().told_at == NOW


def test_nobody_is_told_in_their_night(lena, mailbox) -> None:
    here, there = hit(2)
    Customer.objects.filter(pk=there.pk).update(time_zone="Asia/Tokyo")
    number = storm(lena)
    actions.release(number, batch_size=9, every=0, their_hours=True, **lena.at(NOW))
    while actions.release_due(now=NOW):
        pass
    assert member_of(number, here).told_at == NOW
    assert member_of(number, there).told_at is None
    day = datetime(2026, 11, 23, 23, tzinfo=NOW.tzinfo)
    assert Incident.objects.get().next_batch_at == day
    actions.release_due(now=day)
    assert member_of(number, there).told_at == day


def test_silence_is_counted_from_when_it_left(lena, mailbox, files, smtp_server, monkeypatch) -> None:
    hit(1)
    number = storm(lena)
    release_all(number, lena)
    later = NOW + timedelta(days=20)
    assert actions.close_silent(now=later) == 0
    run(files, monkeypatch, at=later)
    assert actions.close_silent(now=later + timedelta(days=1)) == 0
    assert actions.close_silent(now=later + timedelta(days=20)) == 1


def test_a_stranger_releases_nothing(cast, lena, mailbox) -> None:
    hit(1)
    number = storm(lena)
    with pytest.raises(Refusal):
        actions.release(number, batch_size=9, every=0, **Hand(cast.stranger).at(NOW))
    assert not Message.objects.exists()
