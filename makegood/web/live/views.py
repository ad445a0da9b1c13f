"""What changed: asked every three seconds by every open page."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpResponse, JsonResponse

from makegood.journal.queries import START, verbs_after
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.standing import counts_for

# The first word of a move, and what of a page it may change.
_TOPICS = {
    "promise": ("today", "promises", "cases"),
    "case": ("today", "cases"),
    "staff": ("today", "cases"),
    "customer": ("cases", "customers"),
}
_STRETCH = 500


@at_desk("GET")
def live(request: DeskRequest) -> HttpResponse:
    """204 when nothing happened since the cursor; else the new cursor, what may have changed, and the counts."""
    since = request.GET.get("since", START)
    words, cursor = verbs_after(since, limit=_STRETCH)
    if cursor == since:
        return HttpResponse(status=204)
    topics = sorted({topic for word in words for topic in _TOPICS.get(word, ())})
    return JsonResponse({"cursor": cursor, "topics": topics, "counts": asdict(counts_for(request.desk))})
