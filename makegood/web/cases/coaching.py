"""The coach beside the box under a story: what it finds in a message to the customer while that is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from makegood.cases.actions.holding import WORDS_LIMIT
from makegood.cases.queries import CaseFacts, case_for, is_improved, parse_number
from makegood.conversation.coach import languages
from makegood.conversation.queries import coach_policy
from makegood.conversation.rules.policy import JUDGED, requires
from makegood.customers.queries import customer_for
from makegood.kernel.better import where_better
from makegood.remedies.queries import hear_words
from makegood.remedies.rules.mending import PARTS, Heard, Mend
from makegood.remedies.rules.plan import gap_in
from makegood.web.desk import Desk, DeskRequest, at_desk

_EMPTY = "empty-promise"
_PARTS = {
    "own": _l("Own"), "listen": _l("Listen"), "empathise": _l("Empathise"), "apologise": _l("Apologise"),
    "repair": _l("Repair, by when"), "ask": _l("Ask"),
}  # fmt: skip
_OPEN = {
    "own": _l("Say that it is ours."), "listen": _l("Name what happened, or ask."),
    "empathise": _l("Say what it means to them."), "apologise": _l("Apologise, without an “if”."),
    "repair": _l("Say what we do about it."), "when": _l("Say by when."),
    "ask": _l("Ask whether it is right for them."),
}  # fmt: skip
FAULTS = {
    "blames-customer": _l("Blames the customer"), "blames-colleague": _l("Blames somebody of ours"),
    "conditional-apology": _l("Apology with a condition"), "formula": _l("Formula"),
    "justifies": _l("Justifies"), "hands-back": _l("Hands the work back"),
    "asks-customer-to-solve": _l("Asks them to solve it"), "dead-end": _l("Dead end"),
    "empty-promise": _l("Empty promise"), "undated-promise": _l("Promise without a time"),
    "repeat-apology": _l("Apology again"), "passive-evasion": _l("Nobody did it"),
    "long-explanation": _l("Long explanation"), "unkept-fact": _l("Not on record"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a good message, and whether this one has it."""

    name: str
    there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMend:
    """A fault as it is shown. `start` and `end` are its words and `from_` and `to` its sentence, counted as a browser
    counts; `puts` is what can be put there, "" leaves the sentence out, and `can` says whether anything can."""

    name: str
    words: str
    why: str
    better: str
    start: int
    end: int
    from_: int
    to: int
    puts: str
    can: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHeard:
    """What the coach found, as the panel shows it. `count` says how many faults, "" for none; `required`
    that it leaves only without them, or with a reason. `unread` says that it does not read the customer's language."""

    parts: list[Part]
    mends: list[ShownMend]
    open: str
    begins: str
    steps: str
    count: str
    required: bool
    unread: str


@at_desk("POST")
def coach(request: DeskRequest, ref: str) -> HttpResponse:
    """What the coach finds in the words that are being written. Nothing is kept."""
    case = case_for(request.desk.scope, parse_number(ref))
    found = heard(request.POST.get("text", ""), request.POST.get("mode", ""), case, request.desk)
    return render(request, "web/cases/coach.html", {"heard": found})


def heard(text: str, mode: str, case: CaseFacts, desk: Desk) -> ShownHeard | None:
    """The same for whoever has the case before them; None when it is no message to the customer, or says nothing."""
    text = text.replace("\r\n", "\n")[:WORDS_LIMIT]
    if mode not in JUDGED or not text.strip():
        return None
    customer = customer_for(desk.scope, case.customer_id)
    found = hear_words(text, case, customer, writer=desk.staff_id, now=desk.now)
    unread = _unread(customer.language, read=found is not None)
    stops = _stops(text, case, found)
    if found is None:
        return _unread_alone(stops, unread) if unread or stops else None
    return _shown(found, text, stops, unread, required=requires(coach_policy(), mode, case.severity))


def _unread(tag: str, *, read: bool) -> str:
    """That the coach does not read a customer's language, and in which it reads instead; "" when it does."""
    code = tag.replace("_", "-").partition("-")[0].casefold()
    if not code or code in languages():
        return ""
    try:
        name = Locale.parse(code).get_language_name((get_language() or "en").partition("-")[0]) or tag
    except (UnknownLocaleError, ValueError):
        name = tag
    if read:
        return _("The coach does not read {} yet: it reads this as English.").format(name)
    return _("The coach does not read {} yet.").format(name)


def _unread_alone(stops: list[ShownMend], unread: str) -> ShownHeard:
    """What can be said of a text that the coach does not read."""
    return ShownHeard(
        parts=[], mends=stops, open="", begins="", steps="", count=_count(stops), required=False, unread=unread
    )  # fmt: skip


def _count(mends: Sequence[ShownMend]) -> str:
    many = len(mends)
    return ngettext("{} to mend", "{} to mend", many).format(many) if many else ""


def name_of(code: str) -> str:
    """A fault by its name."""
    return str(FAULTS.get(code, code))


def _shown(found: Heard, text: str, stops: list[ShownMend], unread: str, *, required: bool) -> ShownHeard:
    told = {(one.from_, one.to) for one in stops}
    shown = ((one, _mend(one, text)) for one in found.mends)
    mends = [*stops, *(mend for one, mend in shown if one.finding.code != _EMPTY or (mend.from_, mend.to) not in told)]
    return ShownHeard(
        parts=[Part(str(_PARTS[part]), part in found.parts) for part in PARTS],
        mends=mends,
        open=str(_OPEN[found.open.code]) if found.open else _("It says all that it should."),
        begins=found.open.words if found.open else "",
        steps=" ".join(found.steps),
        count=_count(mends),
        required=required,
        unread=unread,
    )


def _stops(text: str, case: CaseFacts, found: Heard | None) -> list[ShownMend]:
    """What no message leaves with, whatever is required of it."""
    return [*_gaps(text), *([] if is_improved(case) else _better(text, found.mends if found else ()))]


def _better(text: str, mends: Sequence[Mend]) -> list[ShownMend]:
    """A promise that things will be better while nothing was changed, with its sentence where the coach knows it."""
    at = where_better(text)
    if at is None:
        return []
    among = ((one.start, one.end) for one in mends if one.finding.code == _EMPTY and one.start <= at[0] < one.end)
    whole = next(among, at)
    start, end, from_, to = (_units(text, place) for place in (*at, *whole))
    return [ShownMend(
        name=_("Nothing was changed"), words=text[at[0] : at[1]],
        why=_("It does not leave like this: no improvement is on record for the cause of this case."),
        better=_("Leave it out and say what you do now, or begin an improvement for the cause."),
        start=start, end=end, from_=from_, to=to, puts="", can=True,
    )]  # fmt: skip


def _gaps(text: str) -> list[ShownMend]:
    """The gap of a plan's line that is still to be filled."""
    gap = gap_in(text)
    if not gap:
        return []
    start = text.index(gap)
    at = {"start": _units(text, start), "end": _units(text, start + len(gap))}
    return [ShownMend(
        name=_("To fill in"), words=gap, why=_("Nothing on record says by when, and nobody promises it for you."),
        better=_("Write the day and the time that you will keep."), from_=at["start"], to=at["end"],
        puts="", can=False, **at,
    )]  # fmt: skip


def _mend(one: Mend, text: str) -> ShownMend:
    fault = one.finding
    return ShownMend(
        name=str(FAULTS[fault.code]), words=fault.words, why=fault.why, better=fault.better,
        start=_units(text, fault.start), end=_units(text, fault.end),
        from_=_units(text, one.start), to=_units(text, one.end),
        puts=one.words or "", can=one.words is not None,
    )  # fmt: skip


def _units(text: str, position: int) -> int:
    """A position as browsers count it: what lies beyond the first 65,536 characters of Unicode counts twice."""
    return len(text[:position].encode("utf-16-le")) // 2
