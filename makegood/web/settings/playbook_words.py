"""Playbooks in words: when a rule holds, what an option costs, who may grant it, what it commits us to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from makegood.kernel.money import format_money
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.playbooks import (
    Answer,
    Ask,
    Commits,
    Cost,
    FollowUp,
    Giving,
    Option,
    PerPeriod,
    Rule,
    When,
    Who,
)
from makegood.remedies.rules.playbooks_parts import range_text, share_text, span_text
from makegood.web.remedies.words import FAILURES
from makegood.web.shell import role_name
from makegood.web.ways import ways as named

REMEDIES = {
    RemedyKind.RE_PERFORMANCE: gettext_lazy("do it again"),
    RemedyKind.EXCHANGE: gettext_lazy("exchange"),
    RemedyKind.REFUND: gettext_lazy("refund"),
    RemedyKind.CREDIT: gettext_lazy("credit"),
    RemedyKind.GESTURE: gettext_lazy("gesture"),
    RemedyKind.PERSONAL_CONTACT: gettext_lazy("personal contact"),
}


def when_words(when: When) -> list[str]:
    """The conditions of a rule, each as one short phrase; none when it always holds."""
    told = []
    if when.failure:
        told.append(_("Failure: %s") % _or(str(FAILURES[kind]) for kind in when.failure))
    if when.failure_class:
        told.append(_("Class: %s") % when.failure_class.value)
    if when.promise:
        told.append(_("Promise: %s") % _or(when.promise))
    if when.severity:
        told.append(_("Severity: %s") % range_text(when.severity))
    if when.repeat:
        told.append(_("Time it happened: %s") % range_text(when.repeat))
    if when.double_deviation is not None:
        told.append(_("A second failure") if when.double_deviation else _("No second failure"))
    told += [f"{name}: {_or(values)}" for name, values in when.customer.items()]
    if when.about:
        told.append(_("About: %s") % _or(f"“{phrase}”" for phrase in when.about))
    return told


def _or(items: Iterable[str]) -> str:
    return _(" or ").join(items)


def cost_words(cost: Cost, currency: str) -> str:
    """What an option costs, part by part."""
    parts = [format_money(cost.fixed, currency)] if cost.fixed else []
    if cost.share:
        parts.append(_("%s of the value") % share_text(cost.share))
    if cost.late:
        parts.append(_late(cost.late, currency))
    if cost.asked:
        parts.append(_("the amount asked for"))
    told = " + ".join(parts) or _("nothing")
    return told if cost.at_most is None else _("%(cost)s, at most %(most)s") % {
        "cost": told, "most": format_money(cost.at_most, currency),
    }  # fmt: skip


def _late(per: PerPeriod, currency: str) -> str:
    parts = [format_money(per.amount, currency)] if per.amount else []
    parts += [share_text(per.share)] if per.share else []
    told = _("%(cost)s for each %(period)s late") % {"cost": " + ".join(parts), "period": span_text(per.every)}
    return told if per.at_most is None else f"{told} ({_('at most')} {format_money(per.at_most, currency)})"


def who_words(who: Who) -> str:
    """Who may grant it."""
    return role_name(who.role) if who.grade == 1 else f"{role_name(who.role)}, {_('grade')} {who.grade}"


def commits_words(commits: Commits | None) -> str:
    """What it makes us promise."""
    return f"{commits.promise}, {span_text(commits.within)}" if commits else ""


def share_words(share: Decimal | None) -> str:
    """A share of the loss in whole per cent."""
    return "" if share is None else _("%s of the loss") % f"{share:.0%}"


def rule_shown(rule: Rule, currency: str) -> dict[str, Any]:
    """A rule as the page shows it."""
    titles = {option.option: str(option.title) for option in rule.options}
    return {
        "rule": rule,
        "when": when_words(rule.when),
        "treat_as": FAILURES[rule.treat_as] if rule.treat_as else "",
        "asks": [ask_shown(ask, titles) for ask in rule.asks],
        "options": [option_shown(option, currency) for option in rule.options],
        "follow_up": follow_up_words(rule.follow_up),
    }


def follow_up_words(plan: Iterable[FollowUp]) -> str:
    """When we come back to the customer, and by which way where one is set."""
    known = named()
    return ", ".join(
        f"{span_text(one.after)} ({known[one.channel]})" if one.channel else span_text(one.after) for one in plan
    )


def follow_ups_shown(plan: Iterable[FollowUp]) -> list[dict[str, str]]:
    """A plan line by line: when, how, what is asked, and in which languages."""
    known = named()
    return [
        {
            "after": span_text(one.after), "channel": known.get(one.channel, _("as they prefer")),
            "what": str(one.what), "languages": ", ".join(one.what.texts),
        }
        for one in plan
    ]  # fmt: skip


def ask_shown(ask: Ask, titles: Mapping[str, str]) -> dict[str, Any]:
    """A question with its answers, each with what it rules out."""
    return {"question": str(ask.question), "answers": [_answer(one, titles) for one in ask.answers]}


def _answer(answer: Answer, titles: Mapping[str, str]) -> str:
    if not answer.excludes:
        return str(answer.says)
    rules_out = ", ".join(f"“{titles.get(name, name)}”" for name in answer.excludes)
    return _("%(answer)s: without %(options)s") % {"answer": answer.says, "options": rules_out}


def _giving(one: Giving, cost: str) -> dict[str, Any]:
    return {
        "title": str(one.title), "remedy": REMEDIES[one.remedy], "words": str(one.words), "cost": cost,
        "commits": commits_words(one.commits), "languages": ", ".join(one.words.texts),
    }  # fmt: skip


def option_shown(option: Option, currency: str) -> dict[str, Any]:
    """An option as the page shows it; `short` when its cost fits at the end of a line on a phone."""
    cost = cost_words(option.cost, currency)
    return {
        **_giving(option, cost),
        "also": [_giving(one, cost_words(one.cost, currency)) for one in option.also],
        "short": len(cost) <= 18 and not option.also,
        "who": who_words(option.who),
        "proof": option.proof,
        "because": option.because,
    }
