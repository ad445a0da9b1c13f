"""The pages of allauth that we add to."""

from __future__ import annotations

from typing import Any

from allauth.account import views
from django.conf import settings
from django.contrib.auth.mixins import AccessMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _


class SignIn(views.LoginView):  # type: ignore[misc]
    """By the company's provider, a passkey or a password, as far as the installation allows."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Where passwords are off, none is even looked at.
        if request.method == "POST" and not settings.PASSWORDS:
            return _no(request, _("Nobody signs in with a password here."))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"company": settings.COMPANY, "passwords": settings.PASSWORDS}


class ChangePassword(AccessMixin, views.PasswordChangeView):  # type: ignore[misc]
    """One's own password, for those who have one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        if not settings.PASSWORDS:
            return _no(request, _("Nobody signs in with a password here."))
        if not request.user.has_usable_password():
            return _no(request, _("You sign in without a password. An administrator can give you one under People."))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


def _no(request: HttpRequest, say: str) -> HttpResponse:
    return render(request, "403.html", {"say": say}, status=403)
