"""How well dated words are read out of real text, and how fast: `python -m bench.dated`.

The data is not part of the repository. Each part that has none says so. `dated_labels.json` holds only the ids of the
lines (conversation, summary, sentence) and whether somebody who read them found a promise of the company by a time;
each was drawn at random and labelled before the rules were tried on it, the second after the first had bettered them.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from makegood.conversation.dated import SaidBy, promised
from makegood.conversation.dated.clauses import ours
from makegood.conversation.dated.finding import Found, times
from makegood.conversation.dated.language import language_of
from makegood.kernel.when import spoken_when

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
AGREED = DATA / "text_sgd_appointments" / "sgd_services_train.jsonl.gz"
TOLD = DATA / "text_tweetsumm" / "tweetsumm_train.jsonl.gz"
LABELS = Path(__file__).with_name("dated_labels.json")
ZONE = ZoneInfo("UTC")
# The day on which those conversations are held; their dates are annotated from it.
HELD = datetime(2019, 3, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SLOTS = {"appointment_date": "%Y-%m-%d", "appointment_time": "%H:%M"}
LETTER = (
    "I'm so sorry about the sofa. You were told Tuesday and nobody came, and that is on us. I have booked the van for "
    "Friday between 9 and 11. I'll ring you by five today to confirm it, and your refund of £12.50 will be with you "
    "within 3 working days. If you need anything before noon tomorrow, reply to this mail. Our lines are open 9 to 5.\n"
)


def main() -> None:
    """Print what was found of each data set, and the milliseconds a text takes."""
    for path, measured in ((AGREED, agreed), (TOLD, told)):
        if path.exists():
            measured()
        else:
            print(f"SKIPPED: {path.name} is not here.")
    speed()


def agreed() -> None:
    """Dates and times annotated in talk about appointments: found, and read as annotated."""
    counted: Counter[str] = Counter()
    for turn in (turn for line in lines(AGREED) for turn in line["turns"]):
        low = ours(turn["utterance"])
        read = partial(spoken_when, now=HELD, zone=ZONE, calendar=None)
        found = list(times(low, 0, len(low), language_of("en"), read))
        for frame in turn["frames"]:
            for slot in (slot for slot in frame["slots"] if slot["slot"] in SLOTS):
                _count(counted, slot, _canonical(frame), turn["utterance"], found)
        spans = [slot for frame in turn["frames"] for slot in frame["slots"] if slot["slot"] in SLOTS]
        counted["all"] += len(found)
        counted["annotated"] += sum(any(_meets(one, slot) for slot in spans) for one in found)
    print(
        f"agreed dates and times: {counted['spoken']} annotated, found {counted['found'] / counted['spoken']:.1%}, "
        f"read as annotated {counted['right'] / counted['spoken']:.1%}; "
        f"of {counted['all']} found, annotated {counted['annotated'] / counted['all']:.1%}"
    )


def _canonical(frame: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (act["slot"], value): canonical
        for act in frame["actions"]
        for value, canonical in zip(act["values"], act["canonical_values"], strict=False)
    }


def _meets(one: Found, slot: dict[str, Any]) -> bool:
    return bool(one.start < slot["exclusive_end"] and one.end > slot["start"])


def _count(
    counted: Counter[str],
    slot: dict[str, Any],
    meant: dict[tuple[str, str], str],
    said: str,
    found: list[Found],
) -> None:
    value = meant.get((slot["slot"], said[slot["start"] : slot["exclusive_end"]]))
    near = [one.when for one in found if _meets(one, slot)]
    counted["spoken"] += 1
    counted["found"] += bool(near)
    counted["right"] += any(when and when.due_at.strftime(SLOTS[slot["slot"]]) == value for when in near)


def told() -> None:
    """Sentences that tell what an agent said: whether a promise by a time is seen where a reader saw one."""
    said = {
        f"{line['conversation_id']}:{summary}:{place}": sentence
        for line in lines(TOLD)
        for summary, sentences in enumerate(line["summaries"])
        for place, sentence in enumerate(sentences)
    }
    for name, labels in json.loads(LABELS.read_text(encoding="utf-8")).items():
        seen = {ident: bool(_promised(said[ident])) for ident in labels}
        right = sum(seen[ident] and bool(labels[ident]) for ident in labels)
        print(
            f"agents' lines, {name}: {len(labels)} read, {sum(labels.values())} promise by a time; "
            f"precision {right / sum(seen.values()):.1%}, recall {right / sum(labels.values()):.1%}"
        )


def speed() -> None:
    """Milliseconds of processor time per text of 2,000 characters, with five promises in each 500."""
    text = (LETTER * 5)[:2000]
    by: tuple[SaidBy, ...] = ("us", "them")
    for one in by:
        taken = []
        for _ in range(200):
            started = time.process_time()
            _promised(text, one)
            taken.append((time.process_time() - started) * 1000)
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(f"2,000 characters said by {one}: median {statistics.median(taken):.1f} ms, p95 {p95:.1f} ms")


def _promised(text: str, by: SaidBy = "us") -> tuple[Any, ...]:
    return promised(text, now=NOW, zone=ZONE, calendar=None, language="en", said_by=by)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Each line of a compressed file of JSON objects."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
