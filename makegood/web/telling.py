"""The journal told to a person: one entry, one line of a timeline."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from makegood.journal.actors import ActorKind
from makegood.journal.queries import Recorded
from makegood.measurement.scales import RANGE, Scale
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.messages.shown import Shown


def read_in(texts: Mapping[str, str], title: str) -> str:
    """What has names by language in the reader's own; what has none in the words of the `title`, which the customer
    reads in theirs."""
    return texts.get((get_language() or "en").partition("-")[0]) or title


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedLine:
    """Words of an entry that promise something by a time: as they were said, what, and by when. `theirs` are of the
    customer, who was promised it; `ahead`, it can be promised still, `held` once the message leaves that says it. `url`
    takes them at their word."""

    words: str
    what: str
    due: str
    start: int
    theirs: bool
    ahead: bool
    held: bool
    url: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a timeline; see components/timeline_event.html for what each part does."""

    at: datetime
    text: str
    by: str = ""
    state: str = ""
    image: str = ""
    strong: bool = False
    quote: str = ""
    why: str = ""
    seam: str = ""
    id: int = 0
    undo: str = ""
    undone: bool = False
    message: Shown | None = None
    dated: Sequence[DatedLine] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """How a kind of move is told: its words after a name, alone, and before a title; and its mark.

    `states` are marks that depend on what the customer answered. A reason is `ours` when it is not the customer's.
    """

    words: Callable[[Mapping[str, Any]], str]
    alone: str = ""
    state: str = ""
    image: str = ""
    titled: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    ours: bool = False


def tell(entries: Iterable[Recorded], desk: Desk, named: Collection[int] = ()) -> list[Event]:
    """The entries as lines, oldest first; those that would say nothing to a person are left out.

    `named` are promises that a line calls by their title: those that are not what the page is about.
    """
    return [_event(entry, LINES[entry.verb], desk, named) for entry in entries if _says_something(entry)]


def _says_something(entry: Recorded) -> bool:
    """Whether a person learns from it. That a system filled in details or shared work out tells nobody anything."""
    by_hand = entry.actor_kind == ActorKind.STAFF
    return entry.verb in LINES and (by_hand or entry.verb not in {"promise.given", "promise.corrected"})


def seamed(events: Iterable[Event]) -> list[Event]:
    """The same lines with the seam: cut from the break on, joined from the repair on."""
    seam = ""
    told = []
    for event in events:
        # The line of an entry runs on from it to the next, so what breaks cuts its own.
        seam = {"broken": "cut", "mended": "joined", "kept_late": "joined"}.get(event.state, seam)
        told.append(replace(event, seam=seam))
    return told


def _event(entry: Recorded, line: Line, desk: Desk, named: Collection[int]) -> Event:
    data = entry.data
    by = _by(entry, desk)
    plain = not by and bool(line.alone)
    text = line.alone if plain else line.words(data)
    title = str(data.get("title") or "")
    if entry.subject_kind == "promise" and entry.subject_id in named and title not in text:
        text = f"{_(line.titled) if line.titled and by else text}: {title}"
    text = text if by else text[:1].upper() + text[1:]
    said, reason = str(data.get("said") or ""), str(data.get("reason") or "")
    ours, theirs = (reason, "") if line.ours else ("", reason)
    return Event(
        id=entry.id, at=entry.at, by=by, text=text, image=line.image, strong=plain and bool(line.state),
        state=line.states.get(str(data.get("answer")), line.state),
        quote=str(data.get("words") or theirs or (said if data.get("step") == "listen" else "")),
        why=str(data.get("note") or ours or _heard(data) or (said if data.get("step") != "listen" else "")),
    )  # fmt: skip


def _heard(data: Mapping[str, Any]) -> str:
    """What it means to the customer, and what they need."""
    needs = _("Needs: {}").format(data["needs"]) if data.get("needs") else ""
    return ". ".join(filter(None, (str(data.get("harm") or "").rstrip("."), needs)))


def _by(entry: Recorded, desk: Desk) -> str:
    if entry.actor_kind == ActorKind.SYSTEM:
        return ""
    is_me = entry.actor_kind == ActorKind.STAFF and entry.actor_id == desk.staff_id
    return _("You") if is_me else entry.actor_name


def instant(data: Mapping[str, Any], name: str) -> str:
    """An instant of an entry in full, or the day when it is promised for a day."""
    if name == "due_at" and data.get("due_on"):
        return clocks.stamp_day(date.fromisoformat(data["due_on"]))
    return clocks.stamp(datetime.fromisoformat(data[name])) if data.get(name) else ""


def _made(data: Mapping[str, Any]) -> str:
    return _("promised: {title}, due {due}").format(title=data.get("title", ""), due=instant(data, "due_at"))


def _expected(data: Mapping[str, Any]) -> str:
    return _("expects it {when}").format(when=instant(data, "forecast_at"))


def _replaced(data: Mapping[str, Any]) -> str:
    return _("agreed on a new promise, due {due}").format(due=instant(data, "due_at"))


def _by_occasion(after_case: str, by_lot: str) -> Callable[[Mapping[str, Any]], str]:
    """What is said of a survey after a case, and of one by lot."""
    return lambda data: _(by_lot) if data.get("occasion") == "pulse" else _(after_case)


def _answered(data: Mapping[str, Any]) -> str:
    """That they answered; after a case what, where its owner reads it. What was said by lot is told of nobody."""
    scores = (data.get("scores") if data.get("case") else None) or {}
    found = ", ".join(_score(scale, scores[scale]) for scale in reversed(Scale) if scale in scores)
    return _("answered the survey: {found}").format(found=found) if found else _("answered the survey")


def _score(scale: str, value: str) -> str:
    names = {"recovery": _("put right"), "csat": _("satisfaction"), "ces": _("ease"), "nps": _("would recommend")}
    number = Decimal(value)
    return _("{name} {value} of {most}").format(
        name=names.get(scale, scale), value=f"{number:.0f}" if number == number.to_integral() else f"{number:.1f}",
        most=RANGE[Scale(scale)][1],
    )  # fmt: skip


def fixed(words: str) -> Callable[[Mapping[str, Any]], str]:
    """Words that say all there is to say."""
    return lambda data: _(words)


LINES: dict[str, Line] = {
    "promise.made": Line(_made, image="promise"),
    "promise.at_risk": Line(fixed("says it is in danger"), "At risk", "at_risk"),
    "promise.calmed": Line(fixed("says it is on course again"), "On course again", "open"),
    "promise.broken": Line(fixed("told that it was broken"), "Promise broken", "broken"),
    "promise.kept": Line(fixed("kept it"), "Promise kept", "kept", titled="kept"),
    "promise.kept_late": Line(fixed("kept it, late"), "Kept late", "kept_late", titled="kept, late"),
    "promise.forecast": Line(_expected, image="clock"),
    "promise.withdrawn": Line(fixed("withdrew it, as the customer wished"), "Withdrawn", "withdrawn"),
    "promise.released": Line(fixed("was let off by the customer"), "Released", "released"),
    "promise.replaced": Line(_replaced, state="replaced"),
    "promise.given": Line(fixed("gave it to somebody else"), image="hand"),
    "promise.corrected": Line(fixed("corrected what was known"), image="edit"),
    "survey.asked": Line(
        _by_occasion("asked how it was, apart from the case", "asked how we are doing, by lot"), image="talk"
    ),
    "survey.reminded": Line(fixed("reminded them of the survey, once"), image="talk"),
    "survey.answered": Line(_answered, image="talk"),
    "survey.skipped": Line(fixed("would rather not answer the survey"), image="talk"),
    "survey.left_in_peace": Line(fixed("wants to be asked no more"), image="talk"),
    "customer.added": Line(fixed("added this customer"), image="person"),
    "customer.changed": Line(fixed("changed this customer’s details"), image="edit"),
    "customer.merged": Line(
        lambda data: _("merged {gone} into this customer").format(gone=data.get("gone", "")), image="link"
    ),
}
