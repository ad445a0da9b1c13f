"""Handing mail to a real server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from makegood.adapters.dialling import dial
from makegood.adapters.mailserver import MailServer
from makegood.adapters.sending import NOT_WANTED, Accepted, Carrier, Refused
from makegood.adapters.smtp import Smtp, try_smtp
from tests.installations import free_port
from tests.smtp_server import SmtpServer

LOOPBACK = ("127.0.0.0/8",)
LETTER = b"Subject: one\r\n\r\nHello\r\n.\r\n..\r\nBye\r\n"
DESK, MARA, BO = "desk@desk.example", "mara@example.com", "bo@example.com"


def account(server: SmtpServer, **other: Any) -> MailServer:
    how = {"host": server.host, "port": server.port, "security": "none", "user": server.name}
    return MailServer(**how | {"password": server.password} | other)


@pytest.fixture
def carrier(smtp_server: SmtpServer) -> Iterator[Carrier]:
    port = Smtp(account(smtp_server), networks=LOOPBACK, seconds=2)
    yield port
    port.close()


def send(carrier: Carrier, *to: str, raw: bytes = LETTER) -> Accepted | Refused:
    return carrier.send(raw, sender=DESK, to=to or (MARA,), handing=lambda: True)


def test_what_is_accepted_arrived_as_it_was(carrier: Carrier, smtp_server: SmtpServer) -> None:
    assert send(carrier, MARA, BO) == Accepted("2.0.0 taken as 1")
    (one,) = smtp_server.received
    assert (one.sender, one.receivers, one.raw) == (DESK, (MARA, BO), LETTER)


def test_one_connection_serves_many(carrier: Carrier, smtp_server: SmtpServer) -> None:
    for number in range(20):
        smtp_server.mode = "accept" if number % 3 else "reject"
        assert isinstance(send(carrier), Accepted) == bool(number % 3)
    assert smtp_server.connections == 1
    assert len(smtp_server.received) == 13


def test_no_piece_is_held_back_until_the_one_before_is_confirmed() -> None:
    """Otherwise each message takes 40 ms."""
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        dial(["127.0.0.1"], door.getsockname()[1], seconds=5) as link,
    ):
        assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("mode", "refused"),
    [
        ("reject", Refused("550 5.1.1 no such person here", temporary=False)),
        ("greylist", Refused("450 4.2.0 greylisted, come back in a minute", temporary=True)),
        ("refuse-data", Refused("554 5.7.1 this looks like spam", temporary=False)),
        (
            "busy",
            Refused("127.0.0.1 takes nothing now. It said: 421 4.3.2 come back later", temporary=True),
        ),
    ],
)
def test_what_is_refused_is_told_in_the_servers_words(
    carrier: Carrier, smtp_server: SmtpServer, mode: Any, refused: Refused
) -> None:
    smtp_server.mode = mode
    assert send(carrier) == refused
    smtp_server.mode = "accept"
    assert isinstance(send(carrier), Accepted), "the next one is taken"


def test_all_receivers_or_none(carrier: Carrier, smtp_server: SmtpServer) -> None:
    smtp_server.refused.add(BO)
    assert send(carrier, MARA, BO) == Refused("550 5.1.1 no such person here", temporary=False)
    assert smtp_server.received == []


def test_an_answer_that_got_lost_may_mean_that_it_was_sent(carrier: Carrier, smtp_server: SmtpServer) -> None:
    smtp_server.mode = "drop"
    lost = send(carrier)
    assert isinstance(lost, Refused)
    assert (lost.temporary, lost.perhaps_sent) == (True, True)
    assert len(smtp_server.received) == 1


def test_what_is_no_longer_wanted_at_the_last_moment_does_not_arrive(carrier: Carrier, smtp_server: SmtpServer) -> None:
    asked: list[int] = []

    def handing() -> bool:
        asked.append(len(smtp_server.received))
        return False

    assert carrier.send(LETTER, sender=DESK, to=[MARA], handing=handing) is NOT_WANTED
    assert isinstance(send(carrier), Accepted), "the next one leaves"
    assert asked == [0]
    assert len(smtp_server.received) == 1


def test_a_server_that_never_answers_is_given_up(carrier: Carrier, smtp_server: SmtpServer) -> None:
    smtp_server.mode = "hang"
    began = time.monotonic()
    given_up = send(carrier)
    assert isinstance(given_up, Refused)
    assert (given_up.temporary, given_up.perhaps_sent) == (True, True)
    assert "said nothing for 2 seconds" in given_up.words
    assert time.monotonic() - began < 4


def test_a_connection_that_fell_asleep_is_opened_again(
    carrier: Carrier, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(carrier)
    smtp_server.hang_up()
    monkeypatch.setattr("makegood.adapters.smtp._ASLEEP", 0.0)
    assert isinstance(send(carrier), Accepted)
    assert smtp_server.connections == 2


def test_a_connection_that_broke_a_moment_ago_costs_one_try(carrier: Carrier, smtp_server: SmtpServer) -> None:
    send(carrier)
    smtp_server.hang_up()
    broken = send(carrier)
    assert isinstance(broken, Refused)
    assert (broken.temporary, broken.perhaps_sent) == (True, False)
    assert isinstance(send(carrier), Accepted)


def test_forty_megabytes_go_whole(smtp_server: SmtpServer) -> None:
    big = LETTER + (b"0123456789abcdef" * 4 + b"\r\n") * 830_000
    patient = Smtp(account(smtp_server), networks=LOOPBACK)
    assert isinstance(send(patient, raw=big), Accepted)
    patient.close()
    assert smtp_server.received[0].raw == big


def test_what_the_server_will_not_take_is_not_even_sent(carrier: Carrier, smtp_server: SmtpServer) -> None:
    refused = send(carrier, raw=bytes(65) * 1024 * 1024)
    assert refused == Refused("It has 68.2 MB; the mail server takes at most 67.1 MB.", temporary=False)


def test_a_text_cannot_end_itself_and_begin_another(carrier: Carrier, smtp_server: SmtpServer) -> None:
    """Line ends that only some servers take for such are made whole, so that all read one message (smuggling)."""
    smuggler = b"Subject: one\r\n\r\nfirst\n.\nMAIL FROM:<ceo@desk.example>\r\n.\rRCPT TO:<all@example.com>"
    assert isinstance(send(carrier, raw=smuggler), Accepted)
    (one,) = smtp_server.received
    assert one.raw.splitlines()[3] == b"."
    assert b"\n" not in one.raw.replace(b"\r\n", b"")
    assert b"\r" not in one.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("strange", ["", "mara", "mara@example.com>\r\nRCPT TO:<all@example.com", "a b@c", "<a@b>"])
def test_what_is_no_address_is_sent_nowhere(carrier: Carrier, smtp_server: SmtpServer, strange: str) -> None:
    refused = send(carrier, MARA, strange)
    assert isinstance(refused, Refused)
    assert "is no mail address" in refused.words
    assert smtp_server.connections == 0
    assert carrier.send(LETTER, sender=DESK, to=(), handing=lambda: True) == Refused(
        "It names no receiver.", temporary=False
    )


def test_letters_of_the_world_need_a_server_that_knows_them(carrier: Carrier) -> None:
    refused = send(carrier, "mära@example.com")
    assert refused == Refused("The mail server knows no addresses with letters like these.", temporary=False)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted_when_the_certificate_is_trusted(
    smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch, security: Any
) -> None:
    at = {"security": security, "port": smtp_server.tls_port if security == "tls" else smtp_server.port}
    monkeypatch.setenv("SSL_CERT_FILE", str(smtp_server.certificate))
    port = Smtp(account(smtp_server, **at), networks=LOOPBACK)
    assert isinstance(send(port), Accepted)
    port.close()


def wrong(server: SmtpServer, sender: str = DESK, networks: tuple[str, ...] = LOOPBACK, **other: Any) -> str:
    steps = try_smtp(account(server, **other), sender=sender, networks=networks, seconds=1)
    assert [step.ok for step in steps] == [True] * (len(steps) - 1) + [False]
    return steps[-1].words


def test_a_server_that_is_right_passes_every_step(smtp_server: SmtpServer) -> None:
    steps = try_smtp(account(smtp_server), sender=DESK, networks=LOOPBACK)
    assert [(step.tried, step.ok) for step in steps][1:] == [("Sign in", True), (f"Send as {DESK}", True)]
    assert all(
        step.ok for step in try_smtp(account(smtp_server, token=smtp_server.token), sender=DESK, networks=LOOPBACK)
    )
    assert all(step.ok for step in try_smtp(account(smtp_server, user=""), sender=DESK, networks=LOOPBACK))
    assert smtp_server.received == [], "nothing is sent"


def test_what_is_wrong_is_said_in_a_sentence(smtp_server: SmtpServer) -> None:
    assert "does not accept the password of desk" in wrong(smtp_server, password="wörd")
    assert "does not accept the access token of desk" in wrong(smtp_server, token="stale")
    assert "signed by itself" in wrong(smtp_server, security="tls", port=smtp_server.tls_port)
    assert "signed by itself" in wrong(smtp_server, security="starttls")
    assert "There is no TLS at" in wrong(smtp_server, security="tls")
    assert "Nothing answers at" in wrong(smtp_server, port=free_port())
    assert "no machine called" in wrong(smtp_server, host="nowhere.invalid")
    assert "MAKEGOOD_PRIVATE_NETWORKS" in wrong(smtp_server, networks=(), security="starttls")
    smtp_server.mode = "busy"
    assert "takes nothing now" in wrong(smtp_server)


def test_a_fault_of_ours_keeps_the_message(smtp_server: SmtpServer) -> None:
    port = Smtp(account(smtp_server, password="changed"), networks=LOOPBACK)
    refused = send(port)
    assert isinstance(refused, Refused)
    assert refused.temporary, "the message is as good as before"
    assert "changed" not in refused.words


def test_what_is_not_wanted_any_more_does_not_arrive(carrier: Carrier, smtp_server: SmtpServer) -> None:
    assert carrier.send(LETTER, sender=DESK, to=(MARA,), handing=lambda: False) is NOT_WANTED
    assert isinstance(send(carrier), Accepted)
    assert len(smtp_server.received) == 1
