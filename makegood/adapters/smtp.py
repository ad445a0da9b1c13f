"""Handing mail to an SMTP server, which sees to the rest of its way."""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from makegood.adapters.dialling import bounded
from makegood.adapters.mailserver import (
    SECONDS,
    MailServer,
    MailTrouble,
    connect,
    refused_login,
    said,
    trouble,
    xoauth2,
)
from makegood.adapters.sending import NOT_WANTED, Accepted, Handing, Refused
from makegood.adapters.steps import Step, take

_SLOWEST = 20_000
"""Bytes a second; a server that takes a message slower is given up."""
_ASLEEP = 10.0
"""Seconds after which a connection is asked whether it still stands."""
_OUR_FAULT = {530, 534, 535, 538}
"""Refusals that are about our signing in, not about the message: it is kept until that is put right."""
_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIRST_DOT = re.compile(rb"(?m)^\.")


class Smtp:
    """A Carrier. It keeps its connection for the messages that follow, until it is closed.

    `networks` are those of ours that may be reached; a server that says nothing for `seconds` is given up.
    """

    def __init__(self, server: MailServer, *, networks: Iterable[str] = (), seconds: float = SECONDS) -> None:
        self._server, self._networks, self._seconds = server, tuple(networks), seconds
        self._link: smtplib.SMTP | None = None
        self._used = 0.0

    def send(self, raw: bytes, *, sender: str, to: Sequence[str], handing: Handing) -> Accepted | Refused:
        """See `Carrier`: `handing` is asked when the server has all of the message but its end."""
        if strange := [one for one in (sender, *to) if _ADDRESS.fullmatch(one) is None]:
            return Refused(f"{said(strange[0])!r} is no mail address.", temporary=False)
        if not to:
            return Refused("It names no receiver.", temporary=False)
        try:
            return self._hand_over(self._ready(), raw, sender, to, handing)
        except MailTrouble as fault:
            self.close()
            return Refused(str(fault), temporary=True)

    def reach(self) -> None:
        """Connect and encrypt. Raises MailTrouble."""
        link = connect(self._server, networks=self._networks, seconds=self._seconds)
        talk = smtplib.SMTP(local_hostname=_own_name(link), timeout=self._seconds)
        talk.sock, self._link = link, talk
        # What smtplib keeps when it connects itself; starting TLS asks for it.
        talk._host = self._server.host  # type: ignore[attr-defined]
        with self._told(), bounded(link, 2 * self._seconds):
            self._greet(talk)
            if self._server.security == "starttls":
                if not talk.has_extn("starttls"):
                    raise self._lasting(f"{self._server.host} offers no STARTTLS at port {self._server.port}.")
                talk.starttls(context=ssl.create_default_context())
                talk.ehlo_or_helo_if_needed()

    def log_in(self) -> None:
        """Say who we are, if we have a name there. Raises MailTrouble."""
        if not self._server.user:
            return
        link = self._open()
        with self._told(), bounded(self._socket(link), 2 * self._seconds):
            if not link.has_extn("auth"):
                raise self._lasting(
                    f"{self._server.host} lets nobody sign in at port {self._server.port}. Choose port 465 with TLS or"
                    " 587 with STARTTLS, or leave name and password out."
                )
            try:
                self._sign_in(link)
            except smtplib.SMTPAuthenticationError as fault:
                if fault.smtp_code < 500:
                    words = f"{self._server.host} lets nobody in at the moment. It said: {said(fault.smtp_error)}"
                    raise MailTrouble(words, lasting=False) from fault
                raise refused_login(self._server, fault.smtp_error) from fault

    def ask_as(self, sender: str) -> None:
        """Ask whether we may send as an address, without sending. Raises MailTrouble."""
        link = self._open()
        with self._told(), bounded(self._socket(link), 2 * self._seconds):
            code, words = link.mail(sender)
            if code != 250:
                raise MailTrouble(f"We may not send as {sender}. {_quoted(code, words)}", lasting=code >= 500)
            link.rset()

    def close(self) -> None:
        """Say goodbye if there is somebody, and hang up."""
        if self._link is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._link.sock is not None:
                    self._link.sock.settimeout(2.0)
                    self._link.quit()
            self._link.close()
            self._link = None

    def _ready(self) -> smtplib.SMTP:
        """A connection that stands, or stood a moment ago."""
        if self._link is not None and time.monotonic() - self._used > _ASLEEP and not self._awake(self._link):
            self.close()
        if self._link is None:
            try:
                self.reach()
                self.log_in()
            except BaseException:
                self.close()
                raise
        return self._open()

    def _awake(self, link: smtplib.SMTP) -> bool:
        try:
            with bounded(self._socket(link), self._seconds):
                return link.noop()[0] == 250
        except (OSError, smtplib.SMTPException, MailTrouble):
            return False

    def _hand_over(
        self, link: smtplib.SMTP, raw: bytes, sender: str, to: Sequence[str], handing: Handing
    ) -> Accepted | Refused:
        with self._told(), bounded(self._socket(link), 2 * self._seconds + len(raw) / _SLOWEST):
            refused = _announce(link, raw, sender, to)
            if refused is None:
                link.putcmd("data")
                code, words = link.getreply()
                if code == 354:
                    return self._hand_text(link, raw, handing)
                refused = _refused(code, words)
            # After 421 the server hangs up; there is nobody to take anything back from.
            if refused.words.startswith("421"):
                self.close()
            else:
                link.rset()
                self._used = time.monotonic()
            return refused

    def _hand_text(self, link: smtplib.SMTP, raw: bytes, handing: Handing) -> Accepted | Refused:
        text = _FIRST_DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw))
        # When this fails the end was not handed over either: a message without its end is none.
        link.send(text + (b"" if text.endswith(b"\r\n") else b"\r\n"))
        if not handing():
            # Hanging up is the only way out: the server throws away what has no end.
            link.close()
            self._link = None
            return NOT_WANTED
        link.send(b".\r\n")
        try:
            code, words = link.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Refused(str(self._fault(fault)), temporary=True, perhaps_sent=True)
        self._used = time.monotonic()
        if code == 250:
            return Accepted(said(words))
        if code == 421:
            self.close()
        return _refused(code, words)

    def _greet(self, link: smtplib.SMTP) -> None:
        code, words = link.getreply()
        if code == -1:
            raise self._lasting(
                f"What answers at {self._server.host}, port {self._server.port}, is no mail server for sending."
            )
        if code != 220:
            raise MailTrouble(f"{self._server.host} takes nothing now. {_quoted(code, words)}", lasting=False)
        link.ehlo_or_helo_if_needed()

    def _sign_in(self, link: smtplib.SMTP) -> None:
        server = self._server
        if server.token:
            _show(link, "XOAUTH2", xoauth2(server))
        elif "PLAIN" in link.esmtp_features["auth"].upper().split():
            # Our own: smtplib sends no letters but those of English.
            _show(link, "PLAIN", f"\0{server.user}\0{server.password}")
        else:
            link.login(server.user, server.password)

    def _open(self) -> smtplib.SMTP:
        if self._link is None:
            raise MailTrouble(f"There is no connection to {self._server.host}.", lasting=False)
        return self._link

    def _socket(self, link: smtplib.SMTP) -> socket.socket:
        if link.sock is None:
            raise MailTrouble(f"{self._server.host} broke the connection.", lasting=False)
        return link.sock

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong is said in our words."""
        try:
            yield
        except (OSError, smtplib.SMTPException, UnicodeError) as fault:
            raise self._fault(fault) from fault

    def _fault(self, fault: Exception) -> MailTrouble:
        if isinstance(fault, smtplib.SMTPServerDisconnected):
            return trouble(ConnectionResetError(), self._server, self._seconds)
        if isinstance(fault, smtplib.SMTPResponseException):
            words = _quoted(fault.smtp_code, fault.smtp_error)
            return MailTrouble(f"{self._server.host} refuses what was asked. {words}", lasting=False)
        if isinstance(fault, smtplib.SMTPException):
            return MailTrouble(f"{self._server.host} cannot be worked with: {said(fault)}", lasting=False)
        return trouble(fault, self._server, self._seconds)

    def _lasting(self, words: str) -> MailTrouble:
        return MailTrouble(words, lasting=True)


def try_smtp(
    server: MailServer, *, sender: str, networks: Iterable[str] = (), seconds: float = 10.0
) -> tuple[Step, ...]:
    """What works when somebody sets up sending, step by step until one does not. Nothing is sent."""
    port = Smtp(server, networks=networks, seconds=seconds)

    def reach() -> str:
        port.reach()
        return "It answers, and nobody on the way can read along." if server.security != "none" else "It answers."

    def log_in() -> str:
        port.log_in()
        return f"{server.user} is let in." if server.user else "It asks for no name."

    def ask() -> str:
        port.ask_as(sender)
        return "It takes mail from this address."

    steps: list[tuple[str, Callable[[], str]]] = [
        (f"Reach {server.host}, port {server.port}", reach),
        ("Sign in", log_in),
        (f"Send as {sender}", ask),
    ]
    try:
        return take(steps)
    finally:
        port.close()


def _announce(link: smtplib.SMTP, raw: bytes, sender: str, to: Sequence[str]) -> Refused | None:
    """Say what comes, from whom and for whom; why it is refused."""
    most = int(link.esmtp_features.get("size") or 0)
    if 0 < most < len(raw):
        words = f"It has {len(raw) / 1_000_000:.1f} MB; the mail server takes at most {most / 1_000_000:.1f} MB."
        return Refused(words, temporary=False)
    options = [f"SIZE={len(raw)}"] if link.has_extn("size") else []
    if not raw.isascii() and link.has_extn("8bitmime"):
        options.append("BODY=8BITMIME")
    if not all(one.isascii() for one in (sender, *to)):
        if not link.has_extn("smtputf8"):
            return Refused("The mail server knows no addresses with letters like these.", temporary=False)
        options.append("SMTPUTF8")
        link.command_encoding = "utf-8"
    code, words_ = link.mail(sender, options)
    for one in to:
        if code not in (250, 251):
            break
        code, words_ = link.rcpt(one)
    return None if code in (250, 251) else _refused(code, words_)


def _refused(code: int, words: bytes) -> Refused:
    return Refused(f"{code} {said(words)}", temporary=code < 500 or code in _OUR_FAULT)


def _quoted(code: int, words: object) -> str:
    return f"It said: {code} {said(words)}"


def _show(link: smtplib.SMTP, mechanism: str, words: str) -> None:
    code, answer = link.docmd("AUTH", f"{mechanism} {base64.b64encode(words.encode()).decode()}")
    if code == 334:
        # Its reasons to refuse, put as a question; the refusal comes once that is answered with nothing.
        code, answer = link.docmd("")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _own_name(link: socket.socket) -> str:
    """What we call ourselves: the machine's whole name, else our end of the connection. Nobody is asked for it."""
    name = socket.gethostname()
    if "." in name:
        return name
    address = str(link.getsockname()[0])
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
