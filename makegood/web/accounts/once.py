"""A link, made on the command line, that signs one person in once: for when nothing else lets them in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

VALID_FOR = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


class _Once(PasswordResetTokenGenerator):
    """Signed with the installation's key, and over once they have signed in or changed their password or address."""

    key_salt = "makegood.web.accounts.once"


_tokens = _Once()


def link_for(staff_id: int) -> str:
    """The address that signs them in, within `VALID_FOR`."""
    person = get_user_model()._default_manager.get(pk=staff_id)
    path = reverse("sign_in_once", kwargs={"number": staff_id, "token": _tokens.make_token(person)})
    return f"{settings.BASE_URL}{path}"


@require_http_methods(["GET", "POST"])
def once(request: HttpRequest, number: int, token: str) -> HttpResponse:
    """The page behind the link. Opening it changes nothing: programs follow links too. The button signs in."""
    person = get_user_model()._default_manager.filter(pk=number, is_active=True).first()
    if person is None or not _tokens.check_token(person, token):
        return render(request, "account/once.html", {"minutes": VALID_FOR // timedelta(minutes=1)}, status=410)
    if request.method == "GET":
        return render(request, "account/once.html", {"person": person})
    _sign_in(request, person)
    return redirect("/settings/you/")


def _sign_in(request: HttpRequest, person: Any) -> None:
    """Without a second factor: whoever may run commands on this machine may do more than that."""
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, person, method="command line", reauthenticated=True)
