"""Messages for the tests of reading mail: the real ones beside the repository, and some of our own."""

from __future__ import annotations

import base64
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

CORPORA = Path(__file__).parents[3] / "shared" / "data" / "mail"
MISSING = f"The real mail is not here ({CORPORA.name} of the shared data): what is said of it is SKIPPED."
with_corpora = pytest.mark.skipif(not CORPORA.is_dir(), reason=MISSING)
_NO_MAIL = (".json", "COPYING", "LICENSE", ".gitattributes", "README.md")


def files(corpus: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a corpus."""
    with tarfile.open(CORPORA / f"{corpus}.tar.gz") as packed:
        for member in packed.getmembers():
            held = packed.extractfile(member)
            if held is not None:
                yield member.name, held.read()


def messages(corpus: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every message of a corpus."""
    return ((name, raw) for name, raw in files(corpus) if not name.endswith(_NO_MAIL))


def corpora() -> list[str]:
    return sorted(path.name.removesuffix(".tar.gz") for path in CORPORA.glob("*.tar.gz"))


def message(body: str | bytes = "Hello", *, charset: str = "", **headers: str) -> bytes:
    """A message from Dana with these headers; `Content_Type="…"` is written Content-Type."""
    said = {"From": "Dana Okafor <dana@customer.example>", "To": "help@desk.example", "Subject": "My order"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value).encode("utf-8")
    content = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode(charset or "utf-8")
    return head + b"\r\n" + content


def multipart(*parts: bytes, kind: str = "mixed", boundary: str = "b1", **headers: str) -> bytes:
    """A message of these parts, each with its own headers."""
    said = f'multipart/{kind}; boundary="{boundary}"'
    return message(b"".join(enclosed(parts, boundary)), Content_Type=said, **headers)


def nested(*parts: bytes, kind: str, boundary: str) -> bytes:
    """Parts within a part."""
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + b"".join(
        enclosed(parts, boundary)
    )


def enclosed(parts: tuple[bytes, ...], boundary: str) -> Iterator[bytes]:
    for one in parts:
        yield f"--{boundary}\r\n".encode() + one + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def part(kind: str, content: str | bytes, **headers: str) -> bytes:
    """A part of its own kind; bytes are sent as base64."""
    said = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(content, bytes):
        said["Content-Transfer-Encoding"] = "base64"
        content = base64.encodebytes(content).decode()
    return "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode() + b"\r\n" + content.encode("utf-8")
