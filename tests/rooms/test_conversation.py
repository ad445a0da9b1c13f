"""Mail comes in, becomes a case or joins its thread, is answered, and comes back."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from makegood.adapters.files import FileStore
from makegood.adapters.mail.reading import read_mail
from makegood.cases.models import Case, StepDone
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Attachment, Mailbox, Message, Thread
from makegood.conversation.queries import messages_of, unsorted
from makegood.conversation.rules.messages import Channel, Sort, State, fits
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.promises.models import Kind, Promise
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, cast, mara

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara"]

DESK = "care@desk.example"


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
def box(cast: Cast) -> Mailbox:
    kind = Kind.objects.get(slug="delivery")
    return Mailbox.objects.create(name="Care", address=DESK, kind=kind, made_at=NOW, smtp_host="mail.example")


def mail(
    text: str = "My parcel has not come.",
    *,
    sender: str = "Dana Okafor <dana@home.example>",
    subject: str = "Where is my parcel",
    answers: str = "",
    name: str = "",
    **headers: str,
) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, DESK, subject
    made["Date"] = format_datetime(NOW)
    made["Message-ID"] = name or f"<{abs(hash((text, sender, subject)))}@home.example>"
    if answers:
        made["In-Reply-To"] = f"<{answers}>"
    for header, value in headers.items():
        made[header.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def come_in(files: FileStore, box: Mailbox, *raws: bytes, now=NOW) -> int:
    actions.receive(raws, mailbox_id=box.pk, channel=Channel.EMAIL, files=files, now=now)
    done = 0
    while some := actions.sort_arrivals(read_mail, files, now=now):
        done += some
    return done


def send_all(now) -> list[actions.Carried]:
    carried = list(actions.take_messages(channels=[Channel.EMAIL, Channel.PAGE], now=now))
    for one in carried:
        assert actions.note_handing(one, now=now)
        actions.mark_sent(one, now=now)
    return carried


class TestComingIn:
    def test_a_strangers_mail_opens_a_case_with_an_owner(self, files, box, mara) -> None:
        come_in(files, box, mail())
        case = Case.objects.get()
        assert (case.title, case.customer.name, case.owner_id) == ("Where is my parcel", "Dana Okafor", mara.id)
        assert case.customer.contacts.get().value == "dana@home.example"
        (message,) = messages_of(mara.scope, case.pk)
        assert (message.text, message.inward, message.state) == ("My parcel has not come.", True, State.RECEIVED)
        assert files.read(message.raw) == mail()

    def test_the_same_message_fetched_twice_does_nothing(self, files, box, mara) -> None:
        come_in(files, box, mail())
        come_in(files, box, mail(), b"Received: from elsewhere\r\n" + mail())
        assert Message.objects.count() == Case.objects.count() == Arrival.objects.count() == 1

    def test_two_mails_of_one_stranger_at_once_make_one_customer_and_one_case(self, files, box, mara) -> None:
        come_in(files, box, mail(), mail("It is blue, by the way."))
        case = Case.objects.get()
        assert len(messages_of(mara.scope, case.pk)) == 2
        assert case.failures.count() == 1

    def test_who_is_known_is_found_again(self, files, box, mara) -> None:
        dana = make_customer("Dana Okafor", email="Dana@Home.example")
        come_in(files, box, mail())
        assert Case.objects.get().customer_id == dana.pk

    def test_an_address_that_two_customers_share_waits_for_a_person(self, files, box, mara) -> None:
        make_customer("Dana Okafor", email="dana@home.example")
        make_customer("Sam Okafor", email="dana@home.example")
        come_in(files, box, mail())
        assert not Case.objects.exists()
        assert [one.subject for one in unsorted(mara.scope)] == ["Where is my parcel"]

    def test_a_message_that_cannot_be_read_holds_up_no_other(self, files, box, mara) -> None:
        bad = mail("This one breaks the reader.")

        def read(raw: bytes):
            if raw == bad:
                raise ValueError("broken beyond reading")
            return read_mail(raw)

        actions.receive([bad, mail()], mailbox_id=box.pk, channel=Channel.EMAIL, files=files, now=NOW)
        while actions.sort_arrivals(read, files, now=NOW):
            pass
        assert Case.objects.count() == 1
        failed = Arrival.objects.get(message=None)
        assert failed.problem == "broken beyond reading"
        assert failed.next_at is not None

    def test_the_customers_words_reach_the_owner_and_the_story(self, files, box, mara) -> None:
        come_in(files, box, mail())
        case = Case.objects.get()
        sent = _answer(case.pk, mara)
        come_in(files, box, mail("Thanks, but it is still not here.", answers=sent.message_id), now=NOW + HOUR)
        assert Notice.objects.filter(staff_id=mara.id, topic="case.wrote").count() == 1


def _answer(number: int, hand: Hand, **given) -> Message:
    written = actions.write_message(
        number, channel="email", words="I am sorry. It comes tomorrow.", covers=["own", "apologise"], **given,
        **hand.at(NOW),
    )  # fmt: skip
    send_all(NOW + MINUTE)
    return Message.objects.get(pk=written.id)


class TestThreads:
    @pytest.fixture
    def case(self, files, box, mara) -> Case:
        come_in(files, box, mail())
        return Case.objects.get()

    def test_an_answer_to_our_mail_joins_whatever_its_subject_says(self, files, box, mara, case) -> None:
        sent = _answer(case.pk, mara)
        come_in(files, box, mail("Still nothing", subject="Something else", answers=sent.message_id))
        assert Thread.objects.count() == 1
        assert Message.objects.filter(inward=True).count() == 2

    def test_a_forged_id_is_not_followed(self, files, box, mara, case) -> None:
        sent = _answer(case.pk, mara)
        head, _, domain = sent.message_id.partition("@")
        forged = f"{head[:-1]}{'a' if head[-1] != 'a' else 'b'}@{domain}"
        come_in(files, box, mail("Tell me all", sender="Eve <eve@evil.example>", answers=forged))
        stranger = Message.objects.get(address="eve@evil.example")
        assert stranger.thread.case_id != case.pk
        assert "never sent" in stranger.note

    def test_a_stranger_cannot_join_by_subject_or_number(self, files, box, mara, case) -> None:
        come_in(
            files, box,
            mail("Me too", sender="Eve <eve@evil.example>", subject=f"Re: Where is my parcel [SR-{case.pk}]"),
            mail("And again", sender="Eve <eve@evil.example>", subject="Re: Where is my parcel"),
        )  # fmt: skip
        assert (
            set(Message.objects.filter(address="eve@evil.example").values_list("thread__case_id", flat=True))
            & {case.pk}
            == set()
        )

    def test_a_colleague_of_the_customer_who_has_our_mail_joins_and_it_is_said(self, files, box, mara, case) -> None:
        sent = _answer(case.pk, mara)
        come_in(files, box, mail("I answer for Dana", sender="Kim <kim@work.example>", answers=sent.message_id))
        joined = Message.objects.get(address="kim@work.example")
        assert joined.thread.case_id == case.pk
        assert "do not know" in joined.note

    def test_a_subject_with_a_colon_is_no_answer(self, files, box, mara, case) -> None:
        come_in(files, box, mail("A question", subject="Parcel: Where is my parcel"))
        assert Thread.objects.count() == 2

    @pytest.mark.parametrize("mark", ["Re: ", "AW: ", "Sv: RE: ", "RES: "])
    def test_an_answer_by_subject_joins_the_senders_own_thread(self, files, box, mara, case, mark) -> None:
        come_in(files, box, mail("Any news?", subject=f"{mark}Where is my parcel"))
        assert Thread.objects.count() == 1

    def test_an_automatic_answer_is_kept_and_asks_nobody(self, files, box, mara, case) -> None:
        sent = _answer(case.pk, mara)
        before = Notice.objects.count()
        away = mail("I am away", subject="Out of office", answers=sent.message_id, Auto_Submitted="auto-replied")
        come_in(files, box, away)
        kept = Message.objects.get(sort=Sort.AUTO_REPLY)
        assert kept.thread.case_id == case.pk
        assert Notice.objects.count() == before

    def test_a_dozen_of_one_address_tell_nobody_any_more(self, files, box, mara, case) -> None:
        come_in(files, box, *(mail(f"Number {one}") for one in range(40)))
        assert Message.objects.filter(sort=Sort.BULK).count() == 11
        assert Message.objects.count() == 41


class TestLeaving:
    @pytest.fixture
    def case(self, files, box, mara) -> Case:
        come_in(files, box, mail())
        return Case.objects.get()

    def test_it_waits_ten_seconds_and_can_be_taken_back(self, mara, case) -> None:
        written = actions.write_message(case.pk, channel="email", words="Sorry.", **mara.at(NOW))
        assert actions.take_messages(channels=["email"], now=NOW) == ()
        actions.withdraw_message(written.id, **mara.at(NOW))
        assert send_all(NOW + MINUTE) == []
        with pytest.raises(Refusal, match="has left"):
            actions.withdraw_message(written.id, **mara.at(NOW))

    def test_what_it_says_counts_once_the_next_server_has_it(self, mara, case) -> None:
        actions.write_message(case.pk, channel="email", words="I own this.", covers=["own"], **mara.at(NOW))
        assert not StepDone.objects.filter(case=case).exists()
        send_all(NOW + MINUTE)
        assert StepDone.objects.get(case=case).step == "own"
        assert Promise.objects.get(title__startswith="Speak to").state == "kept"

    def test_a_refusal_for_now_is_tried_again_and_then_given_up(self, mara, case) -> None:
        actions.write_message(case.pk, channel="email", words="Sorry.", **mara.at(NOW))
        now = NOW + MINUTE
        for _ in range(20):
            for one in actions.take_messages(channels=["email"], now=now):
                actions.mark_refused(one, "450 come later", for_good=False, now=now)
            now += 25 * HOUR
        row = Message.objects.get(inward=False)
        assert (row.state, row.attempts) == (State.FAILED, 9)
        assert Notice.objects.filter(topic="case.message_failed").exists()

    def test_a_carrier_that_died_while_handing_over_leaves_it_unsure_and_never_sends_twice(self, mara, case) -> None:
        actions.write_message(case.pk, channel="email", words="Sorry.", **mara.at(NOW))
        (one,) = actions.take_messages(channels=["email"], now=NOW + MINUTE)
        assert actions.note_handing(one, now=NOW + MINUTE)
        assert actions.take_messages(channels=["email"], now=NOW + HOUR) == ()
        assert actions.settle_doubts(now=NOW + HOUR) == 1
        assert Message.objects.get(inward=False).state == State.UNSURE
        assert actions.take_messages(channels=["email"], now=NOW + 2 * HOUR) == ()

    def test_a_carrier_that_died_before_that_leaves_it_to_the_next(self, mara, case) -> None:
        actions.write_message(case.pk, channel="email", words="Sorry.", **mara.at(NOW))
        (first,) = actions.take_messages(channels=["email"], now=NOW + MINUTE)
        assert actions.take_messages(channels=["email"], now=NOW + 2 * MINUTE) == ()
        (second,) = actions.take_messages(channels=["email"], now=NOW + HOUR)
        assert not actions.note_handing(first, now=NOW + HOUR)
        assert actions.note_handing(second, now=NOW + HOUR)

    def test_only_to_the_customers_own_addresses(self, mara, case) -> None:
        with pytest.raises(Refusal, match="no address of this customer"):
            actions.write_message(case.pk, channel="email", words="Hi", to="eve@evil.example", **mara.at(NOW))
        with pytest.raises(Refusal, match="no phone number"):
            actions.write_message(case.pk, channel="sms", words="Hi", **mara.at(NOW))

    def test_a_stranger_can_neither_write_nor_read(self, cast, mara, case) -> None:
        stranger = Hand(cast.stranger)
        with pytest.raises(Refusal, match="no such case"):
            actions.write_message(case.pk, channel="email", words="Hi", **stranger.at(NOW))
        with pytest.raises(Refusal, match="no such case"):
            messages_of(stranger.scope, case.pk)


class TestComingBack:
    def test_a_bounce_is_red_and_puts_its_promise_at_risk(self, files, box, mara) -> None:
        come_in(files, box, mail())
        case = Case.objects.get()
        sent = _answer(case.pk, mara)
        come_in(files, box, bounce(sent.message_id), now=NOW + 2 * MINUTE)
        sent.refresh_from_db()
        assert sent.state == State.BOUNCED
        assert "5.1.1" in sent.problem
        assert not StepDone.objects.filter(case=case, undone_at=None).exists()
        states = set(Promise.objects.filter(title__startswith="Speak to").values_list("state", flat=True))
        assert states == {"kept", "at_risk"}
        assert Notice.objects.filter(topic="case.message_bounced").exists()

    def test_another_address_of_theirs_is_tried(self, files, box, mara) -> None:
        dana = make_customer("Dana Okafor", email="dana@home.example")
        dana.contacts.create(channel="email", value="d@work.example", normal="d@work.example")
        come_in(files, box, mail())
        sent = _answer(Case.objects.get().pk, mara, to="dana@home.example")
        come_in(files, box, bounce(sent.message_id), now=NOW + 2 * MINUTE)
        again = Message.objects.get(instead_of=sent)
        assert (again.address, again.state, again.text) == ("d@work.example", State.WAITING, sent.text)


def bounce(about: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mail.example\r\nTo: care@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <b1@mail.example>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nThe address does not exist.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        "Final-Recipient: rfc822; dana@home.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\nSubject: Re\r\n\r\n--x--\r\n"
    ).encode()


def test_files_that_came_with_it_are_kept_outside_the_database(files, box, mara) -> None:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = "Dana <dana@home.example>", DESK, "Photo", "<p@h>"
    made.set_content("See the picture.")
    made.add_attachment(b"\x89PNG" * 100, maintype="image", subtype="png", filename="../../etc/tear.png")
    come_in(files, box, made.as_bytes())
    kept = Attachment.objects.get()
    assert files.read(kept.digest) == b"\x89PNG" * 100
    assert "/" not in kept.name


@pytest.mark.parametrize("sender", ["Nobody <>", "not an address", "root@localhost", "undisclosed-recipients:;"])
def test_who_cannot_be_answered_waits_for_a_person(files, box, mara, sender) -> None:
    raw = mail().replace(b"From: Dana Okafor <dana@home.example>", b"From: " + sender.encode())
    come_in(files, box, raw)
    assert not Case.objects.exists()
    assert len(unsorted(mara.scope)) == 1


def test_a_name_that_cannot_be_kept_is_no_obstacle(files, box, mara) -> None:
    raw = mail().replace(b"From: Dana Okafor", b'From: "=?utf-8?q?Da=00na=0B_O?="')
    come_in(files, box, raw)
    assert Case.objects.count() == 1


def test_a_whole_letter_does_not_go_as_a_dozen_text_messages() -> None:
    assert fits(Channel.EMAIL, "x" * 5_000)
    assert fits(Channel.SMS, "x" * 480)
    assert not fits(Channel.SMS, "x" * 481)
