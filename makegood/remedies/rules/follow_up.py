"""When we come back to a customer: which playbook says so. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from makegood.kernel.phrases import Span
from makegood.remedies.rules.playbooks import NOW, FollowUp, Playbook
from makegood.remedies.rules.playbooks_file import ASK_AGAIN
from makegood.remedies.rules.playbooks_match import Situation, rules_for

STANDARD = "making-good"
"""The playbook whose plan holds where no other says anything."""
UNLESS_TOLD = tuple(FollowUp(after=after, what=ASK_AGAIN) for after in (NOW, Span("days", 1), Span("months", 1)))
Chosen = tuple[str, str, str]
"""Playbook, rule and option that a remedy was chosen from."""


def follow_up_plan(
    playbooks: Collection[Playbook], situation: Situation, chosen: Collection[Chosen]
) -> tuple[FollowUp, ...]:
    """The plan of what was given; else of the most specific rule that has one, itself or by its playbook; else the
    standard one."""
    for plan in _plans(playbooks, situation, chosen):
        if plan:
            return plan
    return UNLESS_TOLD


def _plans(
    playbooks: Collection[Playbook], situation: Situation, chosen: Collection[Chosen]
) -> Iterator[tuple[FollowUp, ...]]:
    yield from _of_chosen(playbooks, chosen)
    for one in rules_for(playbooks, situation):
        yield one.rule.follow_up or one.playbook.follow_up
    yield from (one.follow_up for one in playbooks if one.playbook == STANDARD)


def _of_chosen(playbooks: Iterable[Playbook], chosen: Collection[Chosen]) -> Iterator[tuple[FollowUp, ...]]:
    for playbook in playbooks:
        for rule in playbook.rules:
            for option in rule.options:
                if (playbook.playbook, rule.rule, option.option) in chosen:
                    yield option.follow_up or rule.follow_up or playbook.follow_up
