"""Signing in with the company's identity provider (OpenID Connect, authorization code with state, nonce and PKCE)."""

from __future__ import annotations

from typing import Any

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string

from makegood.web.accounts.provider import the_company
from makegood.web.accounts.refusing import Failure, failed

PROVIDER = "company"
SCOPE = ["openid", "email", "profile"]
# Public keys only: a provider's secret must not be able to stand in for its signature.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
CLAIMS = ["iss", "sub", "aud", "exp", "iat"]
# Clocks of two machines may differ by so much (seconds).
LEEWAY = 60


class Handshake(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The exchange with the provider. What it says of a person is believed only with its signature."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself, under the very name that we know it by."""
        config: dict[str, Any] = super().openid_config
        issuer = the_company().issuer
        if str(config["issuer"]).rstrip("/") != issuer:
            raise OAuth2Error(f"it calls itself {config['issuer']!r}, not {issuer!r}")
        return config

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The address that the provider sends people back to, the same from wherever they came."""
        return str(settings.BASE_URL + reverse("company_callback"))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **answer: Any) -> Any:
        """Whom the provider has sent. Raises OAuth2Error when its word cannot be trusted."""
        claims = self._verified(app, str(answer["response"].get("id_token") or ""))
        if "email_verified" not in claims:
            claims |= self._more_about(claims, token)
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    def _verified(self, app: Any, id_token: str) -> dict[str, Any]:
        config = self.openid_config
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token, self._key_of(id_token), algorithms=ALGORITHMS, audience=app.client_id,
                issuer=config["issuer"], leeway=LEEWAY, options={"require": CLAIMS},
            )  # fmt: skip
        except jwt.PyJWTError as fault:
            raise OAuth2Error(f"its id_token is not valid: {fault}") from fault
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("its id_token was issued to another client")
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """The key that the provider publishes under the name that its signature gives."""
        name = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if name is None or key.key_id == name]
        if len(keys) != 1:
            raise OAuth2Error(f"it publishes {len(keys)} keys of the name {name!r}")
        return keys[0]

    def _more_about(self, claims: dict[str, Any], token: Any) -> dict[str, Any]:
        """The address and what the provider says of it when asked, if it is about the same person."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        told: dict[str, Any] = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise OAuth2Error("it told us about somebody else than it sent")
        return {"email": told["email"], "email_verified": told.get("email_verified")} if "email" in told else {}


class CompanyProvider(OpenIDConnectProvider):  # type: ignore[misc]
    """allauth's provider, asked for a nonce as well. What an address says cannot change what is asked of it."""

    oauth2_adapter_class = Handshake
    pkce_enabled_default = True

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None, *_: Any, **__: Any) -> Any:
        nonce = get_random_string(43)
        asked = {"nonce": nonce} | ({"prompt": "login"} if request.path == reverse("company_again") else {})
        return super().redirect(
            request, AuthProcess.LOGIN, next_url, None, scope=SCOPE, auth_params=asked, nonce=nonce
        )  # fmt: skip


def begin(request: HttpRequest) -> HttpResponse:
    """To the provider; by the address "again", to be asked there even when one is still signed in.

    A link is enough: whoever is led here signs in as nobody but themselves.
    """
    return _with_company(request, OAuth2LoginView)


def callback(request: HttpRequest) -> HttpResponse:
    """Back from the provider."""
    return _with_company(request, OAuth2CallbackView)


def _with_company(request: HttpRequest, view: Any) -> HttpResponse:
    the_company()
    try:
        response: HttpResponse = view.adapter_view(Handshake(request, PROVIDER))(request)
        return response
    except ImmediateHttpResponse as answer:
        answered: HttpResponse = answer.response
        return answered
    # A provider that is down, or answers with what no provider should answer.
    except (requests.RequestException, OAuth2Error, KeyError, TypeError, ValueError) as fault:
        return failed(request, Failure.UNREACHABLE, fault)
