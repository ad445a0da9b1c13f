"""Signing in to mail servers without a password: access tokens by OAuth 2, fetched anew by a refresh token (RFC 6749).

Whoever let us in can take that back at their provider at any time; then only they can let us in again.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from makegood import __version__
from makegood.adapters.mailserver import MailTrouble, said
from makegood.adapters.posting import FAULTS, Poster

GOOGLE = "https://oauth2.googleapis.com/token"
MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_ASKING = "https://accounts.google.com/o/oauth2/v2/auth"
_OF_MICROSOFT = "https://outlook.office.com/"
_SHORTEST, _USUAL = 60, 3600
_FORGED = {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "interaction_required"}
"""What stays so until a person signs in again, or puts the client right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who we are at a provider: `token_url` gives tokens out to whoever shows `client` and, where it has one, its
    `secret`."""

    token_url: str
    client: str
    secret: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Where that is."""
        return urlsplit(self.token_url).hostname or self.token_url


@dataclass(frozen=True, slots=True)
class Granted:
    """What was given: an access token for so many `seconds`, and the refresh token for the next, which may be a new
    one."""

    token: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int


def token_url(text: str) -> str:
    """The address that somebody means by `google`, `microsoft`, `microsoft/TENANT` or an address; "" for what is
    none."""
    word, _, tenant = text.strip().partition("/")
    if word.lower() == "google" and not tenant:
        return GOOGLE
    if word.lower() == "microsoft" and (not tenant or tenant.replace(".", "").replace("-", "").isalnum()):
        return MICROSOFT.format(tenant=tenant or "organizations")
    where = urlsplit(text.strip())
    return text.strip() if where.scheme in ("https", "http") and where.hostname else ""


def sign_in_at(who: Client, *, back: str, state: str, verifier: str, user: str) -> str:
    """The address at which a person lets us in, which sends them `back` with a code; "" where we know of none."""
    if who.token_url == GOOGLE:
        address, scope, more = _ASKING, "https://mail.google.com/", {"access_type": "offline", "prompt": "consent"}
    elif who.host == urlsplit(MICROSOFT).hostname:
        address, more = who.token_url.removesuffix("/token") + "/authorize", {}
        scope = f"{_OF_MICROSOFT}IMAP.AccessAsUser.All {_OF_MICROSOFT}SMTP.Send offline_access"
    else:
        return ""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": who.client, "redirect_uri": back, "scope": scope, "state": state,
        "login_hint": user, "code_challenge": challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    return f"{address}?{urlencode(asked | more)}"


def refresh(who: Client, token: str, *, networks: Iterable[str] = (), seconds: float = 10.0) -> Granted:
    """A new access token for a refresh token. Raises MailTrouble that says whether somebody must sign in again."""
    if not token:
        raise MailTrouble(f"Nobody has signed in at {who.host} yet.", lasting=True)
    told = _ask(who, {"grant_type": "refresh_token", "refresh_token": token}, networks, seconds)
    return _granted(who, told, token)


def redeem(who: Client, code: str, *, back: str, verifier: str, networks: Iterable[str] = ()) -> Granted:
    """The first tokens, for the code with which a person came `back`. Raises MailTrouble."""
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    granted = _granted(who, _ask(who, asked, networks, 10.0), "")
    if not granted.refresh:
        raise MailTrouble(f"{who.host} gave no refresh token: we would be let in for an hour only.", lasting=True)
    return granted


def _ask(who: Client, asked: dict[str, str], networks: Iterable[str], seconds: float) -> Mapping[str, Any]:
    shown = {"client_id": who.client} | ({"client_secret": who.secret} if who.secret else {})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Connection": "close",
        "User-Agent": f"Makegood/{__version__}",
    }  # fmt: skip
    poster = Poster(networks, seconds=seconds)
    try:
        status, text = poster.post(who.token_url, urlencode(shown | asked).encode(), headers)
    except FAULTS as fault:
        words = f"No token could be fetched from {who.host}. {poster.words(fault)}"
        raise MailTrouble(words, lasting=False) from fault
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise MailTrouble(f"What {who.host} answered ({status}) is no token.", lasting=False)
    if status != 200:
        raise _refused(who, status, told)
    return told


def _refused(who: Client, status: int, told: Mapping[str, Any]) -> MailTrouble:
    code = str(told.get("error") or status)
    heard = said(f"{code} {told.get('error_description') or ''}")[:120]
    if code == "invalid_client" or code == "unauthorized_client":
        words = f"{who.host} does not know the client {who.client[:40]}, or its secret has run out. It said: {heard}"
        return MailTrouble(words, lasting=True)
    if code in _FORGED:
        return MailTrouble(f"{who.host} lets us in no more: sign in again there. It said: {heard}", lasting=True)
    return MailTrouble(f"{who.host} gives no token at the moment. It said: {heard}", lasting=False)


def _granted(who: Client, told: Mapping[str, Any], before: str) -> Granted:
    token, seconds = told.get("access_token"), told.get("expires_in", _USUAL)
    if not isinstance(token, str) or not token:
        raise MailTrouble(f"What {who.host} answered holds no token.", lasting=False)
    lasts = int(seconds) if str(seconds).isdecimal() else _USUAL
    return Granted(token, str(told.get("refresh_token") or before), max(lasts, _SHORTEST))
