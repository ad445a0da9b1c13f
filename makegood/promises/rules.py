"""What a promise is, how facts about it settle, and which moves are legal. Pure.

A promise's state is never the memory of what happened to arrive first: it is a function of what is known
about the promise and of the instant at which one looks. That is why facts may come late, twice, or in any
order and the ledger still ends in the same state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec

from makegood.kernel.transitions import Transitions


class State(StrEnum):
    """Where a promise stands. `kept` and `withdrawn` before it broke; `kept_late` and `released` after."""

    OPEN = "open"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    KEPT = "kept"
    KEPT_LATE = "kept_late"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"


LIVE = frozenset({State.OPEN, State.AT_RISK})
UNKEPT = frozenset({State.OPEN, State.AT_RISK, State.BROKEN})


class Move(StrEnum):
    """What a person or the watch may do to a promise."""

    KEEP = "keep"
    FORECAST = "forecast"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    WARN = "warn"
    CALM = "calm"
    BREAK = "break"


# Python 3.11 finds a member of an enum fifteen times as slowly as a name, and a batch asks thousands of times.
_OPEN, _RISK, _BROKEN = State.OPEN, State.AT_RISK, State.BROKEN
MOVES: Transitions[State, Move] = Transitions(
    "promise",
    {
        Move.KEEP: {_OPEN: State.KEPT, _RISK: State.KEPT, _BROKEN: State.KEPT_LATE},
        Move.FORECAST: {_OPEN: State.OPEN, _RISK: State.AT_RISK},
        Move.REPLACE: {_OPEN: State.REPLACED, _RISK: State.REPLACED},
        Move.WITHDRAW: {_OPEN: State.WITHDRAWN, _RISK: State.WITHDRAWN},
        Move.RELEASE: {_BROKEN: State.RELEASED},
        Move.WARN: {_OPEN: State.AT_RISK},
        Move.CALM: {_RISK: State.OPEN},
        Move.BREAK: {_OPEN: State.BROKEN, _RISK: State.BROKEN},
    },
)


_NOTHING = timedelta(0)


class Clocks(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The instants (aware UTC) at which a promise can change without news, fixed when it is made.

    `due_at` is the word given. `warn_at` is when silence starts to be worrying, `breaks_at` is `due_at`
    plus the kind's grace: past it, unkept means broken.
    """

    due_at: datetime
    warn_at: datetime
    breaks_at: datetime


class Events(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known to have happened to a promise, each an aware UTC instant or not known."""

    forecast_at: datetime | None = None
    kept_at: datetime | None = None
    withdrawn_at: datetime | None = None
    replaced_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A promise as it stands at an instant.

    `next_check_at` is the earliest instant at which the state can change without news; None when nothing
    but news can change it. `settled_at` is when it ended, None while it has not.
    """

    state: State
    next_check_at: datetime | None
    settled_at: datetime | None


def stand(clocks: Clocks, events: Events, *, now: datetime) -> Standing:
    """How the promise stands at `now` (aware UTC), given all that is known.

    What lies after `now` is not known yet: a ledger judged "as of" an earlier instant does not read ahead.
    """
    ending = _ending(clocks, events, now)
    if ending is not None:
        return ending
    if now > clocks.breaks_at:
        return Standing(state=_BROKEN, next_check_at=None, settled_at=None)
    forecast = events.forecast_at
    if forecast is not None and forecast > clocks.breaks_at:
        return _live(_RISK, clocks.breaks_at)
    # A forecast that says "in time" is progress until its own instant has passed without the promise kept.
    quiet_until = clocks.warn_at if forecast is None else max(clocks.warn_at, forecast)
    if now > quiet_until:
        return _live(_RISK, clocks.breaks_at)
    return _live(_OPEN, min(quiet_until, clocks.breaks_at))


def _live(state: State, next_check_at: datetime) -> Standing:
    return Standing(state=state, next_check_at=next_check_at, settled_at=None)


def _ending(clocks: Clocks, events: Events, now: datetime) -> Standing | None:
    """The end of the promise, if one is known by `now`: the earliest event decides, keeping first on a tie."""
    if events.kept_at is None and events.withdrawn_at is None and events.replaced_at is None:
        return None
    known = [
        (at, rank)
        for rank, at in enumerate((events.kept_at, events.withdrawn_at, events.replaced_at))
        if at is not None and at <= now
    ]
    if not known:
        return None
    at, rank = min(known)
    in_time, late = _ENDS[rank]
    return Standing(state=in_time if at <= clocks.breaks_at else late, next_check_at=None, settled_at=at)


_ENDS = (
    (State.KEPT, State.KEPT_LATE),
    (State.WITHDRAWN, State.RELEASED),
    (State.REPLACED, State.RELEASED),
)


def fix_clocks(*, made_at: datetime, due_at: datetime, warning: timedelta, grace: timedelta) -> Clocks:
    """The clocks of a promise made at `made_at` and due at `due_at` under a kind's `warning` and `grace`.

    The warning never takes more than half of the time that was given: a call promised "in ten minutes"
    under a half-hour warning is not in danger the moment it is made.
    """
    given = max(due_at - made_at, _NOTHING)
    return Clocks(due_at=due_at, warn_at=due_at - min(warning, given / 2), breaks_at=due_at + grace)


class Moved(msgspec.Struct, frozen=True, gc=False):
    """One promise that changed its state, with what the rooms downstream need to act on it."""

    promise_id: int
    customer_id: int
    kind_id: int
    title: str
    owner_id: int | None
    due_at: datetime
    breaks_at: datetime
    forecast_at: datetime | None
    kept_at: datetime | None
    before: State | None
    after: State
    opens_case: bool
    inside_case: bool
    severity: int
    team_id: int | None
    role: str

    @property
    def forecast_is_late(self) -> bool:
        """Whether the latest estimate lies past the point where the promise breaks."""
        return self.forecast_at is not None and self.forecast_at > self.breaks_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a kind of promise says about its promises."""

    kind_id: int
    slug: str
    name: str
    warning: timedelta
    grace: timedelta
    severity: int
    role: str
    team_id: int | None
    opens_case: bool
    inside_case: bool


def day_ends(day: date, zone: tzinfo) -> datetime:
    """The last microsecond (aware UTC) of a local day: a promise for a day is kept all through it."""
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)
