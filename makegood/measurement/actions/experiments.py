"""Experiments: registered whole, started by whoever answers for it, ended by their own rule."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from makegood.cases.actions.holding import person
from makegood.cases.rules import CONVERSATION
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor
from makegood.kernel.money import decimals
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.kernel.texts import one_line
from makegood.measurement.models import Arm, Experiment
from makegood.measurement.queries.experiments import count
from makegood.measurement.rules.experiments import (
    LONGEST_HORIZON,
    MOST_ARMS,
    MOST_EFFECT,
    Counted,
    Ended,
    Measured,
    Reading,
    State,
    Varies,
    needed,
    overlaps,
    stopped,
)
from makegood.notices.actions import tell
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.installation import organisation
from makegood.promises.queries import kinds
from makegood.remedies.rules.fit import COMPENSATION, FailureKind, RemedyKind
from makegood.remedies.rules.plan import LONGEST_CHANGE
from makegood.remedies.rules.plan_words import WORDINGS

DAY = timedelta(days=1)
LONGEST = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArm:
    """One way of doing it; the first of an experiment is as usual and has a name alone. `words` are in the language of
    the `Design`, `others` in further ones by code. See `models.Arm`."""

    name: str
    words: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    line: str = "own"
    goodwill: Decimal = Decimal(0)
    remedy: str = RemedyKind.CREDIT
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """All that decides the answer of an experiment, before anybody is in it. See `models.Experiment`."""

    name: str
    why: str
    varies: str
    arms: Sequence[NewArm]
    measured: str
    horizon_days: int
    expected: int
    effect: int
    until: datetime
    reading: str = Reading.AT_END
    failures: Sequence[str] = field(default_factory=tuple)
    kinds: Sequence[str] = field(default_factory=tuple)
    severity_from: int = 1
    severity_to: int = 4
    language: str = "en"


@transaction.atomic
def register(design: Design, *, by: Actor, now: datetime) -> int:
    """Write an experiment down. It touches nobody until it is started, and is never changed. Returns its number.

    Raises Refusal "people.not_allowed", "experiment.bad_value", "experiment.bad_arm", "experiment.below_owed".
    """
    require(by, Ability.MEASURE)
    _check(design, now)
    for place, arm in enumerate(design.arms):
        _check_arm(arm, place, design)
    if len({arm.name.strip().casefold() for arm in design.arms}) < len(design.arms):
        raise invalid("experiment.bad_arm", "Give each arm a name of its own.", field="arms")
    size = needed(
        expected=design.expected, effect=design.effect, arms=len(design.arms), reading=Reading(design.reading)
    )  # fmt: skip
    row = Experiment.objects.create(
        name=one_line(design.name), why=design.why.strip(), varies=design.varies, failures=sorted(set(design.failures)),
        kinds=sorted(set(design.kinds)), severity_from=design.severity_from, severity_to=design.severity_to,
        measured=design.measured, horizon_days=design.horizon_days, expected=design.expected, effect=design.effect,
        reading=design.reading, needed=size, until=design.until, salt=secrets.token_hex(8), registered_at=now,
        registered_by_id=person(by),
    )  # fmt: skip
    Arm.objects.bulk_create(_arm(row, place, arm, design) for place, arm in enumerate(design.arms))
    told = {"varies": row.varies, "measured": row.measured, "needed": size, "arms": [arm.name for arm in design.arms]}
    _record("registered", row, by, now, told)
    return row.pk


@transaction.atomic
def start(number: int, *, by: Actor, now: datetime) -> None:
    """From now on cases that are opened may be in it. Raises Refusal "people.not_allowed", "experiment.unknown",
    "experiment.not_now", "experiment.overlaps"."""
    row = _held(number, by, State.REGISTERED)
    if row.until <= now + timedelta(days=row.horizon_days):
        raise Refusal("experiment.not_now", "Its last day is too near for anybody's horizon to pass. Register another.")
    for other in Experiment.objects.select_for_update().filter(state=State.RUNNING, varies=row.varies).order_by("pk"):
        if overlaps(row, other):
            raise Refusal(
                "experiment.overlaps",
                f"“{other.name}” tries the same thing in cases that could be in both. Wait until it has ended.",
            )
    row.state, row.started_at, row.next_look_at = State.RUNNING, now, now + DAY
    row.save(update_fields=["state", "started_at", "next_look_at"])
    _record("started", row, by, now)


@transaction.atomic
def drop(number: int, *, by: Actor, now: datetime) -> None:
    """It is not started at all. Raises Refusal "people.not_allowed", "experiment.unknown", "experiment.not_now"."""
    row = _held(number, by, State.REGISTERED)
    row.state, row.ended_at = State.DROPPED, now
    row.save(update_fields=["state", "ended_at"])
    _record("dropped", row, by, now)


@transaction.atomic
def stop(number: int, *, reason: str, by: Actor, now: datetime) -> None:
    """End it before its rule does, which costs its answer: nothing is said of it then. Raises Refusal
    "people.not_allowed", "experiment.unknown", "experiment.not_now", "experiment.no_reason"."""
    row = _held(number, by, State.RUNNING)
    why = reason.strip()[:500]
    if not why:
        raise invalid("experiment.no_reason", "Say why it ends before its rule says so.", field="reason")
    _end(row, Ended.BY_HAND, _found(row, now), words=why, by=by, now=now)


@transaction.atomic
def look_due(*, now: datetime) -> bool:
    """Look whether a rule ends one of those under way, each once a day. Whether there was one to look at."""
    due = Experiment.objects.select_for_update(skip_locked=True).filter(state=State.RUNNING, next_look_at__lte=now)
    row = due.order_by("next_look_at").first()
    if row is None:
        return False
    found = _found(row, now)
    arms = [Counted(assigned, units, yes) for _, assigned, units, yes, *_ in found["arms"]]
    rule = stopped(arms, reading=Reading(row.reading), planned=row.needed, over=row.until <= now)
    if rule is None:
        row.next_look_at = now + DAY
        row.save(update_fields=["next_look_at"])
        return True
    _end(row, rule, found, words="", by=SYSTEM, now=now)
    tell(
        row.registered_by_id, about=("experiment", row.pk), topic="experiment.ended",
        words=f"An experiment has ended: {row.name}", link=f"/experiments/{row.pk}/", by=SYSTEM, now=now,
    )  # fmt: skip
    return True


def _end(row: Experiment, rule: Ended, found: dict[str, Any], *, words: str, by: Actor, now: datetime) -> None:
    row.state, row.ended, row.ended_at, row.ended_words, row.found = State.ENDED, rule, now, words, found
    row.next_look_at = None
    row.save(update_fields=["state", "ended", "ended_at", "ended_words", "found", "next_look_at"])
    _record("ended", row, by, now, {"rule": rule, **({"reason": words} if words else {})})


def _found(row: Experiment, now: datetime) -> dict[str, Any]:
    arms, left_out = count(row.pk, measured=row.measured, horizon_days=row.horizon_days, now=now)
    return {"arms": arms, "left_out": left_out}


def _held(number: int, by: Actor, state: State) -> Experiment:
    require(by, Ability.MEASURE)
    row = Experiment.objects.select_for_update().filter(pk=number).first()
    if row is None:
        raise missing("experiment.unknown", "There is no such experiment.")
    if row.state != state:
        raise Refusal("experiment.not_now", f"This experiment is {row.state}, and cannot do that any more.")
    return row


def _check(design: Design, now: datetime) -> None:
    promised, failing = {one.slug for one in kinds(inside_case=False)}, set(FailureKind)
    for holds, name, words in (
        (0 < len(one_line(design.name)) <= 120, "name", "Give it a name of up to 120 characters."),
        (bool(design.why.strip()), "why", "Say what you expect, and why: that is what is tested."),
        (design.varies in set(Varies), "varies", "Say what the arms differ in: words, goodwill or follow_up."),
        (design.measured in set(Measured), "measured", "Say what is counted: stayed, ordered or satisfied."),
        (design.reading in set(Reading), "reading", "Say when it may be read: at_end or any_time."),
        (set(design.failures) <= failing, "failures", "There is no such kind of failure."),
        (set(design.kinds) <= promised, "kinds", "There is no such kind of promise."),
        (1 <= design.severity_from <= design.severity_to <= 4, "severity_from", "Severity lies between 1 and 4."),
        (1 <= design.horizon_days <= LONGEST_HORIZON, "horizon_days", "Give a horizon of 1 to 365 days."),
        (1 <= design.expected <= 99, "expected", "Give the share that you expect as usual, 1 to 99 per cent."),
        (1 <= design.effect <= MOST_EFFECT, "effect", "Give the smallest difference worth knowing, 1 to 50 points."),
        (
            now + timedelta(days=design.horizon_days) < design.until <= now + LONGEST,
            "until", "Its last day lies beyond the horizon from now, and within three years.",
        ),
        (design.language in WORDINGS, "language", f"We speak in one of: {', '.join(WORDINGS)}."),
        (2 <= len(design.arms) <= MOST_ARMS, "arms", f"Give two to {MOST_ARMS} arms, the first as usual."),
    ):  # fmt: skip
        if not holds:
            raise invalid("experiment.bad_value", words, field=name)


def _check_arm(arm: NewArm, place: int, design: Design) -> None:
    if not 0 < len(one_line(arm.name)) <= 80:
        raise invalid("experiment.bad_arm", "Give each arm a name of up to 80 characters.", field=f"arm-{place}")
    if arm.goodwill < 0:
        raise invalid(
            "experiment.below_owed", "No arm gives less than what is owed: goodwill is nothing or more on top of it.",
            field=f"arm-{place}",
        )  # fmt: skip
    fault = (_FAULTS[Varies(design.varies)](arm) or _fault_of_others(arm, design.language)) if place else ""
    if fault:
        raise invalid("experiment.bad_arm", fault, field=f"arm-{place}")


def _fault_of_others(arm: NewArm, written: str) -> str:
    unknown = set(arm.others) - set(WORDINGS)
    if unknown:
        return f"We do not speak {', '.join(sorted(unknown))}. Languages: {', '.join(WORDINGS)}."
    if written in arm.others:
        return f"The words themselves are in {written}: give others for further languages alone."
    long = any(len(one_line(words)) > LONGEST_CHANGE for words in arm.others.values())
    return f"Up to {LONGEST_CHANGE} characters in each language." if long else ""


def _fault_of_words(arm: NewArm) -> str:
    if not 0 < len(one_line(arm.words)) <= LONGEST_CHANGE:
        return f"Give the words to say, up to {LONGEST_CHANGE} characters."
    known = ", ".join(CONVERSATION)
    return "" if arm.line in CONVERSATION else f"There is no such line of a plan. Lines: {known}."


def _fault_of_goodwill(arm: NewArm) -> str:
    if not arm.goodwill.is_finite() or not arm.goodwill < Decimal(10) ** 9:
        return "Give an amount, such as 20."
    if arm.goodwill != arm.goodwill.quantize(Decimal(1).scaleb(-decimals(organisation().currency))):
        return "The amount has more decimals than the currency has."
    if arm.remedy not in COMPENSATION:
        return "Goodwill is a refund, a credit or a gesture."
    return "" if one_line(arm.words) else "Name what is given, as the customer reads it."


def _fault_of_follow_up(arm: NewArm) -> str:
    return "" if arm.days is not None and 1 <= arm.days <= LONGEST_HORIZON else "Come back after 1 to 365 days."


_FAULTS = {
    Varies.WORDS: _fault_of_words,
    Varies.GOODWILL: _fault_of_goodwill,
    Varies.FOLLOW_UP: _fault_of_follow_up,
}


def _arm(row: Experiment, place: int, arm: NewArm, design: Design) -> Arm:
    """An arm with what the experiment varies, and nothing else."""
    made = Arm(experiment=row, position=place, name=one_line(arm.name))
    if not place:
        return made
    made.language = design.language
    if design.varies == Varies.FOLLOW_UP:
        made.days = arm.days
        return made
    made.words = one_line(arm.words)[:LONGEST_CHANGE]
    made.others = {code: one_line(words) for code, words in arm.others.items() if one_line(words)}
    if design.varies == Varies.WORDS:
        made.line = arm.line
    else:
        made.goodwill, made.remedy = arm.goodwill, arm.remedy
    return made


def _record(verb: str, row: Experiment, by: Actor, now: datetime, data: dict[str, Any] | None = None) -> None:
    told = {"experiment": row.pk, "name": row.name, **(data or {})}
    record(f"experiment.{verb}", by=by, at=now, subject=("experiment", row.pk), data=told)
