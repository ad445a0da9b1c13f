"""The mail of others that comes broken, nested, bounced and quoted: all of it is kept, and none is lost on the way."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from makegood.adapters.mail.reading import read_mail
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import Channel, Sort
from tests.factories import NOW
from tests.rooms.casework import cast, mara
from tests.rooms.test_conversation import box, files

CORPORA = Path(__file__).parents[2].parent / "shared" / "data" / "mail"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CORPORA.exists(), reason="NO CORPORA: ../shared/data/mail is not there; nothing was tried."),
]
__all__ = ["box", "cast", "files", "mara"]


def corpus(name: str) -> Iterator[bytes]:
    with tarfile.open(CORPORA / f"{name}.tar.gz") as packed:
        for member in packed:
            if member.isfile() and not member.name.endswith((".json", ".md", "LICENSE")):
                content = packed.extractfile(member)
                assert content is not None
                yield content.read()


@pytest.mark.parametrize(
    "name", ["cpython_test_email", "mikel_mail", "email_reply_parser", "sisimai_bounces_crlf", "stalwart_rfc_malformed"]
)
def test_all_of_a_corpus_is_kept_and_sorted(name, files, box: Mailbox, mara) -> None:
    raws = list(corpus(name))
    assert len(raws) > 30
    new = actions.receive(raws, mailbox_id=box.pk, channel=Channel.EMAIL, files=files, now=NOW)
    while actions.sort_arrivals(read_mail, files, now=NOW):
        pass
    assert list(Arrival.objects.exclude(problem="").values_list("problem", flat=True)) == []
    assert Message.objects.count() == new
    assert {files.read(row.raw) for row in Message.objects.all()} <= set(raws)


def test_bounces_open_no_cases(files, box: Mailbox, mara) -> None:
    actions.receive(
        list(corpus("sisimai_bounces_crlf")), mailbox_id=box.pk, channel=Channel.EMAIL, files=files, now=NOW
    )  # fmt: skip
    while actions.sort_arrivals(read_mail, files, now=NOW):
        pass
    others = Message.objects.exclude(sort=Sort.BOUNCE).values_list("subject", "sort")
    assert list(others.filter(thread__case__isnull=False)) == []
