"""What mail services send us, read by django-anymail: only its reading is used, none of its signals."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from email.message import Message as Mail
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import EventType
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest
from requests.exceptions import RequestException

from makegood.kernel.refusals import Refusal


class About(StrEnum):
    """What a call is about."""

    MAIL = "Inbound"
    EVENTS = "Tracking"


class _Service(NamedTuple):
    """How django-anymail calls the views of a service, and the name of the key that a view takes for each purpose; by
    `signs` the key is that of a signature."""

    views: str
    mail_key: str = ""
    events_key: str = ""
    signs: bool = False


_SERVICES: Mapping[str, _Service] = {
    "brevo": _Service("Brevo", mail_key="api_key"),
    "mailersend": _Service("MailerSend", "inbound_secret", "signing_secret", signs=True),
    "mailgun": _Service("Mailgun", "webhook_signing_key", "webhook_signing_key", signs=True),
    "mailjet": _Service("Mailjet"),
    "mailtrap": _Service("Mailtrap", mail_key="api_token"),
    "postal": _Service("Postal", "webhook_key", "webhook_key", signs=True),
    "postmark": _Service("Postmark"),
    "resend": _Service("Resend", mail_key="api_key"),
    "sendgrid": _Service("SendGrid"),
    "sparkpost": _Service("SparkPost"),
}
_NO_KEY = "none"
LOST: frozenset[str] = frozenset(
    {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED, EventType.COMPLAINED}
)  # fmt: skip
"""What a service says of a message that did not arrive, or was not wanted."""


def read_call(request: HttpRequest, service: str, about: About, key: str) -> Sequence[Any]:
    """What a service tells by this call, as anymail's events. Its signature is checked where it has one and we know the
    key.

    Raises Refusal "http.too_large", "hook.bad_signature", "hook.needs_key", "hook.not_fetched", "hook.unreadable".
    """
    view = _view(service, about, key)
    try:
        if key and _SERVICES[service].signs:
            view.run_validators(request)
        return list(view.parse_events(request))
    except AnymailWebhookValidationFailure:
        raise Refusal(
            "hook.bad_signature", "The signature does not fit the key that is set here.", status=403
        ) from None
    except RequestDataTooBig:
        raise Refusal(
            "http.too_large",
            "A whole message in one field is too large. Let the service send it in its parts.",
            status=413,
        ) from None
    except RequestException as fault:
        raise Refusal(
            "hook.not_fetched", f"The rest could not be fetched from the service: {fault}", status=503
        ) from fault
    except (AnymailError, SuspiciousOperation, ValueError, LookupError, TypeError, AttributeError) as fault:
        said = str(fault).strip().partition("\n")[0][:200]
        raise Refusal(
            "hook.unreadable", f"This is not what {service} sends here. {said}".strip(), status=422
        ) from fault


def whole(mail: Mail | None) -> bytes:
    """The bytes of a message. One that a service sends in pieces has the same bytes each time it is put together.

    Raises Refusal "hook.unreadable" for what nobody wrote.
    """
    if mail is None or not str(mail.get("From", "")).strip():
        raise Refusal("hook.unreadable", "This holds no message that somebody wrote.", status=422)
    named = "\n".join(str(mail.get(name, "")) for name in ("Message-ID", "From", "Date", "Subject"))
    mark = hashlib.sha256(named.encode("utf-8", "replace")).hexdigest()[:32]
    for number, part in enumerate(mail.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart" and part.get_boundary() is None:
            part.set_boundary(f"=_{mark}_{number}")
    return mail.as_bytes()


@lru_cache(maxsize=128)
def _view(service: str, about: About, key: str) -> Any:
    known = _SERVICES[service]
    taken = known.mail_key if about is About.MAIL else known.events_key
    found = getattr(import_module(f"anymail.webhooks.{service}"), f"{known.views}{about}WebhookView")
    # A key that only signs is wanted when the view is made; without ours it is not looked at.
    given = {taken: key or _NO_KEY} if taken and (key or known.signs) else {}
    with warnings.catch_warnings():
        # That anybody may call: nobody does who does not know the secret in the address.
        warnings.simplefilter("ignore")
        try:
            return found(**given)
        except (ImproperlyConfigured, AnymailError, ValueError) as fault:
            raise Refusal(
                "hook.needs_key", f"Mail of {known.views} is fetched with a key of the service: set it at the mailbox.",
                status=422,
            ) from fault  # fmt: skip
