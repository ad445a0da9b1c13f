"""What is owed in a case by rules: how it came about, what must be asked, giving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.http import QueryDict
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Do
from makegood.kernel.money import format_money
from makegood.kernel.texts import first_name
from makegood.remedies import actions
from makegood.remedies.queries import GrantFacts, Owed
from makegood.remedies.rules.entitlements import Entitlement
from makegood.remedies.rules.entitlements.spec import FactKind
from makegood.remedies.rules.entitlements.words import closing
from makegood.remedies.rules.owing import EVIDENCE, Evidence, Ground, OwedState, Question
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.tables import Choice

_FACT = "fact-"
_STATES = {
    OwedState.UNKNOWN: "waits", OwedState.OPEN: "at_risk", OwedState.GRANTED: "kept", OwedState.RENOUNCED: "withdrawn",
    OwedState.NOTHING: "dot",
}  # fmt: skip
HEEDED = (OwedState.UNKNOWN, OwedState.OPEN)
"""What has to be seen to before anything else is given."""


class Refused(Protocol):
    """A form that was refused: which, and what had been typed into it."""

    @property
    def deed(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A fact as a form asks for it. `choices` are buttons; without any it is typed, as the hint says."""

    name: str
    label: str
    hint: str
    choices: Sequence[Choice]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """Why it would not be owed: what must be so, and what must be on record of it."""

    name: str
    holds: bool
    fields: Sequence[Field]
    tell_customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one policy owes, as the panel shows it. `sum` is "" while it is not known; one that is `quiet` comes to
    nothing, and is a line that opens."""

    key: str
    url: str
    promise: int | None
    mark: str
    title: str
    about: str
    sum: str
    words: str
    lines: Sequence[str]
    steps: Sequence[str]
    cautions: Sequence[str]
    asks: Sequence[Field]
    told: Sequence[Field]
    exemptions: Sequence[Exemption]
    give: str
    renounce: str
    may: bool
    quiet: bool
    opened: bool


def shown(one: Owed, case: CaseFacts, desk: Desk, typed: Refused | None = None) -> Shown:
    """One policy and what it says of the case."""
    found, first, key = one.entitlement, first_name(case.customer_name), name_of(one.policy, one.promise_id)
    values = typed.values if typed is not None and typed.deed == key else {}
    return Shown(
        key=key, url=f"/cases/{case.ref}/owed/{one.policy}/", promise=one.promise_id,
        mark=_STATES[one.state], title=one.title, about=one.about, sum=_sum(one), words=_words(one, first),
        lines=tuple(_lines(one, first)), steps=[step.says for step in found.steps] if found else (),
        cautions=_cautions(found) if found else (),
        asks=[_field(ask, values) for ask in one.questions],
        told=[_field(told.question, {_FACT + told.question.fact: told.value}) for told in one.answers],
        exemptions=[_exemption(ground, one, values) for ground in one.grounds],
        give=_("Give {}").format(_money(one.sums.to_grant, one)) if one.sums.to_grant else "",
        renounce=_("{} does not want it").format(first) if one.sums.open else "",
        may=Do.COMMIT in case.allowed, quiet=one.state is OwedState.NOTHING, opened=bool(values),
    )  # fmt: skip


def is_shown(one: Owed, case: CaseFacts) -> bool:
    """Whether it says something: of a case that has ended, only what was owed."""
    return case.closed_at is None or one.state not in (OwedState.UNKNOWN, OwedState.NOTHING)


def line(one: Owed) -> dict[str, str]:
    """The same in one line, for where remedies are chosen: what is owed comes first."""
    return {"mark": _STATES[one.state], "title": one.title, "sum": _sum(one), "words": _words(one, "")}


def steps_of(grant: GrantFacts) -> Sequence[str]:
    """How a grant of what is owed came about, as it was worked out when it was given."""
    return [step["says"] for step in grant.explanation["steps"]] if grant.explanation else ()


def _money(amount: Decimal, one: Owed) -> str:
    return format_money(amount, one.currency)


def _sum(one: Owed) -> str:
    if one.entitlement is None:
        return _("up to {}").format(_money(one.at_stake, one)) if one.at_stake else ""
    return _money(one.sums.open or one.sums.owed, one)


def _words(one: Owed, first: str) -> str:
    """Where it stands, in one line."""
    return {
        OwedState.UNKNOWN: one.trouble or _("Not known yet: this must be asked first"),
        OwedState.OPEN: _("Owed to {}, and not given yet").format(first) if first else _("Owed, and not given yet"),
        OwedState.GRANTED: _("Given"),
        OwedState.RENOUNCED: _("{} does not want it").format(first),
        OwedState.NOTHING: _("Nothing is owed"),
    }[one.state]


def _lines(one: Owed, first: str) -> list[str]:
    """What else there is to know at a glance: by when, how, what of it was given, what was said."""
    found, sums, told = one.entitlement, one.sums, []
    if one.state is OwedState.OPEN and found is not None:
        if found.pay_by is not None:
            told.append(_("to be paid by {}").format(closing(found.pay_by, one.zone)))
        if not found.automatic:
            told.append(_("{} has to claim it").format(first))
        if one.foretold:
            told.append(_("as things stand now"))
    if sums.penalty:
        told.append(_("{} of it because it was not paid in time").format(_money(sums.penalty, one)))
    if sums.granted and sums.to_grant:
        told.append(_("{} was given already").format(_money(sums.granted, one)))
    if one.renounced is not None and one.state is OwedState.RENOUNCED:
        told.append(_("“{words}” ({by}, {when})").format(
            words=one.renounced.words, by=one.renounced.by, when=clocks.stamp(one.renounced.at)
        ))  # fmt: skip
    return told


def _cautions(found: Entitlement) -> Sequence[str]:
    """What the steps do not say already."""
    said = {step.says for step in found.steps}
    return [caution for caution in found.cautions if caution not in said]


def _field(ask: Question, values: Mapping[str, Any]) -> Field:
    words = {"yes": _("Yes"), "no": _("No")}
    choices = [Choice(one, words.get(one, one.replace("_", " ").capitalize())) for one in ask.choices]
    hint = "" if choices or ask.kind is FactKind.TEXT else ask.how
    return Field(
        name=_FACT + ask.fact, label=ask.asks, hint=hint, choices=choices, value=values.get(_FACT + ask.fact, "")
    )  # fmt: skip


def _exemption(ground: Ground, one: Owed, values: Mapping[str, Any]) -> Exemption:
    known = {_FACT + told.question.fact: told.value for told in one.answers} | dict(values)
    fields = [_field(ask, known) for ask in ground.questions]
    fields += [_evidence(piece, values) for piece in ground.evidence]
    return Exemption(name=ground.name, holds=ground.holds, fields=fields, tell_customer=ground.tell_customer)


def _evidence(piece: Evidence, values: Mapping[str, Any]) -> Field:
    name = _FACT + EVIDENCE + piece.name
    label = _("On record: {}").format(piece.what)
    return Field(name=name, label=label, hint="", choices=(), value=values.get(name, piece.words))


def name_of(policy: str, promise: int | None) -> str:
    """How a form about what is owed is called."""
    return f"owed-{policy}-{promise or 0}"


def _known(desk: Desk, promise: int | None) -> dict[str, Any]:
    return {"promise_id": promise, "scope": desk.scope, "by": desk.actor, "now": desk.now}


def _grant(policy: str, promise: int | None, number: int, typed: QueryDict, desk: Desk) -> str:
    actions.grant_owed(number, policy, **_known(desk, promise))
    return _("Given. By when it is paid is a promise now.")


def _tell(policy: str, promise: int | None, number: int, typed: QueryDict, desk: Desk) -> str:
    facts = {name.removeprefix(_FACT): str(value) for name, value in typed.items() if name.startswith(_FACT)}
    actions.tell_facts(number, policy, facts, **_known(desk, promise))
    return _("Noted, and worked out anew.")


def _renounce(policy: str, promise: int | None, number: int, typed: QueryDict, desk: Desk) -> str:
    actions.renounce(number, policy, words=typed.get("words", ""), **_known(desk, promise))
    return _("Noted: it is not wanted.")


DEEDS: dict[str, Callable[[str, int | None, int, QueryDict, Desk], str]] = {
    "grant": _grant, "facts": _tell, "renounce": _renounce,
}  # fmt: skip
