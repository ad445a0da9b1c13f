"""`makegood playbook`: what may be offered for which failure, in files and out of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table

from makegood.config.faults import Fault
from makegood.config.installed import installation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from makegood.remedies.actions import Imported
    from makegood.remedies.rules.playbooks import Playbook
    from makegood.remedies.rules.playbooks_abcd import Became

_NUMBERS = frozenset({"Version", "Rules", "Steps", "Lines", "Conditions", "Questions"})
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    epilog="""\b
Examples:
  makegood playbook list
  makegood playbook export making-good > ours.yaml
  makegood playbook check ours.yaml
  makegood playbook import yaml ours.yaml

\b
How to write a playbook: docs/playbooks.md
"""
)
def command() -> None:
    """Playbooks: what may be offered for which failure. List, check, bring in and write out.

    A playbook is a YAML file of rules; each says when it holds and which options there are, with words, cost, who may
    grant them and what they commit us to. The same is at the desk under Settings, Playbooks.
    """


@command.command(name="list", epilog="\b\nExample:\n  makegood playbook list\n")
def list_playbooks() -> None:
    """Every playbook: its name, version, rules and options, and who saved it last."""
    with installation():
        from makegood.remedies.queries import playbooks

        found = playbooks()
    if not found:
        click.echo("There are no playbooks yet. makegood init installs the one that ships.")
        return
    table = _table("Playbook", "Name", "Version", "Rules", "Options", "Saved by", "")
    for one in found:
        table.add_row(
            one.slug, one.name, str(one.version), str(one.rules), str(one.options), one.saved_by,
            "retired" if one.retired_at else "",
        )  # fmt: skip
    Console().print(table)


@command.command(epilog="\b\nExample:\n  makegood playbook check ours.yaml\n")
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Read a playbook's FILE and say what is in it, or where it goes wrong. Needs no installation, changes nothing."""
    from makegood.remedies.rules.playbooks_file import load_playbook

    playbook = load_playbook(file)
    table = _table("Rule", "Questions", "Steps", "Options")
    for rule in playbook.rules:
        options = ", ".join(option.option for option in rule.options)
        table.add_row(rule.rule, str(len(rule.asks)), str(len(rule.steps)), options or "–")
    Console().print(table)
    click.echo(f"{file.name} is a playbook: {playbook.name}, {_count(len(playbook.rules), 'rule')}.")


@command.command(
    name="import",
    epilog="""\b
Examples:
  makegood playbook import yaml ours.yaml
  makegood playbook import abcd guidelines.json --dry-run

\b
FORMAT is yaml, one playbook as docs/playbooks.md tells; or abcd, the agent guidelines of a retailer (flows and
subflows in JSON), of which every flow becomes a playbook and every subflow a rule. All comes in, or nothing.
""",
)
@click.argument("form", metavar="FORMAT", type=click.Choice(["yaml", "abcd"]))
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would come in, write nothing.")
def import_(form: str, file: Path, dry_run: bool) -> None:
    """Bring the playbooks of FILE in. One that is here already gets a new version; the same again changes nothing."""
    playbooks, source = _read(form, file)
    if dry_run:
        click.echo(f"Would bring in {_count(len(playbooks), 'playbook')}. Nothing was written.")
        return
    with installation():
        from makegood.config.migrating import migrate
        from makegood.journal.actors import SYSTEM
        from makegood.remedies.actions import import_playbooks

        migrate()
        note = f"Imported from {file.name}"
        _tell(import_playbooks(playbooks, source=source, note=note, by=SYSTEM, now=datetime.now(UTC)))


def _read(form: str, file: Path) -> tuple[Sequence[Playbook], str]:
    """The playbooks of a file, and its text when it is one playbook's own."""
    if form == "yaml":
        from makegood.remedies.rules.playbooks_file import load_playbook

        return [load_playbook(file)], file.read_text(encoding="utf-8-sig")
    from makegood.remedies.rules.playbooks_abcd import convert

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Fault(f"{file.name} is not UTF-8 text. Save it as UTF-8.") from None
    found = convert(text, file.name)
    Console().print(_became(found.became))
    return found.playbooks, ""


def _became(became: Sequence[Became]) -> Table:
    """What every subflow became: all its lines are in its steps, whatever else was understood of them."""
    table = _table("Subflow", "Steps", "Lines", "Conditions", "Asked first", "Given")
    flow = ""
    for one in became:
        if one.flow != flow:
            flow = one.flow
            table.add_row(f"[bold]{flow}")
        asks, options = ", ".join(one.asks), ", ".join(one.options) or "–"
        table.add_row(f"  {one.subflow}", str(one.steps), str(one.words), str(one.conditions or "–"), asks, options)
    with_remedy = sum(bool(one.options) for one in became)
    table.caption = (
        f"{_count(len(became), 'subflow')}, {sum(one.steps for one in became)} actions, "
        f"{sum(one.words for one in became)} lines, all kept; {with_remedy} give a remedy."
    )
    return table


def _tell(became: Imported) -> None:
    for word, slugs in (("New", became.new), ("Changed", became.changed), ("The same as before", became.same)):
        if slugs:
            click.echo(f"{word}: {', '.join(slugs)}")


@command.command(epilog="\b\nExample:\n  makegood playbook export making-good > ours.yaml\n")
@click.argument("slug")
def export(slug: str) -> None:
    """Print a playbook's YAML as it was written, to be read, changed and imported again."""
    with installation():
        from makegood.remedies.queries import playbook_named

        click.echo(playbook_named(slug).source, nl=False)


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, caption_justify="left")
    for heading in headings:
        justify: JustifyMethod = "right" if heading in _NUMBERS else "left"
        table.add_column(heading, justify=justify, overflow="fold", no_wrap=heading in ("Playbook", "Subflow"))
    return table


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
