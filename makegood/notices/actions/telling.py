"""Telling people: one row for each thing and person, in the transaction that gives rise to it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.people.queries import roster
from makegood.people.rules import Ability, may


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What one person is to be told about one thing, such as ("case", 1001); `link` is where in the desk it is.

    The same topic about the same thing is told once; `occasion` tells apart what happens to it several times. The
    words go to services outside: no name and no word of a customer belongs in them.
    """

    staff_id: int
    about: tuple[str, int]
    topic: str
    words: str
    link: str
    urgent: bool = False
    occasion: str = ""


# One statement however many there are, because the watch waits for it. A delivery is due from the beginning; when it
# leaves is decided by whoever sends.
# For a WITH before the rows that a move writes: they and whom it is told go in one statement. What `to_tell` gives are
# its parameters.
TOLD = """
told AS (
    INSERT INTO notices_notice
        (staff_id, about_kind, about_id, topic, occasion, words, link, urgent, by_name, told_at)
    SELECT staff_id, about_kind, about_id, topic, occasion, words, link, urgent, %(told_by)s, %(told_at)s
    FROM json_populate_recordset(NULL::notices_notice, %(news)s::json)
    ON CONFLICT DO NOTHING
    RETURNING id, staff_id, urgent
), waiting AS (
    INSERT INTO notices_delivery (notice_id, channel_id, next_at, attempts, problem)
    SELECT told.id, channel.id, %(told_at)s, 0, ''
    FROM told JOIN notices_channel channel ON channel.staff_id = told.staff_id AND (told.urgent OR NOT urgent_only)
)
"""
_TELL = f"WITH {TOLD} SELECT count(*) FROM told"  # noqa: S608 - the statement above


def to_tell(news: Collection[News], *, by: Actor, now: datetime) -> dict[str, Any]:
    """What people are to be told, as `TOLD` takes it. Nobody is told what they did themselves."""
    wanted = [_row(one) for one in news if not (by.kind is ActorKind.STAFF and by.id == one.staff_id)]
    name = by.name if by.kind is ActorKind.STAFF else ""
    return {"news": msgspec.json.encode(wanted).decode(), "told_by": name[:120], "told_at": now}


def tell_many(news: Collection[News], *, by: Actor, now: datetime) -> int:
    """Tell people many things at once. Nobody is told what they did themselves. How many notices are new."""
    if not news:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_TELL, to_tell(news, by=by, now=now))
        return int(cursor.fetchone()[0])


def tell(
    staff_id: int,
    *,
    about: tuple[str, int],
    topic: str,
    words: str,
    link: str,
    urgent: bool = False,
    occasion: str = "",
    by: Actor,
    now: datetime,
) -> bool:
    """Tell one person one thing; see `News`. Whether it was new to them."""
    news = News(
        staff_id=staff_id, about=about, topic=topic, words=words, link=link, urgent=urgent, occasion=occasion
    )  # fmt: skip
    return tell_many([news], by=by, now=now) > 0


def tell_administrators(
    about: tuple[str, int], *, topic: str, occasion: str, words: str, link: str, now: datetime
) -> int:
    """Tell everybody who administers, urgently, what of the installation needs them. To how many it was new."""
    news = [
        News(staff_id=one.id, about=about, topic=topic, occasion=occasion, words=words, urgent=True, link=link)
        for one in roster(now).people.values()
        if one.is_active and may(one.role, Ability.ADMINISTER)
    ]
    return tell_many(news, by=SYSTEM, now=now)


def _row(one: News) -> dict[str, object]:
    kind, number = one.about
    return {
        "staff_id": one.staff_id, "about_kind": kind, "about_id": number, "topic": one.topic,
        "occasion": one.occasion[:40], "words": one.words[:300], "link": one.link, "urgent": one.urgent,
    }  # fmt: skip
