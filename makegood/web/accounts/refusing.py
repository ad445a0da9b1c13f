"""What is said to those whom the company's provider sent and who do not get in: always what to do next."""

from __future__ import annotations

import logging
from enum import StrEnum
from typing import Any

from allauth.socialaccount.providers.base import AuthError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.platform.installation import organisation
from makegood.web.accounts.provider import the_company

logger = logging.getLogger(__name__)


class Failure(StrEnum):
    """How a sign-in with the provider went wrong."""

    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"
    """It was not begun in this browser, or too long ago."""
    UNREACHABLE = "unreachable"
    """The provider did not answer, or not as it should."""

    @classmethod
    def of(cls, error: Any, exception: Any, context: Any) -> Failure:
        """Which of them allauth means."""
        if error == AuthError.CANCELLED:
            return cls.CANCELLED
        lost = exception is None and not (context or {}).get("state")
        return cls.FORGOTTEN if lost else cls.UNREACHABLE


def unknown(request: HttpRequest, address: str) -> HttpResponse:
    """An address that nobody has added."""
    say = _("Nobody at {organisation} has added {address} to the staff of this desk.")
    return _page(
        request,
        title=_("You are not on the list yet"),
        say=say.format(organisation=organisation().name or _("your organisation"), address=address),
        todo=_(
            "Ask an administrator of this desk to add you under People, with exactly this address. Then sign in again."
        ),
        status=403,
    )


def closed(request: HttpRequest, address: str) -> HttpResponse:
    """Somebody who was let go."""
    return _page(
        request,
        title=_("Your account is closed"),
        say=_("{address} may no longer sign in to this desk.").format(address=address),
        todo=_("If that is a mistake, ask an administrator of this desk to let you in again under People."),
        status=403,
    )


def not_vouched(request: HttpRequest, address: str) -> HttpResponse:
    """An address that the provider does not say is theirs."""
    name = the_company().name
    say = _("{company} does not say that {address} is verified to be yours.") if address else ""
    return _page(
        request,
        title=_("Your e-mail address is not verified"),
        say=(say or _("{company} did not say your e-mail address.")).format(company=name, address=address),
        todo=_("Verify it at {company}, or ask whoever looks after it there. Then sign in again.").format(company=name),
        status=403,
    )


def failed(request: HttpRequest, failure: Failure, exception: Exception | None = None) -> HttpResponse:
    """The provider and we did not come together; what came in between is logged for the operator."""
    name = the_company().name
    if failure is Failure.UNREACHABLE:
        logger.warning("sign-in with %s failed: %s", name, exception or request.GET.get("error", "")[:200])
    title, say, todo, status = {
        Failure.CANCELLED: (
            _("You did not sign in"), _("You turned back at {company}."), _("Nothing has happened."), 200,
        ),
        Failure.FORGOTTEN: (
            _("Begin again"), _("This sign-in was not begun in this browser, or more than ten minutes ago."),
            _("Go back to the sign-in page and begin anew."), 400,
        ),
        Failure.UNREACHABLE: (
            _("{company} could not be asked"),
            _("{company} did not answer as it should. Your promises are watched meanwhile."),
            _("Try again in a minute. If it stays so, tell who looks after this desk: the log says what was wrong."),
            502,
        ),
    }[failure]  # fmt: skip
    return _page(request, title=title.format(company=name), say=say.format(company=name), todo=todo, status=status)


def _page(request: HttpRequest, *, title: str, say: str, todo: str, status: int) -> HttpResponse:
    context = {"heading": title, "say": say, "todo": todo}
    return render(request, "account/turned_away.html", context, status=status)
