"""The daily line-up, and who is told of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import refuse_unknown
from makegood.learning import actions
from makegood.learning.queries.letters import needs_of, wants_digest
from makegood.learning.queries.line_up import LineUp, line_up, wish_of
from makegood.learning.rules.asked import Need
from makegood.learning.rules.letters import digest_letter
from makegood.learning.rules.line_up import HOUR, Topic, day_before
from makegood.people.queries import staff_zone
from makegood.platform.installation import organisation
from makegood.practice.queries import scene_of_day

router = Router(tags=["report"])


class KindOfDayOut(Schema):
    """A kind of promise on the day."""

    slug: str
    name: str
    due: int
    kept: int
    failed: int


class CauseOwnSignalOut(Schema):
    """A cause that was found, and in how many cases."""

    slug: str
    name: str
    times: int


class LineUpChangeOut(Schema):
    """An improvement that went `live`, `held` or `came_back`."""

    number: int
    change: str
    verb: str


class SignalOfDayOut(Schema):
    """A group that was found to fail beyond chance."""

    id: int
    what: str
    value: str
    name: str
    due: int
    failed: int
    expected: float


class ThanksOut(Schema):
    """Somebody who is recognised, and for what."""

    staff_id: int
    name: str
    told_first: bool
    stayed: bool
    in_person: bool


class TalkOut(Schema):
    """The one thing to talk about."""

    topic: Topic
    about: str
    url: str


class DailySceneOut(Schema):
    """The practice scene of the day, and the kind that failed most of which it is ("" when of none)."""

    scene: str
    name: str
    happened: str
    kind: str


class LineUpOut(Schema):
    """A day of the organisation's time zone; `told_first` cases in which we knew before it broke."""

    day: date
    kinds: list[KindOfDayOut]
    causes: list[CauseOwnSignalOut]
    changes: list[LineUpChangeOut]
    signals: list[SignalOfDayOut]
    thanks: list[ThanksOut]
    told_first: int
    talk: TalkOut
    scene: DailySceneOut | None


class NeedsYouOut(Schema):
    """A change that needs them: what of it (`overdue`, `came_back`, `soon`), and by when it is to be live."""

    number: int
    change: str
    need: Need
    due_at: datetime


class OwnSignalOut(Schema):
    """What fails beyond chance where they answer for it, and is not being changed."""

    number: int
    group: str
    due: int
    failed: int
    expected: float


class LeftToYouOut(Schema):
    """What is left to them after a closed case: to say what changes about a cause or a kind (`due_at` null), or to have
    it changed by then."""

    number: int
    about: str
    due_at: datetime | None


class HeldOut(Schema):
    """A change of theirs that was found to hold within a week."""

    number: int
    change: str


class DigestOut(Schema):
    """What the person of the token is written to about: `title` and `text` as the letter would read now, "" when
    nothing needs them; `wanted` whether they are written to."""

    wanted: bool
    asked: list[NeedsYouOut]
    closures: list[LeftToYouOut]
    signals: list[OwnSignalOut]
    held: list[HeldOut]
    title: str
    text: str


class LineUpQuery(Schema):
    """Which day; yesterday unless said."""

    day: date | None = None


class WishIn(StaffIn):
    """Whether, and at which hour of theirs, somebody is told; `quiet_too` also when nothing happened."""

    wanted: bool = True
    hour: Annotated[int, Field(ge=0, le=23)] = HOUR
    quiet_too: bool = False
    by_mail: bool = False


class WishOut(Schema):
    """When somebody is told; `hour` null when not."""

    hour: int | None
    quiet_too: bool
    by_mail: bool


@router.get("/line-up", response=LineUpOut, summary="What failed, was learned and went well on a day")
def read_line_up(request: ApiRequest, query: Query[LineUpQuery]) -> HttpResponse:
    """The daily line-up; it tells of no customer."""
    refuse_unknown(request.GET, LineUpQuery)
    zone: ZoneInfo = organisation().zone
    day = query.day or day_before(request.now, zone)
    found = line_up(day, zone)
    rows = ("kinds", "causes", "changes", "signals", "thanks")
    listed: dict[str, Any] = {name: [one._asdict() for one in getattr(found, name)] for name in rows}
    return told(
        listed
        | {"scene": _scene(found, zone), "day": found.day, "told_first": found.told_first, "talk": found.talk._asdict()}
    )


def _scene(known: LineUp, zone: ZoneInfo) -> dict[str, str] | None:
    if not settings.SCENE_OF_DAY:
        return None
    found = scene_of_day(known.day, zone, known)
    scene = found.scene
    return {"scene": scene.id, "name": scene.name, "happened": scene.happened, "kind": found.kind}


@router.get("/line-up/digest", response=DigestOut, summary="What the letter to the person of the token would say now")
def read_digest(request: ApiRequest) -> HttpResponse:
    """What needs them, what is left to them after closed cases, what fails beyond chance in their work."""
    doer = person(request, None)
    staff_id = doer.scope.staff_id or 0
    needs = needs_of(staff_id, staff_zone(staff_id), request.now)
    letter = digest_letter(needs, settings.BASE_URL)
    return told(
        {
            "wanted": wants_digest(staff_id),
            "asked": [one._asdict() for one in needs.asked],
            "closures": [{"number": one.number, "about": one.about, "due_at": one.due_at} for one in needs.left],
            "signals": [one._asdict() for one in needs.found],
            "held": [one._asdict() for one in needs.held],
            "title": letter.title if letter else "",
            "text": letter.text if letter else "",
        }
    )


@router.post("/line-up/wish", response=WishOut, summary="Be told of the line-up each day")
def wish(request: ApiRequest, body: WishIn) -> HttpResponse:
    """Be told at one's hour, once a day; or (`wanted` false) no more."""
    doer = person(request, body.staff)
    if body.wanted:
        actions.want_line_up(
            hour=body.hour, quiet_too=body.quiet_too, by_mail=body.by_mail, by=doer.by, now=request.now
        )
    else:
        actions.leave_line_up(by=doer.by)
    found = wish_of(doer.scope.staff_id or 0)
    return told(
        {
            "hour": found.hour if found else None,
            "quiet_too": bool(found and found.quiet_too),
            "by_mail": bool(found and found.by_mail),
        }
    )
