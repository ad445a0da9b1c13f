"""The survey's page, and what a customer may do on it. A GET changes nothing: mail programs follow links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.links.actions import count_try
from makegood.links.rules import Tried
from makegood.measurement import actions
from makegood.measurement.asking import WORDS_LIMIT
from makegood.measurement.queries import SurveyFacts, survey_by_token
from makegood.platform.installation import organisation
from makegood.portal.guest import address_of, private, shown
from makegood.portal.languages import LANGUAGES, Language, language_of
from makegood.portal.questions import questions
from makegood.portal.wishes import languages

SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody with a link to a survey, in their language."""

    token: str
    survey: SurveyFacts
    language: Language

    @property
    def by(self) -> Actor:
        """The customer as the journal names them."""
        return Actor(ActorKind.CUSTOMER, self.survey.customer_id, self.survey.customer_name[:120])


View = Callable[[HttpRequest, Asked], HttpResponse]


def with_survey(method: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """A view for whoever holds the link of a survey; everybody else is told as little as helps them on."""

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @private
        @wraps(view)
        def let_in(request: HttpRequest, token: str) -> HttpResponse:
            asked = "GET" if request.method == "HEAD" else request.method
            if asked != method:
                return HttpResponseRedirect(f"/s/{token}/") if asked == "GET" else HttpResponseNotAllowed([method])
            now = timezone.now()
            survey = survey_by_token(token, now=now)
            if survey is None:
                count_try(Tried.MISS, address_of(request), now=now)
                return shown(request, "portal/survey_unknown.html", {}, status=404)
            if method == "POST":
                count_try(Tried.BY_LINK, f"survey {survey.id}", now=now)
            language = language_of(
                request.GET.get("lang", ""), survey.language, request.headers.get("Accept-Language", "")
            )
            with override(language.code):
                return view(request, Asked(token, survey, language))

        return let_in

    return wrap


@with_survey("GET")
def page(request: HttpRequest, asked: Asked) -> HttpResponse:
    """What is asked; of one that is over, what became of it."""
    return _written(request, asked)


@with_survey("POST")
def answer(request: HttpRequest, asked: Asked) -> HttpResponse:
    """The answers, and a few words."""
    typed = {name: request.POST.get(name, "") for name in request.POST}
    words = typed.pop("words", "")
    try:
        actions.answer(asked.survey.id, given=typed, words=words, by=asked.by, now=timezone.now())
    except Refusal as no:
        return _refused(request, asked, no)
    return _back(request, asked)


@with_survey("POST")
def skip(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Not this time."""
    try:
        actions.skip(asked.survey.id, by=asked.by, now=timezone.now())
    except Refusal as no:
        return _refused(request, asked, no)
    return _back(request, asked)


@with_survey("POST")
def peace(request: HttpRequest, asked: Asked) -> HttpResponse:
    """Never again."""
    actions.leave_in_peace(asked.survey.id, by=asked.by, now=timezone.now())
    return _back(request, asked)


def _written(request: HttpRequest, asked: Asked, *, error: str = "", status: int = 200) -> HttpResponse:
    survey, url = asked.survey, f"/s/{asked.token}/"
    around: dict[str, Any] = {
        "organisation": organisation().name, "language": asked.language.code, "url": url, "asked": _asked(request),
        "languages": languages(asked.language.code), "survey": survey, "after_case": survey.case is not None,
    }  # fmt: skip
    if not survey.open:
        ended = not survey.answered and not survey.skipped
        return render(request, "portal/survey_over.html", around, status=410 if ended else 200)
    around |= {
        "questions": questions(survey.scales, request.POST), "error": error, "words": request.POST.get("words", ""),
        "words_limit": WORDS_LIMIT,
    }  # fmt: skip
    return render(request, "portal/survey.html", around, status=status)


def _refused(request: HttpRequest, asked: Asked, no: Refusal) -> HttpResponse:
    """The page with what was typed, and why it was not taken. One that is over meanwhile says so."""
    if no.code not in ("survey.nothing", "survey.too_long"):
        return _back(request, asked)
    say = {
        "survey.nothing": _("Mark at least one answer, or say that you would rather not."),
        "survey.too_long": _("That is too long. Up to 2,000 characters, please."),
    }[no.code]
    return _written(request, asked, error=say, status=no.status)


def _asked(request: HttpRequest) -> str:
    """The language that was chosen for this visit, to be carried along."""
    language = request.GET.get("lang", "")
    return f"?lang={language}" if language in LANGUAGES else ""


def _back(request: HttpRequest, asked: Asked) -> HttpResponse:
    response = HttpResponseRedirect(f"/s/{asked.token}/{_asked(request)}")
    response.status_code = SEE_OTHER
    return response
