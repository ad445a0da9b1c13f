"""Where the coach does more than advise: which messages leave only clean, or with a reason. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from makegood.conversation.rules.messages import Channel

JUDGED = (Channel.EMAIL, Channel.SMS, Channel.CHAT, Channel.PAGE, Channel.POST)
"""What is written to the customer. A call is told after it was held, and nothing can be mended in it."""
SEVERITIES = range(1, 5)
LONGEST_REASON = 500


def requires(policy: Mapping[Channel, int], channel: str, severity: int) -> bool:
    """Whether a message by this channel must be clean in a case of this severity; `policy` is from which on."""
    least = {way.value: least for way, least in policy.items()}.get(channel)
    return least is not None and severity >= least


def distinct(codes: Collection[str]) -> list[str]:
    """Each code once, in the order found."""
    return list(dict.fromkeys(codes))
