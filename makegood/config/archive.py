"""The backup file: a tar of the database's dump, the signing key and the files, with a manifest in front."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from makegood.config.faults import Fault

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
KEY = "secret-key"
# The folders of a home that belong to it: what people have put in, and policies of their own.
FOLDERS = ("files", "policies")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds.

    `created` is ISO 8601 UTC, `postgres` the version of the program that dumped it, `rows` counts per table,
    `sha256` is per member.
    """

    format: int
    makegood: str
    created: str
    postgres: int
    organisation: str
    rows: Mapping[str, int]
    migrations: list[str]
    sha256: Mapping[str, str]


def write_archive(target: Path, members: Mapping[str, Path], manifest: Manifest) -> None:
    """Write the file whole or not at all, readable by its owner only, and durable when this returns."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as archive:
                _add_text(archive, MANIFEST, json.dumps(asdict(manifest), indent=1))
                for name, path in members.items():
                    archive.add(path, arcname=name, recursive=False)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def read_manifest(source: Path) -> Manifest:
    """The manifest of a backup. Raises Fault when this is no backup, or one that is newer or damaged."""
    try:
        with tarfile.open(source, "r:") as archive:
            first = archive.next()
            content = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
            told: dict[str, Any] = json.load(content) if content is not None else {}
    except FileNotFoundError:
        raise Fault(f"There is no file {source}.") from None
    except (tarfile.TarError, ValueError, EOFError) as trouble:
        raise Fault(f"{source} is not a backup of Makegood, or it is damaged ({trouble}).") from None
    if not isinstance(told.get("format"), int):
        raise Fault(f"{source} is not a backup of Makegood: it does not begin with a manifest.")
    if told["format"] > FORMAT:
        raise Fault(f"{source} was made by Makegood {told.get('makegood', '')}, which is newer. Install that version.")
    try:
        return Manifest(**told)
    except TypeError:
        raise Fault(f"{source} is damaged: its manifest is not whole.") from None


def extract(source: Path, folder: Path, manifest: Manifest) -> None:
    """Unpack every member that the manifest names below `folder`, checking each. Raises Fault when one is damaged."""
    left = dict(manifest.sha256)
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                if member.name != MANIFEST:
                    _extract_one(archive, member, folder, left)
    except (tarfile.TarError, EOFError, OSError) as trouble:
        raise Fault(f"{source} is damaged and was not restored: {trouble}.") from None
    if left:
        raise Fault(f"{source} is damaged and was not restored: {min(left)} is missing in it.")


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    return _digest_of(iter_chunks(path))


def iter_chunks(path: Path) -> Iterator[bytes]:
    """A file's bytes, a piece at a time."""
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def _extract_one(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, left: dict[str, str]) -> None:
    expected = left.pop(member.name, None)
    content = archive.extractfile(member)
    target = (folder / member.name).resolve()
    if expected is None or content is None or not target.is_relative_to(folder.resolve()):
        raise Fault(f"The backup holds {member.name!r}, which its manifest does not name. It was not restored.")
    target.parent.mkdir(parents=True, exist_ok=True)
    sum_ = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        while chunk := content.read(_CHUNK):
            sum_.update(chunk)
            out.write(chunk)
    if sum_.hexdigest() != expected:
        raise Fault(f"The backup is damaged and was not restored: {member.name} is not what was written.")


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o600
    archive.addfile(info, io.BytesIO(content))


def _digest_of(chunks: Iterator[bytes]) -> str:
    sum_ = hashlib.sha256()
    for chunk in chunks:
        sum_.update(chunk)
    return sum_.hexdigest()
