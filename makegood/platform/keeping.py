"""Where files are kept that belong to rows of the database."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from makegood.adapters.files import FileStore


def files() -> FileStore:
    """The store of this installation, below its home; a backup takes it along."""
    return FileStore(Path(settings.MEDIA_ROOT))
