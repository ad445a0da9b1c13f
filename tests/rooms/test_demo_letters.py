"""The demo's customers write to the desk, and answer what it writes to them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from makegood.adapters.mail.reading import read_mail
from makegood.cases.models import Case
from makegood.config.demo import letters
from makegood.config.demo.letters import Customers, first_letters, open_mailbox
from makegood.config.demo.news import KIND
from makegood.conversation import actions
from makegood.conversation.models import Message
from makegood.conversation.rules.messages import State
from makegood.journal.actors import SYSTEM
from makegood.platform.filing import file_store
from makegood.platform.mail_service import FOLDER, MailService
from makegood.promises.actions import ensure_kind
from makegood.worker import carrying, mailer
from makegood.worker.carriers import carriers
from makegood.worker.mailer import Mailer
from tests.factories import NOW
from tests.rooms.casework import MINUTE, Cast, Hand, cast, mara

pytestmark = pytest.mark.django_db
__all__ = ["cast", "mara"]


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    ensure_kind(
        KIND, name="Arrival", warning=timedelta(minutes=30), grace=timedelta(minutes=15), severity=3, by=SYSTEM, now=NOW
    )
    open_mailbox(NOW)
    return tmp_path / "mail"


def sort(now=NOW) -> None:
    while actions.sort_arrivals(read_mail, file_store(), now=now):
        pass


def send(folder: Path, monkeypatch: pytest.MonkeyPatch, now=NOW + MINUTE) -> None:
    for module in (carrying, mailer):
        monkeypatch.setattr(module, "now", lambda: now)
    service = MailService(name=FOLDER, arguments={})
    sends = Mailer(file_store(), carriers([], service, folder=folder), asked_to_stop=lambda: False)
    while sends.turn():
        pass


def test_a_stranger_writes_and_is_told_who_looks_after_it(desk, mara, monkeypatch) -> None:
    first_letters([], NOW)
    sort()
    case = Case.objects.get()
    assert case.customer.name == "Noor Haddad"
    send(desk, monkeypatch)
    assert Message.objects.get(automatic=True).state == State.SENT
    assert len(list(desk.glob("*.eml"))) == 1


@pytest.mark.parametrize("bounces", [False, True])
def test_a_customer_answers_once_and_some_addresses_take_no_mail(desk, cast, monkeypatch, bounces) -> None:
    monkeypatch.setattr(letters, "_GIVEN_UP", 1 if bounces else 10**12)
    first_letters([], NOW)
    sort()
    case = Case.objects.get()
    owner = Hand(next(one for one in (cast.mara, cast.tomas, cast.lena, cast.greta, cast.stranger, cast.otto)
                      if one.pk == case.owner_id))  # fmt: skip
    customers = Customers(desk)
    written = actions.write_message(case.pk, channel="email", words="I look after this.", **owner.at(NOW))
    send(desk, monkeypatch)
    for path in desk.glob("*.eml"):
        path.touch()
    later = max(path.stat().st_mtime for path in desk.glob("*.eml")) + 60
    for _ in range(3):
        customers.answer(NOW.fromtimestamp(later, NOW.tzinfo))
    sort(NOW.fromtimestamp(later, NOW.tzinfo) + timedelta(days=400))
    row = Message.objects.get(pk=written.id)
    assert row.state == (State.BOUNCED if bounces else State.SENT)
    assert Message.objects.filter(inward=True, thread=row.thread).count() == 2
