"""Makers of playbooks and situations: small ones by hand, and any that hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Sequence
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
    Giving,
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
from makegood.remedies.rules.playbooks_file import ASK_AGAIN
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


# Any playbook, of parts that are awkward to write or to reckon with

SLUGS = ("call", "refund", "swap", "voucher", "flowers", "a-b", "n1", "yes", "on")
LINES = (
    "Plain words",
    "yes",
    "007",
    "# none",
    "a: b",
    "- dash",
    "it's “so”",
    "1e3",
    "null",
    "~",
    "Größe 5",
    "{amount}",
)
AMOUNTS = tuple(map(Decimal, ("0", "0.01", "12.5", "99.99", "100", "1200", "5000")))
HOUR, DAY = Span("time", 3600), Span("days", 1)
COSTS = (
    Cost(),
    Cost(fixed=Decimal("12.5")),
    Cost(share=Decimal("0.005")),
    Cost(share=Decimal(3)),
    Cost(at_most=Decimal(0)),
    Cost(fixed=Decimal(7), share=Decimal("0.8"), at_most=Decimal("99.99")),
    Cost(late=PerPeriod(every=HOUR, amount=Decimal(5), at_most=Decimal(40))),
    Cost(late=PerPeriod(every=Span("time", 900), share=Decimal("0.1"), begun=True), at_most=Decimal(30)),
    Cost(late=PerPeriod(every=DAY), share=Decimal(1)),
    Cost(asked=("q-price",)),
    Cost(asked=("q-price",), fixed=Decimal(1), share=Decimal("1.5")),
)
SPANS = (
    Span("time", 60), HOUR, Span("time", 90 * 60 + 1), Span("worktime", 600), Span("worktime", 4 * 3600), DAY,
    Span("days", 14), Span("workdays", 1), Span("months", 3),
)  # fmt: skip
WHENS = (
    When(),
    When(failure=(FailureKind.LATE,)),
    When(failure=(FailureKind.WRONG, FailureKind.MONEY), failure_class=FailureClass.OUTCOME),
    When(promise=("delivery", "callback")),
    When(severity=Range(2, 4)),
    When(severity=Range(3), repeat=Range(1, 1)),
    When(double_deviation=True),
    When(double_deviation=False, repeat=Range(2)),
    When(customer={"tier": ("gold", "yes"), "value": ("1000+",)}),
    When(about=("half the furniture", "late")),
)
_VOUCHER = Giving(
    remedy=RemedyKind.CREDIT, title=Words({"en": "A voucher", "de": "Ein Gutschein"}), words=Words({"en": "It comes."}),
    cost=Cost(share=Decimal("0.1")), commits=Commits(promise="refund", within=DAY, title=Words({"en": "A voucher"})),
)  # fmt: skip
_WORD = Giving(remedy=RemedyKind.PERSONAL_CONTACT, title=Words({"en": "A word"}), words=Words({"en": "We ring."}))
ALSO = ((), (_WORD,), (_WORD, _VOUCHER))
ONE_OF = st.sampled_from


def some(things: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to two of them."""
    return st.lists(ONE_OF(things), unique=True, max_size=2).map(tuple) if things else st.just(())


@st.composite
def words(draw: st.DrawFn) -> Words:
    """A text in English, and perhaps in another language."""
    return Words({"en": draw(ONE_OF(LINES))} | draw(ONE_OF(({}, {"de": "Worte"}, {"pt-BR": "Palavras", "es": "no"}))))


@st.composite
def options_(draw: st.DrawFn, slug: str, asks: Sequence[Ask]) -> Option:
    """Any option of that name, which asks only what the rule asks."""
    names = [ask.ask for ask in asks]
    cost = draw(ONE_OF(COSTS))
    commits = Commits(promise="delivery", within=draw(ONE_OF(SPANS)), title=draw(words()))
    return Option(
        option=slug,
        remedy=draw(ONE_OF(list(RemedyKind))),
        title=draw(words()),
        words=Words({"en": "Plain words"}),
        also=draw(ONE_OF(ALSO)),
        cost=cost if set(cost.asked) <= set(names) else Cost(),
        who=Who(draw(ONE_OF(LADDER)), draw(ONE_OF((1, 3)))),
        commits=draw(ONE_OF((None, commits))),
        asks=draw(some(names)),
        follow_up=draw(ONE_OF(((), (FollowUp(after=DAY, what=Words({"en": "Ring up"})),)))),
        proof=draw(ONE_OF(("", *LINES))),
    )


@st.composite
def questions(draw: st.DrawFn, options: Sequence[str]) -> tuple[Ask, ...]:
    """Questions about those options: a choice, a choice that waits for it, an amount, "did you use it?"."""
    if draw(st.booleans()):
        return draw(ONE_OF(((), (USED_ASK,))))
    bears = {options[0]: COSTS[3]} if options else {}
    answers = [
        Answer(answer="yes", says=draw(words()), includes=draw(some(options)), costs=bears),
        Answer(answer="no", says=draw(words()), excludes=draw(some(options))),
    ]
    first = Ask(ask="q-receipt", question=draw(words()), answers=tuple(answers))
    waits = Ask(
        ask="q-tier", question=first.question, answers=first.answers, attribute="tier", only_if={"q-receipt": ("no",)}
    )
    amount = Ask(ask="q-price", question=first.question, kind=AskKind.AMOUNT, default=draw(ONE_OF((None, *AMOUNTS))))
    return draw(ONE_OF(((first, waits), (first, waits, amount, USED_ASK), (amount,))))


@st.composite
def rules(draw: st.DrawFn, slug: str) -> Rule:
    """Any rule of that name whose answers bear on its own options."""
    slugs = draw(st.lists(ONE_OF(SLUGS), unique=True, max_size=4))
    asks = draw(questions(slugs))
    return Rule(
        rule=slug,
        name=draw(ONE_OF(LINES)),
        when=draw(ONE_OF(WHENS)),
        treat_as=draw(ONE_OF((None, *FailureKind))),
        asks=asks,
        steps=draw(ONE_OF(((), (Step(do="yes"), Step(do="a: b", tool="007", how=("- dash",)))))),
        options=tuple(draw(options_(name, asks)) for name in slugs),
        follow_up=draw(ONE_OF(((), (FollowUp(after=Span("time", 0), what=ASK_AGAIN),)))),
    )


@st.composite
def playbooks(draw: st.DrawFn, slug: str = "any") -> Playbook:
    """Any playbook of that name."""
    names = draw(st.lists(ONE_OF(SLUGS), unique=True, min_size=1, max_size=3))
    currency = draw(ONE_OF(("", "GBP")))
    return Playbook(playbook=slug, name="Any", currency=currency, rules=tuple(draw(rules(name)) for name in names))


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
        value=ONE_OF((None, *AMOUNTS)),
        currency=st.just("GBP"),
        late=st.none() | st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
    ),
    answers=st.dictionaries(
        st.sampled_from(["q-receipt", "q-tier", USED, "q-price"]),
        st.sampled_from(["yes", "no", "12.50", "?"]),
        max_size=3,
    ),
)
