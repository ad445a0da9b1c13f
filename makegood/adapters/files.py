"""What is too large for a table: raw messages and attachments, kept in a folder by the sha256 of their content.

The same content is kept once, whoever brings it. A file stands under its name whole or not at all: it is written
beside, made durable, and then given its name. Nobody looks at what a process that was killed has left beside; `tidy`
removes it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

BESIDE = ".incoming"
"""The folder in which files are written before they have their name. It belongs into no backup."""
_CHUNK = 1 << 20
_NAME = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is kept: the sha256 of its content in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


class TooLarge(Exception):
    """More than the caller allows; nothing was kept."""


class FileStore:
    """The files below a folder, which is made when the first one comes. Threads and processes may share one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, content: bytes | Iterable[bytes], *, most: int | None = None) -> Stored:
        """Keep a content, given whole or in pieces; it is durable when this returns.

        Raises TooLarge as soon as there are more than `most` bytes, and OSError when the disk does not take it.
        """
        pieces = (content,) if isinstance(content, bytes) else content
        beside = self._root / BESIDE
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=beside)
        try:
            with os.fdopen(handle, "wb") as out:
                stored = _copy(pieces, out, most)
                out.flush()
                os.fsync(out.fileno())
            self._name(Path(name), stored.sha256)
        finally:
            Path(name).unlink(missing_ok=True)
        return stored

    def read(self, sha256: str) -> bytes:
        """A whole content. Raises FileNotFoundError when it is not kept."""
        return self._path(sha256).read_bytes()

    def open(self, sha256: str) -> IO[bytes]:
        """A content as a file that is open for reading. Raises FileNotFoundError when it is not kept."""
        return self._path(sha256).open("rb")

    def pieces(self, sha256: str) -> Iterator[bytes]:
        """A content, at most a mebibyte at a time. Raises FileNotFoundError at the first when it is not kept."""
        with self._path(sha256).open("rb") as content:
            while piece := content.read(_CHUNK):
                yield piece

    def size(self, sha256: str) -> int | None:
        """How many bytes a content has; None when it is not kept."""
        with suppress(FileNotFoundError):
            return self._path(sha256).stat().st_size
        return None

    def delete(self, sha256: str) -> None:
        """Forget a content. Whoever calls knows that nothing names it any more; it need not be there."""
        self._path(sha256).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """The sha256 of everything that is kept, in no order."""
        return (found for path in self._root.glob("[0-9a-f][0-9a-f]/*") if _NAME.fullmatch(found := path.name))

    def last_put(self, *, before: float) -> Iterator[str]:
        """The names of what nobody brought again since an instant (seconds since 1970), in no order."""
        return (name for name in self.names() if _begun(self._path(name)) < before)

    def drop(self, sha256: str, *, before: float) -> bool:
        """Forget a content that nobody brought again since an instant (seconds since 1970). Whether it went: not while
        anybody brings something or holds what is kept (`holding`), so try later."""
        with suppress(BlockingIOError), self._held(fcntl.LOCK_EX | fcntl.LOCK_NB):
            if _begun(self._path(sha256)) < before:
                self.delete(sha256)
                return True
        return False

    def holding(self) -> AbstractContextManager[None]:
        """While this lasts nothing that is kept is forgotten, by any process. What is brought, is kept."""
        return self._held(fcntl.LOCK_SH)

    def tidy(self, *, before: float) -> int:
        """Remove what was begun before an instant (seconds since 1970) and never got its name; how many there were."""
        left = [path for path in (self._root / BESIDE).glob("*") if _begun(path) < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def free(self) -> int:
        """How many bytes the disk still takes."""
        there = next(folder for folder in (self._root, *self._root.parents) if folder.exists())
        return shutil.disk_usage(there).free

    def _name(self, written: Path, sha256: str) -> None:
        final = self._path(sha256)
        if not final.parent.is_dir():
            final.parent.mkdir(mode=0o700, exist_ok=True)
            _settle(self._root)
        # The same content a second time takes the place of the first, which was the same: nobody notices. It is as new
        # as if it were the first, and whoever forgets what is old sees the one or the other.
        with self.holding():
            written.replace(final)
        _settle(final.parent)

    @contextmanager
    def _held(self, how: int) -> Iterator[None]:
        """Names are given by many at once (shared) and taken away by one alone, in all processes."""
        beside = self._root / BESIDE
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(beside, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, how)
            yield
        finally:
            os.close(handle)

    def _path(self, sha256: str) -> Path:
        if _NAME.fullmatch(sha256) is None:
            raise ValueError(f"{sha256[:80]!r} is no sha256 in small hexadecimal letters.")
        return self._root / sha256[:2] / sha256


def _copy(pieces: Iterable[bytes], out: IO[bytes], most: int | None) -> Stored:
    sum_, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if most is not None and size > most:
            raise TooLarge(f"It has more than {most} bytes.")
        sum_.update(piece)
        out.write(piece)
    return Stored(sum_.hexdigest(), size)


def _settle(folder: Path) -> None:
    """Make the names in a folder durable; without it a power cut could take away one that was just given."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _begun(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
