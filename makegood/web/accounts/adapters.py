"""How allauth treats our staff: they are taken in by an administrator, they do not sign up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from makegood.people.queries import staff_by_email
from makegood.web.accounts.provider import the_company
from makegood.web.accounts.refusing import Failure, closed, failed, not_vouched, unknown

_PASSWORD = "reauthenticate"  # noqa: S105 - the name that allauth gives to showing one's password again


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator or by `makegood init`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """Whoever comes from the provider this minute has just shown who they are: they are not asked again."""
        if "sociallogin" in (how.get("signal_kwargs") or {}):
            record_authentication(request, user, method="socialaccount", reauthenticated=True)
        response: HttpResponse = super().post_login(request, user, **how)
        return response

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How they can show that it is them: as allauth says, without passwords where those are off, or over again."""
        ways = [
            way for way in super().get_reauthentication_methods(user) if settings.PASSWORDS or way["id"] != _PASSWORD
        ]
        if settings.COMPANY is not None:
            words = _("Sign in with {company} once more").format(company=settings.COMPANY.name)
            ways.append({"id": "company", "description": words, "url": reverse("company_again")})
        return ways


class ProofAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Passkeys and codes."""

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What a key is called until somebody says better."""
        return _("My passkey")


class WithoutPasswords(ModelBackend):
    """Keeps people signed in, and signs nobody in by a password. Sessions that a password began end with it."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]
        return None


class CompanyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whom the company's provider sends: let in when an administrator has added that very address.

    The address is looked up each time and nothing is stored: who is taken off the list is out at once.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """allauth's own way would wipe the password of whom it finds; `pre_social_login` looks instead."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Name the member of staff, or answer with a page that says what to do."""
        claims = sociallogin.account.extra_data["id_token"]
        if not claims.get("nonce") or claims["nonce"] != sociallogin.state.get("nonce"):
            raise ImmediateHttpResponse(failed(request, Failure.FORGOTTEN))
        address = str(claims.get("email") or "").strip()
        if not address or not vouched(claims, address, the_company().domains):
            raise ImmediateHttpResponse(not_vouched(request, address))
        found = staff_by_email(address, timezone.now())
        # Databases fold letters that only look alike into one; Python does not.
        if found is None or found.email.lower() != address.lower():
            raise ImmediateHttpResponse(unknown(request, address))
        if not found.is_active:
            raise ImmediateHttpResponse(closed(request, address))
        sociallogin.user = get_user_model()._default_manager.get(pk=found.id)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Every way in which it can fail ends on a page of ours."""
        raise ImmediateHttpResponse(failed(request, Failure.of(error, exception, extra_context), exception))


def vouched(claims: dict[str, Any], address: str, domains: tuple[str, ...]) -> bool:
    """Whether the provider says that the address is theirs. Silence counts as yes in the company's own `domains`."""
    said = claims.get("email_verified")
    if said is None:
        return address.rpartition("@")[2].lower() in domains
    return said is True or str(said).lower() == "true"
