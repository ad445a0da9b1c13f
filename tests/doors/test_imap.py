"""Fetching mail from a real server."""

from __future__ import annotations

import email
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.adapters.imap import Mailbox, Place, try_mailbox
from makegood.adapters.mailserver import MailServer, MailTrouble
from tests.imap_server import ImapBox, an_imap_server, has_dovecot
from tests.installations import free_port

LOOPBACK = ("127.0.0.0/8",)


def named(number: int, body: bytes = b"Hello\r\n") -> bytes:
    return b"Message-ID: <%d@example.com>\r\nSubject: number %d\r\n\r\n" % (number, number) + body


def server(box: ImapBox, **other: Any) -> MailServer:
    how = {"host": box.host, "port": box.port, "security": "none", "user": box.user, "password": box.password}
    return MailServer(**how | other)


def mailbox(box: ImapBox, folder: str = "INBOX", most: int = 64_000_000, seconds: float = 10, **other: Any) -> Mailbox:
    return Mailbox(server(box, **other), folder=folder, networks=LOOPBACK, most=most, seconds=seconds)


def never() -> bool:
    return False


def subjects(box: Mailbox, after: Place | None = None) -> list[str]:
    return [str(email.message_from_bytes(one.raw)["Subject"]) for one in box.fetch(after)]


def test_what_was_not_acknowledged_comes_again_and_what_was_stored_does_not(imap_server: ImapBox) -> None:
    for number in (1, 2, 3):
        imap_server.deliver(named(number))
    with mailbox(imap_server) as box:
        first, second, third = box.fetch(None)
        assert [first.at.uid, second.at.uid, third.at.uid] == [1, 2, 3]
        assert (first.raw, first.size, first.problem) == (named(1), len(named(1)), "")
        assert abs(first.arrived_at - datetime.now(UTC)) < timedelta(minutes=1)
        box.acknowledge([first.at.uid])
    assert len([path for path in imap_server.files() if path.name.endswith("S")]) == 1, "one is marked as seen"
    with mailbox(imap_server) as box:
        assert subjects(box) == ["number 1", "number 2", "number 3"], "a mark hides nothing: the place does"
        assert subjects(box, first.at) == ["number 2", "number 3"]
        assert subjects(box, third.at) == []
        assert box.place == third.at


def test_a_stored_message_is_moved_when_that_is_wanted(imap_server: ImapBox) -> None:
    imap_server.make("Done")
    for number in (1, 2):
        imap_server.deliver(named(number))
    with mailbox(imap_server) as box:
        box.acknowledge([1], move_to="Done")
        assert subjects(box) == ["number 2"]
    with mailbox(imap_server, folder="Done") as box:
        assert subjects(box) == ["number 1"]


def test_a_folder_may_have_any_name(imap_server: ImapBox) -> None:
    imap_server.make("Kundenw&APw-nsche")
    imap_server.deliver(named(1), folder="Kundenw&APw-nsche")
    with mailbox(imap_server, folder="Kundenwünsche") as box:
        assert subjects(box) == ["number 1"]


def test_messages_that_are_numbered_anew_all_come_again(imap_server: ImapBox) -> None:
    for number in (1, 2):
        imap_server.deliver(named(number))
    with mailbox(imap_server) as box:
        place = box.place
        assert subjects(box, place) == []
    imap_server.renumber()
    with mailbox(imap_server) as box:
        assert box.place.validity != place.validity
        assert sorted(subjects(box, place)) == ["number 1", "number 2"]
        tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
        assert list(box.fetch(place, since=tomorrow)) == [], "what is older than a day is left out when asked"


def test_forty_megabytes_come_whole(imap_server: ImapBox) -> None:
    line = b"0123456789abcdef" * 4 + b"\r\n"
    big = named(1, line * (55_000_000 // len(line)))
    imap_server.deliver(big)
    with mailbox(imap_server) as box:
        (one,) = box.fetch(None)
    assert one.raw == big


def test_a_message_beyond_the_limit_is_told_by_its_header(imap_server: ImapBox) -> None:
    imap_server.deliver(named(1, b"x" * 70 + b"\r\n"))
    imap_server.deliver(named(2))
    with mailbox(imap_server, most=100) as box:
        large, small = box.fetch(None)
    assert large.problem == "It has 0.0 MB; at most 0.0 MB are fetched."
    assert large.raw == named(1, b""), "the header is there, so somebody can be answered"
    assert large.size == len(named(1)) + 65
    assert (small.raw, small.problem) == (named(2), "")


@pytest.mark.parametrize("secure", [False, True])
def test_new_mail_ends_the_wait_within_a_second(
    imap_server: ImapBox, monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(imap_server.server.certificate))
    how = {"security": "tls", "port": imap_server.tls_port} if secure else {}
    with mailbox(imap_server, **how) as box:
        assert box.idles
        later = threading.Timer(0.3, imap_server.deliver, [named(1)])
        later.start()
        began = time.monotonic()
        assert box.wait(20, asked_to_stop=never)
        assert time.monotonic() - began < 1.3
        assert subjects(box, box.place) == ["number 1"]
        assert not box.wait(0.2, asked_to_stop=never), "nothing more has come"


def test_mail_that_came_between_looking_and_waiting_is_not_waited_for(imap_server: ImapBox) -> None:
    """The server tells it in one piece with its answer to IDLE."""
    with mailbox(imap_server) as box:
        assert subjects(box, box.place) == []
        imap_server.deliver(named(1))
        began = time.monotonic()
        assert box.wait(20, asked_to_stop=never)
        assert time.monotonic() - began < 1


def test_who_is_asked_to_stop_waits_no_longer(imap_server: ImapBox) -> None:
    asked = threading.Event()
    threading.Timer(0.2, asked.set).start()
    with mailbox(imap_server) as box:
        began = time.monotonic()
        assert not box.wait(20, asked_to_stop=asked.is_set)
        assert time.monotonic() - began < 1.2


def test_a_token_opens_the_mailbox_and_a_stale_one_does_not(imap_server: ImapBox) -> None:
    imap_server.deliver(named(1))
    with mailbox(imap_server, token=imap_server.token) as box:
        assert subjects(box) == ["number 1"]
    with pytest.raises(MailTrouble, match="does not accept the access token of desk"):
        mailbox(imap_server, token="stale").__enter__()


def test_a_password_may_have_any_letters(imap_server: ImapBox) -> None:
    with pytest.raises(MailTrouble, match="does not accept the password of") as trouble:
        mailbox(imap_server, password='pä"ss\\wörd').__enter__()
    assert "pä" not in str(trouble.value)


def test_with_starttls_too(imap_server: ImapBox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(imap_server.server.certificate))
    imap_server.deliver(named(1))
    with mailbox(imap_server, security="starttls") as box:
        assert subjects(box) == ["number 1"]


def wrong(box: ImapBox, folder: str = "INBOX", move_to: str = "", **other: Any) -> str:
    """What the test says of the step that fails, and that none comes after it."""
    steps = try_mailbox(server(box, **other), folder=folder, move_to=move_to, networks=LOOPBACK, seconds=1)
    assert [step.ok for step in steps] == [True] * (len(steps) - 1) + [False]
    assert steps[-1].words.endswith((".", "?"))
    return steps[-1].words


def test_a_mailbox_that_is_right_passes_every_step(imap_server: ImapBox) -> None:
    imap_server.make("Done")
    imap_server.deliver(named(1))
    steps = try_mailbox(server(imap_server), folder="INBOX", move_to="Done", networks=LOOPBACK)
    assert all(step.ok for step in steps)
    assert [step.tried for step in steps][1:] == ["Sign in", "Open INBOX", "Find Done"]
    assert steps[2].words == "It holds 1 message. New mail is told at once."


def test_what_is_wrong_is_said_in_a_sentence(imap_server: ImapBox) -> None:
    imap_server.make("Support")
    assert "no machine called nowhere.invalid" in wrong(imap_server, host="nowhere.invalid")
    assert "Nothing answers at 127.0.0.1, port" in wrong(imap_server, port=free_port())
    assert "signed by itself" in wrong(imap_server, security="tls", port=imap_server.tls_port)
    assert "signed by itself" in wrong(imap_server, security="starttls")
    assert "There is no TLS at 127.0.0.1" in wrong(imap_server, security="tls")
    assert "does not accept the password of" in wrong(imap_server, password="no")
    assert wrong(imap_server, folder="Suport").startswith("There is no folder Suport. There are: ")
    assert "Support" in wrong(imap_server, folder="Suport")
    assert "There is no folder Done" in wrong(imap_server, move_to="Done")
    assert "line break" in wrong(imap_server, user="desk\r\nA1 LOGOUT")
    assert "port from 1 to 65535" in wrong(imap_server, port=0)


def test_our_own_network_is_reached_only_when_an_administrator_said_so(imap_server: ImapBox) -> None:
    (step,) = try_mailbox(server(imap_server, security="starttls"), folder="INBOX")
    assert "MAKEGOOD_PRIVATE_NETWORKS" in step.words


def test_this_machine_is_reached_unencrypted_without_asking(imap_server: ImapBox) -> None:
    assert all(step.ok for step in try_mailbox(server(imap_server), folder="INBOX"))


@contextmanager
def a_listener(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Something that listens and does with whoever comes what `serve` says; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            link, _who = listening.accept()
            with link:
                serve(link)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(timeout=10)


def test_a_server_that_says_nothing_is_given_up(imap_server: ImapBox) -> None:
    with a_listener(lambda link: time.sleep(1.5)) as port:
        assert "did not answer within 1 seconds" in wrong(imap_server, port=port)


def test_a_server_that_dribbles_is_given_up(imap_server: ImapBox) -> None:
    def dribble(link: socket.socket) -> None:
        link.settimeout(5)
        try:
            for _ in range(50):
                link.sendall(b"*")
                time.sleep(0.1)
        except OSError:
            pass

    with a_listener(dribble) as port:
        began = time.monotonic()
        assert "said nothing" in wrong(imap_server, port=port)
        assert time.monotonic() - began < 3


def test_another_kind_of_server_is_told(imap_server: ImapBox) -> None:
    with a_listener(lambda link: link.sendall(b"220 mail.example ESMTP\r\n")) as port:
        assert "is no IMAP server" in wrong(imap_server, port=port)


@pytest.mark.skipif(not has_dovecot(), reason="No Dovecot here")
def test_killed_in_the_middle_the_rest_comes_from_the_next_one() -> None:
    body = b"x" * 70 + b"\r\n"
    with an_imap_server() as ours:
        place = ours.box("mara@example.com")
        for number in range(1, 6):
            place.deliver(named(number, body * 50_000))
        with mailbox(place, seconds=5) as box:
            coming = box.fetch(None)
            stored = [next(coming), next(coming)]
            ours.kill()
            with pytest.raises(MailTrouble, match="broke the connection") as trouble:
                stored += list(coming)
            assert not trouble.value.lasting
        with pytest.raises(MailTrouble, match="Nothing answers"):
            mailbox(place).__enter__()
        ours.start_again()
        with mailbox(place) as box:
            stored += box.fetch(stored[-1].at)
    assert sorted(one.raw for one in stored) == sorted(named(number, body * 50_000) for number in range(1, 6))


@pytest.mark.skipif(not has_dovecot(), reason="No Dovecot here")
def test_killed_while_we_wait() -> None:
    with an_imap_server() as ours, mailbox(ours.box("mara@example.com")) as box:
        threading.Timer(0.2, ours.kill).start()
        with pytest.raises(MailTrouble, match="broke the connection"):
            box.wait(20, asked_to_stop=never)


@pytest.mark.skipif(not has_dovecot(), reason="No Dovecot here")
def test_a_server_that_can_do_little_is_worked_with_too() -> None:
    with an_imap_server(able="IMAP4rev1 AUTH=PLAIN") as ours:
        place = ours.box("mara@example.com")
        place.make("Done")
        for number in (1, 2):
            place.deliver(named(number))
        with mailbox(place) as box:
            assert not box.idles
            assert box.wait(0.1, asked_to_stop=never), "time to look, as nobody tells"
            assert not box.wait(20, asked_to_stop=lambda: True)
            box.acknowledge([1], move_to="Done")
        with mailbox(place, folder="Done") as box:
            assert subjects(box) == ["number 1"]
