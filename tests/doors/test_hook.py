"""The port that sends webhooks: signed so that a receiver can tell, to the address that was checked and no other."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from makegood.adapters.hooks import Heard, Hook
from tests.doors.test_telling import LOOPBACK
from tests.installations import free_port
from tests.loopback import Quiet, listening

pytestmark = pytest.mark.enable_socket
SECRET, OTHER = "whsec_" + "QUJD" * 8, "whsec_" + "REVG" * 8


@contextmanager
def a_receiver(
    status: int = 204, *, headers: dict[str, str] | None = None, body: bytes = b"", gets: bool = False
) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A web server that takes messages and answers `status`, or questions with `gets`; where it is, and what it was
    sent."""
    taken: list[tuple[dict[str, str], bytes]] = []

    class Receiver(Quiet):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            content = self.rfile.read(length)
            if len(content) == length:
                taken.append((dict(self.headers), content))
                self.answer()

        def do_GET(self) -> None:
            if gets:
                self.answer()

        def answer(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with listening(Receiver) as where:
        yield f"http://{where}", taken


@contextmanager
def a_rude_one(rudeness: Callable[[socket.socket], Any]) -> Iterator[str]:
    """Something that takes connections and does what it likes with them."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            link, _from = door.accept()
            with link, suppress(OSError):
                link.recv(65536)
                rudeness(link)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}/"
        thread.join(5)


def send(url: str, *, secrets: tuple[str, ...] = (SECRET,), hook: Hook | None = None) -> Heard:
    now = datetime.now(UTC)
    return (hook or Hook(LOOPBACK, seconds=2)).send(url, "msg_5", b'{"type": "webhook.test"}', secrets=secrets, at=now)


def test_a_message_arrives_and_its_signature_verifies() -> None:
    with a_receiver(200, body=b"Thank\0 you") as (address, taken):
        heard = send(f"{address}/hooks?shop=1", secrets=(SECRET, OTHER))
    assert (heard.status, heard.text, heard.problem) == (200, "Thank you", "")
    ((headers, body),) = taken
    for secret in (SECRET, OTHER):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.test"
    assert headers["webhook-id"] == "msg_5"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"test", b"best"), headers)


@pytest.mark.parametrize(("status", "says"), [(500, "500"), (404, "404"), (410, "410"), (302, "redirect")])
def test_what_is_not_accepted_says_so_and_no_redirect_is_followed(status: int, says: str) -> None:
    with a_receiver() as (elsewhere, never), a_receiver(status, headers={"Location": elsewhere}) as (address, _):
        heard = send(address)
    assert heard.status == status
    assert says in heard.problem
    assert never == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{}/", "http://localhost:{}/", "http://[::1]:{}/", "http://[::ffff:127.0.0.1]:{}/",
        "http://2130706433:{}/", "http://0.0.0.0:{}/", "http://169.254.169.254/", "https://10.0.0.5/",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_however_it_is_written(url: str) -> None:
    with a_receiver() as (address, taken):
        heard = send(url.format(address.rpartition(":")[2]), hook=Hook(seconds=1))
    assert heard.status is None
    assert "inside your own network" in heard.problem
    assert "MAKEGOOD_PRIVATE_NETWORKS" in heard.problem
    assert taken == []


def test_a_name_that_changes_its_meaning_leads_nowhere_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the first look-up is harmless, any later one leads inside. There is no later one."""
    asked: list[str] = []
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    harmless = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))]
    reached: list[tuple[str, int]] = []

    def look_up(host: str, *_arguments: Any, **_how: Any) -> Any:
        asked.append(host)
        return harmless if len(asked) == 1 else inside

    def connect(address: tuple[str, int], **_how: Any) -> Any:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    heard = send("https://shop.example/", hook=Hook(seconds=1))
    assert heard.problem == "Nothing answers at that address."
    assert (asked, reached) == (["shop.example"], [("93.184.216.34", 443)])


def test_of_several_addresses_the_first_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_receiver() as (address, taken):
        port = int(address.rpartition(":")[2])
        two = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.2", "127.0.0.1")]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: two)
        assert send(f"http://shop.example:{port}/").problem == ""
    assert len(taken) == 1


def test_in_the_open_it_is_https(monkeypatch: pytest.MonkeyPatch) -> None:
    harmless = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: harmless)
    assert "must be https://" in send("http://shop.example/").problem


def test_nobody_there_is_told() -> None:
    assert send(f"http://127.0.0.1:{free_port()}/").problem == "Nothing answers at that address."
    assert send("https://no-such-machine.invalid/").problem == "There is no machine of that name."


def test_silence_and_a_letter_at_a_time_are_given_up() -> None:
    hook = Hook(LOOPBACK, seconds=0.4)

    def drip(link: socket.socket) -> None:
        for _ in range(20):
            link.sendall(b"H")
            time.sleep(0.1)

    for rudeness in (lambda link: time.sleep(1), drip):
        with a_rude_one(rudeness) as url:
            began = time.monotonic()
            heard = send(url, hook=hook)
        assert heard.status is None
        assert heard.problem
        assert time.monotonic() - began < 3


def test_too_much_is_not_read_and_nonsense_is_told() -> None:
    with a_receiver(200, body=b"x" * 1_000_000) as (address, _):
        heard = send(address)
    assert (heard.problem, len(heard.text)) == ("", 300)
    with a_rude_one(lambda link: link.sendall(b"What?\r\n\r\n")) as url:
        assert send(url).problem == "What it answered is not HTTP."
    with a_rude_one(lambda link: link.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nthanks")) as url:
        assert send(url).problem == ""


def test_what_is_not_https_there_is_told() -> None:
    with a_rude_one(lambda link: link.sendall(b"HTTP/1.0 200 OK\r\n\r\n")) as url:
        assert send(url.replace("http:", "https:")).problem == "It does not speak https there."
