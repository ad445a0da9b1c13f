"""Beside the watch: text messages to customers leave by their line, each once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from makegood.adapters.sending import NOT_WANTED, Accepted, Refused
from makegood.adapters.texting import Texter
from makegood.conversation.actions import (
    Carried,
    give_back,
    mark_refused,
    mark_sent,
    mark_unsure,
    note_handing,
    note_texting,
    rest_line,
    take_messages,
)
from makegood.conversation.queries import TextsAs, texts_as
from makegood.conversation.rules.messages import TEXTED
from makegood.worker.beside import Beside, now
from makegood.worker.pages import words_of

log = logging.getLogger(__name__)
_REST = timedelta(seconds=60)


class Textman(Beside):
    """Carries what is due by text. `asked_to_stop` is looked at before each message."""

    trouble = "Text messages could not be sent; trying again"
    end_seconds = 17.0

    def __init__(self, texters: Callable[[TextsAs], Texter], *, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.make = texters
        self.kept: dict[TextsAs, Texter] = {}

    def turn(self) -> bool:
        """Carry a batch. Whether there was any."""
        taken = take_messages(channels=list(TEXTED), now=now())
        for place, one in enumerate(taken):
            if self.asked_to_stop() or not self._carry(one):
                give_back(taken[place:])
                break
        return bool(taken)

    def leave(self) -> None:
        """Let the services go."""
        for texter in self.kept.values():
            texter.close()
        self.kept.clear()

    def _carry(self, one: Carried) -> bool:
        """Carry one. Whether the next may follow at once."""
        line = texts_as(one.line_id) if one.line_id is not None else None
        if line is None:
            mark_refused(one, "The line that it was to leave by is gone. Write it anew.", for_good=True, now=now())
            return True
        if line.fault:
            rest_line(line.id, line.fault, until=now() + _REST, now=now())
            return False
        texter = self.kept.get(line) or self.kept.setdefault(line, self.make(line))
        told = texter.send(one.to, words_of(one), handing=lambda: note_handing(one, now=now()))
        if isinstance(told, Accepted):
            mark_sent(one, reference=told.reference, now=now())
            note_texting(line.id)
            return True
        return _refused(one, line, told)


def _refused(one: Carried, line: TextsAs, told: Refused) -> bool:
    log.warning("A text message did not leave (%d, by %s): %s", one.id, line.name, told.words)
    if told is NOT_WANTED:
        return True
    if told.perhaps_sent:
        mark_unsure(one.id, one.case_id, now=now())
        return True
    mark_refused(one, told.words, for_good=not told.temporary, now=now())
    if told.temporary:
        rest_line(line.id, told.words, until=now() + _REST, now=now())
    return not told.temporary
