"""The plan of a case before the customer is spoken to: prepared from what is known, or as it was kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.utils import dateformat, translation

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import FOR_THE_CUSTOMER, DetectedBy, Outcome, Purpose, Step, outcome_of
from makegood.customers.queries import CustomerFacts, ids_of
from makegood.people.queries import Roster
from makegood.people.rules import Scope
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.promises.queries import kind_named
from makegood.promises.rules import UNKEPT, State
from makegood.remedies.queries.picking import Pick, Picker, picker
from makegood.remedies.rules.plan import HISTORY, Caution, Known, apology_caution, language_of, lines, speaks
from makegood.remedies.rules.plan_words import WORDINGS

MOST_OPTIONS = 3
# A promise that was kept in time, or ended before it could break, was not broken: what failed is something else.
_NOT_BROKEN = frozenset({State.KEPT, State.REPLACED, State.WITHDRAWN})
_MOST_EARLIER, _MOST_OPEN = 10, 10


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A failure before this one and how it ended ("" while it is open). `title` is "" where the reader may not look."""

    number: int
    title: str
    opened_at: datetime
    outcome: str


class Apology(msgspec.Struct, frozen=True, kw_only=True):
    """An apology that was made to this customer, in any of their cases."""

    case: int
    by: str
    at: datetime


class OpenPromise(msgspec.Struct, frozen=True, kw_only=True):
    """What else this customer was promised and waits for."""

    id: int
    title: str
    due_at: datetime
    due_on: date | None
    state: str


class PlanWords(msgspec.Struct, frozen=True, kw_only=True):
    """What to say at one step. `prepared` are our words; `by` and `at` tell who put others in their place, and when."""

    step: Step
    words: str
    prepared: str
    by: str = ""
    at: datetime | None = None


class PlanOption(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be offered, named in the customer's language and (`titles`) in each that it has a name in.
    `decides` is "" when it is one's own to give, or when `nobody` there may."""

    title: str
    titles: dict[str, str]
    amount: Decimal
    known: bool
    currency: str
    due_at: datetime
    why: str
    ask_first: tuple[str, ...]
    decides: str
    nobody: bool


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """Who is needed, by `part`: "owner", "kind" (who leads the team of this kind of promise), "sponsor", "approver".

    `due` says that nobody took the part yet.
    """

    part: str
    id: int
    name: str
    due: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What we will say, offer and do, before we speak to the customer. Instants are aware UTC.

    `kept_at` and `kept_by` are set on a plan as it stood when they were first spoken to. `speak_by` is the clock of
    the first contact, `update_minutes` how often the customer wants to hear from us.
    """

    case: int
    language: str
    prepared_at: datetime
    promised: str
    promised_at: datetime | None
    promised_on: date | None
    happened: str
    since: datetime
    foretold: bool
    known_first: str
    harm: str
    earlier: tuple[Earlier, ...]
    earlier_count: int
    apologies: tuple[Apology, ...]
    open_promises: tuple[OpenPromise, ...]
    words: tuple[PlanWords, ...]
    options: tuple[PlanOption, ...]
    needed: tuple[Needed, ...]
    speak_by: datetime | None
    speak_state: str
    update_minutes: int | None
    cautions: tuple[Caution, ...]
    needs: str = ""
    kept_at: datetime | None = None
    kept_by: str = ""


_EARLIER = """
SELECT c.id, c.opened_at, c.outcome, c.title, %(sees_all)s OR c.owner_id = %(me)s OR c.sponsor_id = %(me)s
       OR o.team_id = %(team)s OR k.team_id = %(team)s
FROM cases_case c JOIN people_staff o ON o.id = c.owner_id JOIN promises_kind k ON k.id = c.kind_id
WHERE c.customer_id = ANY(%(customers)s) AND c.id <> %(case)s AND c.opened_at >= %(since)s AND c.opened_at <= %(now)s
  AND c.outcome <> 'corrected'
ORDER BY c.opened_at DESC, c.id DESC
"""
_APOLOGIES = """
SELECT d.case_id, coalesce(s.name, ''), d.at
FROM cases_stepdone d JOIN cases_case c ON c.id = d.case_id LEFT JOIN people_staff s ON s.id = d.by_id
WHERE c.customer_id = ANY(%(customers)s) AND d.step = 'apologise' AND d.undone_at IS NULL AND d.at >= %(since)s
ORDER BY d.at DESC, d.id DESC
"""
# What is promised among colleagues (a decision about a remedy, too) does not concern the customer; what failed is told
# as a failure, and what the case itself promises is in the case.
_OPEN = """
SELECT p.id, p.title, p.due_at, p.due_on, p.state
FROM promises_promise p JOIN promises_kind k ON k.id = p.kind_id LEFT JOIN people_staff o ON o.id = p.owner_id
     LEFT JOIN cases_commitment m ON m.promise_id = p.id LEFT JOIN cases_failure f ON f.promise_id = p.id
WHERE p.customer_id = ANY(%(customers)s) AND p.state IN ('open', 'at_risk', 'broken')
  AND f.id IS NULL AND NOT EXISTS (SELECT 1 FROM remedies_approval a WHERE a.promise_id = p.id)
  AND (m.id IS NULL OR m.case_id <> %(case)s AND m.purpose = ANY(%(told)s))
  AND (%(sees_all)s OR k.team_id IS NULL OR k.team_id = %(team)s OR o.team_id = %(team)s OR p.owner_id = %(me)s)
ORDER BY p.due_at, p.id LIMIT %(most)s
"""
_CHANGED = """
SELECT DISTINCT ON (l.step) l.step, l.words, s.name, l.at
FROM remedies_planline l JOIN people_staff s ON s.id = l.by_id WHERE l.case_id = %s ORDER BY l.step, l.id DESC
"""
_KEPT = """
SELECT k.content, k.at, s.name FROM remedies_plankept k JOIN people_staff s ON s.id = k.by_id WHERE k.case_id = %s
"""
_PARTS = ("owner", "sponsor", "approver", "kind")


def plan_of(case: CaseFacts, customer: CustomerFacts, *, scope: Scope, now: datetime) -> Plan:
    """The plan of a case that may be seen: as it was kept once the customer was spoken to, prepared before that."""
    kept = kept_plan(case)
    return kept or prepare(case, customer, scope=scope, now=now)


def kept_plan(case: CaseFacts) -> Plan | None:
    """The plan as it stood at the first contact; None while there was none that counts."""
    if not is_spoken(case):
        return None
    rows = fetch_rows(_KEPT, [case.number])
    if not rows:
        return None
    content, at, by = rows[0]
    return msgspec.structs.replace(msgspec.convert(content, Plan, strict=False), kept_at=at, kept_by=by)


def is_spoken(case: CaseFacts) -> bool:
    """Whether the customer has been spoken to, as far as what is recorded counts."""
    return any(speaks(one.step, one.said, one.channel) for one in case.steps)


def apologies_to(customer_ids: Collection[int], *, now: datetime) -> tuple[Apology, ...]:
    """The apologies of a year in all cases of a customer, the newest first."""
    found = fetch_rows(_APOLOGIES, {"customers": list(customer_ids), "since": now - HISTORY})
    return tuple(Apology(case=case, by=by, at=at) for case, by, at in found)


def before_apology(case: CaseFacts, *, now: datetime) -> Caution | None:
    """What to heed before the customer of a case hears another apology."""
    return apology_caution([one.at for one in apologies_to(ids_of(case.customer_id), now=now)], now)


def prepare(case: CaseFacts, customer: CustomerFacts, *, scope: Scope, now: datetime) -> Plan:
    """A plan made now from facts, playbooks and authority, with what people changed in it."""
    picked = picker(case, customer, staff_id=scope.staff_id, answers={}, now=now)
    who = {"me": scope.staff_id or 0, "team": scope.team_id or 0, "sees_all": scope.sees_all}
    asked = who | {"customers": list(customer.ids), "case": case.number, "since": now - HISTORY, "now": now}
    earlier = fetch_rows(_EARLIER, asked)
    apologies = apologies_to(customer.ids, now=now)
    caution = apology_caution([one.at for one in apologies], now)
    first = next((one.promise for one in case.commitments if one.purpose is Purpose.FIRST_CONTACT), None)
    language = language_of(customer.language)
    options = tuple(_option(pick, picked, language) for pick in picked.picks[:MOST_OPTIONS])
    known = replace(
        known_of(case, customer, language, writer=scope.staff_id, now=now),
        again=bool(earlier), said_already=caution is not None,
    )  # fmt: skip
    known = _offering(known, picked, customer, language, now)
    return Plan(
        case=case.number, language=language, prepared_at=now, **_facts_of(case),
        earlier=tuple(map(_earlier, earlier[:_MOST_EARLIER])), earlier_count=len(earlier), apologies=apologies,
        open_promises=_open(case, who, customer.ids), words=_words(case, language, known), options=options,
        needed=_needed(case, picked.everybody, picked.picks[:MOST_OPTIONS]),
        speak_by=first.due_at if first and first.state in UNKEPT else None,
        speak_state=first.state if first else "", update_minutes=customer.cadence_minutes,
        cautions=(caution,) if caution else (),
    )  # fmt: skip


def _facts_of(case: CaseFacts) -> dict[str, Any]:
    """What was promised, what happened, since when, and who knew first."""
    promise, failure, foretold = case.promise, next(iter(case.failures), None), is_foretold(case)
    return {
        "promised": promise.title if promise else "",
        "promised_at": promise.due_at if promise else None,
        "promised_on": promise.due_on if promise else None,
        "happened": failure.what if failure else case.title,
        "since": promise.due_at if promise and not foretold else failure.at if failure else case.opened_at,
        "foretold": foretold,
        "known_first": failure.detected_by if failure else case.detected_by,
        "harm": case.harm,
        "needs": case.needs,
    }


def is_foretold(case: CaseFacts) -> bool:
    """Whether it is about a promise that is not late yet."""
    return case.promise is not None and case.promise.state in ("open", "at_risk")


def _earlier(row: tuple[Any, ...]) -> Earlier:
    number, opened_at, outcome, title, seen = row
    return Earlier(number=number, opened_at=opened_at, outcome=outcome, title=title if seen else "")


def _open(case: CaseFacts, who: Mapping[str, Any], customer_ids: Iterable[int]) -> tuple[OpenPromise, ...]:
    told = [purpose.value for purpose in FOR_THE_CUSTOMER]
    asked = {**who, "customers": list(customer_ids), "case": case.number, "most": _MOST_OPEN, "told": told}
    return tuple(
        OpenPromise(id=pk, title=title, due_at=due_at, due_on=due_on, state=state)
        for pk, title, due_at, due_on, state in fetch_rows(_OPEN, asked)
    )


def _words(case: CaseFacts, language: str, known: Known) -> tuple[PlanWords, ...]:
    """The prepared lines, each with what a person put in its place; no apology for whoever will not forgive."""
    changed = {step: rest for step, *rest in fetch_rows(_CHANGED, [case.number])}
    made = []
    unforgiven = outcome_of(case.story) is Outcome.WILL_NOT_FORGIVE
    for step, prepared in lines(language, known).items():
        if unforgiven and step is Step.APOLOGISE:
            continue
        words, by, at = changed.get(step, ("", "", None))
        own = {"words": words, "by": by, "at": at} if words else {"words": prepared}
        made.append(PlanWords(step=step, prepared=prepared, **own))
    return tuple(made)


def known_of(case: CaseFacts, customer: CustomerFacts, language: str, *, writer: int | None, now: datetime) -> Known:
    """What words to the customer of a case may name without looking any further, in their language and time zone.
    `writer` is who speaks; None speaks for the owner."""
    promise = case.promise
    return Known(
        owner=case.owner_name, harm=case.harm, due=said_due(case, zone_of(customer), language),
        by=_said_by(_next_word(case, now), customer, language), foretold=is_foretold(case),
        promised=promise is not None and promise.state not in _NOT_BROKEN,
        told=case.detected_by == DetectedBy.CUSTOMER, again=case.ordinal > 1,
        colleague=writer is not None and writer != case.owner_id,
    )  # fmt: skip


def zone_of(customer: CustomerFacts, *, ours: ZoneInfo | None = None) -> ZoneInfo:
    """The customer's time zone; when theirs is not known, that of the organisation: `ours`, where it is at hand."""
    if customer.time_zone:
        return ZoneInfo(customer.time_zone)
    return ours or organisation().zone


def _next_word(case: CaseFacts, now: datetime) -> datetime | None:
    """When the customer hears from us next by what was promised in the case. That we speak to them at all is no such
    word: by the time they read it, it is kept."""
    return min((
        one.promise.due_at for one in case.commitments
        if one.purpose in (Purpose.COMMITMENT, Purpose.UPDATE) and one.promise.state in UNKEPT
        and one.promise.due_at > now
    ), default=None)  # fmt: skip


def _offering(known: Known, picked: Picker, customer: CustomerFacts, language: str, now: datetime) -> Known:
    """The same with what may be offered at once; without that, by when the customer hears from us as they like it."""
    offer = next(filter(None, (_offered(pick, language) for pick in picked.picks)), None)
    if offer is not None:
        return replace(known, offer=offer[0], by=_said_by(offer[1], customer, language))
    cadence = customer.cadence_minutes
    if known.by or not cadence:
        return known
    return replace(known, by=_said_by(now + timedelta(minutes=cadence), customer, language))


def _said_by(when: datetime | None, customer: CustomerFacts, language: str) -> str:
    return said_day(when.astimezone(zone_of(customer)), WORDINGS[language].deadline, language) if when else ""


def said_due(case: CaseFacts, zone: ZoneInfo, language: str) -> str:
    """When what failed was promised for, as it is said in a language; "" when it began with no promise."""
    promise, form = case.promise, WORDINGS[language]
    if promise is None:
        return ""
    if promise.due_on:
        return said_day(promise.due_on, form.day, language)
    # Late by an hour is late on the same day: where an instant was promised, the hour is said.
    return said_day(promise.due_at.astimezone(zone), form.instant, language)


def said_day(when: date, form: str, language: str) -> str:
    """A day or an instant as it is said in a language, by one of the forms of its `WORDINGS`."""
    with translation.override(language):
        return dateformat.format(when, form)


def _offered(pick: Pick, language: str) -> tuple[str, datetime] | None:
    """An option that may be offered at once: one's own to give, with nothing to ask before, named in the language."""
    option = pick.offer.option
    title = option.name_in(language) if all(language in one.title.texts for one in option.gives) else ""
    if pick.decider or pick.nobody or pick.offer.ask_first or pick.offer.cost is None or not title:
        return None
    return title, pick.due_at


def _option(pick: Pick, picked: Picker, language: str) -> PlanOption:
    option = pick.offer.option
    return PlanOption(
        title=option.name_in(language), titles={one: option.name_in(one) for one in option.title.texts},
        amount=pick.amount, known=pick.offer.cost is not None,
        currency=picked.currency, due_at=pick.due_at, why=pick.offer.why, ask_first=tuple(pick.offer.ask_first),
        decides=pick.decider.name if pick.decider else "", nobody=pick.nobody,
    )  # fmt: skip


def _needed(case: CaseFacts, everybody: Roster, picks: Iterable[Pick]) -> tuple[Needed, ...]:
    """Who is needed: each once, with the first of their parts."""
    found = [Needed(part="owner", id=case.owner_id, name=case.owner_name, due=case.taken_at is None)]
    kind = kind_named(case.kind)
    lead = everybody.lead_for(kind.team_id) if kind.team_id else None
    if lead is not None:
        found.append(Needed(part="kind", id=lead.id, name=lead.name))
    if case.sponsor_id is not None:
        found.append(Needed(part="sponsor", id=case.sponsor_id, name=case.sponsor_name))
    found += [Needed(part="approver", id=pick.decider.id, name=pick.decider.name) for pick in picks if pick.decider]
    found.sort(key=lambda one: _PARTS.index(one.part))
    first: dict[int, Needed] = {}
    for one in found:
        first.setdefault(one.id, one)
    return tuple(first.values())
