"""Settings: letting Makegood into a mailbox at Google or Microsoft, by signing in there."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from makegood.conversation import actions
from makegood.conversation.queries import sign_in_address
from makegood.kernel.refusals import Refusal
from makegood.web.answers import done, see_other
from makegood.web.desk import DeskRequest, at_desk

HOME = "/settings/mailboxes/"
BACK = f"{HOME}signed-in/"
_KEPT = "mailbox_sign_in"


@at_desk("GET")
def sign_in(request: DeskRequest, number: int) -> HttpResponse:
    """On to the provider, which sends the reader back with a code. What proves that it is this reader who comes back,
    and us who ask for the tokens, is kept in their session."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    try:
        there = sign_in_address(request.desk.scope, number, back=_back(), state=state, verifier=verifier)
    except Refusal as no:
        if no.code != "mailbox.no_sign_in":
            raise
        messages.error(request, no.message)
        return see_other(f"{HOME}{number}/")
    request.session[_KEPT] = {"number": number, "state": state, "verifier": verifier}
    return HttpResponseRedirect(there)


@at_desk("GET")
def signed_in(request: DeskRequest) -> HttpResponse:
    """Back from the provider. Each time that somebody is sent there they come back once."""
    kept, desk = request.session.pop(_KEPT, None), request.desk
    if kept is None or not secrets.compare_digest(kept["state"].encode(), request.GET.get("state", "").encode()):
        messages.error(request, _("That sign-in was not begun here. Begin again."))
        return see_other(HOME)
    there = f"{HOME}{kept['number']}/"
    if "code" not in request.GET:
        why = request.GET.get("error_description") or request.GET.get("error", "")
        messages.error(request, _("We were not let in. {}").format(why[:200]))
        return see_other(there)
    try:
        actions.let_in(
            kept["number"], request.GET["code"], back=_back(), verifier=kept["verifier"],
            networks=settings.PRIVATE_NETWORKS, by=desk.actor, now=desk.now,
        )  # fmt: skip
    except Refusal as no:
        if no.code != "mailbox.not_let_in":
            raise
        messages.error(request, no.message)
        return see_other(there)
    return done(request, _("Signed in. It is read and sent by anew at once."), to=there)


def _back() -> str:
    return f"{settings.BASE_URL}{BACK}"
