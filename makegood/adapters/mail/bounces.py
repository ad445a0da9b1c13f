"""What a machine says about a message sent earlier: which address was not reached, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

from makegood.adapters.mail.charsets import decoded, one_line
from makegood.adapters.mail.headers import address_of, first, message_ids, written
from makegood.adapters.mail.letter import Bounce, Report, Weight
from makegood.adapters.mail.structure import Parsed, children, content_type, held, payload_of, walk
from makegood.adapters.mail.wording import DELAYED, FOR_NOW, GONE, RETURNED_BELOW, UNDELIVERED_TEXT

_OF_THE_SENDER = frozenset({"5.1.0", "5.1.7", "5.1.8"})
_READ = 20_000
_RECIPIENTS = 50
_WORDS = 500
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODED = re.compile(r"(?<!\d)[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}")
_RULED = re.compile(r"[-*=_\s]{3,}\w[^.]*[-*=_]{3,}")
_TO_LINE = re.compile(r"^[ \t>]*to:[ \t]*([^\n]{3,320})", re.IGNORECASE | re.MULTILINE)
_REPLY = re.compile(r"(?<![\d.:\w])([45]\d\d)(?=[ -]|$)")
_EMAIL = re.compile(r"[^\s@<>(),;:\"'\[\]]{1,64}@[\w.-]{1,253}[\w]")
_NAMED_STATUS = re.compile(r"^[ \t>]*status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
_NAMED_RECIPIENT = re.compile(
    r"^[ \t>]*(?:final|original)-recipient:[ \t]*[\w-]+[ \t]*;[ \t]*<?([^\s<>]+)", re.IGNORECASE | re.MULTILINE
)
_NAMED_WORDS = re.compile(r"^[ \t>]*diagnostic-code:[ \t]*([^\n]+)", re.IGNORECASE | re.MULTILINE)
_ID_LINE = re.compile(r"^[ \t>]*message-id:\s{0,3}(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_THREAD_LINE = re.compile(
    r"^[ \t>]*(?:references|in-reply-to):\s{0,3}((?:<[^<>\s]{1,500}>\s{0,9})+)", re.IGNORECASE | re.MULTILINE
)
# The first of them names the message that the report is about.
_ABOUT_FIELDS = ("Original-Message-ID", "X-Original-Message-ID", "Message-ID")


def report_of(parsed: Parsed, text: str) -> Report:
    """The report that a bounce, a receipt or a complaint makes; `text` is what it says to people."""
    groups = list(_groups(parsed.tree))
    bounces = tuple(_one_each([bounce for group in groups if (bounce := _of_group(group))]))
    returned = _returned(parsed)
    about, references = _named_in(returned) if returned is not None else ("", ())
    about = about or next((found for group in groups for found in _about(group)), "") or _in_text(text)
    about = about or next(filter(None, (_in_text(said) for said in _leaves(parsed))), "")
    references = references or message_ids(_THREAD_LINE.findall(text[:_READ]))
    return Report(bounces, about, references)


def with_bounces(report: Report, parsed: Parsed, text: str) -> Report:
    """The report with at least one bounce: from the words, where no part says it in the way of RFC 3464."""
    if any(bounce.recipient for bounce in report.bounces):
        return report
    return Report(tuple(_from_words(parsed, text, report.bounces)), report.about, report.references)


def actions(tree: Message) -> frozenset[str]:
    """What a delivery report says it did: failed, delayed, delivered, relayed, expanded."""
    return frozenset(word for group in _groups(tree) for word in first(group, "Action").lower().split()[:1])


def _groups(tree: Message) -> Iterator[Message]:
    """The groups of fields in the parts that are delivery reports, not in those of a message that came back."""
    for part in children(tree):
        if content_type(part) in {"message/delivery-status", "message/global-delivery-status"}:
            yield from children(part)
        elif content_type(part) in {"message/disposition-notification", "message/feedback-report"}:
            yield from (children(part) or _fields(part))


def _fields(part: Message) -> list[Message]:
    payload = held(part)
    return [HeaderParser(policy=compat32).parsestr(payload.strip())] if isinstance(payload, str) else []


def _about(group: Message) -> Iterator[str]:
    for name in _ABOUT_FIELDS:
        yield from message_ids(written(group, name))


def _of_group(group: Message) -> Bounce | None:
    action = first(group, "Action").lower()
    recipient = _recipient(group)
    if not recipient and not action:
        return None
    if action.startswith(("deliver", "relay", "expand")):
        return None
    said = first(group, "Diagnostic-Code")
    said_words = said.partition(";")[2].strip() or said
    status = _STATUS.search(first(group, "Status"))
    # A status of x.0.0 says nothing; the other server's own words often do.
    inner = _STATUS.search(said_words)
    if inner and (not status or status[2] == status[3] == "0"):
        status = inner
    code = status[0] if status else ""
    delayed = action.startswith("delay")
    return Bounce(recipient, _weight(code, said_words, delayed=delayed), code, said_words[:_WORDS])


def _recipient(group: Message) -> str:
    for name in ("Final-Recipient", "Original-Recipient", "X-Actual-Recipient"):
        said = first(group, name)
        if email := address_of(said.partition(";")[2] or said):
            return email
    return ""


def _one_each(bounces: list[Bounce]) -> list[Bounce]:
    found: dict[str, Bounce] = {}
    for bounce in bounces:
        found.setdefault(bounce.recipient.lower(), bounce)
    return list(found.values())[:_RECIPIENTS]


def _weight(status: str, said: str, *, delayed: bool) -> Weight:
    if delayed:
        return Weight.DELAYED
    if status.startswith("4"):
        return Weight.SOFT
    if GONE.search(said):
        return Weight.HARD
    if FOR_NOW.search(said):
        return Weight.SOFT
    if status.startswith(("5.1.", "5.2.1", "5.4.4")) and status not in _OF_THE_SENDER:
        return Weight.HARD
    if status.startswith("5.") and status != "5.0.0":
        return Weight.SOFT
    return Weight.OTHER


def _from_words(parsed: Parsed, text: str, known: tuple[Bounce, ...]) -> Iterator[Bounce]:
    said = own_words(text)
    named = _NAMED_STATUS.search(said) or _STATUS.search(said)
    status = known[0].status if known and known[0].status else ""
    status = status or (_STATUS.search(named[0]) or named)[0] if named else status
    why = _why(said)
    judged = f"{why} {said}"
    delayed = bool(
        DELAYED.search(first(parsed.tree, "Subject")) or (DELAYED.search(said) and not status.startswith("5"))
    )
    weight = known[0].weight if known and known[0].weight is not Weight.OTHER else _weight(status, why, delayed=delayed)
    if weight is Weight.OTHER:
        weight = _weight(status, judged, delayed=delayed)
    for recipient in _recipients(parsed, said, text) or [""]:
        yield Bounce(recipient, weight, status, why[:_WORDS])


def own_words(text: str) -> str:
    """What the machine says itself, above the message that it gives back."""
    lines = text[:_READ].split("\n")
    end = next(
        (number for number, line in enumerate(lines) if number and RETURNED_BELOW.search(line[:300])), len(lines)
    )
    return "\n".join(lines[:end] if any(line.strip() for line in lines[:end]) else lines)


def _why(said: str) -> str:
    """The line that tells the reason: with a code if there is one, else with the words."""
    if named := _NAMED_WORDS.search(said):
        return one_line(named[1])
    lines = [one_line(line[:1000]) for line in said.split("\n") if line.strip()]
    lines = [line for line in lines if not _RULED.fullmatch(line)] or lines
    tests = (_CODED, GONE, _STATUS, _REPLY, FOR_NOW, UNDELIVERED_TEXT)
    return next((line for test in tests for line in lines if test.search(line)), lines[0] if lines else "")


def _recipients(parsed: Parsed, said: str, text: str) -> list[str]:
    failed = [address_of(one) for value in written(parsed.tree, "X-Failed-Recipients") for one in value.split(",")]
    named = [address_of(one) for one in _NAMED_RECIPIENT.findall(said)]
    ours = {address_of(value) for name in ("To", "From", "Return-Path") for value in written(parsed.tree, name)}
    seen = [address_of(one) for one in _EMAIL.findall(said)]
    found = list(filter(None, failed)) or list(filter(None, named))
    found = found or [email for email in seen if email and email not in ours and not email.startswith("postmaster@")]
    if not found:
        returned = _returned(parsed)
        sent_to = [first(returned, "To")] if returned is not None else _TO_LINE.findall(text[:_READ])[:1]
        found = [address_of(one) for one in sent_to]
    return [email for email in dict.fromkeys(found) if email][:_RECIPIENTS]


def _returned(parsed: Parsed) -> Message | None:
    """The headers of the message that came back, where a part holds them."""
    for part in walk(parsed.tree):
        kind = content_type(part)
        if kind in {"message/rfc822", "message/global"} and children(part):
            inside = children(part)[0]
            # Some leave an empty line above the headers that they give back.
            return inside if inside.keys() else _headers(payload_of(inside, parsed))
        if kind in {"text/rfc822-headers", "message/global-headers", "message/rfc822-headers", "message/partial"}:
            below = children(part)
            return below[0] if below else _headers(payload_of(part, parsed))
    return None


def _leaves(parsed: Parsed) -> Iterator[str]:
    """The other leaves as text: some give the message back as a plain file."""
    for part in walk(parsed.tree):
        if content_type(part) in {"text/plain", "application/octet-stream"} and not children(part):
            yield decoded(payload_of(part, parsed)[:_READ])


def _headers(raw: bytes) -> Message:
    return HeaderParser(policy=compat32).parsestr(decoded(raw[:_READ]).lstrip("\n"))


def _named_in(returned: Message) -> tuple[str, tuple[str, ...]]:
    ids = message_ids(written(returned, "Message-ID"))
    threads = message_ids([*written(returned, "References"), *written(returned, "In-Reply-To")])
    return (ids[0] if ids else ""), threads


def _in_text(text: str) -> str:
    """The Message-ID of a message that came back within the text; the last, because ours is the innermost."""
    found = message_ids(_ID_LINE.findall(text[:_READ]))
    return found[-1] if found else ""
