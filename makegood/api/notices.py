"""What a person was told: for an app or a script of their own, by a token that stands for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.forms import Id, Limit, refuse_unknown
from makegood.notices.actions import mark_read
from makegood.notices.queries import NoticeFacts, notice_of, notices_of, unread

router = Router()
_COUNTED = 999


class AboutOut(Schema):
    """What a notice is about, such as a case and its number."""

    kind: str
    id: int


class NoticeOut(Schema):
    """One thing the person was told; `link` is where in the desk it is, `by` who did it ("" for nobody)."""

    id: int
    topic: str
    about: AboutOut
    words: str
    link: str
    urgent: bool
    by: str
    told_at: datetime
    read_at: datetime | None


class NoticesOut(Schema):
    """A page of notices, the newest first; `unread` counts all that are not read, up to 999."""

    items: list[NoticeOut]
    unread: int
    next: str | None


class NoticesQuery(Schema):
    """Which notices."""

    unread: bool = False
    after: Annotated[str, Field(max_length=30)] = ""
    limit: Limit = 50


@router.get("/notices", response=NoticesOut, tags=["notices"], summary="List notices")
def list_notices(request: ApiRequest, query: Query[NoticesQuery]) -> Any:
    """What the person the token stands for was told, the newest first."""
    refuse_unknown(request.GET, NoticesQuery)
    me = _me(request)
    found = notices_of(me, unread_only=query.unread, after=query.after, limit=query.limit)
    items = [notice_out(one) for one in found.rows]
    return {"items": items, "unread": unread(me, at_most=_COUNTED), "next": found.next or None}


@router.post("/notices/{notice_id}/read", response=NoticeOut, tags=["notices"], summary="Mark a notice as read")
def read_notice(request: ApiRequest, notice_id: Id) -> Any:
    """Say that the person has read it; a second time changes nothing."""
    me = _me(request)
    mark_read(me, notice_id, now=request.now)
    return notice_out(notice_of(me, notice_id))


def notice_out(one: NoticeFacts) -> dict[str, Any]:
    """A notice as it goes out."""
    same = ("id", "topic", "words", "link", "urgent", "told_at", "read_at")
    return {
        **{name: getattr(one, name) for name in same},
        "about": {"kind": one.about_kind, "id": one.about_id},
        "by": one.by_name,
    }


def _me(request: ApiRequest) -> int:
    """The person the token stands for. Raises Refusal "token.no_staff"."""
    staff_id = person(request, None).scope.staff_id
    assert staff_id is not None  # noqa: S101 - whoever acts as a person is one
    return staff_id
