"""What Amazon SES tells us by way of SNS: mail that came in, and what did not arrive.

Anybody with an account at Amazon has messages signed by it, so that a signature alone says little: besides the secret
in the address, each message must come from a topic that is named at the mailbox. Amazon's own library is not needed: it
is for mail that is fetched from S3, which is refused with a sentence.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

from anymail.exceptions import AnymailError
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings

from makegood.adapters.posting import FAULTS, Poster
from makegood.kernel.refusals import Refusal

AMAZON = "amazon_ses"
_SIGNED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_SIGNED_TO_CONFIRM = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "Notification": _SIGNED,
    "SubscriptionConfirmation": _SIGNED_TO_CONFIRM,
    "UnsubscribeConfirmation": _SIGNED_TO_CONFIRM,
}
# The older of the two is still what a topic signs with unless it is told otherwise.
_HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {"1": hashes.SHA1, "2": hashes.SHA256}
_HOST = re.compile(r"sns\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-zA-Z]{1,64}\.pem")
# What Amazon says to a topic that was just named at SES.
_GREETINGS = ("Successfully validated SNS topic for Amazon SES event publishing.",)


def mail_told(body: bytes, topics: str) -> list[bytes]:
    """The whole messages that a call brings, byte for byte. `topics` are the ARNs that may call.

    Raises Refusal "hook.bad_signature", "hook.in_s3", "hook.needs_key", "hook.not_fetched", "hook.unreadable".
    """
    told = _told(body, topics)
    return [] if told is None else [_content(told)]


def events_told(body: bytes, topics: str) -> list[Any]:
    """What a call says of mail that SES took over from us, as anymail's events. Raises Refusal as `mail_told` does but
    for "hook.in_s3"."""
    told = _told(body, topics)
    if told is None:
        return []
    try:
        # It reads what it is given and nothing of its own, which it could not have without Amazon's library.
        found = AmazonSESTrackingWebhookView.esp_to_anymail_events(cast(Any, None), told, {})
    except (AnymailError, LookupError, TypeError, AttributeError) as fault:
        raise _unreadable("It is about nothing that was sent.") from fault
    for one in found:
        one.message_id = _own_id(told["mail"]) or one.message_id
    return list(found)


def _own_id(mail: Mapping[str, Any]) -> str:
    """The Message-ID that we gave it, where SES tells the headers."""
    named = (one.get("value") for one in mail.get("headers", ()) if str(one.get("name")).lower() == "message-id")
    return str(next(named, None) or "")


def _told(body: bytes, topics: str) -> dict[str, Any] | None:
    """What SES says; None for what is between SNS and us, which is done."""
    envelope = _envelope(body)
    _check(envelope, topics.split())
    if envelope["Type"] == "SubscriptionConfirmation":
        _confirm(envelope)
    if envelope["Type"] != "Notification" or envelope["Message"] in _GREETINGS:
        return None
    try:
        told = json.loads(envelope["Message"])
    except (ValueError, RecursionError):
        raise _unreadable("Its message is no JSON.") from None
    # Said once when somebody names the topic at SES.
    if isinstance(told, dict) and told.get("notificationType") == "AmazonSnsSubscriptionSucceeded":
        return None
    if not isinstance(told, dict) or not isinstance(told.get("mail"), dict):
        raise _unreadable("It is about no mail.")
    return told


def _envelope(body: bytes) -> dict[str, str]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise _unreadable("It is no JSON.") from None
    if not isinstance(said, dict) or said.get("Type") not in _KINDS:
        raise _unreadable("Leave “raw message delivery” of the subscription off, so that it can be told who sent it.")
    return {name: value for name, value in said.items() if isinstance(value, str)}


def _check(envelope: Mapping[str, str], topics: Collection[str]) -> None:
    """Whether Amazon signed it for a topic of ours."""
    if not topics:
        raise Refusal(
            "hook.needs_key", "Set the ARN of the SNS topic as the key of the mailbox: nothing is taken from another.",
            status=422,
        )  # fmt: skip
    if envelope.get("TopicArn") not in topics:
        raise _bad_signature()
    names = [name for name in _KINDS[envelope["Type"]] if name != "Subject" or name in envelope]
    if any(name not in envelope for name in names):
        raise _bad_signature()
    said = "".join(f"{name}\n{envelope[name]}\n" for name in names).encode()
    kind = _HASHES.get(envelope.get("SignatureVersion", ""))
    where = envelope.get("SigningCertURL", "")
    if kind is None or not _is_amazons(where) or _CERTIFICATE.fullmatch(urlsplit(where).path) is None:
        raise _bad_signature()
    try:
        signature = base64.b64decode(envelope.get("Signature", ""), validate=True)
        _public_key(where).verify(signature, said, PKCS1v15(), kind())
    except (InvalidSignature, binascii.Error, ValueError):
        raise _bad_signature() from None


def _is_amazons(url: str) -> bool:
    """Whether an address is one of SNS itself: nothing else is ever asked for."""
    try:
        where = urlsplit(url)
    except ValueError:
        return False
    return where.scheme == "https" and _HOST.fullmatch(where.netloc) is not None


@lru_cache(maxsize=32)
def _public_key(url: str) -> RSAPublicKey:
    """The key by which a certificate of Amazon's signs; that it is theirs says the server that it is fetched from."""
    try:
        key = load_pem_x509_certificate(_fetch(url).encode()).public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise _bad_signature() from None
    if not isinstance(key, RSAPublicKey):
        raise _bad_signature()
    return key


def _confirm(envelope: Mapping[str, str]) -> None:
    """Say yes to SNS, which asks whether a topic of ours may call."""
    url = envelope["SubscribeURL"]
    if not _is_amazons(url):
        raise _bad_signature()
    _fetch(url)


def _fetch(url: str) -> str:
    asking = Poster(settings.PRIVATE_NETWORKS)
    try:
        status, text = asking.get(url, {})
    except FAULTS as fault:
        raise _not_fetched(asking.words(fault)) from fault
    if status != 200:
        raise _not_fetched(f"It answered {status}.")
    return text


def _content(told: Mapping[str, Any]) -> bytes:
    if told.get("notificationType") != "Received":
        raise _unreadable("It is about mail that was sent: let it call the address that ends with events/.")
    receipt = told.get("receipt")
    action = receipt.get("action") if isinstance(receipt, dict) else None
    if not isinstance(action, dict) or action.get("type") != "SNS" or not isinstance(told.get("content"), str):
        raise Refusal(
            "hook.in_s3", "The mail itself is not in this: give the receipt rule an action of the type SNS, with the"
            " encoding Base64, and none that puts it into S3.", status=422,
        )  # fmt: skip
    if str(action.get("encoding", "")).upper() != "BASE64":
        return cast(str, told["content"]).encode("utf-8", "surrogateescape")
    try:
        return base64.b64decode(told["content"], validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable("Its content is not Base64.") from None


def _unreadable(why: str) -> Refusal:
    return Refusal("hook.unreadable", f"This is not what Amazon SES sends here. {why}", status=422)


def _bad_signature() -> Refusal:
    return Refusal("hook.bad_signature", "Amazon did not sign this for a topic that is named here.", status=403)


def _not_fetched(why: str) -> Refusal:
    return Refusal("hook.not_fetched", f"Amazon SNS could not be asked. {why}", status=503)
