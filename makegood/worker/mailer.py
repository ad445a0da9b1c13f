"""Beside the watch: what is written to customers leaves, each message once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from makegood.adapters.mail.compose import BadAddress, Outgoing, compose
from makegood.adapters.mail.letter import Address, Attachment
from makegood.adapters.mailserver import MailTrouble
from makegood.adapters.sending import NOT_WANTED, Accepted, Carrier, Refused
from makegood.conversation.actions import (
    Carried,
    Files,
    access_token,
    give_back,
    mark_refused,
    mark_sent,
    mark_unsure,
    note_handing,
    note_sending,
    rest_mailbox,
    settle_doubts,
    take_messages,
)
from makegood.conversation.queries import SendsAs, sends_as
from makegood.conversation.rules.messages import Channel
from makegood.worker.beside import Beside, now
from makegood.worker.loop import Chore
from makegood.worker.pages import words_of

log = logging.getLogger(__name__)

_REST = timedelta(seconds=30)
# A connection that nobody uses is closed before the server does it.
_LINGER = 20


class Mailer(Beside):
    """Carries what is due. `asked_to_stop` is looked at before each message; `networks` of ours may be reached for an
    access token."""

    trouble = "Messages could not be sent; trying again"
    end_seconds = 12.0

    def __init__(
        self,
        files: Files,
        carriers: Callable[[SendsAs], Carrier],
        *,
        networks: Iterable[str] = (),
        asked_to_stop: Callable[[], bool],
    ) -> None:
        super().__init__(asked_to_stop)
        self.files, self.make, self.networks = files, carriers, tuple(networks)
        self.kept: dict[SendsAs, Carrier] = {}
        self.idle = 0
        self.doubts = Chore(15.0, lambda now: settle_doubts(now=now))

    def turn(self) -> bool:
        """Carry a batch. Whether there was any."""
        self.doubts.do_when_due(now())
        taken = take_messages(channels=[Channel.EMAIL, Channel.PAGE], now=now())
        boxes: dict[int, SendsAs | None] = {}
        for place, one in enumerate(taken):
            if self.asked_to_stop() or not self._carry(one, boxes):
                give_back(taken[place:])
                break
        if taken:
            self.idle = 0
        return bool(taken)

    def rest(self) -> None:
        """Let the servers go when there was nothing to send for a while."""
        self.idle += 1
        if self.idle == _LINGER:
            self.leave()
        super().rest()

    def leave(self) -> None:
        """Let the servers go."""
        for carrier in self.kept.values():
            carrier.close()
        self.kept.clear()

    def _carry(self, one: Carried, boxes: dict[int, SendsAs | None]) -> bool:
        """Carry one. Whether the next may follow at once."""
        if one.channel is Channel.PAGE:
            # It stands on the customer's page from the instant at which it is sent; nobody else is asked.
            mark_sent(one, now=now())
            return True
        box = self._box(one.mailbox_id, boxes) if one.mailbox_id is not None else None
        if box is None:
            mark_refused(one, "The mailbox that it was to leave by is gone. Write it anew.", for_good=True, now=now())
            return True
        if box.fault:
            rest_mailbox(box.id, box.fault, until=now() + _REST, now=now())
            return False
        return self._hand_over(one, box)

    def _box(self, mailbox_id: int, boxes: dict[int, SendsAs | None]) -> SendsAs | None:
        """The mailbox, looked up once for a batch, with its access token where it has one."""
        if mailbox_id in boxes:
            return boxes[mailbox_id]
        box = sends_as(mailbox_id)
        if box is not None and box.by_token and not box.fault:
            try:
                box = replace(box, token=access_token(box.id, networks=self.networks, now=now()))
            except MailTrouble as trouble:
                box = replace(box, fault=str(trouble))
            for old in [one for one in self.kept if one.id == mailbox_id and one != box]:
                self.kept.pop(old).close()
        boxes[mailbox_id] = box
        return box

    def _hand_over(self, one: Carried, box: SendsAs) -> bool:
        try:
            raw = compose(letter_of(one, box, self.files))
        except (BadAddress, FileNotFoundError) as fault:
            mark_refused(one, str(fault), for_good=True, now=now())
            return True
        carrier = self.kept.get(box) or self.kept.setdefault(box, self.make(box))
        told = carrier.send(raw, sender=box.address, to=[one.to], handing=lambda: note_handing(one, now=now()))
        if isinstance(told, Accepted):
            mark_sent(one, reference=told.reference, now=now())
            if box.ailing:
                note_sending(box.id)
            return True
        return self._refused(one, box, told)

    def _refused(self, one: Carried, box: SendsAs, told: Refused) -> bool:
        log.warning("A message did not leave (%d, by %s): %s", one.id, box.name, told.words)
        if told is NOT_WANTED:
            return True
        if told.perhaps_sent:
            mark_unsure(one.id, one.case_id, now=now())
            return True
        mark_refused(one, told.words, for_good=not told.temporary, now=now())
        if told.temporary and not told.words[:1].isdigit():
            # It is the server that is away, and not this message that it does not want: the others wait with it.
            rest_mailbox(box.id, told.words, until=now() + _REST, now=now())
            return False
        return True


def letter_of(one: Carried, box: SendsAs, files: Files) -> Outgoing:
    """The message as it is put together."""
    enclosed = tuple(
        Attachment(name, content_type, files.read(digest), content_id)
        for name, content_type, content_id, digest in one.files
    )
    return Outgoing(
        message_id=one.message_id, sender=Address(box.sender_name, box.address), to=(Address(one.to_name, one.to),),
        subject=one.subject, text=words_of(one), language=one.language, at=now(),
        answers=one.answers[-1] if one.answers else "", references=one.answers,
        automatic=_automatic(one), attachments=enclosed,
    )  # fmt: skip


def _automatic(one: Carried) -> Literal["", "auto-generated", "auto-replied"]:
    """What other machines are told, so that none answers: it answers a message, or came of our own accord."""
    if not one.automatic:
        return ""
    return "auto-generated" if one.with_link else "auto-replied"
