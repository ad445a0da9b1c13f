"""Handing mail to a service instead of a mail server, by django-anymail.

A service takes no message as it is, but its parts, and makes one of its own from them. Some give that an id of their
own: therefore ours stands in `References` as well, which whoever answers sends back.
"""

from __future__ import annotations

import email.policy
from collections.abc import Mapping, Sequence
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.utils import getaddresses
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from makegood.adapters.mail.headers import LOOP_MARK
from makegood.adapters.mailserver import said
from makegood.adapters.sending import NOT_WANTED, Accepted, Handing, Refused
from makegood.platform.mail_service import SERVICES, MailService

_KEPT = ("Message-ID", "In-Reply-To", "Content-Language", "Auto-Submitted", "X-Auto-Response-Suppress", LOOP_MARK)
_LATER = {408, 425, 429}
_KEY = {401, 403}
_BEHIND = {502, 504}
"""What stands before the service answered for it: what the service did is not known."""


class ServiceMail:
    """A Carrier. It keeps its connection for the messages that follow, until it is closed."""

    def __init__(self, service: BaseEmailBackend, *, title: str, headers: Mapping[str, str]) -> None:
        self._service, self._title, self._headers = service, title, headers

    def send(self, raw: bytes, *, sender: str, to: Sequence[str], handing: Handing) -> Accepted | Refused:
        """See `Carrier`. The service itself decides where bounces go; `sender` stands in the message already."""
        message = _message(raw, to, self._headers)
        if not handing():
            return NOT_WANTED
        try:
            self._service.open()
            self._service.send_messages([message])
        except AnymailRecipientsRefused:
            return Refused(f"{self._title} does not send to {', '.join(to)}: it bounced there before.", temporary=False)
        except AnymailAPIError as fault:
            self.close()
            return self._refused(fault)
        except AnymailError as fault:
            return Refused(f"{self._title} cannot send this message: {said(fault)}", temporary=False)
        return Accepted(_reference(message))

    def close(self) -> None:
        """Let go of the connection. The next message opens a new one."""
        self._service.close()

    def _refused(self, fault: AnymailAPIError) -> Refused:
        status = fault.status_code
        if status is None:
            words = f"{self._title} could not be reached, or did not answer: {_why(fault)}."
            return Refused(words, temporary=True, perhaps_sent=not _never_left(fault))
        heard = f"It said: {status} {said(getattr(fault.response, 'text', ''))}"
        if status in _KEY:
            return Refused(f"{self._title} does not accept the key of this installation. {heard}", temporary=True)
        if 200 <= status < 300:
            words = f"{self._title} answered what cannot be read. {heard}"
            return Refused(words, temporary=True, perhaps_sent=True)
        later = status in _LATER or status >= 500
        words = f"{self._title} {'takes nothing now' if later else 'refuses this message'}. {heard}"
        return Refused(words, temporary=later, perhaps_sent=status in _BEHIND)


def service_mail(service: MailService) -> ServiceMail:
    """The carrier for the mail service of the installation."""
    offered = SERVICES[service.name]
    backend = import_string(f"anymail.backends.{service.name}.EmailBackend")(**service.arguments)
    return ServiceMail(backend, title=offered.title, headers=offered.headers)


def _message(raw: bytes, to: Sequence[str], headers: Mapping[str, str]) -> EmailMultiAlternatives:
    """What we have composed, in its parts. Whom it names goes there only when it is for them."""
    source = email.message_from_bytes(raw, policy=email.policy.compat32)
    wanted = {one.lower() for one in to}
    named = {name: _people(source, name) for name in ("To", "Cc")}
    open_ones = {address.lower() for people in named.values() for _name, address in people}
    message = EmailMultiAlternatives(
        subject=_text(source, "Subject"),
        from_email=_shown(_people(source, "From"))[0],
        to=_shown(one for one in named["To"] if one[1].lower() in wanted),
        cc=_shown(one for one in named["Cc"] if one[1].lower() in wanted),
        bcc=[one for one in to if one.lower() not in open_ones],
        reply_to=_shown(_people(source, "Reply-To")),
        headers=_extra(source) | dict(headers),
    )
    _fill(message, raw)
    return message


def _fill(message: EmailMultiAlternatives, raw: bytes) -> None:
    source = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(source, EmailMessage)  # noqa: S101 - that is what this policy makes
    for part in source.walk():
        if part.is_multipart():
            continue
        assert isinstance(part, EmailMessage)  # noqa: S101 - as above
        if part.is_attachment():
            content = part.get_payload(decode=True)
            message.attach(part.get_filename(), content, part.get_content_type())
        elif part.get_content_type() == "text/html":
            message.attach_alternative(part.get_content(), "text/html")
        else:
            message.body = part.get_content()


def _extra(source: Message) -> dict[str, str]:
    kept = {name: _text(source, name) for name in _KEPT if name in source}
    return kept | {"References": f"{_text(source, 'References')} {kept['Message-ID']}".strip()}


def _people(source: Message, name: str) -> list[tuple[str, str]]:
    """Names as people read them, and addresses. They are told apart before anything is decoded."""
    return [(_decoded(shown), address) for shown, address in getaddresses([_unfolded(source, name)])]


def _shown(people: Any) -> list[str]:
    return [_quoted(name, address) for name, address in people]


def _quoted(name: str, address: str) -> str:
    safe = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe}" <{address}>' if name else address


def _text(source: Message, name: str) -> str:
    return _decoded(_unfolded(source, name))


def _decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def _unfolded(source: Message, name: str) -> str:
    return str(source.get(name, "")).replace("\r", "").replace("\n", "")


def _reference(message: EmailMultiAlternatives) -> str:
    """The id that the service gave the message; one of them where each receiver has one."""
    told = message.anymail_status.message_id  # type: ignore[attr-defined]
    if isinstance(told, set):
        return min(map(str, told))
    return "" if told is None else str(told)


def _never_left(fault: AnymailAPIError) -> bool:
    """Whether the message certainly did not get there: there was no connection."""
    cause = fault.__cause__
    if isinstance(cause, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}


def _why(fault: AnymailAPIError) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (requests.exceptions.SSLError, "its certificate cannot be trusted"),
        (requests.Timeout, "it took too long"),
    )
    return next((words for kind, words in kinds if isinstance(fault.__cause__, kind)), "the connection broke")
