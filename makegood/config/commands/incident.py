"""`makegood incident`: one cause, many customers, where no browser is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from makegood.config.acting import acting
from makegood.config.installed import installation

if TYPE_CHECKING:
    from makegood.incidents.queries import IncidentFacts, IncidentLine, MemberLine, Tally


@click.group(
    epilog="""\b
Examples:
  makegood incident list
  makegood incident show 7
  makegood incident dry-run 7 --messages
  makegood incident give-owed 7 --by lena@example.com
  makegood incident release 7 --by lena@example.com --batch-size 200 --every 30
  makegood incident stop 7 --by lena@example.com --reason "The Spanish is wrong"
"""
)
def command() -> None:
    """Look at incidents, rehearse a release, begin, stop and go on with one. They are gathered and planned at the desk.

    What is done is done by somebody (--by), who needs the same authority as at the desk. See docs/incidents.md.
    """


_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_by = click.option("--by", "email", required=True, help="E-mail of the lead or manager who does it.")
_number = click.argument("number", type=click.IntRange(1))
_size = click.option("--batch-size", default=100, show_default=True, help="How many at a time.")
_every = click.option("--every", default=60, show_default=True, help="Seconds between two batches.")
_hours = click.option(
    "--their-hours", is_flag=True, help="Tell nobody between eight in the evening and in the morning."
)
_despite = click.option(
    "--despite", default="", help="Why it leaves with what the coach found, where that is required."
)


@command.command("list")
@_json
def list_(as_json: bool) -> None:
    """Every incident, the newest first: how many are told, answered, want more."""
    with installation():
        from makegood.incidents.queries import incidents
        from makegood.people.rules import READS_ALL

        rows = incidents(READS_ALL)
    if as_json:
        click.echo(json.dumps([_line(one) for one in rows]))
        return
    for one in rows:
        counts = one.counts
        click.echo(
            f"{one.number:>5}  {one.state:<10} {counts.told:>7,} told {counts.waiting:>7,} waiting "
            f"{counts.more:>5,} want more  {one.title}"
        )
    if not rows:
        click.echo("There is no incident. Leads and managers open one at the desk, under Incidents.", err=True)


@command.command()
@_number
def show(number: int) -> None:
    """One incident: how it stands, whom it hits, what they are given, what rules owe."""
    with installation():
        from makegood.incidents.queries import incident_for
        from makegood.people.rules import READS_ALL

        found = incident_for(READS_ALL, number)
    for line in _told(found):
        click.echo(line)


@command.command("dry-run")
@_number
@click.option("--messages", is_flag=True, help="Print every message as well.")
def dry_run(number: int, messages: bool) -> None:
    """What a release would do this minute. Nothing is sent, and nothing is kept."""
    now = datetime.now(UTC)
    with installation():
        from makegood.incidents.queries import every_message, tally
        from makegood.people.rules import READS_ALL

        for line in _rehearsed(tally(READS_ALL, number, now=now)):
            click.echo(line)
        for one in every_message(READS_ALL, number, now=now) if messages else ():
            click.echo(_letter(one))


@command.command("give-owed")
@_number
@_by
@click.option("--no", "not_", is_flag=True, help="Do not: people give it, case by case.")
@click.option("--told", is_flag=True, help="Give it now, to those who were told already.")
def give_owed(number: int, email: str, not_: bool, told: bool) -> None:
    """Give what rules owe to each along with the message. The sums are the policies'; no authority is asked."""
    with acting(email) as hand:
        from makegood.incidents import actions

        if told:
            found = actions.give_owed_now(number, **hand)
            click.echo(f"Given to {found.given:,}. {found.left:,} still wait for it.")
            return
        actions.set_owed(number, give=not not_, **hand)
    click.echo("People give it, case by case." if not_ else "Each is given what is owed along with the message.")


@command.command()
@_number
@_by
@_size
@_every
@_hours
@_despite
def release(number: int, email: str, batch_size: int, every: int, their_hours: bool, despite: str) -> None:
    """Begin to tell everybody, batch after batch, by the worker."""
    with acting(email) as hand:
        from makegood.incidents import actions

        actions.release(
            number, batch_size=batch_size, every=every, their_hours=their_hours, despite=despite, **hand
        )  # fmt: skip
    click.echo("Released. A worker tells the first batch now.")


@command.command()
@_number
@_by
@click.option("--reason", default="", help="Why, for the record.")
def stop(number: int, email: str, reason: str) -> None:
    """Tell nobody more for now, and take back what has not left. A batch under way is finished first."""
    with acting(email) as hand:
        from makegood.incidents import actions

        actions.stop(number, reason=reason, **hand)
    click.echo("Stopped. Nobody more is told.")


@command.command()
@_number
@_by
@_size
@_every
@_hours
@_despite
def resume(number: int, email: str, batch_size: int, every: int, their_hours: bool, despite: str) -> None:
    """Go on with a release that was stopped."""
    with acting(email) as hand:
        from makegood.incidents import actions

        actions.resume(
            number, batch_size=batch_size, every=every, their_hours=their_hours, despite=despite, **hand
        )  # fmt: skip
    click.echo("It goes on.")


def _line(one: IncidentLine) -> dict[str, Any]:
    counts = one.counts
    return {
        "number": one.number, "title": one.title, "owner": one.owner_name, "state": one.state,
        "opened_at": one.opened_at.isoformat(), "members": counts.members, "told": counts.told,
        "waiting": counts.waiting, "more": counts.more, "left_out": counts.left_out,
    }  # fmt: skip


def _told(one: IncidentFacts) -> Iterator[str]:
    counts = one.counts
    yield f"{one.title} (incident {one.number}), {one.state}, owned by {one.owner_name}"
    yield (
        f"{counts.members:,} customers hit: {counts.told:,} told, {counts.waiting:,} waiting, "
        f"{counts.left_out:,} left out"
    )
    if counts.sent or counts.to_send or counts.red:
        yield f"Messages: {counts.sent:,} sent, {counts.to_send:,} to leave, {counts.red:,} did not arrive"
    yield f"{counts.satisfied:,} say it is right, {counts.more:,} want more"
    if one.gifts.given:
        yield (
            f"Given to {one.gifts.given:,}: {one.gifts.undone:,} do not have it yet, "
            f"{one.gifts.late:,} late or in trouble"
        )
    if one.owed_gifts.given:
        yield f"Owed and given along: {one.owed_gifts.given:,}, of which {one.owed_gifts.undone:,} are not paid yet"
    for due in one.owed:
        yield (
            f"Owed by {due.title}: {due.amount} {due.currency} to {due.many:,}, {due.open} of it still to be given; "
            f"{due.unknown:,} must be asked first"
        )
    if one.stopped_why:
        yield f"Stopped: {one.stopped_why}"


def _rehearsed(found: Tally) -> Iterator[str]:
    light, full = found.weights.get("light", 0), found.weights.get("full", 0)
    yield f"{found.told:,} customers would be told: {light:,} by a light case, {full:,} with a person as well"
    for channel, many in sorted(found.channels.items()):
        yield f"By {channel}: {many:,}"
    if found.total:
        yield f"Given: {found.total} {found.currency}"
    for due in found.owed:
        yield f"Owed by {due.title}: {due.amount} {due.currency} to {due.many:,}; {due.unknown:,} must be asked first"
        if found.gives_owed and due.still:
            yield f"  {due.open} {due.currency} of it is given to {due.still:,} along with the message"
    for why, many in sorted(found.left.items()):
        yield f"Left out, {why.replace('_', ' ')}: {many:,}"


def _letter(one: MemberLine) -> str:
    to = f"{one.customer_name}, {one.channel}: {one.address}" if not one.left else f"{one.customer_name}: left out"
    return "\n".join(["", to, *(f"  {line}" for line in one.message.split("\n") if line)])
