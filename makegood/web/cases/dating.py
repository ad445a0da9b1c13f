"""Dated words at a case: taken at their word, and read while they are being written."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import case_for, parse_number
from makegood.conversation.actions import Taken, take_at_word
from makegood.conversation.dated import SaidBy
from makegood.conversation.queries import Offer, dated_words, offers_in
from makegood.customers.queries import customer_for
from makegood.kernel.refusals import Refusal
from makegood.kernel.texts import one_line
from makegood.web import clocks
from makegood.web.cases.acting import Deed, do, known
from makegood.web.cases.dated import due_words
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.deadlines import read_plain
from makegood.web.tables import number_or_none


@at_desk("POST")
def take(request: DeskRequest, ref: str, entry: int) -> HttpResponse:
    """Promise what was said, or record what the customer was promised."""
    return do(request, parse_number(ref), "dated", partial(_take, entry))


def _take(entry: int, number: int, typed: QueryDict, desk: Desk) -> str:
    start = number_or_none(typed.get("start"))
    taken = take_at_word(
        number,
        entry=entry,
        start=-1 if start is None else start,
        title=typed.get("what", ""),
        home=desk.organisation.zone,
        **known(desk),
    )
    return _said(taken, typed.get("what", ""), desk)


def _said(taken: Taken, title: str, desk: Desk) -> str:
    if taken.waits:
        return _("It is promised once the message leaves: {what}").format(what=title.strip() or taken.offer.what)
    if taken.promise is None or taken.offer.when is None:
        return _("Recorded: they were promised it, and it was not kept.")
    when = clocks.ahead(taken.offer.when.due_at, desk.now, taken.offer.when.due_on)
    return _("Promised: {what}, {when}").format(what=title.strip() or taken.offer.what, when=when)


# While it is being written


@at_desk("POST")
def read(request: DeskRequest, ref: str) -> HttpResponse:
    """What the words in the box promise by when, so that it is promised along with them."""
    desk = request.desk
    case = case_for(desk.scope, parse_number(ref))
    customer = customer_for(desk.scope, case.customer_id)
    by: SaidBy = "them" if request.POST.get("mode") == "words" else "us"
    found = dated_words(
        request.POST.get("text", "").strip(), customer, home=desk.organisation.zone,
        now=_said_at(request.POST.get("later", ""), desk), said_by=by,
    )  # fmt: skip
    ticked = request.POST.getlist("dated")
    lines = [
        {
            "words": one_line(one.words), "what": one.what, "due": due_words(one.when, customer, desk),
            "key": _key(one.words, one.what), "ticked": _key(one.words, one.what) in ticked,
        }
        for one in found
    ]  # fmt: skip
    return render(request, "web/cases/dated.html", {"lines": lines, "theirs": by == "them"})


def _said_at(later: str, desk: Desk) -> datetime:
    """When it will be said: at the time for which it is kept back, as far as that is typed."""
    try:
        return read_plain(later, desk).due_at if later.strip() else desk.now
    except Refusal:
        return desk.now


def promising(deed: Deed) -> Deed:
    """The deed, and the promises that were ticked with its words."""

    def both(number: int, typed: QueryDict, desk: Desk) -> str:
        said = deed(number, typed, desk)
        return " ".join([said, *(_promise(key, number, desk) for key in typed.getlist("dated"))])

    return both


def _promise(key: str, number: int, desk: Desk) -> str:
    """Promise what was just said under this key. The words are recorded by now, whatever becomes of the promise."""
    case = case_for(desk.scope, number)
    home = desk.organisation.zone
    offers = offers_in(case, customer_for(desk.scope, case.customer_id), home=home, now=desk.now)
    newest = next((one for one in reversed(offers) if one.ahead and _key_of(one) == key), None)
    if newest is None:
        return _("Nothing was promised: that time has come, or is promised already.")
    try:
        taken = take_at_word(number, entry=newest.entry, start=newest.start, home=home, **known(desk))
    except Refusal as no:
        return no.message
    return _said(taken, "", desk)


def _key_of(offer: Offer) -> str:
    return _key(offer.words, offer.what)


def _key(words: str, what: str) -> str:
    """What tells one promise of a text from another, however a browser sends its line ends."""
    return one_line(f"{words} {what}")
