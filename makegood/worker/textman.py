"""Beside the watch: text messages to customers leave by their line, each once."""

from __future__ import annotations

from datetime import timedelta

from makegood.adapters.sending import Accepted, Refused
from makegood.adapters.texting import Texter
from makegood.conversation.actions import Carried, note_handing
from makegood.conversation.queries import TextsAs, texts_as
from makegood.conversation.rules.messages import TEXTED
from makegood.worker.beside import now
from makegood.worker.carrying import Carrying
from makegood.worker.pages import words_of


class Textman(Carrying[TextsAs, Texter]):
    """Carries what is due by text."""

    trouble = "Text messages could not be sent; trying again"
    end_seconds = 17.0
    channels = tuple(TEXTED)
    rests = timedelta(seconds=60)
    gone = "The line that it was to leave by is gone. Write it anew."

    def way_of(self, one: Carried) -> int | None:
        """Its line."""
        return one.line_id

    def look_up(self, number: int) -> TextsAs | None:
        """The line."""
        return texts_as(number)

    def hand_over(self, one: Carried, way: TextsAs) -> Accepted | Refused:
        """Bring it to the service of the line."""
        return self.port_of(way).send(one.to, words_of(one), handing=lambda: note_handing(one, now=now()))

    def is_away(self, told: Refused) -> bool:
        """A service that takes nothing now takes no other either."""
        return told.temporary
