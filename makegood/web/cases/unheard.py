"""What the customer wrote last and had no reply to: it stands at the head of the case, before all that we prepared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts, awaiting_reply
from makegood.cases.queries.standing import THEIRS
from makegood.journal.queries import Recorded
from makegood.kernel.texts import first_name
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.telling import Event

_SHOWN = 240


@dataclass(frozen=True, slots=True)
class Unheard:
    """Who wrote and when, the beginning of it, and where in the story it stands whole ("" when this is all)."""

    label: str
    words: str
    url: str


def unheard_of(entries: Iterable[Recorded], events: Sequence[Event], case: CaseFacts, desk: Desk) -> Unheard | None:
    """The customer's words that wait for a reply; None in a closed case, or when nothing does."""
    entry = None if case.closed_at else awaiting_reply(entries)
    event = next((one for one in events if entry is not None and one.id == entry.id), None)
    if event is None:
        return None
    words = " ".join((event.message.text if event.message else event.quote).split())
    if not words:
        return None
    written = entry is not None and (entry.verb in THEIRS or entry.data.get("channel") == "page")
    label = (_("{name} wrote {when}") if written else _("{name} said {when}")).format(
        name=first_name(case.customer_name), when=clocks.moment(event.at, desk.now)
    )
    more = event.message is not None and (len(words) > _SHOWN or event.message.files)
    return Unheard(
        label, Truncator(words).chars(_SHOWN), f"#message-{event.message.id}" if event.message and more else ""
    )
