"""The company's identity provider: what an installation knows of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """An OpenID Connect provider that people sign in with.

    `name` stands on the button. Its word that an e-mail address is verified is taken; when it says nothing of
    that, the address counts as verified in `domains` only (lower case).
    """

    issuer: str
    client_id: str
    secret: str
    name: str
    domains: tuple[str, ...]
