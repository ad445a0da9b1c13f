"""The port that hands messages over, with its real process: what arrives, what is wrong, and what never happens."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from makegood.adapters.apprising import Guard
from makegood.adapters.telling import Teller, Told
from tests.installations import free_port
from tests.loopback import Quiet, listening
from tests.smtp_server import an_smtp_server

pytestmark = pytest.mark.enable_socket
LOOPBACK = ["127.0.0.0/8"]


@contextmanager
def a_service(status: int = 200, location: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server that takes json:// messages and answers `status`; where it is, and what it was sent."""
    taken: list[dict[str, Any]] = []

    class Service(Quiet):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

    with listening(Service) as where:
        yield f"json://{where}", taken


@pytest.fixture(scope="module")
def teller() -> Iterator[Teller]:
    with Teller(LOOPBACK) as ours:
        yield ours


def test_a_message_arrives(teller: Teller) -> None:
    with a_service() as (address, taken):
        told = teller.send(f"{address}/hook", "SR-1001 is offered to you", "http://desk.example/cases/SR-1001/")
    assert (told.service, told.problem) == ("JSON", "")
    (message,) = taken
    assert (message["title"], message["message"]) == (
        "SR-1001 is offered to you",
        "http://desk.example/cases/SR-1001/",
    )


def test_a_service_that_says_no_is_told(teller: Teller) -> None:
    with a_service(403) as (address, _taken):
        assert "403" in teller.send(address, "a", "b").problem


def test_an_address_at_which_nothing_answers_is_told(teller: Teller) -> None:
    assert teller.send(f"json://127.0.0.1:{free_port()}", "a", "b").problem == "Nothing answers at that address."


def test_no_part_of_an_address_is_in_what_is_told(teller: Teller) -> None:
    secret = "s3cr3tw0rd"
    for address in (f"json://ann:{secret}@127.0.0.1:{free_port()}/{secret}", f"slack://{secret}", f"what://{secret}/x"):
        assert secret not in repr((teller.check(address), teller.send(address, "a", "b")))


@pytest.mark.parametrize("address", ["nonsense", "json://", "slack://abc", "https://example.org/x", ""])
def test_an_address_of_no_service_is_told(teller: Teller, address: str) -> None:
    told = teller.check(address)
    assert not told.service
    assert told.problem


@pytest.mark.parametrize("address", ["syslog://", "dbus://", "SYSLOG://local0"])
def test_nothing_is_shown_on_the_server_itself(teller: Teller, address: str) -> None:
    assert "server itself" in teller.check(address).problem


def test_our_own_network_is_out_of_reach_unless_allowed() -> None:
    with a_service() as (address, taken), Teller() as strict:
        assert "MAKEGOOD_PRIVATE_NETWORKS" in strict.send(address, "a", "b").problem
        assert "127.0.0.1" in strict.send(address.replace("127.0.0.1", "localhost"), "a", "b").problem
    assert taken == []


def test_a_redirect_into_our_own_network_is_not_followed() -> None:
    with a_service() as (inside, taken):
        forbidden = inside.replace("json://127.0.0.1", "http://127.0.0.2")
        with a_service(307, forbidden) as (address, asked), Teller(["127.0.0.1/32"]) as strict:
            assert strict.send(f"{address}?redirect=yes", "a", "b").problem
    assert (len(asked), taken) == (1, [])


@pytest.mark.parametrize(("path", "flags"), [("/etc/passwd", 0), ("secret-key", 0), (f"{sys.prefix}/x.pth", 1)])
def test_no_file_of_the_server_is_read_or_written(path: str, flags: int) -> None:
    """Some services read a file that the address names: it would go to whoever wrote the address."""
    with pytest.raises(PermissionError):
        Guard(())("open", (path, "r", flags))


def test_modules_and_certificates_are_read() -> None:
    Guard(())("open", (json.__file__, "rb", 0))


def test_no_program_is_started() -> None:
    with pytest.raises(PermissionError):
        Guard(())("subprocess.Popen", ("/bin/sh", [], None, None))


def test_who_never_answers_is_given_up_and_the_next_one_goes() -> None:
    silent = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # listens, and nobody serves
    with silent, a_service() as (address, taken), Teller(LOOPBACK, seconds=0.5) as hasty:
        hasty.check(address)
        assert "0 seconds" in hasty.send(f"json://127.0.0.1:{silent.server_port}", "a", "b").problem
        assert hasty.send(address, "a", "b").problem == ""
    assert len(taken) == 1


def test_an_email_address_is_reached_by_the_account_that_was_set_up() -> None:
    with an_smtp_server() as box, Teller(LOOPBACK, mail=box.account()) as ours:
        assert ours.check("mara@desk.example") == Told("Mail", "")
        assert ours.log_in().problem == ""
        assert box.messages == [], "looking sends nothing"
        assert ours.send("mara@desk.example", "SR-1001 is yours", "https://desk.example/cases/SR-1001/") == Told(
            "Mail", ""
        )
    assert box.receivers == ["mara@desk.example"]
    assert "SR-1001 is yours" in box.messages[0]


def test_a_mail_server_that_does_not_let_us_in_is_told_without_the_secret() -> None:
    with an_smtp_server() as box, Teller(LOOPBACK, mail=box.account("wr0ng-word")) as ours:
        for told in (ours.log_in(), ours.send("mara@desk.example", "a", "b")):
            assert told.problem == "It does not accept this name and password."
    with Teller(LOOPBACK, mail=f"mailto://a:b@127.0.0.1:{free_port()}?from=d@desk.example") as ours:
        assert ours.log_in().problem == "Nothing answers at that address."


def test_without_an_account_an_email_address_is_no_place() -> None:
    with Teller(LOOPBACK) as ours:
        assert "MAKEGOOD_NOTICES_MAIL" in ours.check("mara@desk.example").problem
        assert "MAKEGOOD_NOTICES_MAIL" in ours.log_in().problem


@pytest.mark.parametrize(
    "address", ["a@b.example,c@d.example", "a@b.example&cc=c@d.example", "a@b.example?smtp=evil.example", "a@b"]
)
def test_one_address_is_one_receiver(address: str) -> None:
    """Nobody writes to others, or to another server, with the organisation's account."""
    with an_smtp_server() as box, Teller(LOOPBACK, mail=box.account()) as ours:
        assert ours.check(address).service == ""
        assert ours.send(address, "a", "b").problem
    assert box.receivers == []
