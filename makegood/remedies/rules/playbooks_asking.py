"""What is asked before options are judged, and what the answers do to them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from makegood.kernel.texts import fold
from makegood.remedies.rules.playbooks import Answer, Ask, AskKind, Cost, Option, Rule
from makegood.remedies.rules.playbooks_cost import amount_of

OnlyIf = Mapping[str, tuple[str, ...]]


def known_answers(rule: Rule, customer: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The answers to a rule's questions: those given, else what the customer's attributes say.

    Answers to questions that are not asked (any more) count for nothing, nor does what is no answer.
    """
    attributes = {fold(name): value for name, value in customer.items()}
    known: dict[str, str] = {}
    for ask in rule.asks:
        told = given.get(ask.ask) or attributes.get(fold(ask.attribute), "")
        answer = _answer(ask, told)
        if answer and applies(ask.only_if, known):
            known[ask.ask] = answer
    return known


def _answer(ask: Ask, told: str) -> str:
    """The answer that was told, in the playbook's own spelling; "" when it is none."""
    if ask.kind is AskKind.TEXT:
        return told.strip()
    if ask.kind is AskKind.AMOUNT:
        return told.strip() if amount_of(told) is not None else ""
    spelt = {fold(one.answer): one.answer for one in ask.answers}
    return spelt.get(fold(told).strip(), "")


def applies(only_if: OnlyIf, answers: Mapping[str, str]) -> bool:
    """Whether all the answers are there that something waits for."""
    return all(answers.get(name) in wanted for name, wanted in only_if.items())


def may_apply(rule: Rule, only_if: OnlyIf, answers: Mapping[str, str]) -> bool:
    """Whether something applies, or still may: no question it waits for has been answered otherwise."""
    asks = {ask.ask: ask for ask in rule.asks}
    for name, wanted in only_if.items():
        if name in answers:
            if answers[name] not in wanted:
                return False
        elif name in asks and not may_apply(rule, asks[name].only_if, answers):
            return False
    return True


def ruled_out(rule: Rule, option: str, answers: Mapping[str, str]) -> str:
    """Why the answers given rule an option out, "" when they do not."""
    for ask in rule.asks:
        answer = _given(ask, answers)
        if answer is None:
            continue
        includes = {name for one in ask.answers for name in one.includes}
        if option in answer.excludes or (option in includes and option not in answer.includes):
            return f"“{ask.question}” was answered “{answer.says}”."
    return ""


def _given(ask: Ask, answers: Mapping[str, str]) -> Answer | None:
    return next((one for one in ask.answers if one.answer == answers.get(ask.ask)), None)


def cost_after(rule: Rule, option: Option, answers: Mapping[str, str]) -> Cost:
    """An option's cost as the answers change it; the last question that changes it decides."""
    cost = option.cost
    for ask in rule.asks:
        answer = _given(ask, answers)
        if answer is not None:
            cost = answer.costs.get(option.option, cost)
    return cost


def open_asks(rule: Rule, option: Option, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The questions that must be answered before an option may be given, in the order of the rule."""
    asks = {ask.ask: ask for ask in rule.asks}
    costs = [cost_after(rule, option, answers), *(one.cost for one in option.also)]
    priced = {name for cost in costs for name in cost.asked}
    needed: set[str] = set()
    for ask in rule.asks:
        bears = ask.ask in option.asks or ask.ask in priced or option.option in _touched(ask)
        if bears and ask.ask not in answers and may_apply(rule, ask.only_if, answers):
            needed |= set(_until(ask, asks, answers))
    return tuple(name for name in asks if name in needed)


def _touched(ask: Ask) -> set[str]:
    """The options that some answer to a question bears on."""
    return {name for one in ask.answers for name in (*one.includes, *one.excludes, *one.costs)}


def _until(ask: Ask, asks: Mapping[str, Ask], answers: Mapping[str, str]) -> Iterator[str]:
    """A question that can be asked now: this one, or those that come before it."""
    waits = [name for name in ask.only_if if name in asks and name not in answers]
    for name in waits:
        yield from _until(asks[name], asks, answers)
    if not waits:
        yield ask.ask
