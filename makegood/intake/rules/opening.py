"""From a path to decoded text: compression, encodings, and a sentence for each way in which they fail. Pure.

Nothing is believed of a file's name: what it is, is read from its first bytes.
"""

from __future__ import annotations

import codecs
import gzip
import io
import stat
import zlib
from pathlib import Path
from typing import IO, cast

from makegood.kernel.refusals import Refusal, invalid

LIMIT = 1 << 20  # characters of one row; a longer one is no row
CHUNK = 1 << 16

_STRANGE = {
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls). Open it in a spreadsheet and save it as .xlsx or CSV",
    b"BZh": "compressed with bzip2. Unpack it first, or compress it with gzip",
    b"\xfd7zXZ": "compressed with xz. Unpack it first, or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd. Unpack it first, or compress it with gzip",
    b"7z\xbc\xaf": "a 7z archive. Unpack it first and import the file inside",
    b"%PDF": "a PDF. Ask its sender for the table behind it as CSV or Excel",
    b"PAR1": "a Parquet file. Save it as CSV or NDJSON first",
    b"SQLite format 3": "an SQLite database. Export the table as CSV first",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ZIP = b"PK\x03\x04"


def open_bytes(path: Path) -> io.BufferedReader:
    """The file's bytes, unzipped when they are gzip. Raises Refusal("file.not_found", "file.empty", ...)."""
    raw = _open(path)
    try:
        head = raw.peek(16)
        if not head:
            raise invalid("file.empty", f"{path.name} is empty.")
        _refuse_strange(path, head)
    except Refusal:
        raw.close()
        raise
    if head.startswith(b"\x1f\x8b"):
        raw.close()
        return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(path)), CHUNK)
    return raw


def _open(path: Path) -> io.BufferedReader:
    try:
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise invalid("file.not_found", f"{path} is no file that can be read twice. Save it to a file first.")
        return io.BufferedReader(io.FileIO(path), CHUNK)
    except FileNotFoundError:
        raise invalid("file.not_found", f"There is no file {path}. Check the path.") from None
    except IsADirectoryError:
        raise invalid("file.not_found", f"{path} is a folder. Name one file in it.") from None
    except PermissionError:
        raise invalid("file.not_found", f"{path} may not be read by this user. Check its permissions.") from None


def _refuse_strange(path: Path, head: bytes) -> None:
    for magic, what in _STRANGE.items():
        if head.startswith(magic):
            raise invalid("file.unknown_format", f"{path.name} is {what}.")


def peek(stream: io.BufferedReader, path: Path) -> bytes:
    """The first bytes of a stream without using them up."""
    try:
        return stream.peek(4096)[:4096]
    except (EOFError, OSError, zlib.error) as error:
        raise broken_off(path, 0, error) from None


def decode(stream: io.BufferedReader, path: Path, encoding: str) -> io.TextIOWrapper:
    """The stream as text with its line ends left as they are, in `encoding` or, for "auto", what it shows."""
    named = detect(peek(stream, path), path) if encoding == "auto" else declared(encoding)
    return io.TextIOWrapper(stream, encoding=named, errors="strict", newline="")


def declared(encoding: str) -> str:
    """The codec for a declared encoding. Raises Refusal("feed.encoding") when there is none of that name."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding).close()  # refuses codecs that are not of text
        b"probe".decode(encoding, "ignore")  # and those of domain names
        name = codecs.lookup(encoding).name
    except (LookupError, UnicodeError):
        raise invalid(
            "feed.encoding", f"There is no encoding called {encoding}. Try utf-8, cp1252, latin-1 or utf-16."
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def detect(head: bytes, path: Path) -> str:
    """The encoding that the first bytes show: by byte order mark, by the zeros of UTF-16, else UTF-8."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    zeros = head.count(0)
    if zeros * 10 < len(head):
        return "utf-8-sig"
    even = head[::2].count(0)
    if even * 10 < zeros:
        return "utf-16-le"
    if (zeros - even) * 10 < zeros:
        return "utf-16-be"
    raise invalid("file.binary", f"{path.name} is not text: its first bytes are mostly zeros.")


def broken_off(path: Path, line: int, error: Exception) -> Refusal:
    """The refusal for a compressed file that ends or turns to nonsense after `line`."""
    where = f"after line {line:,}" if line else "before its first line"
    if isinstance(error, EOFError):
        return invalid(
            "file.cut_off",
            f"{path.name} breaks off {where}: the end of the gzip file is missing. Nothing was imported. "
            "Copy or download it again.",
        )
    return invalid(
        "file.damaged",
        f"{path.name} is damaged {where} ({error}). Nothing was imported. Copy or download it again.",
    )


def not_decodable(path: Path, error: UnicodeError, encoding: str) -> Refusal:
    """The refusal for bytes that are no text in the encoding, with the line and the byte where they stand."""
    named = error.encoding if isinstance(error, UnicodeDecodeError) else encoding
    found = _first_bad_byte(path, named) if isinstance(error, UnicodeDecodeError) else None
    where = f"at line {found[0]:,} (byte {found[1]:,} of the file, value 0x{found[2]:02x})" if found else f"({error})"
    if encoding == "auto":
        advice = "If it comes from a Windows program, write `encoding: cp1252` under `file:` in the feed."
    else:
        advice = f"The feed says `encoding: {encoding}`; name the one in which the file was written."
    return invalid("file.encoding", f"{path.name} is not {_plain(named)} text {where}. {advice}")


def _plain(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8"}.get(encoding.lower(), encoding)


def _first_bad_byte(path: Path, encoding: str) -> tuple[int, int, int] | None:
    """Line (from 1), byte offset (from 0) and value of the first byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, offset, last = 1, 0, ""
    with open_bytes(path) as stream:
        while chunk := stream.read(CHUNK):
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                before = bytes(error.object[: error.start]).decode(encoding, "replace")
                at = offset - pending + error.start
                return line + line_breaks(before, last), at, error.object[error.start]
            line += line_breaks(text, last)
            last = text[-1:] or last
            offset += len(chunk)
    return None


def line_breaks(text: str, before: str = "") -> int:
    """How many lines end in `text`, whichever way they end; a CR LF split over two chunks counts once."""
    split = before == "\r" and text.startswith("\n")
    return text.count("\n") + text.count("\r") - text.count("\r\n") - split


def copy_unzipped(stream: IO[bytes], target: IO[bytes], limit: int, path: Path) -> None:
    """Copy a stream into a seekable file. Raises Refusal("file.too_large") past `limit` bytes."""
    copied = 0
    while chunk := stream.read(CHUNK):
        copied += len(chunk)
        if copied > limit:
            raise invalid("file.too_large", f"{path.name} is too large for a spreadsheet. Save it as CSV.")
        target.write(chunk)
    target.seek(0)
