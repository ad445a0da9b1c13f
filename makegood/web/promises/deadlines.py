"""By when, as it is typed at the desk: read in the reader's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from makegood.kernel.refusals import invalid
from makegood.kernel.when import When, read_when
from makegood.promises.queries import Due, KindFacts, due_in_words, usual_due
from makegood.web.desk import Desk


def read_due(text: str, kind: KindFacts, desk: Desk) -> Due:
    """When a promise of this kind is due; nothing typed means the time such a promise usually gets.

    Raises Refusal("when.missing") for nothing typed where there is no usual time, and what `read_when` raises.
    """
    if text.strip():
        return due_in_words(text, kind, now=desk.now, zone=desk.zone)
    if kind.allowance is None:
        raise invalid("when.missing", _("Say by when. Write “in 30 min”, “tomorrow 10:00” or “Fri”."), field="when")
    return usual_due(kind, now=desk.now)


def read_plain(text: str, desk: Desk) -> When:
    """When something is due, in nobody's working hours. Raises what `read_when` raises."""
    return read_when(text, now=desk.now, zone=desk.zone, calendar=None)


def gone_by(text: str, desk: Desk, *, field: str = "at") -> datetime | None:
    """The instant (aware UTC) of a date-and-time field, on the reader's clock; None when it was left empty.

    Raises Refusal("promise.bad_time").
    """
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=desk.zone).astimezone(UTC)
    except ValueError:
        raise invalid("promise.bad_time", _("Give a day and a time, or leave it empty for now."), field=field) from None
