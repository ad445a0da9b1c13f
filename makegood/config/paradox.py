"""`makegood report paradox`: whether customers who were put right are as well off as those never failed."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation

if TYPE_CHECKING:
    from makegood.journal.actors import Actor
    from makegood.measurement.findings import Found, Look
    from makegood.measurement.queries.reports import ReportFacts

OUTCOMES = ("stayed", "bought", "spend", "nps", "csat")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    epilog="""\b
Examples:
  makegood report paradox --register stayed --since 2026-01-01 --before 2026-07-01 --margin 0.02 --as anil@desk.example
  makegood report paradox
  makegood report paradox --compute 1 --download paradox-1
  makegood report paradox --rerun paradox-1/report.json
  makegood report paradox --register stayed --since 2026-01-01 --before 2027-01-01 --margin 0.02 --planned 9000 --as anil@desk.example
  makegood report paradox --look 2 --as anil@desk.example
""",  # noqa: E501 - a line of shell is one line
)
@click.option("--register", "outcome", type=click.Choice(OUTCOMES), help="Register a report of this outcome.")
@click.option("--since", type=_DAY, help="The first day of failures that are counted.")
@click.option("--before", type=_DAY, help="The day after the last of them.")
@click.option("--margin", type=float, help="What difference would not matter, in the outcome's own unit.")
@click.option("--landmark", type=int, default=30, show_default=True, help="Within how many days in time is.")
@click.option("--horizon", type=int, default=90, show_default=True, help="How many days are watched after that.")
@click.option("--threshold-hours", type=float, help="The delay from which a rule pays, to compare both sides of it.")
@click.option("--threshold-kind", default="", help="Of which kind of promise that delay is.")
@click.option("--seed", type=int, help="Decides every lot; made up unless given.")
@click.option("--planned", type=int, help="May be read at any time; so many put right are expected in the end.")
@click.option("--as", "email", help="Who registers it or looks: the e-mail of an analyst or administrator.")
@click.option("--look", type=int, help="Look now at this report, if it may be read at any time. It is written down.")
@click.option("--compute", "number", type=int, help="Count or compute this report now.")
@click.option("--download", "folder", type=click.Path(path_type=Path), help="Write a report with its rows here.")
@click.option(
    "--rerun",
    "file",
    type=click.Path(exists=True, path_type=Path),
    help="Compute a download again, or all in a folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    outcome: str | None, since: datetime | None, before: datetime | None, number: int | None, folder: Path | None,
    file: Path | None, email: str | None, look: int | None, as_json: bool, **said: Any,
) -> None:  # fmt: skip
    """Whether customers who were failed and put right are as well off as those never failed.

    A report is registered before its outcomes are in, and opens by itself on its day; until then only people are
    counted. Without options it prints the latest. One that is registered with --planned may be read at any time, by
    wider intervals: each look is kept with who asked for it. A download holds figures, a data dictionary and rows that
    name nobody, and gives the same figures when it is computed again, which needs no installation.
    """
    if file is not None:
        _rerun(file)
        return
    prepare_home(environment().home)
    with installation():
        if outcome is not None:
            _register(outcome, _needed(since, "--since"), _needed(before, "--before"), email, said)
            return
        if look is not None:
            number = _look(look, email)
        facts = _facts(number)
        if folder is not None:
            _download(facts, folder)
        elif number is not None:
            facts = _compute(facts)
        _print(facts, as_json)


def _needed(value: datetime | None, option: str) -> date:
    if value is None:
        raise click.UsageError(f"Give {option} as well, such as 2026-01-01.")
    return value.date()


def _by(email: str | None, now: datetime) -> Actor:
    from makegood.journal.actors import Actor, ActorKind
    from makegood.people.queries import staff_by_email

    whose = staff_by_email(email or "", now)
    if whose is None:
        raise click.UsageError("Give --as with the e-mail of an analyst or administrator.")
    return Actor(ActorKind.STAFF, whose.id, whose.name)


def _look(number: int, email: str | None) -> int:
    from makegood.measurement.actions import ask_look

    now = datetime.now(UTC)
    ask_look(number, by=_by(email, now), now=now)
    return number


def _register(outcome: str, since: date, before: date, email: str | None, said: dict[str, Any]) -> None:
    from makegood.measurement.actions import register
    from makegood.measurement.findings import Outcome

    now = datetime.now(UTC)
    if said["margin"] is None:
        raise click.UsageError("Give --margin: what difference would not matter, in the outcome's own unit.")
    number = register(
        outcome=Outcome(outcome), since=since, before=before, margin=said["margin"], seed=said["seed"],
        landmark_days=said["landmark"], horizon_days=said["horizon"], threshold_hours=said["threshold_hours"],
        threshold_kind=said["threshold_kind"], planned=said["planned"], by=_by(email, now), now=now,
    )  # fmt: skip
    read = "It may be read at any time until" if said["planned"] else "It opens on"
    click.echo(f"Report {number} is registered. {read} {_facts(number).opens_at:%Y-%m-%d}.")


def _facts(number: int | None) -> ReportFacts:
    from makegood.measurement.queries import latest_paradox, report_for
    from makegood.people.rules import Role, Scope

    everybody = Scope(Role.ADMINISTRATOR)
    found = latest_paradox(everybody) if number is None else report_for(everybody, number)
    if found is None:
        raise click.ClickException("No report is registered. Register one: makegood report paradox --help")
    return found


def _compute(facts: ReportFacts) -> ReportFacts:
    from makegood.measurement.actions import note_problem, note_progress
    from makegood.measurement.actions.computing import compute

    now = datetime.now(UTC)
    if facts.found_at is None:
        try:
            with _bar() as bar:
                compute(facts, now=now, progress=_both(bar, partial(note_progress, facts.number)))
        except Exception as trouble:
            note_problem(facts.number, f"{type(trouble).__name__}: {trouble}", now=now)
            raise
    return _facts(facts.number)


def _both(bar: Callable[[str, float], None], kept: Callable[[str, float], None]) -> Callable[[str, float], None]:
    """Progress on the terminal, and kept for whoever looks at the page."""

    def progress(what: str, share: float) -> None:
        bar(what, share)
        kept(what, share)

    return progress


def _download(facts: ReportFacts, folder: Path) -> None:
    from makegood.measurement.actions.computing import find
    from makegood.measurement.rules.download import same, write

    now = datetime.now(UTC)
    if facts.plan.planned is not None:
        _unpack(facts, folder)
        return
    if now < facts.opens_at:
        raise click.ClickException(
            f"Report {facts.number} opens on {facts.opens_at:%Y-%m-%d}; until then it is locked."
        )
    with _bar() as progress:
        found, rows = find(facts.plan, now=facts.found_at or now, progress=progress)
    write(folder, facts.number, facts.plan, found, rows)
    click.echo(f"Written to {folder}", err=True)
    if facts.found is not None and facts.found_at is not None and not same(found, facts.found):
        click.echo("The ledger has had late news since the report was found: these figures are of now.", err=True)


def _unpack(facts: ReportFacts, folder: Path) -> None:
    """Write every look as it was seen: nobody looks again by downloading."""
    from makegood.measurement.findings import ARCHIVE
    from makegood.measurement.queries import file_of
    from makegood.people.rules import READS_ALL

    with zipfile.ZipFile(io.BytesIO(file_of(READS_ALL, facts.number, ARCHIVE))) as whole:
        for name in whole.namelist():
            place = folder.joinpath(*Path(name).parts[1:])
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(whole.read(name))
    click.echo(f"Written to {folder}, a folder for each look", err=True)


def _rerun(file: Path) -> None:
    every = sorted(file.rglob("report.json")) if file.is_dir() else [file]
    if not every:
        raise click.ClickException(f"{file} holds no download of this report.")
    for one in every:
        _rerun_one(one)


def _rerun_one(file: Path) -> None:
    from makegood.measurement.rules.download import read, same
    from makegood.measurement.rules.finding import found_of

    try:
        plan, found, rows = read(file)
    except (OSError, ValueError, KeyError, msgspec.MsgspecError) as trouble:
        raise click.ClickException(f"{file} is no download of this report, or its rows are gone: {trouble}") from None
    with _bar() as progress:
        again = found_of(rows, plan, progress=progress)
    if not same(found, again):
        differ = [f"{name} {found.versions.get(name)} → {now}" for name, now in again.versions.items()
                  if found.versions.get(name) != now]  # fmt: skip
        raise click.ClickException(
            f"Other figures than in the file. Versions that differ: {', '.join(differ) or 'none'}"
        )
    click.echo(f"{file}: the same figures, of {found.people:,} customers.")


@contextmanager
def _bar() -> Iterator[Callable[[str, float], None]]:
    """A bar on the terminal's error stream, so that what is printed can still be piped."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr)) as progress:
        task = progress.add_task("reading", total=1.0)
        yield lambda what, share: progress.update(task, description=what or "done", completed=share)


def _print(facts: ReportFacts, as_json: bool) -> None:
    from makegood.measurement.findings import as_plain

    if as_json:
        plain = {"report": facts.number, "plan": as_plain(facts.plan), "opens_at": facts.opens_at.isoformat(),
                 "looks": msgspec.to_builtins(facts.looks),
                 "found": None if facts.found is None else as_plain(facts.found)}  # fmt: skip
        click.echo(msgspec.json.encode(plain).decode())
        return
    waits = "opens on" if facts.plan.planned is None else "may be read at any time, for the last time on"
    opened = "found" if facts.found_at else f"{waits} {facts.opens_at:%Y-%m-%d}"
    click.echo(f"Report {facts.number}: {facts.plan.outcome}, {facts.plan.since} to {facts.plan.before}, {opened}")
    for look in facts.looks:
        click.echo(_line(look, facts.plan.margin))
    if facts.found is not None:
        _tell(facts.found, facts)


def _line(look: Look, margin: float) -> str:
    from makegood.measurement.findings import sentence

    told = f"  look {look.number:<4} {look.asked_at:%Y-%m-%d} {look.asked_by or 'by itself':<20}"
    if look.seen is None or look.seen.compared is None:
        return f"{told} not computed yet" if look.seen is None else f"{told} nobody told us of it yet"
    one = look.seen.compared
    ends = "" if one.low is None or one.high is None else f"{one.low:+.4g} to {one.high:+.4g}  "
    return f"{told} n {look.seen.people:<8,} {ends}{sentence(one, margin=margin)}"


def _tell(found: Found, facts: ReportFacts) -> None:
    from makegood.measurement.findings import sentence

    for size in found.sizes:
        click.echo(f"  {size.group:<14} {size.people:>10,} people, {size.needed:,} needed for a verdict")
    for asked in found.asked:
        click.echo(f"\n{asked.outcome}")
        for one in asked.figures:
            figure = "too few to say" if one.value is None else f"{one.value:.4g} ({one.low:.4g} to {one.high:.4g})"
            click.echo(f"  {one.group:<14} {figure}, n {one.counted:,}")
        for told in asked.compared:
            click.echo(f"  {told.group:<14} {sentence(told, margin=facts.plan.margin)}")
