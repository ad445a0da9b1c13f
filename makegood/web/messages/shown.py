"""A message as a page shows it: what it says, what came with it, where it stands, and what may be done about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from makegood.conversation.queries import AttachmentFacts, ForLater, MessageFacts
from makegood.conversation.rules.messages import HEARD, Channel, Move, Sort, State
from makegood.web import clocks
from makegood.web.desk import Desk
from makegood.web.tables import Choice

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What a browser may draw in the page; everything else is only downloaded."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message."""

    name: str
    size: int
    url: str
    is_picture: bool


class Promised(NamedTuple):
    """What a message that waits promises once it leaves, and whether it still can."""

    said: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message in a timeline. `chip` and `tone` tell where one of ours stands, `leaves_at` until when it can be taken
    back, `problem` why it is red, `promises` what it promises once it is let go. Addresses are "" where there is
    nothing to do."""

    id: int
    at: datetime
    inward: bool
    heard: bool
    about: str
    text: str
    rest: str
    note: str
    chip: str
    tone: str
    problem: str
    leaves_at: datetime | None
    files: Sequence[File]
    html_url: str
    raw_url: str
    letter_url: str
    withdraw_url: str
    again_url: str
    arrived_url: str
    others: Sequence[Choice]
    promises: Sequence[Promised]
    release_url: str
    send_back_url: str
    looked: str


def shown(
    one: MessageFacts, desk: Desk, addresses: Collection[Choice] = (), *, look: Sequence[ForLater] | None = None
) -> Shown:
    """The message for somebody who may see it; `addresses` are the customer's, to which it could go instead. `look` is
    what it promises if it is let go now, when it waits for a look that the reader may take (`looks_at`)."""
    base = f"/messages/{one.id}/"
    chip, tone = _stands(one, desk)
    ours = desk.may_work and not one.inward and one.case_id is not None
    again = ours and Move.RETRY in one.moves
    printable = one.channel is Channel.POST and one.state is State.SENT
    return Shown(
        id=one.id, at=one.at, inward=one.inward, heard=not one.inward or one.sort in HEARD, about=_about(one),
        text=one.text, rest=one.rest, note=one.note, chip=chip, tone=tone,
        problem=_problem(one, desk),
        leaves_at=one.leave_at if one.state is State.WAITING else None, files=[_file(each) for each in one.files],
        html_url=f"{base}html/" if one.html else "", raw_url=f"{base}raw/" if one.raw else "",
        letter_url=f"/cases/SR-{one.case_id}/letters/{one.id}.pdf" if printable else "",
        withdraw_url=f"{base}withdraw/" if ours and _may_take_back(one, desk) else "",
        again_url=f"{base}again/" if again else "",
        arrived_url=f"{base}arrived/" if ours and Move.ARRIVE in one.moves else "",
        others=[Choice(each.key, each.name) for each in addresses] if again else (),
        promises=[_promised(each, desk) for each in look or ()],
        release_url="" if look is None or any(each.means_another_time for each in look) else f"{base}release/",
        send_back_url="" if look is None else f"{base}send-back/",
        looked=_looked(one),
    )  # fmt: skip


def _may_take_back(one: MessageFacts, desk: Desk) -> bool:
    """What waits for a look goes back to its writer with words; only they take it back without."""
    return Move.WITHDRAW in one.moves and (one.state is not State.HELD or one.by_id == desk.staff_id)


def _promised(one: ForLater, desk: Desk) -> Promised:
    """What is promised once it leaves, and by when; or that its words mean another time by now."""
    if not one.means_another_time and one.when:
        when = clocks.ahead(one.when.due_at, desk.now, one.when.due_on)
        return Promised(_("Promised once it leaves: {what}, {when}").format(what=one.title, when=when), "")
    if one.meant is None:
        said = _("It promises “{what}”, and its words say no time for it: send it back.").format(what=one.title)
    else:
        when = clocks.due(one.meant.due_at, desk.now, one.meant.due_on)
        said = _("It promises “{what}” “{words}”. That was {when}, and means another time by now: send it back.")
        said = said.format(what=one.title, words=one.words, when=when)
    return Promised(said, "c-broken")


def waits() -> str:
    """What somebody is told whose message waits for a lead."""
    return _("It waits for a lead’s look before it leaves. You are told.")


def _looked(one: MessageFacts) -> str:
    """Who looked at it before it left, and what they said."""
    if not one.looked_by:
        return ""
    if one.look_words:
        return _("{name} sent it back: {words}").format(name=one.looked_by, words=one.look_words)
    return _("{name} looked at it").format(name=one.looked_by)


def _about(one: MessageFacts) -> str:
    """To whom or from whom, and on what."""
    way = _("from {}") if one.inward else _("to {}")
    return ", ".join(filter(None, (way.format(one.address) if one.address else "", one.subject)))


def _stands(one: MessageFacts, desk: Desk) -> tuple[str, str]:
    """The chip of a message of ours and its tone."""
    if one.inward:
        return _sorted(one.sort), ""
    if one.state is State.WAITING:
        when = clocks.moment(one.leave_at or desk.now, desk.now)
        again = _("not accepted so far, tried again {}") if one.attempts else _("leaves {}")
        return again.format(when), "risk" if one.attempts else "waits"
    return {
        State.SENT: (_("Sent"), ""), State.UNSURE: (_("Nobody knows whether it left"), "broken"),
        State.FAILED: (_("Did not leave"), "broken"), State.BOUNCED: (_("Came back"), "broken"),
        State.WITHDRAWN: (_("Sent back") if one.look_words else _("Taken back"), ""), State.RECEIVED: ("", ""),
        State.HELD: (_("Waits for a lead’s look"), "risk"),
    }[one.state]  # fmt: skip


def _problem(one: MessageFacts, desk: Desk) -> str:
    """Why it is red. Of one of which nobody knows, all that is known, and where more is to be learned."""
    if one.state is State.UNSURE and one.handed_at is not None:
        return _(
            "Handed over {when} by {name}, and no answer was heard: it may have arrived. Ask the customer, or whoever"
            " runs {name}, before it is sent again."
        ).format(when=clocks.moment(one.handed_at, desk.now), name=one.carried_by)
    return "" if one.state is State.SENT else one.problem


def _sorted(sort: Sort) -> str:
    return {
        Sort.ORDINARY: "", Sort.MACHINE: _("Written by a machine"), Sort.AUTO_REPLY: _("Automatic answer"),
        Sort.BULK: _("Bulk mail"), Sort.BOUNCE: _("Delivery report"), Sort.COMPLAINT: _("Complaint report"),
        Sort.RECEIPT: _("Receipt"),
    }[sort]  # fmt: skip


def _file(one: AttachmentFacts) -> File:
    return File(one.name, one.size, f"/messages/files/{one.id}/", one.content_type in PICTURES)
