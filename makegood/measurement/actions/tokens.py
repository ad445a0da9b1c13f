"""The token of a survey's link: worked out from our key each time, so that none is kept in plain."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from django.utils.crypto import salted_hmac

from makegood.people.queries import token_digest


def token_of(survey_id: int) -> str:
    """The token in plain, as the message that asks carries it."""
    whole = salted_hmac("makegood.measurement.survey", str(survey_id), algorithm="sha256").digest()
    return urlsafe_b64encode(whole).decode().rstrip("=")


def digest_of(survey_id: int) -> str:
    """What is kept of it."""
    return token_digest(token_of(survey_id))
