"""What is said by machine, in the languages of the customer's page. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

_RECEIVED = {
    "en": "We have your message. {owner} looks after it and will be in touch with you by {when}.\n\n"
    "Answer this mail to add anything. Your case has the number {number}.",
    "de": "Ihre Nachricht ist angekommen. {owner} kümmert sich darum und meldet sich bei Ihnen bis {when}.\n\n"
    "Antworten Sie auf diese Mail, wenn Sie etwas ergänzen möchten. Ihr Fall hat die Nummer {number}.",
    "es": "Hemos recibido su mensaje. {owner} se ocupa de él y se pondrá en contacto con usted antes de: {when}.\n\n"
    "Responda a este correo si quiere añadir algo. Su caso tiene el número {number}.",
    "pt": "Recebemos a sua mensagem. {owner} trata dela e entrará em contacto consigo até: {when}.\n\n"
    "Responda a este e-mail se quiser acrescentar algo. O seu caso tem o número {number}.",
}
_PAGE = {"en": "Your page", "de": "Ihre Seite", "es": "Su página", "pt": "A sua página"}
_LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES", "pt": "pt_PT"}


def acknowledgement(*, language: str, owner: str, due_at: datetime, zone: ZoneInfo, number: str) -> str:
    """That a message arrived, who looks after it, and by when (`due_at`, aware UTC, shown in `zone`) they hear."""
    code = _ours(language)
    when = format_datetime(due_at.astimezone(zone), "EEEE d MMMM, HH:mm (zzzz)", locale=_LOCALES[code])
    return _RECEIVED[code].format(owner=owner, when=when, number=number)


def with_page(text: str, address: str, *, language: str) -> str:
    """Words with the address of the customer's page below them."""
    return f"{text.rstrip()}\n\n{_PAGE[_ours(language)]}: {address}"


def _ours(language: str) -> str:
    """The language that we say it in: theirs, or English when we have no words in theirs."""
    code = language.lower().partition("-")[0]
    return code if code in _RECEIVED else "en"
