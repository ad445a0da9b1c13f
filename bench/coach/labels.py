"""The labelled replies: ids and labels are ours, in `labels.tsv` by reply and in `spans.tsv` by sentence.

The texts stay where they are.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).parent
REPLIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "replies" / "replies_en.jsonl.gz"
HEAD = ("id", "set", "labeller", "elements", "faults")
SPANS = ("id", "labeller", "spans")
# The place of a code that only the whole reply has.
WHOLE = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One reply as one person labelled it. `part` is train or test.

    `spans` has the codes of each sentence that was labelled, by its number from 1; None when only the whole reply was.
    """

    id: str
    part: str
    labeller: str
    company: str
    customer: str
    reply: str
    codes: frozenset[str]
    spans: Mapping[int, frozenset[str]] | None = None


def examples(labels: Path = HERE / "labels.tsv", replies: Path = REPLIES) -> list[Example]:
    """All labelled replies whose texts are at hand."""
    texts = dict(_texts(replies))
    return [
        Example(
            id=one, part=part, labeller=labeller, codes=_codes(elements) | _codes(faults),
            company=texts[one]["app_or_company"], customer=texts[one]["customer_text"] or "",
            reply=texts[one]["reply_text"],
        )
        for one, part, labeller, elements, faults in _rows(labels, HEAD)
        if one in texts
    ]  # fmt: skip


def by_sentence(known: Iterable[Example], path: Path = HERE / "spans.tsv") -> list[Example]:
    """The same replies with their labels by sentence, which also say what the whole reply has."""
    read = {one: _spans(cell) for one, _labeller, cell in _rows(path, SPANS)}
    return [
        replace(
            one,
            codes=frozenset().union(*read[one.id].values()),
            spans={int(place): codes for place, codes in read[one.id].items() if place != WHOLE},
        )
        for one in known
    ]


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


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[list[str]]:
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    if tuple(head.split("\t")) != columns:
        raise SystemExit(f"{path}: the first line must be {' TAB '.join(columns)}.")
    yield from (line.split("\t") for line in lines if line.strip())


def _codes(cell: str) -> frozenset[str]:
    return frozenset(code.strip() for code in cell.split(",")) - {"", "-"}


def _spans(cell: str) -> dict[str, frozenset[str]]:
    """ "1:apologise,formula *:dead-end" by its places."""
    pairs = (part.partition(":") for part in cell.split() if part != "-")
    return {place: _codes(codes) for place, _colon, codes in pairs}


def _texts(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if not path.is_file():
        raise SystemExit(f"{path} is not there. Give the file of replies with --replies.")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["id"], row
