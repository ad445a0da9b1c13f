"""The mail service of an installation: what is known of it, and which ones there are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Offered:
    """A service as django-anymail calls it: the word for its key (two with a colon between, where it has two keys), and
    the words that it `needs` besides or `may` be given."""

    title: str
    key: tuple[str, ...]
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)


FOLDER = "folder"
"""No service: what is written is kept in a folder of the installation and reaches nobody."""
_URL = frozenset({"api_url"})
SERVICES: Mapping[str, Offered] = {
    "brevo": Offered("Brevo", ("api_key",)),
    "mailersend": Offered("MailerSend", ("api_token",)),
    "mailgun": Offered("Mailgun", ("api_key",), may=frozenset({"sender_domain", "api_url"})),
    "mailjet": Offered("Mailjet", ("api_key", "secret_key"), may=_URL),
    "mailtrap": Offered("Mailtrap", ("api_token",), may=_URL),
    "mandrill": Offered("Mandrill", ("api_key",)),
    "postal": Offered("Postal", ("api_key",), needs=_URL),
    # Without this header it would give each message an id of its own.
    "postmark": Offered(
        "Postmark", ("server_token",), may=frozenset({"message_stream", "api_url"}), headers={"X-PM-KeepID": "true"}
    ),
    "resend": Offered("Resend", ("api_key",)),
    "scaleway": Offered("Scaleway", ("secret_key",), needs=frozenset({"project_id"}), may=frozenset({"region"})),
    "sparkpost": Offered("SparkPost", ("api_key",), may=frozenset({"subaccount", "api_url"})),
    "unisender_go": Offered("Unisender Go", ("api_key",), needs=_URL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailService:
    """A service that takes our mail. `name` is one of SERVICES, or FOLDER; `arguments` hold its key."""

    name: str
    arguments: Mapping[str, str] = field(repr=False)
