"""What is written at a case leaves by a real mail server, once, and its answer finds the way back."""

from __future__ import annotations

from email import message_from_string
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.adapters.files import FileStore
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Mailbox, Message, Thread
from makegood.conversation.rules.messages import State
from makegood.worker import carrying, mailer
from makegood.worker.carriers import carriers
from makegood.worker.mailer import Mailer
from tests.factories import NOW
from tests.rooms.casework import MINUTE, Hand, cast, mara
from tests.rooms.test_conversation import box, come_in, files, mail
from tests.smtp_server import HOST, SmtpServer

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "mara"]


@pytest.fixture
def case(files: FileStore, box: Mailbox, mara: Hand, smtp_server: SmtpServer) -> Case:
    Mailbox.objects.update(smtp_host=HOST, smtp_port=smtp_server.port, smtp_security="none", sender_name="Care")
    box.refresh_from_db()
    come_in(files, box, mail(name="<first@home.example>"))
    return Case.objects.get()


def run(files: FileStore, monkeypatch: pytest.MonkeyPatch, at=NOW + MINUTE) -> None:
    for module in (carrying, mailer):
        monkeypatch.setattr(module, "now", lambda: at)
    sender = Mailer(files, carriers(["127.0.0.0/8"], None, folder=Path("never")), asked_to_stop=lambda: False)
    while sender.turn():
        pass
    sender.leave()


def test_it_goes_out_as_mail_and_the_answer_comes_back_to_its_thread(
    files, box, mara, case, smtp_server, monkeypatch
) -> None:
    actions.write_message(case.pk, channel="email", words="I am sorry.\n\nIt comes tomorrow.", **mara.at(NOW))
    run(files, monkeypatch)
    (sent,) = map(message_from_string, smtp_server.messages)
    assert sent["To"] == "Dana Okafor <dana@home.example>"
    assert sent["In-Reply-To"] == "<first@home.example>"
    assert Message.objects.get(inward=False).state == State.SENT
    come_in(files, box, mail("Thank you", subject="whatever", answers=sent["Message-ID"].strip("<>")))
    assert Thread.objects.count() == 1


def test_a_refused_address_is_red_at_once(files, box, mara, case, smtp_server, monkeypatch) -> None:
    actions.write_message(case.pk, channel="email", words="I am sorry.", **mara.at(NOW))
    smtp_server.mode = "reject"
    run(files, monkeypatch)
    row = Message.objects.get(inward=False)
    assert row.state == State.FAILED
    assert "550" in row.problem


def test_a_server_that_is_away_for_a_while_gets_it_later_and_once(
    files, box, mara, case, smtp_server, monkeypatch
) -> None:
    actions.write_message(case.pk, channel="email", words="I am sorry.", **mara.at(NOW))
    port = smtp_server.port
    Mailbox.objects.update(smtp_port=1)
    run(files, monkeypatch)
    assert Message.objects.get(inward=False).state == State.WAITING
    Mailbox.objects.update(smtp_port=port)
    run(files, monkeypatch, at=NOW + 60 * MINUTE)
    assert len(smtp_server.messages) == 1


def test_an_answer_that_is_not_heard_leaves_it_unsure(files, box, mara, case, smtp_server, monkeypatch) -> None:
    actions.write_message(case.pk, channel="email", words="I am sorry.", **mara.at(NOW))
    smtp_server.mode = "drop"
    run(files, monkeypatch)
    assert Message.objects.get(inward=False).state == State.UNSURE


def test_what_is_taken_back_at_the_last_moment_does_not_arrive(
    files, box, mara, case, smtp_server, monkeypatch
) -> None:
    written = actions.write_message(case.pk, channel="email", words="I am sorry.", **mara.at(NOW))
    handing = mailer.note_handing

    def too_late(one, *, now):
        actions.withdraw_message(written.id, **mara.at(NOW))
        return handing(one, now=now)

    monkeypatch.setattr(mailer, "note_handing", too_late)
    run(files, monkeypatch)
    assert smtp_server.messages == []
    assert Message.objects.get(inward=False).state == State.WITHDRAWN


def test_a_page_message_needs_no_server(files, box, mara, case, monkeypatch) -> None:
    actions.write_message(case.pk, channel="page", words="Look here.", **mara.at(NOW))
    run(files, monkeypatch)
    assert Message.objects.get(channel="page").state == State.SENT


def test_a_mailbox_is_touched_by_what_leaves_only_to_end_its_trouble(
    files, box, mara, case, smtp_server, monkeypatch
) -> None:
    def leave() -> int:
        actions.write_message(case.pk, channel="email", words="I am sorry.", **mara.at(NOW))
        with CaptureQueriesContext(connection) as asked:
            run(files, monkeypatch)
        return sum('UPDATE "conversation_mailbox"' in one["sql"] for one in asked)

    assert leave() == 0
    actions.rest_sending("It takes nothing.", mailbox_id=box.pk, until=NOW, now=NOW)
    assert leave() == 1
    box.refresh_from_db()
    assert (box.sending_problem, box.sending_next_at, box.sending_problem_at) == ("", None, None)
    assert len(smtp_server.messages) == 2
