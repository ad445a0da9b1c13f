"""Remedies in the words of the desk."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from makegood.promises.rules import State
from makegood.remedies.queries import GrantFacts
from makegood.remedies.rules.authority import Period
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import GrantState
from makegood.web.tables import Choice


def kind_name(kind: RemedyKind) -> str:
    """A kind of remedy."""
    return {
        RemedyKind.RE_PERFORMANCE: _("Doing it again"), RemedyKind.EXCHANGE: _("Exchange"),
        RemedyKind.REFUND: _("Refund"), RemedyKind.CREDIT: _("Credit"), RemedyKind.GESTURE: _("Gesture"),
        RemedyKind.PERSONAL_CONTACT: _("Personal contact"),
    }[kind]  # fmt: skip


def kind_choices() -> list[Choice]:
    """Every kind, to choose from."""
    return [Choice(kind, kind_name(kind)) for kind in RemedyKind]


def period_name(period: Period) -> str:
    """The span of a budget."""
    return {Period.DAY: _("a day"), Period.WEEK: _("a week"), Period.MONTH: _("a month")}[period]


def per_cent(share: Decimal) -> str:
    """A share of the loss in whole per cent, kept on one line."""
    return f"{share:.0%}".replace("%", "\N{NO-BREAK SPACE}%")


def state_words(grant: GrantFacts) -> str:
    """Where a remedy stands."""
    if grant.state is GrantState.ASKED:
        return _("waits for a decision")
    if grant.state is GrantState.REFUSED:
        return _("refused")
    if grant.state is GrantState.WITHDRAWN:
        return _("taken back")
    outcomes = {
        State.KEPT: _("done"), State.KEPT_LATE: _("done, late"), State.BROKEN: _("not done in time"),
        State.RELEASED: _("let off"), State.REPLACED: _("promised anew"), State.WITHDRAWN: _("withdrawn"),
    }  # fmt: skip
    return outcomes.get(grant.promise_state or State.OPEN, _("promised"))
