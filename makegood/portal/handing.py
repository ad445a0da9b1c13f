"""Ready words with which staff hand the link over, in the customer's language."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import override

from makegood.customers.queries import CustomerFacts
from makegood.customers.rules import Channel
from makegood.kernel.texts import first_name
from makegood.portal.languages import language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message ready to send: `language` in which it is, and where a mail or text program takes it ("" for none)."""

    language: str
    subject: str
    words: str
    mail: str
    text: str


def ready_words(customer: CustomerFacts, address: str, *, owner: str, house: str, may_choose: bool) -> Ready:
    """The message that goes with a link to a customer's page, for their mail and text program."""
    language = language_of("", customer.language, "").code
    with override(language):
        greeting = _("Hello {first}, this is {owner} of {house}.").format(
            first=first_name(customer.name), name=customer.name, owner=owner, house=house
        )
        what = (
            _("On your private page you see what went wrong and what happens next, and you choose what suits you:")
            if may_choose
            else _("On your private page you see what went wrong, what happens next and when, and can answer me:")
        )
        subject = _("What we promised you, and what happens next")
    words = f"{greeting} {what}\n{address}"
    return Ready(
        language=language, subject=subject, words=words,
        mail=_mail(_first(customer, Channel.EMAIL), subject, words),
        text=_text(_first(customer, Channel.SMS) or _first(customer, Channel.PHONE), words),
    )  # fmt: skip


def _first(customer: CustomerFacts, channel: Channel) -> str:
    return next((one.value for one in customer.contacts if one.channel is channel), "")


def _mail(to: str, subject: str, words: str) -> str:
    return f"mailto:{quote(to, safe='@+')}?subject={quote(subject)}&body={quote(words)}" if to else ""


def _text(to: str, words: str) -> str:
    number = "".join(one for one in to if one.isdigit() or one == "+")
    return f"sms:{number}?body={quote(words)}" if number else ""
