"""Settings: what each grade may give alone, and past which share of the loss a remedy needs a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.money import format_money, parse_money
from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require, roster
from makegood.people.rules import Ability
from makegood.remedies import actions
from makegood.remedies import queries as remedies
from makegood.remedies.rules.authority import Limit, Period, limits_of
from makegood.remedies.rules.fit import RemedyKind
from makegood.web.answers import done, errors_of
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.remedies.words import kind_choices, kind_name, period_name
from makegood.web.shell import role_name
from makegood.web.tables import Choice, Column, Row, number_or_none

HOME = "/settings/authority/"
_AMOUNTS = ("each", "case", "budget")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One limit as a line of the table; amounts are texts as they are typed, "" where nothing bounds."""

    grade: int
    currency: str
    remedy: str
    name: str
    each: str
    case: str
    budget: str
    per: Period
    words: tuple[str, str, str]

    @property
    def key(self) -> str:
        """What its fields are named after."""
        return f"{self.grade}-{self.currency}-{self.remedy or 'all'}"


@at_desk("GET", "POST")
def limits(request: DeskRequest) -> HttpResponse:
    """Every limit, and who may give how much by it; sent, one limit is set."""
    desk = request.desk
    _require(desk)
    if request.method == "POST":
        try:
            actions.set_limit(_typed(request.POST, desk), by=desk.actor, now=desk.now)
            return done(request, _("Set. It holds from now on."), to=HOME)
        except Refusal as no:
            return _shown(request, errors_of(no))
    return _shown(request, {})


@at_desk("POST")
def cap(request: DeskRequest) -> HttpResponse:
    """Set past which share of the loss a reason is asked for."""
    desk = request.desk
    _require(desk)
    try:
        actions.set_cap(_share(request.POST.get("cap", "")), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no))
    return done(request, _("Set. It holds from now on."), to=HOME)


@at_desk("POST")
def remove(request: DeskRequest) -> HttpResponse:
    """Take one limit away."""
    desk, typed = request.desk, request.POST
    grade = number_or_none(typed.get("grade")) or 0
    actions.remove_limit(
        grade, typed.get("currency", ""), typed.get("remedy", ""), by=desk.actor, now=desk.now
    )  # fmt: skip
    return done(request, _("Taken away."), to=HOME)


def _require(desk: Desk) -> None:
    require(desk.actor, Ability.SET_REMEDIES)


def _shown(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    context = _page(request.desk) | {"errors": errors, "typed": request.POST}
    return render(request, "web/remedies/authority.html", context, status=422 if errors else 200)


def _page(desk: Desk) -> dict[str, Any]:
    known = remedies.limits()
    bounds = [_bound(limit) for limit in known]
    return {
        "groups": [(currency, list(rows)) for currency, rows in groupby(bounds, key=lambda one: one.currency)],
        "kinds": kind_choices(), "periods": [Choice(one, period_name(one)) for one in Period],
        "currency": desk.organisation.currency, "cap": f"{remedies.cap() * 100:f}".rstrip("0").rstrip("."),
        "columns": [Column(_("Name")), Column(_("Grade"), n=True), Column(_("May give alone"))],
        "rows": _people(known, desk),
    }  # fmt: skip


def _bound(limit: Limit) -> Bound:
    each, case, budget = (getattr(limit, name) for name in _AMOUNTS)
    return Bound(
        grade=limit.grade, currency=limit.currency, remedy=limit.remedy or "",
        name=kind_name(limit.remedy) if limit.remedy else _("All together"),
        each=_plain(each), case=_plain(case), budget=_plain(budget), per=limit.per,
        words=(_money(each, limit), _money(case, limit), _budget(limit)),
    )  # fmt: skip


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}".removesuffix(".00")


def _money(amount: Decimal | None, limit: Limit) -> str:
    return _("no limit") if amount is None else format_money(amount, limit.currency)


def _budget(limit: Limit) -> str:
    if limit.budget is None:
        return _("no limit")
    return f"{format_money(limit.budget, limit.currency)} {period_name(limit.per)}"


def _people(known: Sequence[Limit], desk: Desk) -> list[Row]:
    """Everybody who may give something, by grade, and how much."""
    working = [one for one in roster(desk.now).people.values() if one.may_work]
    return [
        Row([f"{one.name}, {role_name(one.role)}", one.grade, _may_give(one.grade, known, desk)])
        for one in sorted(working, key=lambda one: (-one.grade, one.name))
    ]


def _may_give(grade: int, known: Sequence[Limit], desk: Desk) -> str:
    currencies = dict.fromkeys([desk.organisation.currency, *(limit.currency for limit in known)])
    told = [words for currency in currencies if (words := _in_currency(grade, currency, known))]
    return "; ".join(told) or _("nothing, somebody else decides")


def _in_currency(grade: int, currency: str, known: Sequence[Limit]) -> str:
    own = limits_of(grade, currency, known)
    if not own:
        return ""
    parts = [_limit_words(limit) for limit in own]
    return ", ".join(part for part in parts if part) or _("any amount in {}").format(currency)


def _limit_words(limit: Limit) -> str:
    what = "" if limit.remedy is None else f" {_('as')} {kind_name(limit.remedy).lower()}"
    parts = [] if limit.each is None else [_("{} at once").format(format_money(limit.each, limit.currency))]
    parts += [] if limit.case is None else [_("{} a case").format(format_money(limit.case, limit.currency))]
    parts += [] if limit.budget is None else [_budget(limit)]
    return f"{', '.join(parts)}{what}" if parts else ""


def _typed(typed: QueryDict, desk: Desk) -> Limit:
    currency = typed.get("currency", "").strip().upper() or desk.organisation.currency
    remedy, per = typed.get("remedy", ""), typed.get("per", "")
    each, case, budget = (_amount(typed.get(name, ""), name, currency) for name in _AMOUNTS)
    return Limit(
        grade=number_or_none(typed.get("grade")) or 0, currency=currency,
        remedy=RemedyKind(remedy) if remedy in list(RemedyKind) else None, each=each, case=case, budget=budget,
        per=Period(per) if per in list(Period) else Period.MONTH,
    )  # fmt: skip


def _amount(text: str, field: str, currency: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        amount, code = parse_money(text, currency=currency)
    except Refusal as no:
        raise invalid("limit.bad_value", no.message, field=field) from None
    if code != currency:
        raise invalid("limit.bad_value", _("This limit counts in {}.").format(currency), field=field)
    return amount


def _share(text: str) -> Decimal:
    try:
        return Decimal(text.strip().removesuffix("%").strip()) / 100
    except InvalidOperation:
        raise invalid("limit.bad_value", _("Write a share in per cent, such as 150."), field="cap") from None
