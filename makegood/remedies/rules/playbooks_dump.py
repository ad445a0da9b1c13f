"""A playbook written as YAML, which read again gives the same playbook. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from makegood.remedies.rules import playbooks_parts as parts
from makegood.remedies.rules.playbooks import (
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
    Rule,
    Step,
    When,
    Words,
)
from makegood.remedies.rules.playbooks_file import ASK_AGAIN

Tree = dict[str, Any]


def dump(playbook: Playbook) -> str:
    """The text of a playbook's file."""
    tree = {"playbook": playbook.playbook, "name": playbook.name}
    rest = {
        "description": playbook.description,
        "currency": playbook.currency,
        "follow_up": _follow_ups(playbook.follow_up),
        "rules": [_rule(rule) for rule in playbook.rules],
    }
    text = yaml.dump(
        tree | {key: value for key, value in rest.items() if value or key == "rules"},
        Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110, default_flow_style=False,
    )  # fmt: skip
    return str(text)


class _Plain(yaml.SafeDumper):
    """Writes no anchors, long texts as blocks, and list items below their key."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """A text of several lines as a block, so that it reads as it was written."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _text)


def _filled(**given: Any) -> Tree:
    """The entries that say something."""
    return {key: value for key, value in given.items() if value not in (None, "", [], {}, ())}


def _rule(rule: Rule) -> Tree:
    return {"rule": rule.rule, "name": rule.name} | _filled(
        when=_when(rule.when),
        treat_as=rule.treat_as.value if rule.treat_as else None,
        note=rule.note,
        asks=[_ask(ask) for ask in rule.asks],
        steps=[_step(step) for step in rule.steps],
        options=[_option(option) for option in rule.options],
        follow_up=_follow_ups(rule.follow_up),
    )


def _when(when: When) -> Tree:
    found = _filled(
        failure=_few(kind.value for kind in when.failure),
        promise=_few(when.promise),
        severity=parts.range_text(when.severity) if when.severity else None,
        repeat=parts.range_text(when.repeat) if when.repeat else None,
        double_deviation=when.double_deviation,
        customer={name: _few(values) for name, values in when.customer.items()},
        about=_few(when.about),
    )
    return found | ({"class": when.failure_class.value} if when.failure_class else {})


def _few(items: Iterable[str]) -> Any:
    """One thing as it is, several as a list."""
    found = list(items)
    return found[0] if len(found) == 1 else found


def _ask(ask: Ask) -> Any:
    if ask == USED_ASK:
        return USED_ASK.ask
    return {"ask": ask.ask, "question": parts.plain_words(ask.question)} | _filled(
        kind=ask.kind.value if ask.kind is not AskKind.CHOICE else None,
        answers=[_answer(answer) for answer in ask.answers],
        attribute=ask.attribute,
        default=None if ask.default is None else parts.amount_text(ask.default),
        only_if=_only_if(ask.only_if),
        note=ask.note,
    )


def _answer(answer: Answer) -> Any:
    bears = _filled(
        includes=_few(answer.includes),
        excludes=_few(answer.excludes),
        costs={name: _cost(cost) for name, cost in answer.costs.items()},
    )
    says = {} if answer.says == Words({"en": answer.answer}) else {"says": parts.plain_words(answer.says)}
    return {"answer": answer.answer} | says | bears if says or bears else answer.answer


def _only_if(only_if: Mapping[str, tuple[str, ...]]) -> Tree:
    return {name: _few(answers) for name, answers in only_if.items()}


def _step(step: Step) -> Any:
    more = _filled(tool=step.tool, only_if=_only_if(step.only_if), how=list(step.how))
    return {"do": step.do} | more if more else step.do


def _option(option: Option) -> Tree:
    return (
        {"option": option.option}
        | _giving(option)
        | {"who": parts.who_text(option.who)}
        | _filled(
            also=[_giving(one) for one in option.also],
            asks=_few(option.asks),
            follow_up=_follow_ups(option.follow_up),
            proof=option.proof,
            because=option.because,
        )
    )


def _giving(one: Giving) -> Tree:
    return {
        "remedy": one.remedy.value,
        "title": parts.plain_words(one.title),
        "words": parts.plain_words(one.words),
    } | _filled(
        cost=None if one.cost == Cost() else _cost(one.cost),
        commits=_commits(one.commits, one.title) if one.commits else None,
    )


def _cost(cost: Cost) -> Any:
    if cost == Cost(share=cost.share) and cost.share:
        return parts.share_text(cost.share)
    if cost == Cost(fixed=cost.fixed):
        return parts.amount_text(cost.fixed)
    nothing = not (cost.share or cost.late or cost.asked)
    return _filled(
        fixed=parts.amount_text(cost.fixed) if cost.fixed or nothing else None,
        share=parts.share_text(cost.share) if cost.share else None,
        late=_late(cost.late) if cost.late else None,
        asked=_few(cost.asked),
        at_most=None if cost.at_most is None else parts.amount_text(cost.at_most),
    )


def _late(per: PerPeriod) -> Tree:
    nothing = not (per.amount or per.share)
    return {"every": parts.span_text(per.every)} | _filled(
        amount=parts.amount_text(per.amount) if per.amount or nothing else None,
        share=parts.share_text(per.share) if per.share else None,
        at_most=None if per.at_most is None else parts.amount_text(per.at_most),
        begun=True if per.begun else None,
    )


def _commits(commits: Commits, title: Words) -> Tree:
    own = {} if commits.title == title else {"title": parts.plain_words(commits.title)}
    return {"promise": commits.promise, "within": parts.span_text(commits.within)} | own


def _follow_ups(plan: Iterable[FollowUp]) -> Any:
    """The plan; one that only asks whether it is right is known by its time alone."""
    return [
        parts.span_text(one.after) if one == FollowUp(after=one.after, what=ASK_AGAIN)
        else {"after": parts.span_text(one.after)} | _filled(
            channel=one.channel, what=None if one.what == ASK_AGAIN else parts.plain_words(one.what)
        )
        for one in plan
    ]  # fmt: skip
