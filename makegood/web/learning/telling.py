"""Telling the customers whom a cause failed that it is changed: the words, the dry run, beginning and stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.learning import actions
from makegood.learning.queries.affected import Prepared
from makegood.learning.queries.improvements import improvement_for
from makegood.learning.queries.telling import Rehearsal, TellingFacts, rehearse, telling_of
from makegood.learning.rules.telling import LANGUAGES, Left
from makegood.portal.languages import LANGUAGES as LANGUAGE_NAMES
from makegood.web import clocks
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.incidents.words import channel_name
from makegood.web.tables import Page, number_or_none

DEEDS = ("words", "begin", "stop")


@at_desk("GET")
def page(request: DeskRequest, number: int) -> HttpResponse:
    """The words, whom they go to, and every message as it would be read."""
    return _shown(request, number)


@at_desk("POST")
def act(request: DeskRequest, number: str, name: str) -> HttpResponse:
    """Write the words, begin, or stop."""
    desk, one = request.desk, int(number)
    hand: dict[str, Any] = {"scope": desk.scope, "by": desk.actor, "now": desk.now}
    try:
        said = _word(request, one, hand) if name == "words" else _done(request, one, name, hand)
    except Refusal as no:
        return _shown(request, one, errors_of(no), no.status)
    return done(request, said, to=f"/improvements/{number}/telling/")


def _word(request: DeskRequest, number: int, hand: dict[str, Any]) -> str:
    """Keep what is said otherwise than before in each language; a refusal names its field."""
    before = telling_of(request.desk.scope, number).words
    for language in LANGUAGES:
        changed = request.POST.get(_field(language), "").strip()
        if changed == before.get(language, ""):
            continue
        try:
            actions.say_changed(number, language=language, changed=changed, **hand)
        except Refusal as no:
            raise Refusal(no.code, no.message, status=no.status, field=_field(language)) from None
    return _("Written. Below is each message as it would be read.")


def _done(request: DeskRequest, number: int, name: str, hand: dict[str, Any]) -> str:
    if name == "begin":
        actions.begin_telling(
            number, batch_size=_typed(request, "batch_size", 100), every=_typed(request, "every", 60), **hand
        )
        return _("The first batch is on its way.")
    actions.stop_telling(number, reason=request.POST.get("reason", ""), **hand)
    return _("Stopped. Nobody more is told, and what had not left is taken back.")


def _field(language: str) -> str:
    return f"changed-{language}"


def _typed(request: DeskRequest, name: str, unless_typed: int) -> int:
    typed = request.POST.get(name, "").strip()
    found = number_or_none(typed) if typed else unless_typed
    if found is None:
        raise invalid("telling.bad_batch", _("“{}” is not a whole number.").format(typed[:20]), field=name)
    return found


def _shown(
    request: DeskRequest, number: int, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    desk = request.desk
    after = number_or_none(request.GET.get("after")) or 0
    facts, telling = improvement_for(desk.scope, number), telling_of(desk.scope, number)
    found = rehearse(desk.scope, number, after=after, now=desk.now)
    here = f"/improvements/{number}/telling/"
    context = {
        "facts": facts, "telling": telling, "errors": errors or {}, "typed": request.POST, "slim": False,
        "many": found.many, "first": not after, "standing": _standing(telling),
        "texts": _texts(request, facts.change, telling, errors or {}),
        "letters": [_letter(one) for one in found.rows if not one.left],
        "omitted": [(one, left_name(one.left)) for one in found.rows if one.left],
        "left": [(many, left_name(name)) for name, many in found.left.items()], "heard": _heard(found),
        "languages": [(LANGUAGE_NAMES[name], many) for name, many in found.languages.items()],
        "stopped": clocks.moment(telling.stopped_at, desk.now) if telling.stopped_at else "",
        "page": Page(start_url=here if after else "", next_url=f"{here}?after={found.next}" if found.next else ""),
    }  # fmt: skip
    return render(request, "web/learning/telling.html", context, status=status)


def _texts(
    request: DeskRequest, change: str, telling: TellingFacts, errors: Mapping[str, str]
) -> list[dict[str, str]]:  # fmt: skip
    """A field for each language; the first offers the change as it was begun, until somebody wrote their own."""
    known = telling.words or {LANGUAGES[0]: change}
    return [
        {
            "field": _field(code), "name": LANGUAGE_NAMES[code], "error": errors.get(_field(code), ""),
            "value": request.POST.get(_field(code), known.get(code, "")),
        }
        for code in LANGUAGES
    ]  # fmt: skip


def _standing(telling: TellingFacts) -> list[dict[str, Any]]:
    """What has become of those who are told."""
    if telling.began_at is None:
        return []
    return [
        {"label": _("Told"), "value": f"{telling.told:,}",
         "note": _("{} still to leave").format(f"{telling.to_send:,}") if telling.to_send else ""},
        {"label": _("Waiting"), "value": f"{telling.waiting:,}"},
        {"label": _("Left out"), "value": f"{sum(telling.left.values()):,}"},
        {"label": _("Did not arrive"), "value": f"{telling.red:,}", "tone": "c-broken" if telling.red else ""},
    ]  # fmt: skip


def _letter(one: Prepared) -> dict[str, Any]:
    way = one.way
    return {
        "one": one, "lines": one.message.split("\n\n"), "brief": one.sends if one.sends != one.message else "",
        "language": LANGUAGE_NAMES[one.language], "channel": channel_name(way.channel) if way else "",
        "address": way.address if way else "",
    }  # fmt: skip


def _heard(found: Rehearsal) -> list[Mapping[str, str]]:
    return [{"words": one.words, "why": one.why, "better": one.better} for one in found.heard]


def left_name(left: str | None) -> str:
    """Why somebody is left out."""
    return {
        Left.CASE_OPEN: _("a case of theirs is open: its owner speaks to them"),
        Left.WILL_NOT_FORGIVE: _("will not forgive: left in peace"),
        Left.IN_PEACE: _("asked us not to write first"),
        Left.TOLD_ALREADY: _("told already, of this or of another change in the last 30 days"),
        Left.NO_WAY_TO_REACH: _("no address to which we can send"),
        Left.NO_WORDS: _("nobody has written in their language what changed"),
    }[Left(left or "")]  # fmt: skip
