"""Text whose lines were broken for the way, joined again (RFC 3676)."""

from __future__ import annotations


def unflowed(text: str, *, joined: bool) -> str:
    """The text with its paragraphs in one line each; `joined` when the space at a break was put in for the way."""
    done: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        body = line[depth:].removeprefix(" ")
        is_soft = body.endswith(" ") and body != "-- "
        body = body[:-1] if is_soft and joined else body
        if open_depth == depth and body != "-- ":
            done[-1] += body
        else:
            done.append(">" * depth + (" " if depth else "") + body)
        open_depth = depth if is_soft else None
    return "\n".join(done)
