"""`makegood coach`: reads what we are about to say to a customer, like a linter. Needs no installation."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from makegood.config.faults import Fault

if TYPE_CHECKING:
    from makegood.conversation.coach import Finding, Reading

_FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
_STDIN = "-"
# A message to a customer, not a book: more is most likely the wrong file.
_MOST = 200_000


@click.command(
    epilog="""\b
Examples:
  makegood coach reply.txt
  makegood coach reply-1.txt reply-2.txt --json
  echo "Sorry for any inconvenience." | makegood coach -
  makegood coach antwort.txt --language de
  makegood coach reply.txt --customer complaint.txt --apologies 1

\b
What it finds, and how its rules are written: docs/coach.md
"""
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|-...", type=_FILE)
@click.option("--language", default="en", show_default=True, help="Language of the text, such as en.")
@click.option("--customer", type=_FILE, help="A file with what the customer wrote, so that an echo of it counts.")
@click.option("--apologies", type=click.IntRange(min=0), default=0, help="Apologies that this customer had already.")
@click.option("--improved", is_flag=True, help="An improvement is on record, so a promise of one is not empty.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object for each file.")
def command(
    files: tuple[Path, ...], language: str, customer: Path | None, apologies: int, improved: bool, as_json: bool
) -> None:
    """Read each FILE (- is standard input) as a reply to an unhappy customer: say what is wrong and what is missing.

    Prints `file:line:column code words`, why, and better words, then which elements of a good reply are there and
    which are missing. Quoted words of the customer, greeting and signature are passed over. Exit code 1 when there
    are faults, 0 when there are none; missing elements alone are no fault.
    """
    from makegood.conversation.coach import Context, read

    context = Context(apologies=apologies, improved=improved, customer_words=_text(customer) if customer else "")
    readings = [(str(file), read(_text(file), language=language, context=context)) for file in files]
    if as_json:
        click.echo(json.dumps([_row(name, reading) for name, reading in readings], ensure_ascii=False))
    else:
        for name, reading in readings:
            _tell("<stdin>" if name == _STDIN else name, reading)
    if any(reading.faults for _name, reading in readings):
        sys.exit(1)


def _text(file: Path) -> str:
    raw = sys.stdin.buffer.read(_MOST + 1) if str(file) == _STDIN else file.read_bytes()
    if len(raw) > _MOST:
        raise Fault(f"{file} is larger than {_MOST // 1000} kB. The coach reads one message to a customer at a time.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Fault(f"{file} is not UTF-8 text. Save the message as UTF-8 text and try again.") from None


def _tell(name: str, reading: Reading) -> None:
    from makegood.conversation.coach import ELEMENTS

    for one in reading.faults:
        click.echo(f"{name}:{one.line}:{one.column} {one.code} {_quoted(one)} — {one.why} Better: {one.better}")
    elements = [code for code in ELEMENTS if code in reading.codes]
    click.echo(f"{name}: found: {', '.join(elements) or 'nothing of a good reply'}.")
    for gap in reading.missing:
        click.echo(f"{name}: missing: {gap.code}. {gap.better}")


def _quoted(one: Finding) -> str:
    return f"“{' '.join(one.words.split())}”"


def _row(name: str, reading: Reading) -> dict[str, Any]:
    return {
        "file": name,
        "language": reading.language,
        "clean": reading.clean,
        "findings": [asdict(one) for one in reading.findings],
        "missing": [asdict(one) for one in reading.missing],
    }
