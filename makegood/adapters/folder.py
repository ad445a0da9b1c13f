"""Mail that goes nowhere: each message is kept as a file, for trying things out without writing to anybody."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from makegood.adapters.sending import NOT_WANTED, Accepted, Handing, Refused


class Folder:
    """A Carrier into a folder, which is made when the first message comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, raw: bytes, *, sender: str, to: Sequence[str], handing: Handing) -> Accepted | Refused:
        """See `Carrier`. The same message again is the same file."""
        if not handing():
            return NOT_WANTED
        name = f"{hashlib.sha256(raw).hexdigest()[:24]}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = self._folder / f".{name}.{os.getpid()}"
            beside.write_bytes(raw)
            beside.replace(self._folder / name)
        except OSError as fault:
            return Refused(f"{self._folder} does not take it: {fault.strerror}.", temporary=True)
        return Accepted(name)

    def close(self) -> None:
        """There is nothing to let go."""
