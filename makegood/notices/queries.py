"""Reading notices: each person their own, and for the health page how sending fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.notices.models import Channel, Delivery, Notice
from makegood.platform.paging import Slice, slice_of
from makegood.platform.rows import fetch_rows

LATE = timedelta(minutes=10)
LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """One thing somebody was told. `undelivered` names the channels at which it was given up."""

    id: int
    topic: str
    about_kind: str
    about_id: int
    words: str
    link: str
    urgent: bool
    by_name: str
    told_at: datetime
    read_at: datetime | None
    undelivered: tuple[str, ...] = ()

    @property
    def cursor(self) -> str:
        """Where in the list it stands."""
        return str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """A place at which somebody is told. Its address is not among this: nobody is shown it again.

    `problem` is why the latest message did not leave, "" when it did or nothing was sent yet.
    """

    id: int
    name: str
    service: str
    urgent_only: bool
    made_at: datetime
    last_sent_at: datetime | None
    problem: str
    problem_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """A page of what somebody was told, with the cursors of those before and after it."""

    rows: Sequence[NoticeFacts]
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """How sending fares: deliveries that should have left and did not, and those given up within a day."""

    late: int
    failed: int


UNREAD = "SELECT FROM notices_notice WHERE staff_id = %(me)s::bigint AND read_at IS NULL LIMIT %(at_most)s::bigint"
"""The notices that `me` has not read, for rooms downstream that count them beside other things."""


def unread(staff_id: int, *, at_most: int) -> int:
    """How many notices somebody has not read, counted up to `at_most`."""
    counted = f"SELECT count(*) FROM ({UNREAD}) told"  # noqa: S608 - written above
    return int(fetch_rows(counted, {"me": staff_id, "at_most": at_most})[0][0])


def notices_of(
    staff_id: int, *, unread_only: bool = False, after: str = "", before: str = "", limit: int = 50
) -> NoticesPage:
    """What somebody was told, the newest first. Raises Refusal "page.bad_cursor"."""
    rows = Notice.objects.filter(staff_id=staff_id)
    if unread_only:
        rows = rows.filter(read_at=None)
    found: Slice[NoticeFacts] = slice_of(
        rows, "id", lambda found: _facts(list(found)), limit=limit, after=_key(after), before=_key(before),
        descending=True,
    )  # fmt: skip
    return NoticesPage(found.rows, *found.around(lambda one: one.cursor))


def notice_of(staff_id: int, notice_id: int) -> NoticeFacts:
    """One notice of somebody's own. Raises Refusal "notice.unknown"."""
    found = _facts(list(Notice.objects.filter(pk=notice_id, staff_id=staff_id)))
    if not found:
        raise unknown_notice()
    return found[0]


def channels_of(staff_id: int) -> tuple[ChannelFacts, ...]:
    """Where somebody is told outside the app, by name."""
    return tuple(
        ChannelFacts(
            id=row.pk,
            name=row.name,
            service=row.service,
            urgent_only=row.urgent_only,
            made_at=row.made_at,
            last_sent_at=max(row.sent, default=None),
            problem=row.problem,
            problem_at=row.problem_at,
        )
        for row in Channel.objects.filter(staff_id=staff_id).order_by("name", "id")
    )


def address_of(staff_id: int, channel_id: int) -> str:
    """The address itself, to send to it and for nothing else. Raises Refusal "channel.unknown"."""
    found = Channel.objects.filter(pk=channel_id, staff_id=staff_id).values_list("address", flat=True).first()
    if found is None:
        raise unknown_channel()
    return found


def outbox(now: datetime) -> Outbox:
    """How sending fares; costs what waits and what failed, not what there is."""
    late = Delivery.objects.filter(next_at__lt=now - LATE).count()
    return Outbox(late, Delivery.objects.filter(failed_at__gt=now - LATELY).count())


def unknown_notice() -> Refusal:
    """The refusal for a notice that is another's, or none."""
    return missing("notice.unknown", "There is no such notice of yours.")


def unknown_channel() -> Refusal:
    """The refusal for a channel that is another's, or none."""
    return missing("channel.unknown", "There is no such place at which you are told. It may have been removed.")


def _facts(rows: Sequence[Notice]) -> list[NoticeFacts]:
    given_up: dict[int, list[str]] = {}
    failed = Delivery.objects.filter(failed_at__isnull=False, notice_id__in=[row.pk for row in rows])
    for notice_id, name in failed.order_by("id").values_list("notice_id", "channel__name"):
        given_up.setdefault(notice_id, []).append(name)
    return [
        NoticeFacts(
            id=row.pk,
            topic=row.topic,
            about_kind=row.about_kind,
            about_id=row.about_id,
            words=row.words,
            link=row.link,
            urgent=row.urgent,
            by_name=row.by_name,
            told_at=row.told_at,
            read_at=row.read_at,
            undelivered=tuple(given_up.get(row.pk, ())),
        )
        for row in rows
    ]


def _key(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    if not cursor.isdecimal() or not cursor.isascii() or int(cursor) >= 2**63:
        raise invalid("page.bad_cursor", "Use the cursor of an earlier answer.", field="after")
    return int(cursor), int(cursor)
