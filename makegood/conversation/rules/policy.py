"""Where the coach does more than advise: which messages leave only clean, or with a reason. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from makegood.conversation.coach import Finding
from makegood.conversation.rules.messages import Channel
from makegood.kernel.refusals import invalid

JUDGED = (Channel.EMAIL, Channel.SMS, Channel.CHAT, Channel.PAGE, Channel.POST)
"""What is written to the customer. A call is told after it was held, and nothing can be mended in it."""
SEVERITIES = range(1, 5)
LONGEST_REASON = 500
_MOST_TOLD = 5


def requires(policy: Mapping[Channel, int], channel: str, severity: int) -> bool:
    """Whether a message by this channel must be clean in a case of this severity; `policy` is from which on."""
    least = {way.value: least for way, least in policy.items()}.get(channel)
    return least is not None and severity >= least


def excused(found: Sequence[Finding], despite: str) -> None:
    """See that what must be clean leaves with these faults only for a reason. Raises Refusal "message.coach" without
    one, "case.too_long"."""
    if found and not despite.strip():
        told = "; ".join(f"“{one.words[:60]}” ({one.code})" for one in found[:_MOST_TOLD])
        raise invalid("message.coach", f"Mend this first, or say why it leaves all the same: {told}.", field="words")
    if len(despite) > LONGEST_REASON:
        raise invalid("case.too_long", f"Up to {LONGEST_REASON} characters, please.", field="despite")


def distinct(codes: Collection[str]) -> list[str]:
    """Each code once, in the order found."""
    return list(dict.fromkeys(codes))
