"""The company's identity provider, as the environment names it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from makegood.config.values import BadSetting, held, host_of, web_address
from makegood.platform.company import Company

DISCOVERY = "/.well-known/openid-configuration"
CALLBACK = "/accounts/company/callback/"
"""The address that is registered with the provider, below that of the desk."""
_WITH_ISSUER = (
    "MAKEGOOD_OIDC_CLIENT_ID", "MAKEGOOD_OIDC_CLIENT_SECRET", "MAKEGOOD_OIDC_CLIENT_SECRET_FILE",
    "MAKEGOOD_OIDC_NAME", "MAKEGOOD_OIDC_DOMAINS",
)  # fmt: skip


def read_company(variables: Mapping[str, str]) -> Company | None:
    """The provider, checked; None when none is named. Raises BadSetting with a sentence."""
    issuer = _issuer(variables.get("MAKEGOOD_OIDC_ISSUER", ""))
    if not issuer:
        _refuse_the_rest(variables)
        return None
    client_id = variables.get("MAKEGOOD_OIDC_CLIENT_ID", "").strip()
    if not client_id:
        raise BadSetting("MAKEGOOD_OIDC_CLIENT_ID is missing. Give the client that the provider knows Makegood by.")
    return Company(
        issuer=issuer,
        client_id=client_id,
        secret=_secret(variables),
        name=" ".join(variables.get("MAKEGOOD_OIDC_NAME", "").split())[:60] or host_of(issuer) or issuer,
        domains=_domains(variables.get("MAKEGOOD_OIDC_DOMAINS", "")),
    )


def company_provider(company: Company | None) -> dict[str, Any]:
    """The provider as allauth is told of it."""
    apps = [] if company is None else [
        {
            "provider_id": "company", "name": company.name, "client_id": company.client_id, "secret": company.secret,
            "settings": {"server_url": company.issuer},
        }
    ]  # fmt: skip
    return {"openid_connect": {"provider_class": "makegood.web.accounts.company.CompanyProvider", "APPS": apps}}


def _refuse_the_rest(variables: Mapping[str, str]) -> None:
    """What is said of a provider that is not named is a mistake, not nothing."""
    said = [name for name in _WITH_ISSUER if variables.get(name)]
    if said:
        raise BadSetting(
            f"{said[0]} is set, but MAKEGOOD_OIDC_ISSUER is not. Give the provider's issuer, such as"
            " https://login.example.com, or leave both out."
        )


def _issuer(text: str) -> str:
    issuer = web_address("MAKEGOOD_OIDC_ISSUER", text.strip()).removesuffix(DISCOVERY).rstrip("/")
    if issuer.startswith("http://") and not _is_loopback(host_of(issuer) or ""):
        raise BadSetting(
            f"MAKEGOOD_OIDC_ISSUER is {text!r}. Anybody on the way could sign in as anybody: it must start with https://."
        )
    return issuer


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(variables: Mapping[str, str]) -> str:
    secret = held(variables, "MAKEGOOD_OIDC_CLIENT_SECRET", "MAKEGOOD_OIDC_CLIENT_SECRET_FILE")
    if not secret:
        raise BadSetting(
            "Give the client's secret in MAKEGOOD_OIDC_CLIENT_SECRET, or the name of a file that holds it in"
            " MAKEGOOD_OIDC_CLIENT_SECRET_FILE: one of the two."
        )
    return secret


def _domains(text: str) -> tuple[str, ...]:
    domains = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for domain in domains:
        if "@" in domain or "." not in domain or " " in domain:
            raise BadSetting(
                f"MAKEGOOD_OIDC_DOMAINS names {domain!r}. Give domains of your own, such as example.com, example.org."
            )
    return domains
