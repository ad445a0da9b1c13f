"""Which options a failure has, in which order, and why: the most specific rule, then match, then modest. Pure.

Nothing falls away in silence: an option that is not offered is handed back with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from makegood.cases.rules import FailureClass
from makegood.kernel.texts import fold
from makegood.remedies.rules import playbooks_asking as asking
from makegood.remedies.rules.fit import (
    COMPENSATION,
    FailureKind,
    Fit,
    RemedyKind,
    Use,
    fit,
    lies_outside,
    on_curve,
)
from makegood.remedies.rules.playbooks import USED, Ask, Cost, FollowUp, Giving, Option, Playbook, Rule, Step, When
from makegood.remedies.rules.playbooks_cost import CAP, WHOLE, Loss, Price, price, price_of_all, share_of
from makegood.remedies.rules.playbooks_parts import range_in

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of a failure when options are looked for.

    `repeat` is the how-manyth similar failure of this customer it is. `about` are tags, `words` what was said.
    `customer` are attributes of the customer. `named` says that a person told the kind of failure. `answers` map
    questions to what was answered so far.
    """

    failure: FailureKind | None = None
    named: bool = False
    failure_class: FailureClass | None = None
    promise: str = ""
    severity: int = 2
    repeat: int = 1
    double_deviation: bool = False
    customer: Mapping[str, str] = field(default_factory=dict)
    about: frozenset[str] = frozenset()
    words: str = ""
    loss: Loss = field(default_factory=Loss)
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to heed before an option is given: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Priced:
    """One remedy of an option, and what it costs."""

    giving: Giving
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An option that may be given, and why it stands where it stands.

    `price` is that of all its `parts`, `share` that against the loss (1 is all of it). `ask_first` names the questions
    that are still open.
    """

    playbook: str
    rule: str
    option: Option
    parts: tuple[Priced, ...]
    price: Price
    currency: str
    share: Decimal | None
    needs_reason: bool
    notes: tuple[Note, ...]
    ask_first: tuple[str, ...]
    matches: bool
    why: str
    source: str
    follow_up: tuple[FollowUp, ...]

    @property
    def cost(self) -> Decimal | None:
        """What it costs, None when that cannot be worked out yet."""
        return self.price.amount


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An option that is not offered, and why."""

    playbook: str
    rule: str
    option: Option
    why: str


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that holds, with its playbook and how specific it is."""

    playbook: Playbook
    rule: Rule
    names: tuple[str, ...]
    """What the rule names of the situation: the more, the more specific it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What the playbooks say of a situation: options in order, those left out, what to ask, what to do."""

    rules: tuple[Applied, ...] = ()
    offers: tuple[Offer, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    asks: tuple[Ask, ...] = ()
    steps: tuple[Step, ...] = ()


def match(playbooks: Iterable[Playbook], situation: Situation, *, cap: Decimal = CAP) -> Matched:
    """The options of a situation, in order.

    The most specific rule comes first; then, within what is equally specific, what fits the failure, does most
    good and costs least. `cap` is the share of the loss past which an option needs a reason.
    """
    applied = rules_for(playbooks, situation)
    left_out: list[LeftOut] = []
    seen: set[tuple[str, str]] = set()
    tiers = []
    for tier in _tiers(applied):
        tiers.append(_kept(tier, situation, seen, left_out))
        seen |= {(one.playbook.playbook, option.option) for one in tier for option in one.rule.options}
    offered = {one.remedy for kept in tiers for candidate in kept for one in candidate.option.gives}
    return Matched(
        rules=applied,
        offers=tuple(offer for kept in tiers for offer in _ordered(kept, situation, offered, cap)),
        left_out=tuple(left_out),
        asks=_asks(applied, situation),
        steps=_steps(applied, situation),
    )


def rules_for(playbooks: Iterable[Playbook], situation: Situation) -> tuple[Applied, ...]:
    """The rules that hold, the most specific first."""
    found = [
        Applied(playbook, rule, names_of(rule.when))
        for playbook in playbooks
        for rule in playbook.rules
        if holds(rule.when, situation)
    ]
    return tuple(sorted(found, key=lambda one: (_specific(one), one.playbook.playbook, one.rule.rule)))


_NAMES: tuple[tuple[str, Callable[[When], bool]], ...] = (
    ("the second failure", lambda when: when.double_deviation is not None),
    ("what it is about", lambda when: bool(when.about)),
    ("the customer", lambda when: bool(when.customer)),
    ("the repeat", lambda when: when.repeat is not None),
    ("the promise", lambda when: bool(when.promise)),
    ("the severity", lambda when: when.severity is not None),
    ("the kind of failure", lambda when: bool(when.failure)),
    ("the class of failure", lambda when: when.failure_class is not None),
)
"""What a rule can name, the most telling first."""


def names_of(when: When) -> tuple[str, ...]:
    """What a rule names of a situation, the most telling first."""
    return tuple(name for name, is_named in _NAMES if is_named(when))


def _specific(one: Applied) -> tuple[object, ...]:
    """How specific a rule is, the smallest most: a second failure above all, then how much it names, then what,
    then how few alternatives it leaves."""
    when, names = one.rule.when, one.names
    telling = tuple(place for place, (name, _is_named) in enumerate(_NAMES) if name in names)
    lists = (when.failure, when.promise, when.about, *when.customer.values())
    ranges = [found for found in (when.severity, when.repeat) if found]
    width = sum(map(len, lists)) + sum((99 if found.high is None else found.high) - found.low for found in ranges)
    return (when.double_deviation is not True, -len(names), telling, width - 99 * len(when.customer))


def _tiers(applied: Sequence[Applied]) -> list[list[Applied]]:
    """Rules that are equally specific, together."""
    tiers: dict[tuple[object, ...], list[Applied]] = {}
    for one in applied:
        tiers.setdefault(_specific(one), []).append(one)
    return list(tiers.values())


def holds(when: When, situation: Situation) -> bool:
    """Whether a rule's conditions hold."""
    return (
        (not when.failure or situation.failure in when.failure)
        and when.failure_class in (None, situation.failure_class)
        and (not when.promise or situation.promise in when.promise)
        and (when.severity is None or when.severity.holds(situation.severity))
        and (when.repeat is None or when.repeat.holds(situation.repeat))
        and when.double_deviation in (None, situation.double_deviation)
        and all(_attribute_is(situation.customer, name, values) for name, values in when.customer.items())
        and (not when.about or any(_is_about(situation, phrase) for phrase in when.about))
    )


def _attribute_is(customer: Mapping[str, str], name: str, values: tuple[str, ...]) -> bool:
    has = {fold(key): fold(value).strip() for key, value in customer.items()}.get(fold(name))
    return has is not None and any(has == fold(value).strip() or range_in(value, has) for value in values)


def _is_about(situation: Situation, phrase: str) -> bool:
    sought = _words(phrase)
    return bool(sought) and any(sought in _words(said) for said in (*situation.about, situation.words))


def _words(text: str) -> str:
    """A text as bare words, dashes of a tag being spaces, so that whole words are found in it."""
    found = " ".join(_WORD.findall(fold(text)))
    return f" {found} " if found else ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    applied: Applied
    option: Option
    place: int
    answers: Mapping[str, str]


def _kept(
    tier: Sequence[Applied], situation: Situation, seen: set[tuple[str, str]], left_out: list[LeftOut]
) -> list[_Candidate]:
    """The options of some rules that stay; the others go to `left_out` with the reason."""
    kept = []
    for one in tier:
        answers = asking.known_answers(one.rule, situation.customer, situation.answers)
        for place, option in enumerate(one.rule.options):
            reason = _left_out(one, option, answers, seen) or _nothing(one, option, answers, situation)
            if reason:
                left_out.append(LeftOut(one.playbook.playbook, one.rule.rule, option, reason))
            else:
                kept.append(_Candidate(one, option, place, answers))
    return kept


def _left_out(one: Applied, option: Option, answers: Mapping[str, str], seen: set[tuple[str, str]]) -> str:
    if (one.playbook.playbook, option.option) in seen:
        return "A more specific rule of the same playbook says it."
    return asking.ruled_out(one.rule, option.option, answers)


def _nothing(one: Applied, option: Option, answers: Mapping[str, str], situation: Situation) -> str:
    """Money for a time that nobody lost yet, or a share of nothing: a customer would read that they get 0.00."""
    priced = zip(_costs(one, option, answers), _priced(one, option, answers, situation.loss), strict=True)
    nothing = any(part.price.amount == 0 and (cost.late or cost.share) for cost, part in priced)
    return "As things stand it comes to nothing." if nothing else ""


def _ordered(kept: Sequence[_Candidate], situation: Situation, offered: set[RemedyKind], cap: Decimal) -> list[Offer]:
    placed = [_offer(candidate, situation, offered, cap) for candidate in kept]
    return [offer for _key, offer in sorted(placed, key=lambda one: one[0])]


def _offer(
    candidate: _Candidate, situation: Situation, offered: set[RemedyKind], cap: Decimal
) -> tuple[tuple[object, ...], Offer]:
    one, option = candidate.applied, candidate.option
    parts = _priced(one, option, candidate.answers, situation.loss)
    found = price_of_all(part.price for part in parts)
    share = share_of(found.amount, situation.loss)
    use = _use(candidate.answers)
    place = on_curve(fit(option.remedy, _kind(one.rule, situation), offered), option.remedy, share, use)
    offer = Offer(
        playbook=one.playbook.playbook,
        rule=one.rule.rule,
        option=option,
        parts=parts,
        price=found,
        currency=one.playbook.currency or situation.loss.currency,
        share=share,
        needs_reason=share is not None and share > cap,
        notes=_notes(option, found, share, cap),
        ask_first=asking.open_asks(one.rule, option, candidate.answers),
        matches=place.matches,
        why=place.sentence,
        source=place.source,
        follow_up=option.follow_up or one.rule.follow_up or one.playbook.follow_up,
    )
    return _key(candidate, place, offer, use), offer


def _costs(one: Applied, option: Option, answers: Mapping[str, str]) -> tuple[Cost, ...]:
    """What each remedy of an option costs; what was answered may have changed the first."""
    return (asking.cost_after(one.rule, option, answers), *(part.cost for part in option.also))


def _priced(one: Applied, option: Option, answers: Mapping[str, str], loss: Loss) -> tuple[Priced, ...]:
    asks, currency = {ask.ask: ask for ask in one.rule.asks}, one.playbook.currency
    return tuple(
        Priced(part, price(cost, loss, asks=asks, answers=answers, currency=currency))
        for part, cost in zip(option.gives, _costs(one, option, answers), strict=True)
    )


def _key(candidate: _Candidate, place: Fit, offer: Offer, use: Use | None) -> tuple[object, ...]:
    """Fit, then whether it does its good, then cost; the rest only makes the order the same every time."""
    one, outside = candidate.applied, lies_outside(candidate.option.remedy, offer.share, use)
    cost = (1, Decimal(0)) if offer.cost is None else (0, offer.cost)
    return (place.rank, outside, cost, one.playbook.playbook, candidate.place, one.rule.rule, candidate.option.option)


def _use(answers: Mapping[str, str]) -> Use | None:
    given = answers.get(USED, "")
    return Use(given) if given in list(Use) else None


def _kind(rule: Rule, situation: Situation) -> FailureKind | None:
    if rule.treat_as is not None:
        return rule.treat_as
    return FailureKind.RECOVERY if situation.double_deviation and not situation.named else situation.failure


def _notes(option: Option, found: Price, share: Decimal | None, cap: Decimal) -> tuple[Note, ...]:
    notes = []
    if found.amount is None:
        notes.append(Note("remedy.cost_unknown", f"What it costs is open: {found.missing}."))
    if found.assumed and found.amount is not None:
        notes.append(Note("remedy.cost_assumed", "The usual amount is assumed until it has been asked for."))
    if share is not None and share > WHOLE:
        notes.append(over(share, cap, given=any(one.remedy in COMPENSATION for one in option.gives)))
    return tuple(notes)


def over(share: Decimal, cap: Decimal, *, given: bool = True) -> Note:
    """What is said of more than the whole loss; `given` tells compensation from putting the thing right."""
    told = f"{share:.0%} of the loss"
    if share > cap:
        return Note("remedy.over_cap", f"{told} is over the limit of {cap:.0%}: say why (loyalty stops rising there).")
    if given:
        return Note("remedy.over_loss", f"{told}: more than was lost gains little, and to some it looks like buying.")
    return Note("remedy.over_loss", f"{told}: putting it right costs more than it was worth.")


def _asks(applied: Iterable[Applied], situation: Situation) -> tuple[Ask, ...]:
    """What is worth asking, each question once, in the order of the rules; those not to be asked now left away."""
    asks: dict[str, Ask] = {}
    for one in applied:
        answers = asking.known_answers(one.rule, situation.customer, situation.answers)
        for ask in one.rule.asks:
            if asking.applies(ask.only_if, answers):
                asks.setdefault(ask.ask, ask)
    return tuple(asks.values())


def _steps(applied: Sequence[Applied], situation: Situation) -> tuple[Step, ...]:
    """What is to be done, by the most specific rule that names any steps."""
    for one in applied:
        if one.rule.steps:
            answers = asking.known_answers(one.rule, situation.customer, situation.answers)
            return tuple(step for step in one.rule.steps if asking.may_apply(one.rule, step.only_if, answers))
    return ()
