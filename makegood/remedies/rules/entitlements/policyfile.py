"""A policy file in YAML, read into a `Policy`. Every mistake is a sentence with its line. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import DAY_NAMES, Week, read_week, read_zone
from makegood.kernel.money import decimals
from makegood.kernel.nodes import Part, parse, read, required
from makegood.kernel.public_holidays import check_place
from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements import clauses, reading
from makegood.remedies.rules.entitlements.clauses import Known, number, on_day, text, texts
from makegood.remedies.rules.entitlements.editions import VERSION, editions, figure_names
from makegood.remedies.rules.entitlements.result import Standing
from makegood.remedies.rules.entitlements.spec import FactKind, FactSpec, Hours, Policy, Vector
from makegood.remedies.rules.entitlements.terms import TERMS, has_evidence

TOP = (
    "name", "title", "description", "currency", "payer", "payee", "sources", "checked_on", "notes", "calendar",
    "happened", "facts", "once_per", "opt_out", "paid_as", "nearest", *TERMS, "versions", "vectors",
)  # fmt: skip
FACT = ("kind", "says", "unit", "of", "default", "between", "grace", "count", "counted", "cut_off")
CALENDAR = ("time_zone", "hours", "working_days", "holidays_of", "closed_on")
PAID_AS = ("means", "voucher")
MEANS = ("cash", "account_credit", "original_payment")
VOUCHER = ("never", "only_if_accepted", "allowed")
VECTOR = (
    "says", "facts", "on", "version", "owed", "standing", "used", "to_pay", "pay_by", "late_penalty", "claim_by",
    "rule",
)  # fmt: skip
_NEEDED = {
    "name": "how the policy is called, in small letters and dashes",
    "title": "its name as people say it",
    "currency": "three letters, such as GBP",
    "payer": "who pays, such as supplier",
    "payee": "who is paid, such as customer",
    "sources": "where the amounts were read",
    "checked_on": "the day on which somebody last compared it with its sources",
    "calendar": "by whose clock days are counted, such as `{time_zone: Europe/London}`",
    "facts": "what must be known",
    "versions": "since when it holds",
    "vectors": "worked cases; a policy without one is not checked by anything",
}
_BETWEEN = {
    FactKind.DURATION: (FactKind.INSTANT, FactKind.DATE),
    FactKind.NUMBER: (FactKind.INSTANT, FactKind.DATE, FactKind.NUMBER),
}
# What every policy understands without saying so; the last two only where they can matter.
ALREADY_PAID = FactSpec(
    name="already_paid", kind=FactKind.MONEY, says="what was paid for this event under this policy", default="0"
)
EVIDENCE = FactSpec(name="evidence", kind=FactKind.WORDS, says="names of the evidence that is on record", default="")
CLAIMED_AT = FactSpec(name="claimed_at", kind=FactKind.INSTANT, says="when the customer claimed it")
OPTED_OUT = FactSpec(name="opted_out", kind=FactKind.YES_NO, says="whether the customer has opted out", default="no")
_OWN = frozenset(spec.name for spec in (ALREADY_PAID, EVIDENCE, OPTED_OUT, CLAIMED_AT))


def policy_from(content: str, file: str = "policy.yaml") -> Policy:
    """A policy from its text. Raises Refusal("policy.invalid")."""
    return build(parse(content, file, "policy"))


def policy_at(path: Path) -> Policy:
    """A policy from its file. Raises Refusal("policy.not_found", "policy.invalid")."""
    return build(read(path, "policy"))


def build(root: Part) -> Policy:
    """The policy that a YAML document describes."""
    top = root.entries(TOP)
    for needed, meaning in _NEEDED.items():
        required(root, top, needed, meaning)
    currency = _currency(top["currency"])
    hours = _hours(top["calendar"])
    known = Known(_facts(top), figure_names(top["versions"]))
    _check_defaults(top["facts"], known, reading.Context(ZoneInfo(hours.time_zone), currency))
    means, voucher = _paid_as(top)
    versions = editions(top, known)
    return Policy(
        name=_name(top["name"]),
        title=text(top, "title"),
        description=text(top, "description"),
        currency=currency,
        payer=text(top, "payer"),
        payee=text(top, "payee"),
        sources=texts(top, "sources"),
        checked_on=on_day(top["checked_on"]),
        notes=texts(top, "notes"),
        hours=hours,
        happened=_names(top, "happened", known, FactKind.INSTANT, FactKind.DATE),
        facts=known.facts,
        once_per=_names(top, "once_per", known),
        opt_out=text(top, "opt_out"),
        means=means,
        voucher=voucher,
        nearest=number(top["nearest"]) if "nearest" in top else Decimal(1).scaleb(-decimals(currency)),
        versions=versions,
        vectors=_vectors(top["vectors"], known, [version.id for version in versions]),
    )


def _name(part: Part) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", part.text()):
        raise part.wrong("a policy is named in small letters, digits and dashes, such as gb-storm.")
    return part.text()


def _currency(part: Part) -> str:
    if not re.fullmatch(r"[A-Z]{3}", part.text()):
        raise part.wrong(f"three capital letters such as GBP were expected, found {part.text()!r}.")
    return part.text()


def _names(top: Mapping[str, Part], key: str, known: Known, *kinds: FactKind) -> tuple[str, ...]:
    return tuple(known.fact(part, *kinds).name for part in top[key].items()) if key in top else ()


def _paid_as(top: Mapping[str, Part]) -> tuple[str, str]:
    given = top["paid_as"].entries(PAID_AS) if "paid_as" in top else {}
    means = given["means"].word(MEANS) if "means" in given else MEANS[0]
    return means, given["voucher"].word(VOUCHER) if "voucher" in given else VOUCHER[0]


# The calendar


def _hours(part: Part) -> Hours:
    given = part.entries(CALENDAR)
    zone = required(part, given, "time_zone", "such as Europe/London")
    try:
        time_zone = read_zone(zone.text())
    except Refusal as refusal:
        raise zone.wrong(refusal.message) from None
    return Hours(
        time_zone=time_zone,
        week=_week(part, given),
        holidays_of=_place(given["holidays_of"]) if "holidays_of" in given else "",
        closed_on=_closed(given["closed_on"]) if "closed_on" in given else {},
    )


def _week(part: Part, given: Mapping[str, Part]) -> Week:
    """Opening hours as they are given, or whole days; Monday to Friday unless something else is said."""
    if "hours" in given and "working_days" in given:
        raise given["working_days"].wrong("say either `hours` or `working_days`.")
    days = [day.word(DAY_NAMES) for day in given["working_days"].items()] if "working_days" in given else DAY_NAMES[:5]
    plain: dict[str, list[str]] = {day: ["00:00-24:00"] for day in days}
    if "hours" in given:
        hours = given["hours"].entries(DAY_NAMES)
        plain = {day: [span.text() for span in spans.items()] for day, spans in hours.items()}
    try:
        return read_week(plain)
    except Refusal as refusal:
        raise given.get("hours", part).wrong(refusal.message) from None


def _place(part: Part) -> str:
    try:
        check_place(part.text())
    except Refusal as refusal:
        raise part.wrong(refusal.message) from None
    return part.text()


def _closed(part: Part) -> dict[date, str]:
    closed: dict[date, str] = {}
    for day, name in part.any_entries().items():
        try:
            closed[date.fromisoformat(day)] = name.text()
        except ValueError:
            raise name.wrong(f"write the day as a date, such as 2026-12-24, not {day!r}.") from None
    return closed


# Facts


def _facts(top: Mapping[str, Part]) -> dict[str, FactSpec]:
    entries = top["facts"].any_entries()
    specs = {name: _fact(name, part) for name, part in entries.items()}
    for name, part in entries.items():
        if specs[name].between:
            _check_between(part, specs[name], specs)
    specs["already_paid"] = ALREADY_PAID
    if has_evidence(top):
        specs["evidence"] = EVIDENCE
    if "opt_out" in top:
        specs["opted_out"] = OPTED_OUT
    if _claimed(top):
        specs["claimed_at"] = CLAIMED_AT
    return specs


def _claimed(top: Mapping[str, Part]) -> bool:
    blocks = [top, *(part.entries(VERSION) for part in top["versions"].any_entries().values())]
    claims = [block["claim"] for block in blocks if "claim" in block]
    return any(claim.is_block() or claim.text() != "automatic" for claim in claims)


def _fact(name: str, part: Part) -> FactSpec:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise part.wrong("a fact is named in small letters, digits and _, such as restored_at.")
    if name in _OWN:
        raise part.wrong("every policy that needs it has this fact already; leave it out.")
    given = part.entries(FACT)
    kind = FactKind(required(part, given, "kind", f"one of {', '.join(FactKind)}").word(FactKind))
    _check_keys(part, given, kind)
    return FactSpec(
        name=name,
        kind=kind,
        says=text(given, "says") or text({"says": required(part, given, "says", "what it is, in a few words")}, "says"),
        unit=_unit(given, kind),
        choices=tuple(one.text() for one in given["of"].items()) if "of" in given else (),
        default=given["default"].text() if "default" in given else None,
        between=_pair(given["between"]) if "between" in given else None,
        grace=clauses.allowance(given["grace"]) if "grace" in given else None,
        count=given["count"].word(("calendar_days", "working_days")) if "count" in given else "",  # type: ignore[arg-type]
        counted=clauses.counted(given["counted"]) if "counted" in given else "completed",
        cut_off=clauses.clock(given["cut_off"]) if "cut_off" in given else None,
    )


def _check_keys(part: Part, given: Mapping[str, Part], kind: FactKind) -> None:
    if kind is FactKind.CHOICE and not ("of" in given and given["of"].items()):
        raise part.wrong("a choice needs its words, such as `of: [domestic, business]`.")
    if kind is not FactKind.CHOICE and "of" in given:
        raise given["of"].wrong("only a choice has words.")
    if kind not in _BETWEEN and "between" in given:
        raise given["between"].wrong("only a duration or a number is reckoned between two facts.")
    for key in ("grace", "count", "counted", "cut_off"):
        if key in given and "between" not in given:
            raise given[key].wrong(f"`{key}` goes with `between`.")


def _unit(given: Mapping[str, Part], kind: FactKind) -> str:
    if kind is FactKind.DURATION:
        return given["unit"].word(reading.UNITS) if "unit" in given else "hours"
    return text(given, "unit")


def _pair(part: Part) -> tuple[str, str]:
    names = [one.text() for one in part.items()]
    if len(names) != 2:
        raise part.wrong("name two facts, first the earlier: `between: [promised_at, arrived_at]`.")
    return names[0], names[1]


def _check_between(part: Part, spec: FactSpec, specs: Mapping[str, FactSpec]) -> None:
    inner = part.any_entries()["between"]
    found = [Known(specs, ()).fact(one, *_BETWEEN[spec.kind]) for one in inner.items()]
    if any(one.between for one in found):
        raise inner.wrong("a fact can only be reckoned from facts that are given themselves.")
    numbers = [one.kind is FactKind.NUMBER for one in found]
    if any(numbers) != all(numbers):
        raise inner.wrong("both must be numbers, or both instants or dates.")
    if spec.kind is FactKind.NUMBER and not spec.count and not all(numbers):
        raise inner.wrong("say what is counted: `count: calendar_days` or `count: working_days`.")
    if all(numbers) and (spec.count or spec.grace):
        raise inner.wrong("numbers are taken from each other; `count` and `grace` are for instants and dates.")


def _check_defaults(part: Part, known: Known, context: reading.Context) -> None:
    for name, inner in part.any_entries().items():
        spec = known.facts[name]
        if spec.default is None:
            continue
        try:
            reading.read(spec, spec.default, context)
        except Refusal as refusal:
            raise inner.any_entries()["default"].wrong(refusal.message) from None


# Vectors


def _vectors(part: Part, known: Known, versions: list[str]) -> tuple[Vector, ...]:
    found = tuple(_vector(one, known, versions) for one in part.items())
    if not found:
        raise part.wrong("give at least one worked case: facts and what is owed.")
    return found


def _vector(part: Part, known: Known, versions: list[str]) -> Vector:
    given = part.entries(VECTOR)
    facts = required(part, given, "facts", "what is known").entries(known.facts) if "facts" in given else {}
    return Vector(
        says=text(given, "says") or f"line {part.line}",
        line=part.line,
        facts={name: _given(one) for name, one in facts.items()},
        on=on_day(given["on"]) if "on" in given else None,
        version=given["version"].word(versions) if "version" in given else "",
        owed=number(required(part, given, "owed", "the amount that must come out; 0 when nothing is owed")),
        standing=given["standing"].word(Standing) if "standing" in given else None,
        used=given["used"].word(versions) if "used" in given else None,
        to_pay=number(given["to_pay"]) if "to_pay" in given else None,
        pay_by=given["pay_by"].text() if "pay_by" in given else None,
        late_penalty=number(given["late_penalty"]) if "late_penalty" in given else None,
        claim_by=given["claim_by"].text() if "claim_by" in given else None,
        rule=given["rule"].text() if "rule" in given else None,
    )


def _given(part: Part) -> str | list[str]:
    return part.text() if part.is_text() else [one.text() for one in part.items()]
