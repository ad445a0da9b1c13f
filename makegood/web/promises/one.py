"""One promise, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from makegood.cases.queries import case_numbers_of_promise
from makegood.journal.queries import history
from makegood.kernel.calendars import WorkCalendar
from makegood.kernel.money import format_money
from makegood.kernel.worktime import Deadline, duration_words, explain
from makegood.promises.queries import PromiseFacts
from makegood.web import clocks, telling
from makegood.web.desk import Desk
from makegood.web.promises.ledger import clock_of


def context(promise: PromiseFacts, desk: Desk, **more: Any) -> dict[str, Any]:
    """What the page of a promise reads. `more` brings what was typed into a form that was refused."""
    entries = history(customer_ids=(promise.customer_id,), promise_ids=(promise.id,))
    return {
        "promise": promise,
        "facts": _facts(promise, desk),
        "events": telling.seamed(telling.tell(entries, desk)),
        "ahead": [_ahead(promise)] if promise.settled_at is None and promise.due_at > desk.now else [],
        "arithmetic": arithmetic(promise.working),
        "details": _details(promise),
        "moves": {move.value: True for move in promise.moves} if desk.may_work else {},
        "may_report": desk.may_work and not promise.inside_case,
        "elsewhere": _their_time(promise, desk),
        "cases": [f"SR-{number}" for number in case_numbers_of_promise(desk.scope, promise.id)],
    } | more


def arithmetic(working: Any) -> list[str]:
    """How a date in working time came about, line by line; nothing for one that was named."""
    if not isinstance(working, Mapping):
        return []
    return explain(Deadline.from_json(working["deadline"]), WorkCalendar.from_json(working["calendar"]))


def _facts(promise: PromiseFacts, desk: Desk) -> list[dict[str, Any]]:
    tone = {"broken": "c-broken", "at_risk": "c-risk"}.get(promise.state, "")
    facts = [
        {"label": _("Promise"), "value": clock_of(promise, desk), "note": _due(promise, desk), "tone": tone},
        {"label": _("Made"), "value": clocks.due(promise.made_at, desk.now), "note": _by(promise)},
        {"label": _("Owner"), "value": promise.owner_name or _("Nobody")},
    ]
    if promise.forecast_at and promise.settled_at is None:
        late = "c-risk" if promise.forecast_at > promise.breaks_at else ""
        facts.insert(1, {"label": _("Expected"), "value": clocks.due(promise.forecast_at, desk.now), "tone": late})
    return facts


def _due(promise: PromiseFacts, desk: Desk) -> str:
    return _("due {}").format(clocks.due(promise.due_at, desk.now, promise.due_on))


def _by(promise: PromiseFacts) -> str:
    return _("by {}").format(promise.made_by) if promise.made_by else ""


def _ahead(promise: PromiseFacts) -> dict[str, Any]:
    return {
        "text": promise.title, "at": promise.due_at, "on": promise.due_on, "state": promise.state,
        "breaks_at": promise.breaks_at, "warn_at": promise.warn_at, "note": "", "url": "", "keep_url": "",
    }  # fmt: skip


def _details(promise: PromiseFacts) -> list[tuple[str, Any]]:
    """The quieter facts: kind, money, where it came from, and what its source told beside."""
    grace = promise.breaks_at - promise.due_at
    pairs: list[tuple[str, Any]] = [(_("Kind"), promise.kind_name)]
    if promise.amount is not None:
        pairs.append((_("Amount"), format_money(promise.amount, promise.currency)))
    if grace:
        pairs.append((_("Grace"), duration_words(grace)))
    if promise.reference:
        pairs.append((_("Reference"), f"{promise.source} {promise.reference}"))
    if promise.replaces_id:
        pairs.append((_("Replaces"), format_html('<a href="/promises/{0}/">{0}</a>', promise.replaces_id)))
    return [*pairs, *((str(name), value) for name, value in promise.attributes.items() if value not in (None, ""))]


def _their_time(promise: PromiseFacts, desk: Desk) -> str:
    """The due time on the customer's own clock, when it differs from the reader's."""
    return clocks.elsewhere(promise.due_at, promise.customer_time_zone, desk.zone) if not promise.due_on else ""
