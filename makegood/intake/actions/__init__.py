"""Taking in: facts by call, promises by file, and files that people bring to the desk."""

from makegood.intake.actions.importing import CasesFor, Summary, Taken, import_file, take_in
from makegood.intake.actions.uploading import (
    MOST_BYTES,
    Brought,
    clear_uploads,
    confirm,
    discard,
    take_up,
    too_large,
    upload,
)

__all__ = [
    "MOST_BYTES",
    "Brought",
    "CasesFor",
    "Summary",
    "Taken",
    "clear_uploads",
    "confirm",
    "discard",
    "import_file",
    "take_in",
    "take_up",
    "too_large",
    "upload",
]
