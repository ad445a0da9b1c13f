"""The labelled replies: ids and labels are ours and in `labels.tsv`, the texts stay where they are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
REPLIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "replies" / "replies_en.jsonl.gz"
HEAD = ("id", "set", "labeller", "elements", "faults")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One reply as one person labelled it. `part` is train or test."""

    id: str
    part: str
    labeller: str
    company: str
    customer: str
    reply: str
    codes: frozenset[str]


def examples(labels: Path = HERE / "labels.tsv", replies: Path = REPLIES) -> list[Example]:
    """All labelled replies whose texts are at hand."""
    texts = dict(_texts(replies))
    return [
        Example(
            id=one, part=part, labeller=labeller, codes=_codes(elements) | _codes(faults),
            company=texts[one]["app_or_company"], customer=texts[one]["customer_text"] or "",
            reply=texts[one]["reply_text"],
        )
        for one, part, labeller, elements, faults in _rows(labels)
        if one in texts
    ]  # fmt: skip


def written(path: Path = HERE / "written.jsonl") -> list[Example]:
    """Replies of our own writing, for the codes that are scarce in real ones; their rates are not natural."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Example(
            id=row["id"], part="written", labeller="written", company=f"written-{row['trade']}",
            customer=row["customer"], reply=row["reply"], codes=frozenset((*row["elements"], *row["faults"])),
        )
        for row in rows
    ]  # fmt: skip


def _rows(path: Path) -> Iterator[list[str]]:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    if tuple(head.split("\t")) != HEAD:
        raise SystemExit(f"{path}: the first line must be {' TAB '.join(HEAD)}.")
    yield from (line.split("\t") for line in lines if line.strip())


def _codes(cell: str) -> frozenset[str]:
    return frozenset(code.strip() for code in cell.split(",")) - {"", "-"}


def _texts(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise SystemExit(f"{path} is not there. Give the file of replies with --replies.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row
