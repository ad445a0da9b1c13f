"""A retailer's agent guidelines (ABCD: flows, subflows, ordered actions) made into playbooks. Pure.

A flow becomes a playbook, a subflow a rule, an action a step with all its lines, word for word. Beside that, what the
lines say is made to work: questions that decide (membership level, what the system says, where the parcel is), what
may be given, and which answers rule it out. What could not be understood stays as words in its step: nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from makegood.kernel.refusals import invalid
from makegood.remedies.rules import abcd_reading as reading
from makegood.remedies.rules.abcd_reading import Action
from makegood.remedies.rules.fit import FailureKind
from makegood.remedies.rules.playbooks import Answer, Ask, Option, Playbook, Rule, Step, When

_KINDS = {
    "product-defect": FailureKind.WRONG, "order-issue": FailureKind.WRONG, "shipping-issue": FailureKind.LATE,
    "purchase-dispute": FailureKind.MONEY, "subscription-inquiry": FailureKind.MONEY,
    "troubleshoot-site": FailureKind.LATE,
}  # fmt: skip
"""What kind of failure a flow is about; the others are requests for help."""
_LARGEST = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What one subflow became. `words` counts its lines; all stand in its steps and its note."""

    flow: str
    subflow: str
    steps: int
    words: int
    asks: tuple[str, ...]
    options: tuple[str, ...]
    conditions: int


@dataclass(frozen=True, slots=True)
class Converted:
    """The playbooks, one for each flow, and what each subflow became."""

    playbooks: tuple[Playbook, ...]
    became: tuple[Became, ...]


def convert(text: str, file: str = "guidelines.json") -> Converted:
    """The playbooks that a guidelines file describes. Raises Refusal("playbook.invalid") with where it goes wrong."""
    playbooks, became = [], []
    for flow, told in _object(_parsed(text, file), file, "the file").items():
        where = f"`{flow}`"
        subflows = _object(_object(told, file, where).get("subflows"), file, f"{where}.subflows")
        slug = reading.slug(flow)
        rules = [_rule(name, subflow, slug, file) for name, subflow in subflows.items()]
        description = str(told.get("description") or "").strip().capitalize()
        playbooks.append(
            Playbook(playbook=f"abcd-{slug}", name=flow, description=description, currency="USD", rules=tuple(rules))
        )
        became += [_became(flow, rule) for rule in rules]
    return Converted(tuple(playbooks), tuple(became))


def _parsed(text: str, file: str) -> Any:
    if len(text) > _LARGEST:
        raise invalid("playbook.invalid", f"{file} is larger than {_LARGEST // 1024 // 1024} MiB.")
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise invalid("playbook.invalid", f"{file}{line} is not JSON.") from None


def _object(told: Any, file: str, where: str) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise invalid("playbook.invalid", f"{file}: {where} should be an object of names and what they hold.")
    return told


def _lines(told: Any, file: str, where: str) -> list[str]:
    if not isinstance(told, list) or not all(isinstance(line, str) for line in told):
        raise invalid("playbook.invalid", f"{file}: {where} should be a list of texts.")
    return [" ".join(line.split()) for line in told]


def _rule(name: str, told: Any, flow: str, file: str) -> Rule:
    subflow = _object(told, file, f"`{name}`")
    actions = _actions(name, subflow.get("actions"), file)
    asks, steps, options = _worked_out(actions)
    return Rule(
        rule=reading.slug(name),
        name=name,
        when=When(about=(name.lower(),)),
        treat_as=_KINDS.get(flow, FailureKind.REQUEST),
        note="\n".join(_lines(subflow.get("instructions", []), file, f"`{name}`.instructions")),
        asks=asks,
        steps=steps,
        options=options,
    )


def _actions(name: str, told: Any, file: str) -> list[Action]:
    if not isinstance(told, list):
        raise invalid("playbook.invalid", f"{file}: `{name}`.actions should be a list.")
    actions = []
    for place, one in enumerate(told, 1):
        where = f"`{name}`.actions[{place}]"
        given = _object(one, file, where)
        text, button = " ".join(str(given.get("text", "")).split()), str(given.get("button", ""))
        lines = tuple(line for line in _lines(given.get("subtext", []), file, f"{where}.subtext") if line)
        actions.append(Action("" if button == "N/A" else button, "" if text == "x" else text, lines))
    return actions


@dataclass(slots=True)
class _Draft:
    """A rule on its way: what has been understood of the actions so far, each on top of those before it."""

    asks: dict[str, Ask]
    steps: list[Step]
    options: dict[str, Option]
    only_with: dict[str, list[Mapping[str, tuple[str, ...]]]]
    """For each option the answers that its own action waits for."""
    refused: dict[str, dict[str, set[str]]]
    """For each question the answers that refuse, and the options that came before it and are not refused."""


def _worked_out(actions: Sequence[Action]) -> tuple[tuple[Ask, ...], tuple[Step, ...], tuple[Option, ...]]:
    draft = _Draft({}, [], {}, {}, {})
    for action in actions:
        _take_in(draft, action)
    return tuple(_bearing(draft)), tuple(draft.steps), tuple(draft.options.values())


def _take_in(draft: _Draft, action: Action) -> None:
    waits = dict(reading.waits_for(action, draft.asks))
    if reading.follows_on(action) and draft.steps and not waits:
        waits = dict(draft.steps[-1].only_if)
    for ask in reading.asks_of(action, waits):
        draft.asks.setdefault(ask.ask, ask)
    for name, answers in reading.refusing_answers(action).items():
        told = draft.refused.setdefault(name, {answer: set() for answer in answers})
        for spared in told.values():
            spared |= set(draft.options)
    option = reading.option_of(action)
    if option is not None:
        draft.options.setdefault(option.option, option)
        draft.only_with.setdefault(option.option, []).append(waits | reading.ONLY_WITH.get(option.option, {}))
    how = tuple(action.lines)
    draft.steps.append(Step(do=action.text or action.button, how=how, tool=action.button, only_if=waits))


def _bearing(draft: _Draft) -> list[Ask]:
    """The questions with what their answers do to the options."""
    asks = []
    for ask in draft.asks.values():
        answers = tuple(_effects(draft, ask, answer) for answer in ask.answers)
        asks.append(msgspec.structs.replace(ask, answers=answers))
    return asks


def _effects(draft: _Draft, ask: Ask, answer: Answer) -> Answer:
    excluded = {
        option
        for option, waits in draft.only_with.items()
        if all(ask.ask in one and answer.answer not in one[ask.ask] for one in waits)
    }
    refusing = draft.refused.get(ask.ask, {})
    for option in draft.options:
        if option in reading.FOR_REFUSED:
            if refusing and not _may_be_refused(draft, ask, answer):
                excluded.add(option)
        elif answer.answer in refusing and option not in refusing[answer.answer]:
            excluded.add(option)
    costs = {option: cost for option, cost in answer.costs.items() if option in draft.options}
    return msgspec.structs.replace(answer, excludes=tuple(sorted(excluded)), costs=costs)


def _may_be_refused(draft: _Draft, ask: Ask, answer: Answer) -> bool:
    """Whether something is refused after an answer, or may be once its terms have been asked for."""
    return answer.answer in draft.refused[ask.ask] or f"{answer.answer}-terms" in draft.asks


def _became(flow: str, rule: Rule) -> Became:
    waiting = sum(bool(step.only_if) for step in rule.steps) + sum(bool(ask.only_if) for ask in rule.asks)
    ruling = sum(len(answer.excludes) + len(answer.costs) for ask in rule.asks for answer in ask.answers)
    return Became(
        flow=flow,
        subflow=rule.name,
        steps=len(rule.steps),
        words=len(rule.note.splitlines()) + sum(1 + len(step.how) for step in rule.steps),
        asks=tuple(ask.ask for ask in rule.asks),
        options=tuple(option.option for option in rule.options),
        conditions=waiting + ruling,
    )
