"""Secrets that must be given to others in plain, such as the password of a mailbox: kept so that the database alone
does not tell them. The key comes from the installation's signing key."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SealBroken(Exception):
    """What was sealed cannot be read: the signing key of the installation is another now."""


def seal(secret: str) -> str:
    """A secret as it is stored; "" for none."""
    return _fernet().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """What was sealed. Raises SealBroken when it was by another key."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken("The password cannot be read: the signing key was changed. Give it again.") from None


def _fernet() -> Fernet:
    """A key of its own for this purpose, so that nothing signed elsewhere opens here."""
    digest = hashlib.sha256(b"makegood.sealing:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
