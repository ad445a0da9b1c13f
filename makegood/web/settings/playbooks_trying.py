"""Settings: what the playbooks would offer in a situation that somebody makes up."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.rules import FailureClass
from makegood.kernel.money import format_money, parse_money
from makegood.kernel.phrases import read_span
from makegood.kernel.refusals import Refusal
from makegood.kernel.tidying import tidy
from makegood.promises.queries import kinds
from makegood.remedies.queries import active_playbooks
from makegood.remedies.rules.fit import FailureKind, failure_kind
from makegood.remedies.rules.playbooks import Ask, AskKind, Option
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_match import Matched, Offer, Situation, match
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.remedies.words import FAILURES
from makegood.web.settings.playbook_words import REMEDIES, commits_words, share_words, who_words
from makegood.web.tables import Choice

_ANSWER = "a-"
_DAY = timedelta(days=1)


@at_desk("GET")
def try_out(request: DeskRequest) -> HttpResponse:
    """A situation as a form, and the options that it would have, with why. Nothing is written."""
    asked, house = request.GET, request.desk.organisation
    books = active_playbooks()
    only = asked.get("book", "")
    situation, errors = _situation(asked, house.currency)
    found = match([book for book in books if only in ("", book.playbook)], situation) if asked else Matched()
    context = {
        "values": asked, "errors": errors, "tried": bool(asked),
        "offers": [_shown(offer, house.currency) for offer in found.offers],
        "left_out": found.left_out, "steps": found.steps, "rules": found.rules,
        "asks": [_field(ask, asked) for ask in found.asks],
        "kind": FAILURES[situation.failure] if situation.failure else "",
        "books": [Choice(book.playbook, book.name) for book in books],
        "failures": [Choice(kind.value, str(name)) for kind, name in FAILURES.items()],
        "promises": [Choice(kind.slug, kind.name) for kind in kinds()],
        "severities": [Choice(str(number), str(number)) for number in (1, 2, 3, 4)],
        "times": [
            Choice("1", _("the first time")), Choice("2", _("the second time")), Choice("3", _("the third time")),
        ],
        "slim": True,
    }  # fmt: skip
    return render(request, "web/settings/playbook_try.html", context, status=422 if errors else 200)


def _situation(asked: QueryDict, currency: str) -> tuple[Situation, dict[str, str]]:
    errors: dict[str, str] = {}
    value = Decimal(0)
    try:
        value, currency = parse_money(asked.get("value") or "0", currency=currency)
    except Refusal as no:
        errors["value"] = no.message
    second, promise, words = bool(asked.get("second")), asked.get("promise", ""), asked.get("words", "")
    kind = asked.get("failure", "")
    likely = failure_kind(promise=promise, words=words, second=second)
    return Situation(
        failure=FailureKind(kind) if kind in list(FailureKind) else likely,
        failure_class=FailureClass.PROCESS if likely is FailureKind.SILENCE else FailureClass.OUTCOME,
        promise=promise,
        severity=_number(asked, "severity", 2),
        repeat=_number(asked, "repeat", 1),
        double_deviation=second,
        customer=_attributes(asked.get("customer", "")),
        words=words,
        loss=Loss(value=value or None, currency=currency, late=_late(asked.get("late", ""))),
        answers={name.removeprefix(_ANSWER): asked.get(name, "") for name in asked if name.startswith(_ANSWER)},
    ), errors


def _number(asked: QueryDict, name: str, otherwise: int) -> int:
    text = asked.get(name, "")
    return int(text) if text in ("1", "2", "3", "4") else otherwise


def _late(text: str) -> timedelta | None:
    """How late it is, when a length of time was typed: "3 h", "2 days"."""
    span = read_span(tidy(text)[0]) if text.strip() else None
    with suppress(OverflowError):
        if span is not None and span.kind == "days":
            return span.number * _DAY
        if span is not None and span.kind == "time":
            return timedelta(seconds=span.number)
    return None


def _attributes(text: str) -> dict[str, str]:
    """Attributes as they are typed: "membership: gold, value: 1200"."""
    pairs = (part.partition(":") for part in text.split(","))
    return {name.strip(): value.strip() for name, colon, value in pairs if colon and name.strip()}


def _field(ask: Ask, asked: QueryDict) -> dict[str, Any]:
    name = f"{_ANSWER}{ask.ask}"
    choices = [Choice(answer.answer, str(answer.says)) for answer in ask.answers]
    options = choices if ask.kind is AskKind.CHOICE else None
    return {"name": name, "label": str(ask.question), "options": options, "value": asked.get(name, "")}


def _shown(offer: Offer, currency: str) -> dict[str, Any]:
    cost = _("open") if offer.cost is None else format_money(offer.cost, offer.currency or currency)
    return {
        "title": offer.option.name, "remedy": _kinds(offer.option),
        "cost": cost, "share": share_words(offer.share), "who": who_words(offer.option.who),
        "commits": ", ".join(commits_words(one.commits) for one in offer.option.gives if one.commits),
        "why": offer.why, "source": offer.source, "matches": offer.matches,
        "notes": offer.notes, "needs_reason": offer.needs_reason, "rule": offer.rule,
        "ask_first": len(offer.ask_first),
    }  # fmt: skip


def _kinds(option: Option) -> str:
    return " + ".join(dict.fromkeys(str(REMEDIES[one.remedy]) for one in option.gives))
