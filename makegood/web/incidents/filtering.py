"""The filter of an incident, read from an address or a form, and said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from makegood.incidents.rules.narrowing import Narrow
from makegood.promises.queries import kinds
from makegood.promises.rules import State
from makegood.web import clocks
from makegood.web.days import span_of_day, today
from makegood.web.desk import Desk
from makegood.web.shell import by_hand
from makegood.web.tables import Choice

_STATES = {
    "trouble": (State.AT_RISK, State.BROKEN),
    "at_risk": (State.AT_RISK,),
    "broken": (State.BROKEN,),
    "unkept": (State.OPEN, State.AT_RISK, State.BROKEN),
}
_LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Part:
    """One value that narrows, as it is typed ("from=JFK") and as it is read."""

    typed: str
    name: str
    value: str


def read_narrow(asked: QueryDict, desk: Desk) -> Narrow:
    """The filter that a form or an address asks for; what cannot be read is left out."""
    return Narrow(
        states=_STATES.get(asked.get("state", ""), _STATES["trouble"]), kind=asked.get("kind", "")[:40],
        attributes=tuple((part.name, part.value) for part in parts([*asked.getlist("attr"), *asked.getlist("add")])),
        due_from=_instant(asked.get("due_from", ""), desk.zone),
        due_before=_instant(asked.get("due_to", ""), desk.zone),
        forecast_from=_instant(asked.get("new_from", ""), desk.zone),
        forecast_before=_instant(asked.get("new_to", ""), desk.zone),
        words=" ".join(asked.get("words", "").split())[:100], references=tuple(asked.get("refs", "").split()),
        source=asked.get("source", "")[:80],
    )  # fmt: skip


def parts(typed: list[str]) -> Iterator[Part]:
    """What narrows by an attribute, each once."""
    for one in dict.fromkeys(typed):
        name, sign, value = one.partition("=")
        if sign and name.strip() and value.strip():
            yield Part(f"{name.strip()}={value.strip()}", name.strip()[:100], value.strip()[:200])


def values_of(asked: QueryDict, desk: Desk) -> dict[str, Any]:
    """What the fields of the form hold. A bare address asks for what is due from now to the end of the day."""
    ends = span_of_day(today(desk.now, desk.zone), desk.zone)[1] - timedelta(minutes=1)
    values = {name: asked.get(name, "") for name in ("kind", "words", "refs", "new_from", "new_to", "source")}
    begins = desk.now.replace(minute=0, second=0, microsecond=0)
    bare = not asked.get("refs") and "due_from" not in asked
    return values | {
        "state": asked.get("state") or "trouble", "attr": list(parts([*asked.getlist("attr"), *asked.getlist("add")])),
        "due_from": local(begins, desk.zone) if bare else asked.get("due_from", ""),
        "due_to": local(ends, desk.zone) if bare else asked.get("due_to", ""),
    }  # fmt: skip


def values_from(narrow: Narrow, desk: Desk) -> QueryDict:
    """The form's fields for a filter that is kept."""
    asked = QueryDict(mutable=True)
    asked.update({
        "kind": narrow.kind, "words": narrow.words, "refs": "\n".join(narrow.references), "source": narrow.source,
        "state": next((name for name, states in _STATES.items() if set(states) == set(narrow.states)), "trouble"),
        "due_from": local(narrow.due_from, desk.zone), "due_to": local(narrow.due_before, desk.zone),
        "new_from": local(narrow.forecast_from, desk.zone), "new_to": local(narrow.forecast_before, desk.zone),
    })  # fmt: skip
    asked.setlist("attr", [f"{name}={value}" for name, value in narrow.attributes])
    return asked


def choices() -> dict[str, Any]:
    """The drop-downs of the form."""
    return {
        "kinds": by_hand(kinds(inside_case=False)),
        "states": [
            Choice("trouble", _("In danger or broken")), Choice("at_risk", _("In danger")),
            Choice("broken", _("Broken")), Choice("unkept", _("Not kept yet")),
        ],
    }  # fmt: skip


def in_words(narrow: Narrow, desk: Desk) -> list[str]:
    """The filter as it is read beside an incident."""
    named = {kind.slug: kind.name for kind in kinds(inside_case=False)}
    states = {states: name.name for name, states in zip(choices()["states"], _STATES.values(), strict=True)}
    said = [states.get(narrow.states, ""), named.get(narrow.kind, narrow.kind), narrow.source]
    said += [f"{name}: {value}" for name, value in narrow.attributes]
    said.append(_span(_("due"), narrow.due_from, narrow.due_before, desk))
    said.append(_span(_("expected"), narrow.forecast_from, narrow.forecast_before, desk))
    said.append(f"“{narrow.words}”" if narrow.words else "")
    said.append(_("{} references").format(len(narrow.references)) if narrow.references else "")
    return [one for one in said if one]


def _span(what: str, first: datetime | None, last: datetime | None, desk: Desk) -> str:
    if first is None or last is None:
        return ""
    return f"{what} {clocks.moment(first, desk.now)}–{clocks.moment(last, desk.now)}"


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant as a field for one writes it."""
    return at.astimezone(zone).strftime(_LOCAL) if at else ""


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        typed = datetime.strptime(text[:16], _LOCAL)  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    return typed.replace(tzinfo=zone)
