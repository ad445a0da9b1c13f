"""Mail that goes nowhere."""

from __future__ import annotations

from pathlib import Path

from makegood.adapters.folder import Folder
from makegood.adapters.sending import NOT_WANTED, Accepted, Refused

RAW = b"Subject: one\r\n\r\nHello\r\n"


def send(folder: Folder, raw: bytes = RAW, *, wanted: bool = True) -> Accepted | Refused:
    return folder.send(raw, sender="desk@desk.example", to=["mara@example.com"], handing=lambda: wanted)


def test_each_message_is_a_file_and_the_same_one_the_same(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "kept")
    first, again, other = send(folder), send(folder), send(folder, RAW + b"more")
    assert first == again != other
    assert sorted(path.read_bytes() for path in (tmp_path / "kept").iterdir()) == [RAW, RAW + b"more"]


def test_what_is_taken_back_is_not_kept(tmp_path: Path) -> None:
    assert send(Folder(tmp_path / "kept"), wanted=False) is NOT_WANTED
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_is_said_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file, and no folder")
    told = send(Folder(tmp_path / "kept"))
    assert isinstance(told, Refused)
    assert told.temporary
