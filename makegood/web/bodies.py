"""How much a browser sends, before anything reads it: Django would write a body of any size to this machine's disk."""

from __future__ import annotations

from makegood.web.desk import DeskRequest


def length_of(request: DeskRequest) -> int:
    """How many bytes the body has, as its sender says."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 else 0


def drain(request: DeskRequest, *, most: int) -> None:
    """Let a browser finish sending what is not read, up to a bound: it shows no answer before."""
    left = min(length_of(request), most)
    while left > 0 and (read := request.read(min(left, 1 << 20))):
        left -= len(read)
