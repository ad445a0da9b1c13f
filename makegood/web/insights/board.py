"""What an address of the insights asks for, and the figures it is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from makegood.measurement.aims import Aim
from makegood.measurement.marks import LONGEST_PLACE
from makegood.measurement.queries.aims import aims
from makegood.measurement.queries.insights import PERIODS, Figures, Narrow, Period, figures, period_of
from makegood.measurement.queries.places import PlaceFigures, places
from makegood.people.queries import TeamFacts, teams
from makegood.people.rules import Scope
from makegood.promises.queries import KindFacts, kinds
from makegood.web.days import today
from makegood.web.tables import Choice, Select, number_or_none

_OFFERED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The figures of a period as somebody narrowed them; `only_team` names the team of those who see no other;
    `places` are those that figures can be narrowed to."""

    scope: Scope
    now: datetime
    zone: ZoneInfo
    figures: Figures
    narrow: Narrow
    kind: KindFacts | None
    team: TeamFacts | None
    only_team: str
    kinds: tuple[KindFacts, ...]
    teams: tuple[TeamFacts, ...]
    places: tuple[PlaceFigures, ...]
    aims: Mapping[Aim, float]

    @property
    def period(self) -> Period:
        """The days that are shown."""
        return self.figures.period

    def query(self, **changed: str) -> str:
        """The filters as the end of an address, some of them changed."""
        asked = {
            "period": self.period.days, "kind": self.kind.slug if self.kind else "",
            "team": str(self.team.id) if self.team else "", "place": self.narrow.place,
        } | changed  # fmt: skip
        return urlencode({name: value for name, value in asked.items() if value})

    def behind(self, *marks: str, since: date | None = None, before: date | None = None) -> str:
        """Where the cases or promises stand that marks stand for, in the period or in the days given."""
        first, last = since or self.period.since, before or self.period.before
        days = {"mark": ",".join(marks), "since": first.isoformat(), "before": last.isoformat()}
        return f"/insights/behind/?{self.query(**days, period='')}"


def board_of(asked: QueryDict, *, scope: Scope, now: datetime, zone: ZoneInfo) -> Board:
    """The figures that an address asks for; what it does not understand is left out. Days are the organisation's."""
    days, team = asked.get("period", ""), number_or_none(asked.get("team"))
    period = period_of(days if days in PERIODS else "90", today(now, zone))
    return board_for(period, scope=scope, now=now, zone=zone, of_kind=asked.get("kind", ""), of_team=team,
                     of_place=asked.get("place", "")[:LONGEST_PLACE])  # fmt: skip


def board_for(
    period: Period, *, scope: Scope, now: datetime, zone: ZoneInfo, of_kind: str = "", of_team: int | None = None,
    of_place: str = "",
) -> Board:  # fmt: skip
    """The figures of a period; of a kind of promise, a team and a place, where there are such."""
    every, groups = kinds(inside_case=False), teams()
    kind = next((one for one in every if one.slug == of_kind), None)
    team = next((one for one in groups if one.id == of_team), None)
    own = next((one for one in groups if one.id == scope.team_id), None)
    narrow = Narrow(kind.id if kind else None, team.id if team else None, of_place if ":" in of_place else "")
    return Board(
        scope=scope, now=now, zone=zone, figures=figures(scope, period, narrow), narrow=narrow, kind=kind,
        team=team if scope.sees_all else None, kinds=tuple(every), teams=groups,
        places=places(scope, period, narrow),
        only_team="" if scope.sees_all else own.name if own else _("your team"), aims=aims(),
    )  # fmt: skip


def selects(board: Board) -> list[Select]:
    """By what the figures are narrowed."""
    found = [Select("kind", _("Kind of promise"), [Choice(one.slug, one.name) for one in board.kinds],
                    board.kind.slug if board.kind else "", _("Every kind"))]  # fmt: skip
    if board.scope.sees_all:
        found.append(
            Select("team", _("Team"), [Choice(str(one.id), one.name) for one in board.teams],
                   str(board.team.id) if board.team else "", _("All teams"))
        )  # fmt: skip
    if board.places or board.narrow.place:
        known = {one.key: Choice(one.key, place_named(one.key)) for one in board.places[:_OFFERED]}
        known.setdefault(board.narrow.place, Choice(board.narrow.place, place_named(board.narrow.place)))
        known.pop("", None)
        offered = sorted(known.values(), key=lambda one: one.name)
        found.append(Select("place", _("Place"), offered, board.narrow.place, _("Every place")))
    return found


def place_named(key: str) -> str:
    """A place as it is shown: "Neighbourhood: Dorchester"."""
    what, _colon, name = key.partition(":")
    return f"{what[:1].upper()}{what[1:].replace('_', ' ')}: {name}"


def day_short(day: date) -> str:
    """A day on an axis."""
    return date_format(day, "j M")


def whole_period(board: Board) -> str:
    """Which days are shown, of which promises and teams, in words."""
    parts = [_("{since} to {until}").format(since=date_format(board.period.since, "j M Y"),
                                           until=date_format(board.now.astimezone(board.zone), "j M Y"))]  # fmt: skip
    parts += [board.kind.name] if board.kind else []
    parts += [place_named(board.narrow.place)] if board.narrow.place else []
    parts += [board.only_team or (board.team.name if board.team else "")]
    return ", ".join(filter(None, parts))
