"""The bytes of a message taken apart into its tree of parts, in bounded time, whatever they are.

Large attachments are cut out before the standard library's parser walks the lines, and put back when their part is
read: of 40 MB it then sees one line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser, Parser
from email.policy import compat32

from makegood.adapters.mail.letter import RAW_LIMIT, Problem
from makegood.adapters.mail.transfer import back_from

# Only long runs of base64 are worth cutting out. Possessive: a run is taken whole or not at all, in one reading.
_CARGO = re.compile(rb"(?<=\n)(?:[A-Za-z0-9+/]{40,998}+={0,2}+\r?+\n)++")
_CARGO_FROM = 64 * 1024
_CARGO_RUN = 16 * 1024
_AS_IT_CAME = compat32.clone(max_line_length=0)
_LINES = 1_000_000
_LINES_BY_BOUNDARIES = 10_000_000
"""The parser looks at each line once for each level it may be in."""
_KIND = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+_-]+")
_LIKE_A_BOUNDARY = re.compile(r"^--([^\n]{1,200})\nContent-[A-Za-z-]+:", re.MULTILINE | re.IGNORECASE)
_HEAD_LIMIT = 256 * 1024
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
_A_HEADER = re.compile(rb"^[A-Za-z][A-Za-z0-9-]{1,70}:", re.MULTILINE)
_SPACED_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,70})[ \t]+:", re.MULTILINE)
_NO_HEADER = re.compile(rb"^(?![ \t\r]|[\x21-\x39\x3b-\x7e]+:|From |>From )[^\n]*(?:\n|\Z)", re.MULTILINE)
# What the standard library is known to raise over broken messages.
_BROKEN = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
DEPTH = 100
PARTS = 1_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a message, the cargo that was cut out of it, the sign that stands for it, and what was left out."""

    tree: Message
    cargo: Sequence[bytes] = ()
    sign: bytes = b""
    problems: tuple[Problem, ...] = ()

    def filled(self, raw: bytes) -> bytes:
        """The bytes with the cargo that belongs into them put back."""
        if not self.cargo or self.sign not in raw:
            return raw
        # The line end of a part's last line belongs to the boundary below it, and is gone.
        return re.sub(re.escape(self.sign) + rb"([0-9]+)\.\n?", lambda found: self.cargo[int(found[1])], raw)


def take_apart(raw: bytes) -> Parsed:
    """The tree of the message. What is too long, too deep or not a message at all comes back as a problem."""
    problems: list[Problem] = []
    if len(raw) > RAW_LIMIT:
        problems.append(Problem("mail.too-large", f"Only the first {RAW_LIMIT // 2**20} MB of this message were read."))
        raw = raw[:RAW_LIMIT]
    skeleton, cargo, sign = _unloaded(_with_mended_head(raw))
    skeleton, cut = _shortened(skeleton)
    if cut:
        problems.append(Problem("mail.too-long", "This message has too many lines: the last of them were not read."))
    try:
        tree: Message = BytesParser(policy=compat32).parsebytes(skeleton)
    except _BROKEN:
        tree = _flat(skeleton)
        problems.append(Problem("mail.broken", "This message is put together wrongly: it is shown as it came."))
    return Parsed(tree, cargo, sign, tuple(problems))


def _with_mended_head(raw: bytes) -> bytes:
    """The message without lines among its headers that are none: they would end the headers for the parser."""
    start = len(raw) - len(raw.lstrip())
    end = _EMPTY_LINE.search(raw, start, start + _HEAD_LIMIT)
    head = raw[start : end.start() if end else start + _HEAD_LIMIT]
    if not _NO_HEADER.search(head):
        return raw[start:] if start and _A_HEADER.match(head) else raw
    spaced = _SPACED_HEADER.sub(rb"\1:", head)
    if len(_A_HEADER.findall(spaced)) < 2:
        return raw
    mended = _NO_HEADER.sub(b"", spaced)
    return mended.strip(b"\r\n") + (raw[end.start() :] if end else b"\n\n" + raw[start + _HEAD_LIMIT :])


def _unloaded(raw: bytes) -> tuple[bytes, Sequence[bytes], bytes]:
    if len(raw) < _CARGO_FROM:
        return raw, (), b""
    # Of the message itself, so that no message can hold the sign that stands for its own cargo.
    sign = b"makegood-cargo-%s-" % hashlib.sha256(raw).hexdigest().encode()
    cargo: list[bytes] = []

    def put_aside(found: re.Match[bytes]) -> bytes:
        if len(found[0]) < _CARGO_RUN:
            return found[0]
        cargo.append(found[0])
        return b"%s%d.\n" % (sign, len(cargo) - 1)

    return _CARGO.sub(put_aside, raw), cargo, sign


def _shortened(raw: bytes) -> tuple[bytes, bool]:
    """The bytes cut to the lines that can be looked at in time."""
    boundaries = raw.lower().count(b"boundary") if len(raw) > _CARGO_FROM else 0
    allowed = min(_LINES, _LINES_BY_BOUNDARIES // (1 + boundaries))
    if raw.count(b"\n") + raw.count(b"\r") <= allowed:
        return raw, False
    lines = raw.splitlines(keepends=True)[:allowed]
    return b"".join(lines), True


def _flat(raw: bytes) -> Message:
    """A message of which only the headers are taken apart, its body as plain text."""
    head, _gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    flat = Message(policy=compat32)
    try:
        for name, value in BytesParser(policy=compat32).parsebytes(head + b"\n\n", headersonly=True).raw_items():
            if not name.lower().startswith("content-"):
                flat[name] = value
    except _BROKEN:
        body = raw
    flat["Content-Type"] = "text/plain"
    flat.set_payload(body.decode("ascii", "surrogateescape"))
    return flat


def content_type(part: Message) -> str:
    """The kind of a part; "text/plain" when what is said is no kind."""
    try:
        said = _KIND.match(part.get_content_type())
    except _BROKEN:
        said = None
    return said[0] if said else "text/plain"


def parameter(part: Message, name: str, header: str = "content-type") -> str:
    """A parameter of a header of the part, "" when there is none; in whatever of the three ways it was written."""
    try:
        value = part.get_param(name, "", header=header)
    except _BROKEN:
        return ""
    if not isinstance(value, tuple):
        return str(value or "")
    charset, _language, text = value
    return f"=?{charset or 'us-ascii'}?q?{_quoted(text)}?=" if text else ""


def _quoted(text: str) -> str:
    """Text whose characters stand for bytes, as an encoded word holds it."""
    raw = text.encode("latin-1", "replace") if text.isascii() or max(text) < "\u0100" else text.encode()
    return "".join(f"={byte:02X}" for byte in raw)


def held(part: Message) -> object:
    """What a part holds as it was parsed: its parts, or text in which bytes above 127 are escaped. The method of that
    purpose would decode those by whatever character set is said, and lose what does not fit."""
    return vars(part).get("_payload")


def children(part: Message) -> list[Message]:
    """The parts inside a part; none of a leaf. Parts of a multipart that does not name its boundary are found."""
    payload = held(part)
    if isinstance(payload, str) and content_type(part).startswith("multipart/"):
        payload = _mended(payload)
        if payload:
            part.set_payload(payload)
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _mended(text: str) -> list[Message | str]:
    """The parts that lines like boundaries divide, when such a line stands before a header."""
    found = _LIKE_A_BOUNDARY.search(text)
    if not found or not found[1].strip():
        return []
    boundary = found[1].rstrip()
    pieces = text.split(f"--{boundary}")[1:]
    whole_ones = [piece for piece in pieces if not piece.startswith("--")][:PARTS]
    return [
        Parser(policy=compat32).parsestr(piece.lstrip(" \t").removeprefix("\r").removeprefix("\n"))
        for piece in whole_ones
    ]


def payload_of(part: Message, parsed: Parsed) -> bytes:
    """The content of a leaf, decoded as it says it is encoded; what cannot be decoded comes as it is."""
    text = held(part)
    if not isinstance(text, str):
        return b""
    raw = parsed.filled(text.encode("ascii", "surrogateescape") if _is_bytes(text) else text.encode("utf-8", "replace"))
    return back_from(str(part.get("content-transfer-encoding", "")), raw)


def _is_bytes(text: str) -> bool:
    try:
        text.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def whole(part: Message, parsed: Parsed) -> bytes:
    """A part with its headers, as bytes: a message inside a message."""
    try:
        return parsed.filled(part.as_bytes(policy=_AS_IT_CAME))
    except _BROKEN:
        lines = [f"{name}: {value}" for name, value in part.raw_items()]
        inside = [payload_of(one, parsed) for one in walk(part) if not children(one)]
        return b"\n".join([*(line.encode("utf-8", "surrogateescape") for line in lines), b"", *inside])


def walk(part: Message) -> Iterator[Message]:
    """The part and all inside it, in order, as deep and as many as are read."""
    waiting = [(part, 0)]
    for _count in range(PARTS):
        if not waiting:
            return
        one, depth = waiting.pop()
        yield one
        if depth < DEPTH:
            waiting += [(child, depth + 1) for child in reversed(children(one))]
