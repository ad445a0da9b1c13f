"""The terms of a policy: rules, exemptions, payment, claim. A version may set some of them anew. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.kernel.nodes import Part, required
from makegood.remedies.rules.entitlements import clauses
from makegood.remedies.rules.entitlements.clauses import Known, number, text
from makegood.remedies.rules.entitlements.spec import (
    Exemption,
    FactKind,
    PayTerm,
    Reduction,
    Rule,
    Terms,
    YearCap,
)

TERMS = ("rules", "exemptions", "payment", "claim")
RULE = ("says", "when", "owed_when", "owed", "reduced", "at_least", "at_most", "most_per_year")
REDUCTION = ("by", "when", "because")
YEAR_CAP = ("already", "amount", "times")
EXEMPTION = ("when", "rules", "evidence", "tell_customer", "tell_by")
CLAIM = ("automatic", "on_request")
PAYMENT = ("when", "else")
"""What a payment term may have beside its window."""


def has_evidence(top: Mapping[str, Part]) -> bool:
    """Whether any exemption of the file asks for evidence."""
    blocks = [top, *(part.any_entries() for part in top["versions"].any_entries().values())]
    exemptions = [
        one for block in blocks if "exemptions" in block for one in block["exemptions"].any_entries().values()
    ]
    return any("evidence" in one.entries(EXEMPTION) for one in exemptions)


def terms(part: Part, top: Mapping[str, Part], own: Mapping[str, Part], known: Known) -> Terms:
    """The terms of one version: the file's, with each rule and exemption that the version sets anew."""
    rules = tuple(_rule(name, one, known) for name, one in _merged(top, own, "rules").items())
    if not rules:
        raise part.wrong("there are no `rules`: what is owed for what.")
    names = [rule.name for rule in rules]
    payment = own.get("payment", top.get("payment"))
    claim = own.get("claim", top.get("claim"))
    return Terms(
        rules=rules,
        exemptions=tuple(_exemption(name, one, known, names) for name, one in _merged(top, own, "exemptions").items()),
        payment=tuple(_payment(one, known) for one in payment.items()) if payment else (),
        automatic=claim is None or (claim.is_text() and claim.word(CLAIM) == CLAIM[0]),
        claim=clauses.window(claim, known)[0] if claim and not claim.is_text() else None,
    )


def _merged(top: Mapping[str, Part], own: Mapping[str, Part], key: str) -> dict[str, Part]:
    given = [block[key].any_entries() for block in (top, own) if key in block]
    return {name: part for entries in given for name, part in entries.items()}


def _rule(name: str, part: Part, known: Known) -> Rule:
    given = part.entries(RULE)
    return Rule(
        name=name,
        says=text(given, "says"),
        when=clauses.conditions(given, "when", known),
        owed_when=clauses.conditions(given, "owed_when", known),
        lines=clauses.lines(required(part, given, "owed", "the lines of money, such as `- flat: 40`"), known),
        reductions=tuple(_reduction(one, known) for one in given["reduced"].items()) if "reduced" in given else (),
        at_least=clauses.optional(given, "at_least", known),
        at_most=clauses.optional(given, "at_most", known),
        most_per_year=_year_cap(given["most_per_year"], known) if "most_per_year" in given else None,
    )


def _reduction(part: Part, known: Known) -> Reduction:
    given = part.entries(REDUCTION)
    by = required(part, given, "by", "how many per cent are taken off, such as 50")
    percent = number(by)
    if not 0 < percent <= 100:
        raise by.wrong("between 0 and 100 per cent can be taken off.")
    required(part, given, "when", "when it is reduced")
    required(part, given, "because", "why, in words that follow “Halved,”")
    return Reduction(percent=percent, when=clauses.conditions(given, "when", known), because=text(given, "because"))


def _year_cap(part: Part, known: Known) -> YearCap:
    given = part.entries(YEAR_CAP)
    if ("amount" in given) == ("times" in given):
        raise part.wrong("say either `amount` or `times`.")
    kind = FactKind.MONEY if "amount" in given else FactKind.NUMBER
    already = required(part, given, "already", "the fact that tells what was paid, or how often, this year")
    return YearCap(
        already=known.fact(already, kind).name,
        amount=clauses.optional(given, "amount", known),
        times=given["times"].integer(1) if "times" in given else None,
    )


def _exemption(name: str, part: Part, known: Known, rules: list[str]) -> Exemption:
    given = part.entries(EXEMPTION)
    required(part, given, "when", "which facts exempt")
    required(part, given, "tell_customer", "the reason in words for the customer")
    evidence = given["evidence"].any_entries() if "evidence" in given else {}
    return Exemption(
        name=name,
        when=clauses.conditions(given, "when", known),
        evidence={piece: text({piece: what}, piece) for piece, what in evidence.items()},
        tell_customer=text(given, "tell_customer"),
        tell_by=clauses.window(given["tell_by"], known)[0] if "tell_by" in given else None,
        rules=tuple(one.word(rules) for one in given["rules"].items()) if "rules" in given else (),
    )


def _payment(part: Part, known: Known) -> PayTerm:
    window, given = clauses.window(part, known, *PAYMENT)
    return PayTerm(
        window=window,
        when=clauses.conditions(given, "when", known),
        late=clauses.optional(given, "else", known),
    )
