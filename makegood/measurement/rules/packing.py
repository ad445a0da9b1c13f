"""A report's files for whoever downloads them: all of them in one, and the rows alone as a table."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from makegood.measurement.findings import Found, Look, Plan
from makegood.measurement.rules.download import write
from makegood.measurement.rules.groups import ORDER, Rows

# So many rows are turned into text at once: a million at once would take gigabytes.
AT_ONCE = 50_000


def packed(
    number: int, plan: Plan, found: Found, rows: Rows, *, looks: Sequence[Look] = (), earlier: bytes = b""
) -> bytes:
    """The four files of `download.write` as one ZIP file; those of a look beside those of the looks before it, which
    `earlier` holds, packed."""
    told = io.BytesIO(earlier)
    inside = f"paradox-{number}/look-{looks[-1].number}" if looks else f"paradox-{number}"
    mode: Literal["a", "w"] = "a" if earlier else "w"
    with TemporaryDirectory() as folder, zipfile.ZipFile(told, mode, zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        write(Path(folder), number, plan, found, rows, looks=looks)
        for file in sorted(Path(folder).iterdir()):
            out.write(file, f"{inside}/{file.name}")
    return told.getvalue()


def rows_csv(rows: Rows) -> bytes:
    """The rows as CSV, compressed by gzip: a customer each, who is a number of no meaning. What is unknown is empty."""
    columns = dict(_columns(rows))
    told = io.BytesIO()
    with gzip.GzipFile(fileobj=told, mode="wb", compresslevel=1, mtime=0) as out:
        text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        writer = csv.writer(text)
        writer.writerow(columns)
        for first in range(0, len(rows), AT_ONCE):
            some = (values[first : first + AT_ONCE] for values in columns.values())
            writer.writerows(zip(*(_cells(values) for values in some), strict=True))
        text.detach()
    return told.getvalue()


def _columns(rows: Rows) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    yield "customer", np.unique(rows.customer, return_inverse=True)[1]
    yield "group", np.array([group.value for group in ORDER])[rows.group]
    yield "cluster", np.unique(rows.cluster, return_inverse=True)[1]
    yield "index", rows.index
    for name in ("covariates", "outcomes", "asked", "before"):
        yield from ((f"{name}.{key.value}", values) for key, values in getattr(rows, name).items())
    for name in ("stayed_days", "left", "lost", "righted_days", "hours_late"):
        yield name, getattr(rows, name)


def _cells(values: np.ndarray[Any, Any]) -> list[object]:
    """Numbers as they are read again to the last digit, yes and no as 1 and 0, nothing for what is unknown."""
    if values.dtype == bool:
        return list(values.astype(int).tolist())
    return ["" if value != value else value for value in values.tolist()]
