"""A file is enclosed while another connection forgets what nothing names; and every way in which a file is named."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from makegood.adapters.files import FileStore
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Attachment, Mailbox, Message
from makegood.conversation.rules.messages import Channel
from makegood.promises.models import Kind
from tests.factories import NOW, Cast, make_cast, make_contact
from tests.rooms.casework import Hand, cast, mara
from tests.rooms.test_conversation import box, come_in, files, mail
from tests.rooms.test_ending import reported
from tests.rooms.test_files_unnamed import age
from tests.rooms.test_follow_ups_pulled import TABLES

__all__ = ["box", "cast", "files", "mara"]

HOLDER = "token 1"
LONG = timedelta(days=400)


def all_old(files: FileStore) -> set[str]:
    kept = set(files.names())
    for name in kept:
        age(files, name, LONG)
    return kept


def sweep(files: FileStore) -> int:
    return actions.forget_unnamed(files=files, now=NOW)


def enclose(number: int, by: Hand, *enclosed: actions.Enclosed) -> actions.Written:
    return actions.write_message(number, channel="page", words="Here it is.", enclosed=enclosed, **by.at(NOW))


def word_for(files: FileStore, content: bytes) -> str:
    return actions.upload(content, name="label.pdf", content_type="", files=files, holder=HOLDER, now=NOW)


@pytest.mark.django_db
class TestWhatStays:
    def test_nothing_that_is_named_is_ever_taken(self, files: FileStore, box: Mailbox, mara: Hand) -> None:
        whole = b"Content-Type: multipart/mixed; boundary=x\r\n"
        letter = mail().replace(b"Content-Type: text/plain", b"X-Was: text/plain", 1).split(b"\n\n", 1)
        parts = b"\n\n--x\nContent-Type: text/plain\n\nSee here.\n--x\nContent-Type: image/png\n"
        parts += b"Content-Disposition: attachment; filename=a.png\n\npicture\n--x--\n"
        come_in(files, box, whole.replace(b"\r\n", b"\n") + letter[0] + parts, mail("And one more thing."))
        actions.receive([mail("Not read yet.")], mailbox_id=box.pk, channel=Channel.EMAIL, files=files, now=NOW)
        number = Case.objects.earliest("pk").pk
        written = enclose(number, mara, *actions.uploaded(
            [word_for(files, b"a label")], files=files, holder=HOLDER, now=NOW))  # fmt: skip
        taken_back = enclose(number, mara, *actions.uploaded(
            [word_for(files, b"another label")], files=files, holder=HOLDER, now=NOW))  # fmt: skip
        actions.withdraw_message(taken_back.id, **mara.at(NOW))
        assert Attachment.objects.filter(message_id=written.id).count() == 1
        assert Attachment.objects.filter(message__inward=True).exists()
        kept = all_old(files)
        assert len(kept) == 6
        assert sweep(files) == 0
        assert set(files.names()) == kept

    def test_what_a_message_alone_names_stays(self, files: FileStore, box: Mailbox, mara: Hand) -> None:
        come_in(files, box, mail())
        message = Message.objects.get()
        all_old(files)
        message.attachments.all().delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM conversation_arrival")
        assert sweep(files) == 0
        assert files.read(message.raw) == mail()


def written_at_a_case(made: Cast) -> int:
    number = reported(Hand(made.mara))
    make_contact(Case.objects.get(pk=number).customer, "email", "dana@home.example", "dana@home.example")
    return number


class Late(FileStore):
    """Forgets only once it is let: the database was asked long before."""

    def __init__(self, files: FileStore) -> None:
        super().__init__(files._root)
        self.asked, self.let = threading.Event(), threading.Event()

    def drop(self, sha256: str, *, before: float) -> bool:
        self.asked.set()
        assert self.let.wait(30)
        return super().drop(sha256, before=before)


def test_who_encloses_while_the_store_is_swept_keeps_their_file(committed: list[str], files: FileStore) -> None:
    """An old file of the same content lies there, and another connection has just read that nothing names it. Somebody
    sends the content up and encloses it, and commits only after the other is through: their message has its file."""
    committed += [
        "practice_basics", "conversation_arrival", "conversation_attachment", "conversation_message",
        "conversation_thread", "conversation_mailbox", *TABLES,
    ]  # fmt: skip
    made = make_cast()
    Mailbox.objects.create(
        name="Care", address="care@desk.example", kind=Kind.objects.get(slug="delivery"), made_at=NOW,
        smtp_host="mail.example",
    )  # fmt: skip
    number, digest, late = written_at_a_case(made), files.put(b"a label").sha256, Late(files)
    age(files, digest, LONG)

    def sweep_beside() -> int:
        try:
            return sweep(late)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        sweeping = other.submit(sweep_beside)
        assert late.asked.wait(30)
        with transaction.atomic():
            words = [word_for(files, b"a label")]
            enclose(number, Hand(made.mara), *actions.uploaded(words, files=files, holder=HOLDER, now=NOW))
            late.let.set()
            assert sweeping.result(30) == 0
    assert [one.digest for one in Attachment.objects.all()] == [digest]
    assert files.read(digest) == b"a label"
    age(files, digest, LONG)
    assert sweep(files) == 0
