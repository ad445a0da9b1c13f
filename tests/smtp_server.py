"""An SMTP server on loopback that takes mail, refuses it, or goes wrong, as a test says; aiosmtpd does the talking."""

from __future__ import annotations

import asyncio
import base64
import shutil
import ssl
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.certificates import write_certificate

HOST, NAME, PASSWORD, TOKEN = "127.0.0.1", "desk", "s3cret-word", "an-access-token"

Mode = Literal["accept", "reject", "greylist", "refuse-data", "hang", "drop", "busy"]


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was taken over: who sent it to whom, and its bytes."""

    sender: str
    receivers: tuple[str, ...]
    raw: bytes


@dataclass
class SmtpServer:
    """A mail server. Its `port` is plain and knows STARTTLS, its `tls_port` is TLS from the first byte.

    `mode` says what it does with the next message: `accept`; `reject` every receiver for good (550), `greylist` them
    (450), `refuse-data` (554 after the text), `hang` (no answer to the text), `drop` (takes the message and breaks the
    connection before it says so), `busy` (421 in place of a greeting). `refused` are receivers it never takes.
    """

    folder: Path
    port: int = 0
    tls_port: int = 0
    mode: Mode = "accept"
    received: list[Received] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    talks: list[SMTP] = field(default_factory=list)
    host: str = HOST
    name: str = NAME
    password: str = PASSWORD
    token: str = TOKEN
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    """Access tokens that let in."""

    @property
    def certificate(self) -> Path:
        """Its certificate, signed by itself for localhost and 127.0.0.1."""
        return self.folder / "cert.pem"

    @property
    def receivers(self) -> list[str]:
        """To whom messages were taken over, in order."""
        return [to for one in self.received for to in one.receivers]

    @property
    def messages(self) -> list[str]:
        """What was taken over, as text."""
        return [one.raw.decode() for one in self.received]

    @property
    def connections(self) -> int:
        """How often somebody has connected."""
        return len(self.talks)

    def hang_up(self) -> None:
        """Break every connection, as a server does that was started anew."""
        for talk in self.talks:
            talk.loop.call_soon_threadsafe(talk.transport.abort)

    def account(self, password: str = PASSWORD) -> str:
        """The account as a setting of notices names it."""
        return f"mailto://{NAME}:{password}@{HOST}:{self.port}?from=desk@desk.example"


class _Talk(SMTP):
    """Counts who connects, and is busy when that is its mode."""

    def __init__(self, box: SmtpServer, **how: Any) -> None:
        super().__init__(_Handler(box), data_size_limit=64 * 1024 * 1024, hostname="mx.example", **how)
        self.box = box

    async def _handle_client(self) -> None:
        self.box.talks.append(self)
        if self.box.mode == "busy":
            await self.push("421 4.3.2 come back later")
            self.transport.close()
        else:
            await super()._handle_client()


class _Handler:
    """What the server answers. The names of the methods are aiosmtpd's."""

    def __init__(self, box: SmtpServer) -> None:
        self.box = box

    async def handle_RCPT(self, _talk: SMTP, _session: Session, envelope: Envelope, to: str, _how: list[str]) -> str:
        if self.box.mode == "reject" or to in self.box.refused:
            return "550 5.1.1 no such person here"
        if self.box.mode == "greylist":
            return "450 4.2.0 greylisted, come back in a minute"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, talk: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.box.mode == "refuse-data":
            return "554 5.7.1 this looks like spam"
        if self.box.mode == "hang":
            await asyncio.sleep(600)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.box.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if self.box.mode == "drop":
            talk.transport.abort()
        return f"250 2.0.0 taken as {len(self.box.received)}"

    async def auth_XOAUTH2(self, talk: SMTP, args: list[str]) -> AuthResult:
        whole = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        right = whole in {f"user={NAME}\1auth=Bearer {one}\1\1" for one in self.box.tokens}
        return AuthResult(success=right, handled=False)


@contextmanager
def an_smtp_server() -> Iterator[SmtpServer]:
    """Listens until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="makegood-smtp-", dir="/var/tmp"))
    write_certificate(folder)
    box, loop = SmtpServer(folder), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def do(work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, loop).result(timeout=10)

    servers: list[asyncio.Server] = []
    try:
        do(_listen(box, servers))
        yield box
    finally:
        do(_end_all(servers))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _listen(box: SmtpServer, servers: list[asyncio.Server]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(box.certificate, box.folder / "key.pem")
    how: dict[str, Any] = {"authenticator": _lets_in, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    servers.append(await loop.create_server(lambda: _Talk(box, tls_context=context, loop=loop, **how), HOST, 0))
    servers.append(await loop.create_server(lambda: _Talk(box, loop=loop, **how), HOST, 0, ssl=context))
    box.port, box.tls_port = (server.sockets[0].getsockname()[1] for server in servers)


async def _end_all(servers: list[asyncio.Server]) -> None:
    """Whoever is still connected is cut off."""
    for server in servers:
        server.close()
    mine = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in mine:
        task.cancel()
    await asyncio.gather(*mine, return_exceptions=True)
    # What came in meanwhile has its turn to begin and to end.
    await asyncio.sleep(0)


def _lets_in(_talk: SMTP, _session: Session, _envelope: Envelope, _how: str, told: Any) -> AuthResult:
    right = isinstance(told, LoginPassword) and (told.login, told.password) == (NAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)
