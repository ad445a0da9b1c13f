"""What stands around every page: read only when a page with a rail is drawn, never for a fragment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from makegood.journal.queries import latest_cursor
from makegood.kernel.money import format_money
from makegood.learning.queries.own import Own
from makegood.people.queries import ViewFacts, views_first_of
from makegood.people.rules import Role
from makegood.promises.queries import KindFacts, kinds
from makegood.web.desk import Desk
from makegood.web.standing import counts_of, own_of
from makegood.web.tables import Choice, without_place

# The first words of an address, and the place in the rail that they belong to.
_PLACES = (
    ("/today/", "today"),
    ("/cases/", "cases"),
    ("/promises/", "promises"),
    ("/approvals/", "approvals"),
    ("/follow-ups/", "follow-ups"),
    ("/incidents/", "incidents"),
    ("/closures/", "closures"),
    ("/settings/closing/", "closing"),
    ("/settings/causes/", "causes"),
    ("/settings/asking/", "asking"),
    ("/messages/looks/", "practice"),
    ("/messages/", "unsorted"),
    ("/customers/", "customers"),
    ("/asked/", "asked"),
    ("/improvements/", "improvements"),
    ("/causes/", "roots"),
    ("/experiments/", "experiments"),
    ("/signals/", "signals"),
    ("/line-up/", "line-up"),
    ("/practice/", "practice"),
    ("/insights/consistency/", "consistency"),
    ("/insights/", "insights"),
    ("/settings/people/", "people"),
    ("/settings/kinds/", "kinds"),
    ("/settings/words/", "words"),
    ("/settings/playbooks/", "playbooks"),
    ("/settings/owed/", "owed"),
    ("/settings/authority/", "authority"),
    ("/settings/ladder/", "ladder"),
    ("/settings/mailboxes/", "mailboxes"),
    ("/settings/lines/", "mailboxes"),
    ("/settings/coach/", "coach"),
    ("/settings/practice/", "practice-policy"),
    ("/settings/webhooks/", "webhooks"),
    ("/health/", "health"),
    ("/notices/", "notices"),
)
_IN_SETTINGS = frozenset(
    (
        "people",
        "kinds",
        "playbooks",
        "words",
        "owed",
        "authority",
        "ladder",
        "closing",
        "causes",
        "asking",
        "coach",
        "practice-policy",
        "mailboxes",
        "webhooks",
        "health",
    )
)


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in, at the foot of the rail."""

    name: str
    role: str
    note: str


class Shell:
    """The rail, the bottom bar and the dialogs."""

    def __init__(self, desk: Desk, path: str, query: str, broken: int | None) -> None:
        self._desk = desk
        self._broken = broken
        self._path = path
        self._query = query

    @cached_property
    def me(self) -> Me:
        role = role_name(self._desk.scope.role)
        if self.own.limit is not None and not self._desk.owns_processes:
            bound = format_money(self.own.limit, self._desk.organisation.currency)
            return Me(self._desk.name, role, _("Limit {} a case").format(bound))
        return Me(self._desk.name, role, f"{role}, {self.own.team}" if self.own.team else role)

    @property
    def single_keys(self) -> str:
        return "on" if self._desk.single_keys else "off"

    @property
    def looks_only(self) -> bool:
        """Whether the reader's role makes no promises."""
        return not self._desk.may_work

    @property
    def notice(self) -> str:
        return self._desk.organisation.notice

    @cached_property
    def saved(self) -> Saved | None:
        """The saved view whose list this is."""
        here = f"{self._path}?{without_place(QueryDict(self._query))}"
        return next((view for view in self.views if self._query and view.address == here), None)

    @cached_property
    def active(self) -> str:
        if self.saved is not None:
            return f"view:{self.saved.slug}"
        return next((name for start, name in _PLACES if self._path.startswith(start)), "")

    @property
    def in_settings(self) -> bool:
        """Whether the page is one of those that the rail keeps folded away."""
        return self.active in _IN_SETTINGS

    @cached_property
    def own(self) -> Own:
        return own_of(self._desk, broken=self._broken)

    @cached_property
    def counts(self) -> dict[str, int]:
        return counts_of(self.own)

    @cached_property
    def views(self) -> list[Saved]:
        """The reader's own first, then everybody else's."""
        return [Saved(view, self._desk) for view in views_first_of(self._desk.staff_id)]

    @cached_property
    def kinds(self) -> list[Choice]:
        return by_hand(kinds(inside_case=False))

    @cached_property
    def cursor(self) -> str:
        """Where the journal stands; a process owner's page asks for no news of cases."""
        if self._desk.owns_processes:
            return ""
        return self._desk.cursor or latest_cursor()


class Saved:
    """A saved view in the rail; its count is asked for once the page stands."""

    def __init__(self, view: ViewFacts, desk: Desk) -> None:
        self.name, self.slug, self.address = view.name, view.slug, view.address
        self.may_change = desk.administers or view.made_by_id == desk.staff_id


def by_hand(every: Iterable[KindFacts]) -> list[Choice]:
    """Kinds as options, those with the shortest usual time first: what people promise by hand is due soon."""
    ordered = sorted(every, key=lambda kind: (kind.allowance or timedelta.max, kind.name))
    return [Choice(kind.slug, kind.name) for kind in ordered]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of every page: the shell, and the one `now` of the request."""
    desk: Desk | None = getattr(request, "desk", None)
    if desk is None:
        return {}
    around = Shell(desk, request.path, request.META.get("QUERY_STRING", ""), getattr(request, "broken", None))
    return {"shell": around, "desk": desk, "now": desk.now, "me": desk.name}


def role_name(role: Role) -> str:
    """A role in the reader's language."""
    return str(_ROLES[role])


_ROLES = {
    Role.AGENT: gettext_lazy("Agent"), Role.LEAD: gettext_lazy("Lead"), Role.MANAGER: gettext_lazy("Manager"),
    Role.ANALYST: gettext_lazy("Analyst"), Role.ADMINISTRATOR: gettext_lazy("Administrator"),
    Role.PROCESS_OWNER: gettext_lazy("Process owner"),
}  # fmt: skip
