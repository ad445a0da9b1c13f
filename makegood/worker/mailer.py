"""Beside the watch: what is written to customers leaves, each message once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from makegood.adapters.mail.compose import BadAddress, Outgoing, compose
from makegood.adapters.mail.letter import Address, Attachment
from makegood.adapters.mailserver import MailTrouble
from makegood.adapters.sending import Accepted, Carrier, Refused
from makegood.conversation.actions import (
    Carried,
    Files,
    access_token,
    mark_sent,
    note_handing,
    settle_doubts,
)
from makegood.conversation.queries import SendsAs, sends_as
from makegood.conversation.rules.messages import Channel
from makegood.worker.beside import now
from makegood.worker.carrying import Carrying
from makegood.worker.loop import Chore
from makegood.worker.pages import words_of

# A connection that nobody uses is closed before the server does it.
_LINGER = 20


class Mailer(Carrying[SendsAs, Carrier]):
    """Carries what is due. `networks` of ours may be reached for an access token."""

    trouble = "Messages could not be sent; trying again"
    end_seconds = 12.0
    channels = (Channel.EMAIL, Channel.PAGE)
    rests = timedelta(seconds=30)
    gone = "The mailbox that it was to leave by is gone. Write it anew."

    def __init__(
        self,
        files: Files,
        carriers: Callable[[SendsAs], Carrier],
        *,
        networks: Iterable[str] = (),
        asked_to_stop: Callable[[], bool],
    ) -> None:
        super().__init__(carriers, asked_to_stop=asked_to_stop)
        self.files, self.networks = files, tuple(networks)
        self.idle = 0
        self.doubts = Chore(15.0, lambda now: settle_doubts(now=now))

    def turn(self) -> bool:
        """Carry a batch. Whether there was any."""
        self.doubts.do_when_due(now())
        busy = super().turn()
        if busy:
            self.idle = 0
        return busy

    def rest(self) -> None:
        """Let the servers go when there was nothing to send for a while."""
        self.idle += 1
        if self.idle == _LINGER:
            self.leave()
        super().rest()

    def carry(self, one: Carried, ways: dict[int, SendsAs | None]) -> bool:
        """Carry one. Whether the next may follow at once."""
        if one.channel is Channel.PAGE:
            # It stands on the customer's page from the instant at which it is sent; nobody else is asked.
            mark_sent(one, now=now())
            return True
        return super().carry(one, ways)

    def way_of(self, one: Carried) -> int | None:
        """Its mailbox."""
        return one.mailbox_id

    def look_up(self, number: int) -> SendsAs | None:
        """The mailbox, with its access token where it has one."""
        box = sends_as(number)
        if box is not None and box.by_token and not box.fault:
            try:
                box = replace(box, token=access_token(box.id, networks=self.networks, now=now()))
            except MailTrouble as trouble:
                box = replace(box, fault=str(trouble))
            for old in [one for one in self.kept if one.id == number and one != box]:
                self.kept.pop(old).close()
        return box

    def hand_over(self, one: Carried, way: SendsAs) -> Accepted | Refused:
        """Bring it to the mail server of the mailbox."""
        try:
            raw = compose(letter_of(one, way, self.files))
        except (BadAddress, FileNotFoundError) as fault:
            return Refused(str(fault), temporary=False)
        return self.port_of(way).send(
            raw, sender=way.address, to=[one.to], handing=lambda: note_handing(one, now=now())
        )  # fmt: skip

    def is_away(self, told: Refused) -> bool:
        """A server that is there says why with a number."""
        return told.temporary and not told.words[:1].isdigit()


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
