"""What came in and belongs to no case: somebody says whose it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import parse_number
from makegood.conversation import actions
from makegood.conversation.queries import Candidate, Unsorted, candidates, unsorted
from makegood.kernel.refusals import Refusal, invalid
from makegood.promises.queries import kinds
from makegood.web.answers import done, errors_of
from makegood.web.cases.acting import known
from makegood.web.customers.choosing import choose, taken_in
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.messages.shown import shown
from makegood.web.shell import by_hand

ADDRESS = "/messages/"


@at_desk("GET")
def pile(request: DeskRequest) -> HttpResponse:
    """Everything that waits, the longest first."""
    return _page(request)


@at_desk("POST")
def sort(request: DeskRequest, number: int, name: str) -> HttpResponse:
    """Put it into a case, open one for it, or say that it is nobody's."""
    try:
        said = DEEDS[name](number, request.POST, request.desk)
    except Refusal as no:
        return _page(request, number, name, errors_of(no, {"what": "", "name": "who"}), no.status)
    return done(request, said, to=ADDRESS)


def _page(
    request: DeskRequest, number: int = 0, deed: str = "", errors: Mapping[str, str] | None = None, status: int = 200
) -> HttpResponse:
    desk = request.desk
    waiting = unsorted(desk.scope)
    by_address: dict[str, list[Candidate]] = defaultdict(list)
    for one in candidates(desk.scope, {_from(each) for each in waiting} - {""}):
        by_address[one.address].append(one)
    context = {
        "threads": [_thread(one, by_address[_from(one)], desk) for one in waiting],
        "kinds": by_hand(kinds(inside_case=False)), "errors": errors or {}, "typed": request.POST, "refused": number,
        "deed": deed, "slim": True,
    }  # fmt: skip
    return render(request, "web/messages/pile.html", context, status=status)


def _thread(one: Unsorted, fitting: Sequence[Candidate], desk: Desk) -> dict[str, Any]:
    first = one.messages[0] if one.messages else None
    return {
        "id": one.id, "subject": one.subject or _("Without a subject"), "at": one.latest_at,
        "name": (first.name or first.address) if first else "", "address": _from(one),
        "messages": [shown(each, desk) for each in one.messages], "fitting": fitting,
    }  # fmt: skip


def _from(one: Unsorted) -> str:
    return next((each.address for each in one.messages if each.inward), "")


def _into(number: int, typed: QueryDict, desk: Desk) -> str:
    written = typed.get("chosen") or typed.get("case", "")
    if not written.strip():
        raise invalid("case.unknown", _("Give the number of the case, such as SR-1001."), field="case")
    case = parse_number(written)
    actions.put_into_case(number, case, theirs=bool(typed.get("theirs")), **known(desk))
    return _("It stands in SR-{} now.").format(case)


def _open(number: int, typed: QueryDict, desk: Desk) -> str:
    who, customer_id = " ".join(typed.get("who", "").split())[:200], None
    if who:
        customer_id = taken_in(choose(who, typed.get("customer", ""), desk), desk)
    opened = actions.open_case_of(
        number, kind=typed.get("kind", ""), customer_id=customer_id, theirs=bool(typed.get("theirs")), **known(desk)
    )
    return _("SR-{} has an owner.").format(opened)


def _nobodys(number: int, typed: QueryDict, desk: Desk) -> str:
    actions.settle_as_nobodys(number, reason=typed.get("reason", ""), **known(desk))
    return _("Kept, and waits no more.")


DEEDS: dict[str, Callable[[int, QueryDict, Desk], str]] = {"into": _into, "open": _open, "nobodys": _nobodys}
