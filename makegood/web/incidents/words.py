"""Incidents in the reader's words: how they stand, who is left out and why, in which languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from makegood.incidents.queries import Counts
from makegood.incidents.queries.members import PAGE_ONLY
from makegood.incidents.rules.judging import Left
from makegood.incidents.rules.owed import OwedSum
from makegood.incidents.rules.saying import Line
from makegood.incidents.rules.standing import IncidentState
from makegood.kernel.money import format_money
from makegood.portal.languages import LANGUAGES


def state_name(state: IncidentState) -> tuple[str, str]:
    """How it stands, and the tone of its tag."""
    return {
        IncidentState.PREPARING: (_("Being prepared"), ""),
        IncidentState.RELEASING: (_("Customers are being told"), "waits"),
        IncidentState.STOPPED: (_("Stopped"), "risk"),
        IncidentState.TOLD: (_("Everybody is told"), "mended"),
        IncidentState.ENDED: (_("Ended"), ""),
    }[state]


def message_name(stands: str) -> tuple[str, str]:
    """Where the message to somebody stands, and its tone."""
    return {
        "waiting": (_("to leave"), "soft"), "sent": (_("sent"), ""), "failed": (_("did not leave"), "c-broken"),
        "bounced": (_("came back"), "c-broken"), "unsure": (_("nobody knows whether it left"), "c-broken"),
    }.get(stands, (_("on their page"), "soft"))  # fmt: skip


def left_name(left: str) -> str:
    """Why somebody is left out."""
    return {
        Left.FINE: _("turned out fine"),
        Left.TOLD_ALREADY: _("told already"),
        Left.SETTLED: _("put right in their own case"),
        Left.IN_CONVERSATION: _("somebody is talking to them"),
        Left.WILL_NOT_FORGIVE: _("will not forgive: left in peace"),
        Left.NO_WAY_TO_REACH: _("no way to reach them"),
    }.get(Left(left), left)


def line_name(line: Line) -> tuple[str, str]:
    """What a line of the message is called, and what belongs in it."""
    return {
        Line.APOLOGISE: (_("The apology"), _("That it is on us, and what we broke")),
        Line.APOLOGISED: (
            _("To whom we apologised lately"), _("Not sorry again: what we are doing about it")
        ),
        Line.HAPPENED: (_("What happened"), _("Short and true; no excuse, nobody to blame")),
        Line.EMPATHISE: (_("What it means to them"), ""),
        Line.OWN: (_("Who owns it"), ""),
        Line.NEWS: (_("What we know now"), _("Left out where no new time is known")),
        Line.OFFER: (_("What they are given"), _("Left out when nothing is given")),
        Line.ANSWER: (_("How they answer"), ""),
    }[line]  # fmt: skip


def channel_name(channel: str) -> str:
    """How a message would be carried out."""
    return {
        "email": _("e-mail"), "sms": _("text message"), "chat": _("chat"), "phone": _("phone"), "post": _("post"),
        PAGE_ONLY: _("their page alone"),
    }.get(channel, channel)  # fmt: skip


def language_name(code: str) -> str:
    """A language by its own name; one that we have no words in by its code, with what is spoken instead."""
    if not code:
        return _("not known: English")
    return LANGUAGES.get(code) or _("{}: told in English").format(code.partition(" ")[0])


def counted(numbers: Mapping[str, int], name: Callable[[str], str]) -> list[tuple[str, int]]:
    """Counts by name, the most first."""
    return [(name(key), many) for key, many in sorted(numbers.items(), key=lambda pair: -pair[1])]


def owed_lines(found: Sequence[OwedSum]) -> list[dict[str, Any]]:
    """What policies owe, one line each: to how many, how much, what is still to be given or asked."""
    return [
        {
            "title": one.title, "policy": one.policy, "many": one.many,
            "amount": format_money(one.amount, one.currency),
            "still": one.still, "open": format_money(one.open, one.currency), "unknown": one.unknown,
            "at_stake": format_money(one.at_stake, one.currency) if one.at_stake else "",
        }
        for one in found
    ]  # fmt: skip


def in_short(counts: Counts) -> str:
    """An incident in one line, for those who pass by."""
    said = [_("{} told").format(counts.told), _("{} answered").format(counts.answered)]
    if counts.more:
        said.append(_("{} want more").format(counts.more))
    if counts.waiting:
        said.append(_("{} to be told").format(counts.waiting))
    return ", ".join(said)
