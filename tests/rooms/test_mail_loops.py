"""Two installations that answer each other by machine stop by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest

from makegood.adapters.files import FileStore
from makegood.adapters.mail.compose import Outgoing, compose
from makegood.adapters.mail.kinds import is_automatic
from makegood.adapters.mail.letter import Address
from makegood.adapters.mail.message_ids import mint
from makegood.adapters.mail.reading import read_mail
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Mailbox, Message
from makegood.conversation.queries import sends_as
from makegood.conversation.rules.messages import Channel
from makegood.worker.mailer import letter_of
from tests.factories import NOW
from tests.rooms.casework import Cast, Hand, cast, mara  # noqa: F401 - fixtures
from tests.rooms.test_conversation import box, come_in, files  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
THEIRS, OURS = "help@other.example", "care@desk.example"
PATIENCE = 50
"""Rounds after which two machines that still answer each other will never stop."""


def answers_as_we_do(raw: bytes) -> bool:
    """Whether another Makegood would answer this by machine."""
    return not is_automatic(read_mail(raw))


def answers_everything(_raw: bytes) -> bool:
    """A machine that heeds no mark."""
    return True


class Other:
    """Another installation, with another secret, whose mailbox acknowledges too."""

    def __init__(self, answers: Callable[[bytes], bool]) -> None:
        self.answers, self.numbers = answers, count(1)

    def writes(self, text: str, *, answers: str = "", automatic: bool = False, at: datetime) -> bytes:
        number = next(self.numbers)
        return compose(Outgoing(
            sender=Address("Other Help", THEIRS), to=(Address("", OURS),), subject="Where is my parcel", text=text,
            at=at, message_id=mint("the secret of another installation", number, number, "other.example"),
            answers=answers, references=(answers,) if answers else (),
            automatic="auto-replied" if automatic else "",
        ))  # fmt: skip

    def hears(self, raw: bytes, *, marked: bool, at: datetime) -> list[bytes]:
        """What it answers to a message of ours."""
        if not self.answers(raw):
            return []
        said = read_mail(raw).envelope.message_id
        return [self.writes("We have your message.", answers=said, automatic=marked, at=at)]


def exchange(files: FileStore, box: Mailbox, other: Other, *, marked: bool, every: timedelta) -> int:  # noqa: F811
    """Let a person there write to us, and carry mail between the two until nothing moves; how many of ours left."""
    now, sent = NOW, 0
    waiting = [other.writes("It has not come.", at=now)]
    for _round in range(PATIENCE):
        if not waiting:
            return sent
        come_in(files, box, *waiting, now=now)
        waiting, now = [], now + every
        for one in actions.take_messages(channels=[Channel.EMAIL], now=now):
            as_box = sends_as(box.pk)
            assert as_box is not None
            raw = compose(letter_of(one, as_box, files))
            assert actions.note_handing(one, now=now)
            actions.mark_sent(one, now=now)
            sent += 1
            waiting += other.hears(raw, marked=marked, at=now)
    pytest.fail("They answer each other for ever.")


@pytest.fixture(autouse=True)
def _acknowledges(box: Mailbox, mara: Hand) -> None:  # noqa: F811
    box.acknowledges = True
    box.save()


def test_two_makegoods_stop_after_one_answer(files, box) -> None:  # noqa: F811
    assert exchange(files, box, Other(answers_as_we_do), marked=True, every=timedelta(minutes=1)) == 1
    assert Case.objects.count() == 1
    assert Message.objects.count() == 2


def test_a_machine_that_marks_what_it_writes_is_never_answered(files, box) -> None:  # noqa: F811
    assert exchange(files, box, Other(answers_everything), marked=True, every=timedelta(minutes=1)) == 1
    assert Case.objects.count() == 1


@pytest.mark.parametrize("every", [timedelta(minutes=1), timedelta(days=2)])
def test_a_machine_that_neither_marks_nor_heeds_stops_too(files, box, every) -> None:  # noqa: F811
    assert exchange(files, box, Other(answers_everything), marked=False, every=every) == 1
    assert Case.objects.count() == 1
