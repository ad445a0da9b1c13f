"""Incidents: the list, one, its dry run and its customers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from makegood.conversation.queries import carried_channels, coach_policy
from makegood.conversation.rules.messages import Channel
from makegood.incidents.queries import (
    IncidentFacts,
    IncidentLine,
    MemberLine,
    MembersPage,
    dry_run,
    every_message,
    incident_for,
    incidents,
    members,
    tally,
)
from makegood.incidents.rules.giving import in_words as gift_in_words
from makegood.incidents.rules.standing import Deed
from makegood.kernel.money import format_money
from makegood.people.rules import Ability
from makegood.web import clocks
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.incidents import filtering, words
from makegood.web.incidents.planning import Typed, plan_context
from makegood.web.sheets import sheet
from makegood.web.tables import Column, Page, Row

_SHOWN = ("told", "more", "red", "undone", "left")


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """The list: those under way, then those that ended."""
    desk = request.desk
    found = incidents(desk.scope)
    context = {
        "columns": [
            Column(_("Incident")), Column(_("Stands")), Column(_("Customers"), n=True), Column(_("Told"), n=True),
            Column(_("Answered"), n=True), Column(_("Want more"), n=True), Column(_("Owner")),
            Column(_("Opened"), n=True),
        ],
        "rows": [_row(one, desk) for one in found], "may_open": desk.scope.may(Ability.ASSIGN),
    }  # fmt: skip
    if request.htmx and request.htmx.target == "results":
        return render(request, "web/incidents/incidents.html#results", context)
    return render(request, "web/incidents/incidents.html", context)


def _row(one: IncidentLine, desk: Desk) -> Row:
    name, tone = words.state_name(one.state)
    state = format_html('<span class="tag plain {}">{}</span>', tone, name)
    cells = [
        one.title, state, f"{one.counts.members:,}", f"{one.counts.told:,}", f"{one.counts.answered:,}",
        one.counts.more or "", one.owner_name, clocks.moment(one.opened_at, desk.now),
    ]  # fmt: skip
    return Row(cells, f"/incidents/{one.number}/")


@at_desk("GET")
def one(request: DeskRequest, number: int) -> HttpResponse:
    """What happened, whom it hits, the plan, the release, and what became of each."""
    facts = incident_for(request.desk.scope, number)
    if request.htmx and request.htmx.target == "standing":
        return render(request, "web/incidents/incident.html#standing", _standing(facts, request.desk))
    return page(request, facts)


def page(
    request: DeskRequest, facts: IncidentFacts, typed: Typed | None = None, *, status: int = 200
) -> HttpResponse:  # fmt: skip
    """An incident, with words that could not be kept as they were typed."""
    desk = request.desk
    shown = request.GET.get("show", "") if request.GET.get("show") in _SHOWN else ""
    context = _standing(facts, desk) | plan_context(facts, desk, typed) | _members(request, facts, shown)
    if request.htmx and request.htmx.target == "members":
        return render(request, "web/incidents/incident.html#members", context)
    return render(request, "web/incidents/incident.html", context, status=status)


def _standing(facts: IncidentFacts, desk: Desk) -> dict[str, Any]:
    """What changes while customers are told: the figures and the release bar."""
    name, tone = words.state_name(facts.state)
    return {
        "owed": words.owed_lines(facts.owed), "owed_open": any(one.still for one in facts.owed),
        "incident": facts, "may_hand": desk.scope.may(Ability.ASSIGN),
        "gifts_done": facts.gifts.given - facts.gifts.undone,
        "owed_done": facts.owed_gifts.given - facts.owed_gifts.undone,
        "state_name": name, "state_tone": tone, "kpis": _kpis(facts),
        "may": {deed.value: deed in facts.deeds for deed in Deed}, "filter": filtering.in_words(facts.narrow, desk),
        "gift": gift_in_words(facts.plan.gift, facts.counts.waiting + facts.counts.told) if facts.plan.gift else "",
        "share": round(100 * facts.counts.told / max(1, facts.counts.told + facts.counts.waiting)),
        "asked_total": format_money(facts.asked.total, facts.asked.currency) if facts.asked else "",
        "mine_to_decide": facts.asked is not None and facts.asked.asked_of_id == desk.staff_id,
        "left": words.counted(facts.counts.left, words.left_name),
        "to_hand": max(0, facts.counts.by_hand - facts.counts.handed),
        "carries": carried_channels() - {Channel.PAGE},
        "must_be_clean": bool({Deed.RELEASE, Deed.RESUME} & set(facts.deeds) and coach_policy()),
    }  # fmt: skip


def _kpis(facts: IncidentFacts) -> list[dict[str, Any]]:
    counts, here = facts.counts, f"/incidents/{facts.number}/"
    return [
        {"label": _("Customers hit"), "value": f"{counts.members:,}"},
        {"label": _("Waiting"), "value": f"{counts.waiting:,}", "url": f"{here}dry-run/" if counts.waiting else ""},
        {"label": _("Told"), "value": f"{counts.told:,}", "url": f"{here}?show=told#members" if counts.told else ""},
        {"label": _("Say it is right"), "value": f"{counts.satisfied:,}"},
        {
            "label": _("Want more"), "value": f"{counts.more:,}", "tone": "c-broken" if counts.more else "",
            "url": f"{here}?show=more#members" if counts.more else "",
        },
        {
            "label": _("Left out"), "value": f"{counts.left_out:,}",
            "url": f"{here}?show=left#members" if counts.left_out else "",
        },
    ]  # fmt: skip


def _members(request: DeskRequest, facts: IncidentFacts, shown: str) -> dict[str, Any]:
    state = shown or ("told" if facts.counts.told else "left")
    found = members(request.desk.scope, facts.number, state=state, after=request.GET.get("after", ""))
    return {
        "shown": state, "columns": _columns(state), "rows": [_member(one, state, request.desk) for one in found.rows],
        "page": _page(f"/incidents/{facts.number}/?show={state}", found, request.GET.get("after", "")),
    }  # fmt: skip


def _columns(state: str) -> list[Column]:
    first = [Column(_("Customer")), Column(_("Promise"))]
    if state == "left":
        return [*first, Column(_("Why"))]
    if state == "undone":
        return [
            *first,
            Column(_("Case")),
            Column(_("Owner")),
            Column(_("To be handed over"), n=True),
            Column(_("Trouble")),
        ]
    if state == "red":
        return [*first, Column(_("Case")), Column(_("Owner")), Column(_("Message")), Column(_("Trouble"))]
    return [
        *first, Column(_("Case")), Column(_("Owner")), Column(_("Language")), Column(_("Told"), n=True),
        Column(_("Message")), Column(_("Answer")),
    ]  # fmt: skip


def _member(one: MemberLine, state: str, desk: Desk) -> Row:
    link = f"/customers/{one.customer_id}/"
    if state == "left":
        return Row([one.customer_name, one.promise, words.left_name(one.left)], link)
    ref = format_html('<a href="/today/?case={0}">{0}</a> <small class="soft">{1}</small>', one.ref,
                      _("light") if one.light else _("full"))  # fmt: skip
    if state == "undone":
        late = _("late") if one.gift_state == "broken" else ""
        due = clocks.moment(one.gift_due_at, desk.now) if one.gift_due_at else ""
        return Row([one.customer_name, one.promise, ref, one.owner, due, one.gift_problem or late], link)
    name, tone = words.message_name(one.stands)
    how = format_html('<span class="{}">{}</span>', tone, f"{words.channel_name(one.channel)}, {name}" if one.stands
                      else name)  # fmt: skip
    if state == "red":
        return Row([one.customer_name, one.promise, ref, one.owner, how, one.problem], link)
    cells = [
        one.customer_name, one.promise, ref, one.owner, words.language_name(one.language),
        clocks.moment(one.told_at, desk.now) if one.told_at else "", how, _answer(one.answer),
    ]  # fmt: skip
    return Row(cells, link)


def _answer(answer: str) -> str:
    return {
        "satisfied": _("It is right"), "more": _("Wants more"), "not_satisfied": _("Not satisfied"),
        "will_not_forgive": _("Will not forgive"),
    }.get(answer, "")  # fmt: skip


def _page(path: str, found: MembersPage, after: str) -> Page:
    return Page(start_url=path if after else "", next_url=f"{path}&after={found.next}" if found.next else "")


@at_desk("GET")
def rehearse(request: DeskRequest, number: int) -> HttpResponse:
    """The dry run: what a release would do, in numbers, and every message page by page."""
    desk, after = request.desk, request.GET.get("after", "")
    facts = incident_for(desk.scope, number)
    found = dry_run(desk.scope, number, after=after, now=desk.now)
    context = {
        "incident": facts, "lines": [_letter(one) for one in found.rows if not one.left],
        "omitted": [(one, words.left_name(one.left)) for one in found.rows if one.left],
        "page": _page(f"/incidents/{number}/dry-run/?", found, after),
    } | ({} if after else _tallied(facts, desk))  # fmt: skip
    return render(request, "web/incidents/dry_run.html", context)


def _tallied(facts: IncidentFacts, desk: Desk) -> dict[str, Any]:
    found = tally(desk.scope, facts.number, now=desk.now)
    return {
        "tally": found, "owed": words.owed_lines(found.owed),
        "languages": words.counted(found.languages, words.language_name),
        "channels": words.counted(found.channels, words.channel_name),
        "left": words.counted(found.left, words.left_name), "total": format_money(found.total, found.currency),
        "goodwill": format_money(found.sums.goodwill, found.currency),
        "correction": format_money(found.sums.correction, found.currency) if found.sums.correction else "",
        "light": found.weights.get("light", 0), "full": found.weights.get("full", 0),
    }  # fmt: skip


def _letter(one: MemberLine) -> dict[str, Any]:
    """One message as it would be read."""
    return {
        "one": one, "language": words.language_name(one.language), "lines": one.message.split("\n"),
        "channel": words.channel_name(one.channel),
        "brief": one.sends if one.channel == Channel.SMS else "", "code": one.language, "owed": _open(one),
    }  # fmt: skip


def _open(one: MemberLine) -> list[str]:
    """What rules owe them and nobody has given yet, as sums."""
    return [format_money(due.sums.open, due.currency) for due in one.dues if due.sums.open]


@at_desk("GET")
def rehearsed(request: DeskRequest, number: int) -> HttpResponse:
    """Every message of the dry run as CSV."""
    desk = request.desk
    lines = every_message(desk.scope, number, now=desk.now)
    return sheet(f"dry-run-{number}.csv", _DRY, (_dry(one) for one in lines))


_DRY = (
    "customer",
    "promise",
    "told",
    "left_out",
    "case",
    "weight",
    "owed",
    "owner",
    "language",
    "channel",
    "address",
    "sends",
    "message",
)


def _dry(one: MemberLine) -> tuple[Any, ...]:
    weight = "" if one.left else "light" if one.light else "full"
    return (
        one.customer_name, one.promise, "no" if one.left else "yes", one.left, one.ref,
        weight, " + ".join(_open(one)), one.owner, one.language, one.channel, one.address, one.sends, one.message,
    )  # fmt: skip
