"""Remedies in the words of the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from makegood.promises.rules import LIVE, UNKEPT, State
from makegood.remedies.queries import GrantFacts
from makegood.remedies.rules.authority import Period
from makegood.remedies.rules.fit import FailureKind, RemedyKind
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.playbooks import joined
from makegood.web import clocks
from makegood.web.tables import Choice
from makegood.web.telling import read_in


def name_of(grant: GrantFacts) -> str:
    """A remedy as the desk calls it: in the reader's language, whatever the customer's is."""
    return read_in(grant.titles, grant.title)


def names_of(grants: Iterable[GrantFacts]) -> str:
    """Remedies that are given together, in one line."""
    return joined(map(name_of, grants))


FAILURES = {
    FailureKind.LATE: gettext_lazy("late, or not there"),
    FailureKind.WRONG: gettext_lazy("wrong or defective"),
    FailureKind.MONEY: gettext_lazy("money"),
    FailureKind.SILENCE: gettext_lazy("nobody said"),
    FailureKind.ATTENTION: gettext_lazy("treated carelessly"),
    FailureKind.REQUEST: gettext_lazy("a wish, or a slip of theirs"),
    FailureKind.RECOVERY: gettext_lazy("a recovery that failed"),
    FailureKind.CUSTOMER: gettext_lazy("their own conduct"),
}
"""A kind of failure, by what went wrong in the customer's eyes."""


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
    if grant.fulfilled_at is not None:
        return _done(grant, grant.fulfilled_at)
    if grant.problem and grant.promise_state in LIVE:
        return _("could not be carried out yet")
    outcomes = { State.BROKEN: _("not done in time"), State.RELEASED: _("let off"), State.REPLACED: _("promised anew"),
        State.WITHDRAWN: _("withdrawn"),
    }  # fmt: skip
    return outcomes.get(grant.promise_state or State.OPEN, _("promised"))


def _done(grant: GrantFacts, at: datetime) -> str:
    """When it was carried out, and under which reference."""
    late = grant.promise_state is State.KEPT_LATE
    words = (_("done late, {}") if late else _("done {}")).format(clocks.stamp(at))
    return f"{words} ({grant.reference})" if grant.reference else words


def why_not(grant: GrantFacts) -> str:
    """Why it was refused, or could not be carried out; "" for neither."""
    if grant.state is GrantState.REFUSED:
        return grant.refusal
    return grant.problem if grant.state is GrantState.GIVEN and grant.promise_state in UNKEPT else ""
