"""The one plan: what is said in each language, what everybody is given, and who gets a full case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from msgspec.structs import replace

from makegood.cases.actions.holding import person
from makegood.incidents.actions.holding import hold, tell
from makegood.incidents.actions.wording import check_words
from makegood.incidents.models import Incident
from makegood.incidents.rules import giving, saying
from makegood.incidents.rules.giving import Gift
from makegood.incidents.rules.judging import Line as Bar
from makegood.incidents.rules.plan import Plan, plan_of, stored
from makegood.incidents.rules.saying import Words
from makegood.incidents.rules.standing import Deed
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import one_line
from makegood.people.rules import Scope
from makegood.platform.installation import organisation


@transaction.atomic
def set_words(number: int, *, language: str, lines: Mapping[str, str], scope: Scope, by: Actor, now: datetime) -> None:
    """Put one's own words in the place of prepared lines of a language; without any those stand again.

    Raises Refusal "incident.not_now", "incident.unknown_line", "incident.unknown_place", "incident.too_long",
    "promise.no_improvement".
    """
    row = hold(number, Deed.PLAN, scope=scope)
    person(by)
    said = {line: one_line(text) for line, text in lines.items()}
    for line, text in said.items():
        for fault in saying.faults(language, line, text):
            raise invalid(fault.code, fault.sentence, field=line)
        check_words(row, [text], field=line)
    plan = plan_of(row.plan)
    kept = {**plan.words.lines.get(language, {}), **said}
    words = Words({**plan.words.lines, language: {line: text for line, text in kept.items() if text}})
    _save(row, replace(plan, words=words), by=by, now=now, what={"language": language, "lines": sorted(said)})


@transaction.atomic
def set_gift(number: int, gift: Gift | None, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Say what everybody is given, or nothing. Raises Refusal "incident.not_now", "promise.no_improvement", and what is
    wrong with the gift."""
    row = hold(number, Deed.PLAN, scope=scope)
    person(by)
    if gift is not None:
        gift = replace(gift, currency=gift.currency or organisation().currency)
        for fault in giving.faults(gift):
            raise invalid(fault.code, fault.sentence, field="gift")
        check_words(row, list(gift.titles.values()), field="gift")
    told = {"gift": giving.in_words(gift, 1) if gift else "", "title": row.title}
    _save(row, replace(plan_of(row.plan), gift=gift), by=by, now=now, what=told)


@transaction.atomic
def set_owed(number: int, *, give: bool, scope: Scope, by: Actor, now: datetime) -> None:
    """Say whether what rules owe to each is given along with the message. Raises Refusal "incident.not_now"."""
    row = hold(number, Deed.PLAN, scope=scope)
    person(by)
    _save(row, replace(plan_of(row.plan), gives_owed=give), by=by, now=now, what={"gives_owed": give})


@transaction.atomic
def set_bar(number: int, bar: Bar, *, scope: Scope, by: Actor, now: datetime) -> None:
    """Say from where on somebody gets a full case. Raises Refusal "incident.not_now", "incident.bad_bar"."""
    row = hold(number, Deed.PLAN, scope=scope)
    person(by)
    for measure in (bar.severity, bar.criticality):
        if measure is not None and not 1 <= measure <= 4:
            raise invalid("incident.bad_bar", "Severity and criticality go from 1 to 4.", field="bar")
    if bar.value is not None and not 0 <= bar.value < Decimal(10) ** 12:
        raise invalid("incident.bad_bar", "A value is nothing or more.", field="bar")
    _save(row, replace(plan_of(row.plan), line=bar), by=by, now=now, what={"bar": stored(bar)})


def _save(row: Incident, plan: Plan, *, by: Actor, now: datetime, what: Mapping[str, object]) -> None:
    row.plan = stored(plan)
    row.save(update_fields=["plan"])
    tell("planned", row, by=by, at=now, data=what)
