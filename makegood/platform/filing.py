"""Where what is too large for a table is kept in this installation."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from makegood.adapters.files import FileStore


def file_store() -> FileStore:
    """The folder of raw messages and attachments, below the home of the installation."""
    return FileStore(Path(settings.MEDIA_ROOT) / "kept")
