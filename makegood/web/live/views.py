"""What changed: asked every three seconds by every open page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from makegood.cases.actions import Here, come_to
from makegood.cases.queries import parse_number
from makegood.journal.queries import START, verbs_after
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import first_name
from makegood.people.presence import initials
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.standing import counts_of, own_of

# The first word of a move, and what of a page it may change.
_TOPICS = {
    "promise": ("today", "promises", "cases"),
    "case": ("today", "cases", "notices"),
    "staff": ("today", "cases", "notices"),
    "customer": ("cases", "customers"),
    "incident": ("today", "incidents"),
}
_STRETCH = 500


@at_desk("GET")
def live(request: DeskRequest) -> HttpResponse:
    """204 when nothing happened since the cursor; else the new cursor, what may have changed, and the counts.

    A page with an open case (`case`, and `writes` while somebody types) is told who else is at it, as often as that
    changes: `here` is what it was told last.
    """
    since = request.GET.get("since", START)
    words, cursor = verbs_after(since, limit=_STRETCH)
    others = _others(request.GET, request.desk)
    mark = " ".join(f"{one.staff_id}{'w' * one.writes}" for one in others)
    news: dict[str, Any] = {}
    if cursor != since:
        topics = sorted({topic for word in words for topic in _TOPICS.get(word, ())})
        news = {"cursor": cursor, "topics": topics, "counts": counts_of(own_of(request.desk))}
    if mark != request.GET.get("here", ""):
        news |= {"here": [_told(one) for one in others], "mark": mark}
    return JsonResponse(news) if news else HttpResponse(status=204)


def _others(asked: QueryDict, desk: Desk) -> tuple[Here, ...]:
    try:
        number = parse_number(asked.get("case", ""))
    except Refusal:
        return ()
    return come_to(number, writes="writes" in asked, scope=desk.scope, now=desk.now)


def _told(one: Here) -> dict[str, str]:
    first = first_name(one.name)
    words = _("{} is writing") if one.writes else _("{} is reading this")
    return {"initials": initials(one.name), "words": words.format(first)}
