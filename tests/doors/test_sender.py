"""The worker's thread that sends notices: with a port that a test holds in its hand, and once for real."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

import pytest

from makegood.adapters.telling import Teller, Told
from makegood.notices.actions import add_channel, mark_sent
from makegood.notices.actions.sending import LEASE
from makegood.notices.models import Delivery
from makegood.notices.queries import channels_of
from makegood.people.models import Staff
from makegood.worker import sender
from makegood.worker.sender import Sender
from tests.doors.test_telling import LOOPBACK, a_service
from tests.factories import actor, make_staff
from tests.rooms.noticing import told

BASE = "http://127.0.0.1:8000"


class Fake:
    """Accepts every message, or refuses it as long as there is a problem."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.sent: list[tuple[str, str, str]] = []
        self.closed = 0

    def send(self, address: str, title: str, text: str) -> Told:
        self.sent.append((address, title, text))
        return Told("Fake", self.problem)

    def close(self) -> None:
        self.closed += 1


def at_work(port: Fake | Teller) -> Sender:
    return Sender(port, base_url=BASE, asked_to_stop=lambda: False)


def now() -> datetime:
    return datetime.now(UTC)


def reach(person: Staff, address: str = "json://hook.example/s3cr3t") -> None:
    add_channel(person.pk, name="", service="Fake", address=address, by=actor(person), now=now())


@pytest.fixture
def mara(db: None) -> Staff:
    return make_staff()


def test_it_sends_what_waits_and_says_when_there_is_nothing(mara: Staff) -> None:
    reach(mara)
    told(mara, now=now())
    port = Fake()
    assert [at_work(port).turn(), at_work(port).turn()] == [True, False]
    assert port.sent == [("json://hook.example/s3cr3t", "SR-1001 is offered to you", f"{BASE}/cases/SR-1001/")]


def test_what_is_refused_is_kept_and_logged_without_its_address(mara: Staff, caplog: pytest.LogCaptureFixture) -> None:
    reach(mara)
    told(mara, now=now())
    with caplog.at_level(logging.DEBUG):
        assert at_work(Fake("Nothing answers at that address.")).turn()
    assert "Nothing answers" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert Delivery.objects.get().attempts == 1
    assert channels_of(mara.pk)[0].problem == "Nothing answers at that address."


def test_asked_to_stop_it_leaves_the_rest_for_another(mara: Staff) -> None:
    reach(mara)
    told(mara, 1, now=now())
    told(mara, 2, now=now())
    port = Fake()
    Sender(port, base_url=BASE, asked_to_stop=lambda: len(port.sent) > 0).turn()
    assert len(port.sent) == 1
    at_work(port).turn()
    assert len(port.sent) == 2


def test_accepted_and_not_marked_it_leaves_again_and_nothing_else_does(
    mara: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instant between the service's yes and ours: the one place at which a notice may come twice."""
    reach(mara)
    told(mara, 1, now=now())
    told(mara, 2, now=now())
    port = Fake()

    def struck(*_errand: object, **_how: object) -> None:
        if len(port.sent) == 2:
            raise KeyboardInterrupt
        mark_sent(*_errand, **_how)  # type: ignore[arg-type]

    monkeypatch.setattr(sender, "mark_sent", struck)
    with pytest.raises(KeyboardInterrupt):
        at_work(port).turn()
    monkeypatch.undo()
    assert not at_work(port).turn()
    later = now() + LEASE
    monkeypatch.setattr(sender, "now", lambda: later)
    assert at_work(port).turn()
    titles = [title for _, title, _ in port.sent]
    assert titles == ["SR-1 is offered to you", "SR-2 is offered to you", "SR-2 is offered to you"]


@pytest.mark.enable_socket
def test_a_notice_reaches_a_service_that_listens(mara: Staff) -> None:
    with a_service() as (address, taken), Teller(LOOPBACK) as teller:
        reach(mara, f"{address}/s3cr3t")
        told(mara, now=now())
        assert at_work(teller).turn()
    (message,) = taken
    assert message["title"] == "SR-1001 is offered to you"
    assert message["message"] == f"{BASE}/cases/SR-1001/"
    assert Delivery.objects.get().sent_at is not None


def test_it_looks_until_it_is_asked_to_stop_and_closes_the_port(
    committed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed += ["notices_delivery", "notices_notice", "notices_channel", "journal_entry", "people_staff"]
    monkeypatch.setattr(sender, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(sender, "LINGER_SECONDS", 0.0)
    mara = make_staff()
    reach(mara)
    port, done = Fake(), threading.Event()
    thread = Sender(port, base_url=BASE, asked_to_stop=done.is_set)
    thread.start()
    told(mara, now=now())
    for _ in range(500):
        if port.sent and port.closed:
            break
        done.wait(0.01)
    done.set()
    thread.join(10)
    assert (len(port.sent), thread.is_alive()) == (1, False)
    assert port.closed
