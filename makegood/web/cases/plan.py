"""The plan before a customer is spoken to, as the page of a case shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Do, Step
from makegood.customers.queries import customer_for
from makegood.kernel.money import format_money
from makegood.kernel.texts import first_name
from makegood.remedies import actions
from makegood.remedies.queries import Plan, before_apology, is_spoken, kept_plan, plan_of
from makegood.remedies.queries.plan import Needed, PlanOption, PlanWords
from makegood.remedies.rules.plan import Caution
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.telling import read_in


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the plan says: the words, what goes with them, and where they lead."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What to say at a step. `changed` tells who put their words there, and when; "" when they are ours."""

    key: str
    name: str
    words: str
    changed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plan as it is shown. `kept` tells when it was kept and by whom; "" on one that is prepared now."""

    kept: str
    head: str
    language: str
    language_name: str
    may_change: bool
    facts: Sequence[Said]
    lived: Sequence[Said]
    lines: Sequence[Line]
    options: Sequence[Said]
    needed: Sequence[Said]
    by_when: Sequence[Said]
    cautions: Sequence[str]


def heed(case: CaseFacts, desk: Desk) -> str:
    """What to heed before the customer hears another apology; "" when there is nothing."""
    found = before_apology(case, now=desk.now)
    return found.sentence if found else ""


def shown(case: CaseFacts, desk: Desk) -> Shown | None:
    """The plan; None when the customer was spoken to without one."""
    plan = _plan(case, desk)
    return _shown(plan, case, desk) if plan else None


def change(number: int, typed: QueryDict, desk: Desk) -> str:
    """Put one's own words in the place of a line; without any, ours stand again."""
    found = actions.change_plan(
        number, step=typed.get("line", ""), words=typed.get("words", ""),
        scope=desk.scope, by=desk.actor, now=desk.now,
    )  # fmt: skip
    return with_cautions(_("The plan is changed."), found)


def with_cautions(said: str, found: Sequence[Caution]) -> str:
    """What was done, and what there is to heed about it."""
    return " ".join([said, *(one.sentence for one in found)])


def _plan(case: CaseFacts, desk: Desk) -> Plan | None:
    if is_spoken(case):
        return kept_plan(case)
    if case.closed_at is not None:
        return None
    return plan_of(case, customer_for(desk.scope, case.customer_id), scope=desk.scope, now=desk.now)


def _shown(plan: Plan, case: CaseFacts, desk: Desk) -> Shown:
    first = first_name(case.customer_name)
    kept = ""
    if plan.kept_at is not None:
        kept = _("as it stood at the first word, {when}").format(when=clocks.stamp(plan.kept_at))
    return Shown(
        kept=kept, head=_head(plan, desk), language=plan.language, language_name=_language(plan.language),
        may_change=not kept and Do.STEP in case.allowed, facts=_facts(plan, first), lived=_lived(plan, first, desk),
        lines=[_line(one, desk) for one in plan.words], options=[_option(one, desk) for one in plan.options],
        needed=[_needed(one, desk) for one in plan.needed], by_when=_by_when(plan, first, desk),
        cautions=[one.sentence for one in plan.cautions],
    )  # fmt: skip


def _head(plan: Plan, desk: Desk) -> str:
    if plan.kept_at is not None or plan.speak_by is None:
        return ""
    if plan.speak_by <= desk.now:
        return _("the first word is late")
    return _("speak by {}").format(clocks.moment(plan.speak_by, desk.now))


def _facts(plan: Plan, first: str) -> list[Said]:
    """What was promised, what happened, since when, who knew first, and what it means to the customer."""
    known = {
        "watch": _("We, when it broke"), "forecast": _("We, before it broke"), "staff": _("We noticed"),
        "customer": _("{} told us").format(first), "import": _("It came with a file"),
    }  # fmt: skip
    found = []
    if plan.promised_at is not None:
        when = clocks.stamp_day(plan.promised_on) if plan.promised_on else clocks.stamp(plan.promised_at)
        found.append(Said(_("Promised"), f"{plan.promised}, {when}"))
    return [
        *found,
        Said(_("Happened"), plan.happened.removesuffix(f": {plan.promised}") if plan.promised else plan.happened),
        *([] if plan.foretold else [Said(_("Since"), clocks.stamp(plan.since))]),
        Said(_("Knew first"), known.get(plan.known_first, plan.known_first)),
        *([Said(_("It means"), plan.harm)] if plan.harm else []),
        *([Said(_("They need"), plan.needs)] if plan.needs else []),
    ]


def _lived(plan: Plan, first: str, desk: Desk) -> list[Said]:
    """What the customer has lived through with us in a year."""
    if not (plan.earlier_count or plan.apologies or plan.open_promises):
        return [Said(_("Nothing went wrong for {} in the last 12 months.").format(first))]
    failures = [
        Said(one.title or _("A failure another team works on"), _ended(one.outcome),
             f"/cases/SR-{one.number}/" if one.title else "")
        for one in plan.earlier
    ]  # fmt: skip
    more = plan.earlier_count - len(plan.earlier)
    if more:
        failures.append(Said(ngettext("and {} more", "and {} more", more).format(more)))
    sorry = ngettext("We apologised {} time", "We apologised {} times", len(plan.apologies)).format(len(plan.apologies))
    apologies = [Said(sorry, _("last {}").format(clocks.stamp(plan.apologies[0].at)))] if plan.apologies else []
    waits = [
        Said(one.title, _waits(one.state, clocks.due(one.due_at, desk.now, one.due_on)), f"/promises/{one.id}/")
        for one in plan.open_promises
    ]
    return [*failures, *apologies, *waits]


def _ended(outcome: str) -> str:
    return {
        "": _("still open"), "satisfied": _("ended satisfied"),
        "satisfied_after_more": _("ended satisfied, after more was done"), "not_satisfied": _("ended not satisfied"),
        "will_not_forgive": _("ended: will not forgive"), "unreachable": _("ended without reaching them"),
    }.get(outcome, outcome)  # fmt: skip


def _waits(state: str, due: str) -> str:
    words = {"open": _("promised, due {}"), "at_risk": _("in danger, due {}"), "broken": _("broken, was due {}")}
    return words.get(state, "{}").format(due)


def _language(language: str) -> str:
    """What a line is to be said in, when it is not English."""
    return {"de": _("German"), "es": _("Spanish"), "pt": _("Portuguese")}.get(language, "")


def _line(one: PlanWords, desk: Desk) -> Line:
    names = {
        Step.OWN: _("Own"), Step.LISTEN: _("Listen"), Step.EMPATHISE: _("Empathise"),
        Step.APOLOGISE: _("Apologise"), Step.REFOCUS: _("Refocus"),
    }  # fmt: skip
    changed = _("{name}’s words, {when}").format(name=one.by, when=clocks.moment(one.at, desk.now)) if one.at else ""
    return Line(one.step, names[one.step], one.words, changed)


def _option(one: PlanOption, desk: Desk) -> Said:
    if one.nobody:
        who = _("nobody who is there may give it")
    else:
        who = _("{} decides").format(one.decides) if one.decides else _("yours to give")
    cost = format_money(one.amount, one.currency) if one.known and one.amount else ""
    by = _("by {}").format(clocks.moment(one.due_at, desk.now))
    ask = _("ask first") if one.ask_first else ""
    return Said(read_in(one.titles, one.title), ", ".join(filter(None, (cost, who, by, ask))))


def _needed(one: Needed, desk: Desk) -> Said:
    if one.id == desk.staff_id:
        return Said(_("You"), _your_part(one))
    part = {
        "owner": _("has not taken it up yet") if one.due else _("owns it"),
        "sponsor": _("should be drawn in: it happened again") if one.due else _("is drawn in"),
        "approver": _("approves what is more"), "kind": _("leads the team of this kind of promise"),
    }[one.part]  # fmt: skip
    return Said(one.name, part)


def _your_part(one: Needed) -> str:
    return {
        "owner": _("have not taken it up yet") if one.due else _("own it"),
        "sponsor": _("should be drawn in: it happened again") if one.due else _("are drawn in"),
        "approver": _("approve what is more"), "kind": _("lead the team of this kind of promise"),
    }[one.part]  # fmt: skip


def _by_when(plan: Plan, first: str, desk: Desk) -> list[Said]:
    found = []
    if plan.speak_by is not None:
        found.append(Said(_("First word"), clocks.stamp(plan.speak_by)))
    if plan.update_minutes is not None:
        every = clocks.span(timedelta(minutes=plan.update_minutes))
        found.append(Said(_("Then"), _("{name} wants to hear from us every {span}").format(name=first, span=every)))
    return found or [Said(_("Then"), _("say when they hear from you next, and promise it here"))]
