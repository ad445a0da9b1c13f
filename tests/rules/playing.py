"""Makers of playbooks and situations: small ones by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from makegood.cases.rules import FailureClass
from makegood.kernel.phrases import Span
from makegood.people.rules import LADDER
from makegood.remedies.rules.fit import FailureKind, RemedyKind
from makegood.remedies.rules.playbooks import (
    USED,
    USED_ASK,
    Answer,
    Ask,
    AskKind,
    Commits,
    Cost,
    FollowUp,
    Option,
    PerPeriod,
    Playbook,
    Range,
    Rule,
    Step,
    When,
    Who,
    Words,
)
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_match import Situation


def option(slug: str, remedy: RemedyKind, cost: str = "0", **more: Any) -> Option:
    """An option by its slug; `cost` is an amount, or a share such as "10%"."""
    said = Words({"en": slug.capitalize()})
    found = Cost(share=Decimal(cost[:-1]) / 100) if cost.endswith("%") else Cost(fixed=Decimal(cost))
    return Option(option=slug, remedy=remedy, title=said, words=said, **({"cost": found} | more))


def rule(slug: str, *options: Option, **more: Any) -> Rule:
    """A rule by its slug."""
    return Rule(rule=slug, name=slug.capitalize(), options=options, **more)


def playbook(*rules: Rule, slug: str = "ours", **more: Any) -> Playbook:
    """A playbook of some rules."""
    return Playbook(playbook=slug, name=slug.capitalize(), rules=rules, **more)


# Any playbook at all, as long as its loader would take it

SLUGS = st.sampled_from(["call", "refund", "swap", "voucher", "flowers", "a-b", "n1", "yes", "on"])
LINES = st.sampled_from(
    [
        "Plain words",
        "yes",
        "007",
        "# no comment",
        "a: b",
        "- dash",
        "it's “so”",
        "1e3",
        "null",
        "~",
        "Größe 5",
        "{amount} by {by}",
    ]
)
WORDS = st.builds(
    lambda en, more: Words({"en": en} | more),
    LINES,
    st.dictionaries(st.sampled_from(["de", "es", "pt-BR"]), LINES, max_size=2),
)
AMOUNTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)
SHARES = st.integers(0, 3000).map(lambda tenths: Decimal(tenths) / 1000)
SPANS = st.one_of(
    st.builds(Span, st.just("time"), st.integers(1, 5000).map(lambda minutes: minutes * 60)),
    st.builds(Span, st.just("worktime"), st.integers(1, 500).map(lambda minutes: minutes * 60)),
    st.builds(Span, st.sampled_from(["days", "workdays", "months"]), st.integers(1, 60)),
)
PERIODS = st.builds(
    PerPeriod,
    every=st.sampled_from([Span("time", 3600), Span("time", 900), Span("days", 1)]),
    amount=AMOUNTS,
    share=SHARES,
    at_most=st.none() | AMOUNTS,
    begun=st.booleans(),
)
WHENS = st.builds(
    When,
    failure=st.lists(st.sampled_from(list(FailureKind)), unique=True, max_size=2).map(tuple),
    failure_class=st.none() | st.sampled_from(list(FailureClass)),
    promise=st.lists(st.sampled_from(["delivery", "callback"]), unique=True, max_size=2).map(tuple),
    severity=st.none() | st.sampled_from([Range(1, 1), Range(2, 4), Range(3)]),
    repeat=st.none() | st.sampled_from([Range(1, 1), Range(2)]),
    double_deviation=st.none() | st.booleans(),
    customer=st.dictionaries(st.sampled_from(["tier", "value"]), st.just(("gold", "1000+")), max_size=1),
    about=st.lists(st.sampled_from(["half the furniture", "late"]), unique=True, max_size=2).map(tuple),
)
PLANS = st.lists(st.builds(FollowUp, after=SPANS, what=WORDS), max_size=2).map(tuple)


def costs(asked: list[str]) -> st.SearchStrategy[Cost]:
    """Any cost; `asked` are the questions that ask for an amount."""
    return st.builds(
        Cost,
        fixed=AMOUNTS,
        share=SHARES,
        late=st.none() | PERIODS,
        asked=st.lists(st.sampled_from(asked), unique=True).map(tuple) if asked else st.just(()),
        at_most=st.none() | AMOUNTS,
    )


@st.composite
def rules(draw: st.DrawFn, slug: str) -> Rule:
    """Any rule of that name whose answers bear on its own options."""
    slugs = draw(st.lists(SLUGS, unique=True, max_size=4))
    asks = draw(questions(slugs))
    asked = [ask.ask for ask in asks if ask.kind is AskKind.AMOUNT]
    names = [ask.ask for ask in asks]
    options = [
        Option(
            option=name,
            remedy=draw(st.sampled_from(list(RemedyKind))),
            title=draw(WORDS),
            words=draw(WORDS),
            cost=draw(costs(asked)),
            who=Who(draw(st.sampled_from(LADDER)), draw(st.integers(1, 4))),
            commits=draw(st.none() | st.builds(Commits, promise=SLUGS, within=SPANS, title=WORDS)),
            asks=tuple(draw(st.lists(st.sampled_from(names), unique=True))) if names else (),
            follow_up=draw(PLANS),
            proof=draw(st.just("") | LINES),
        )
        for name in slugs
    ]
    return Rule(
        rule=slug,
        name=draw(LINES),
        when=draw(WHENS),
        treat_as=draw(st.none() | st.sampled_from(list(FailureKind))),
        asks=asks,
        steps=draw(st.lists(st.builds(Step, do=LINES, tool=st.just("") | LINES), max_size=2).map(tuple)),
        options=tuple(options),
        follow_up=draw(PLANS),
    )


@st.composite
def questions(draw: st.DrawFn, options: list[str]) -> tuple[Ask, ...]:
    """Any questions about those options: a choice, a choice that waits for it, an amount, "did you use it?"."""
    some = st.lists(st.sampled_from(options), unique=True).map(tuple) if options else st.just(())
    bears = st.dictionaries(st.sampled_from(options), costs([]), max_size=1) if options else st.just({})
    answers = [
        Answer(answer=name, says=draw(WORDS), includes=draw(some), excludes=draw(some), costs=draw(bears))
        for name in ("yes", "no")
    ]
    first = Ask(ask="q-receipt", question=draw(WORDS), answers=tuple(answers))
    waits = Ask(
        ask="q-tier", question=draw(WORDS), answers=tuple(answers), attribute="tier", only_if={"q-receipt": ("no",)}
    )
    amount = Ask(ask="q-price", question=draw(WORDS), kind=AskKind.AMOUNT, default=draw(st.none() | AMOUNTS))
    return draw(
        st.sampled_from([(), (first,), (first, waits), (first, waits, amount, USED_ASK), (amount,), (USED_ASK,)])
    )


@st.composite
def playbooks(draw: st.DrawFn, slug: str = "any") -> Playbook:
    """Any playbook of that name."""
    names = draw(st.lists(SLUGS, unique=True, min_size=1, max_size=3))
    return Playbook(
        playbook=slug,
        name=draw(LINES),
        currency=draw(st.sampled_from(["", "GBP"])),
        rules=tuple(draw(rules(name)) for name in names),
    )


SITUATIONS = st.builds(
    Situation,
    failure=st.none() | st.sampled_from(list(FailureKind)),
    failure_class=st.none() | st.sampled_from(list(FailureClass)),
    promise=st.sampled_from(["delivery", "callback", "refund"]),
    severity=st.integers(1, 4),
    repeat=st.integers(1, 3),
    double_deviation=st.booleans(),
    customer=st.dictionaries(st.sampled_from(["tier", "value"]), st.sampled_from(["gold", "1200", "yes"]), max_size=2),
    words=st.sampled_from(["", "Half the furniture came", "It is late"]),
    loss=st.builds(
        Loss,
        value=st.none() | AMOUNTS,
        currency=st.just("GBP"),
        late=st.none() | st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    answers=st.dictionaries(
        st.sampled_from(["q-receipt", "q-tier", USED, "q-price"]),
        st.sampled_from(["yes", "no", "12.50", "?"]),
        max_size=3,
    ),
)
