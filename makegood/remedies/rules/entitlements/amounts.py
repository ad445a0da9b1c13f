"""What the lines of a rule come to, each with the sentence that reckons it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from makegood.kernel.money import format_money
from makegood.remedies.rules.entitlements import words
from makegood.remedies.rules.entitlements.conditions import Figures, judge
from makegood.remedies.rules.entitlements.facts import Facts
from makegood.remedies.rules.entitlements.result import Step
from makegood.remedies.rules.entitlements.spec import FirstOf, Flat, Line, PerPeriod, Rule, Share, YearCap

_NOTHING = Decimal(0)


class Sum:
    """An amount as it is built up. Every change is a step, so what the steps add is always the amount."""

    def __init__(self, facts: Facts, figures: Figures, nearest: Decimal) -> None:
        self.facts = facts
        self.figures = figures
        self.nearest = nearest
        self.steps: list[Step] = []

    @property
    def total(self) -> Decimal:
        """What it has come to."""
        return sum((step.adds for step in self.steps), _NOTHING)

    def add(self, says: str, amount: Decimal = _NOTHING) -> None:
        """One more step."""
        self.steps.append(Step(says, amount))

    def money(self, amount: Decimal) -> str:
        """An amount in words."""
        return format_money(amount, self.facts.context.currency)

    def rounded(self, amount: Decimal) -> Decimal:
        """To the nearest coin the policy knows, a half upwards."""
        return (amount / self.nearest).quantize(Decimal(1), ROUND_HALF_UP) * self.nearest


def reckon(rule: Rule, facts: Facts, figures: Figures, nearest: Decimal) -> tuple[Step, ...]:
    """Every step from nothing to what the rule owes."""
    built = Sum(facts, figures, nearest)
    for line in rule.lines:
        _line(built, line)
    if len([step for step in built.steps if step.adds > 0]) > 1:
        built.add(f"Together {built.money(built.total)}.")
    for reduction in rule.reductions:
        verdict = judge(reduction.when, facts, figures)
        if verdict.holds and built.total:
            _reduce(built, reduction.percent, reduction.because, verdict.why)
    if rule.at_least is not None:
        _raise_to(built, figures.number(rule.at_least))
    if rule.at_most is not None:
        _cap(built, figures.number(rule.at_most), "in all")
    if rule.most_per_year:
        _year(built, rule.most_per_year)
    return tuple(built.steps)


def _line(built: Sum, line: Line, instead: str = "") -> None:
    """Add a line whose conditions hold; `instead` says why the rows before it in a table did not."""
    verdict = judge(line.when, built.facts, built.figures)
    if not verdict.holds:
        return
    why = verdict.why or instead
    reason = f"{_capital(why)}: " if why else ""
    match line:
        case FirstOf():
            _first_of(built, line.rows)
        case Flat():
            amount = built.figures.number(line.amount)
            built.add(_capital(f"{reason}{line.says or 'a fixed amount'}, {built.money(amount)}."), amount)
        case PerPeriod():
            _per_period(built, line, reason)
        case Share():
            _share(built, line, reason)


def _first_of(built: Sum, rows: Iterable[Line]) -> None:
    instead = ""
    for row in rows:
        verdict = judge(row.when, built.facts, built.figures)
        if verdict.holds:
            _line(built, row, instead)
            return
        instead = verdict.why
    built.add("No row of the table is about these facts, so it gives nothing.")


def _per_period(built: Sum, line: PerPeriod, reason: str) -> None:
    facts, amount = built.facts, built.figures.number(line.amount)
    each = built.figures.limit(line.each, facts, line.of)
    beyond = built.figures.limit(line.beyond, facts, line.of) if line.beyond is not None else None
    over = max(_NOTHING, facts.measure(line.of) - (beyond or _NOTHING))
    periods = _periods(over, each, line.counted)
    past = f" beyond {facts.tell_measure(line.of, beyond)}" if beyond is not None else ""
    times = f"{periods} × {built.money(amount)} = {built.money(periods * amount)}"
    if beyond is None and each == 1:
        says = f"{facts.specs[line.of].label.capitalize()} {facts.told(line.of)}: {times}."
    else:
        left, length = facts.tell_measure(line.of, over), facts.tell_measure(line.of, each)
        makes = f"makes {periods} period{'' if periods == 1 else 's'}"
        says = f"For each {length}{past}, counted when {line.counted}: {left} {makes}, {times}."
    built.add(_capital(f"{reason}{_named(line.says)}{says}"), periods * amount)
    if line.at_most is not None:
        _cap(built, built.figures.number(line.at_most), "for this", within=periods * amount)


def _periods(over: Decimal, each: Decimal, counted: str) -> int:
    """How many periods lie in `over`; one that is exactly full is completed, but not yet exceeded."""
    if over <= 0:
        return 0
    full, rest = divmod(over, each)
    begun = int(full) + bool(rest)
    return {"started": begun, "completed": int(full), "exceeded": begun - 1}[counted]


def _share(built: Sum, line: Share, reason: str) -> None:
    facts, price = built.facts, built.facts.money(line.of)
    percent = built.figures.number(line.percent)
    exact = price / line.divided_by * percent / 100
    amount = built.rounded(exact)
    base = f"{facts.specs[line.of].label} {built.money(price)}"
    base = base if line.divided_by == 1 else f"{base} ÷ {words.plain(line.divided_by)}"
    about = "" if exact == amount else ", rounded"
    says = f"{reason}{_named(line.says)}{words.plain(percent)} % of {base} = {built.money(amount)}{about}."
    built.add(_capital(says), amount)
    if line.at_least is not None:
        _raise_to(built, built.figures.number(line.at_least), within=amount)
    if line.at_most is not None:
        _cap(built, built.figures.number(line.at_most), "for this", within=amount)


def _reduce(built: Sum, percent: Decimal, because: str, why: str) -> None:
    left = built.rounded(built.total * (100 - percent) / 100)
    how = "Halved" if percent == 50 else f"Reduced by {words.plain(percent)} %"
    less = built.total - left
    built.add(f"{how}, {because} ({why}): −{built.money(less)}.", -less)


def _raise_to(built: Sum, least: Decimal, *, within: Decimal | None = None) -> None:
    amount = built.total if within is None else within
    if amount < least:
        built.add(f"At least {built.money(least)}: {built.money(least - amount)} more.", least - amount)


def _cap(built: Sum, most: Decimal, what: str, *, within: Decimal | None = None) -> None:
    amount = built.total if within is None else within
    if amount > most:
        built.add(f"At most {built.money(most)} {what}: −{built.money(amount - most)}.", most - amount)


def _year(built: Sum, cap: YearCap) -> None:
    already = built.facts.money(cap.already)
    if cap.times is not None and already >= cap.times and built.total:
        says = f"At most {cap.times} payments a year, and {words.plain(already)} were made"
        built.add(f"{says}: −{built.money(built.total)}.", -built.total)
    if cap.amount is not None:
        most = built.figures.number(cap.amount)
        left = max(_NOTHING, most - already)
        if built.total > left:
            says = f"At most {built.money(most)} a year, and {built.money(already)} was paid"
            built.add(f"{says}: −{built.money(built.total - left)}.", left - built.total)


def _named(says: str) -> str:
    return f"{says}: " if says else ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
