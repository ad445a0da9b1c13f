"""`makegood practice assign`, `assignments`, `take-back`, `from-case`: what leads and managers do, with no browser."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from makegood.config.acting import acting, at_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from makegood.practice.queries import Assigned

USUAL = timedelta(days=7)
"""How long somebody has where no day is said."""
_by = click.option("--by", "email", required=True, help="E-mail of whoever does it: a lead, manager or administrator.")


@click.command(
    epilog="\b\nExample:\n  makegood practice assign late-unit mara@example.com --by lena@example.com"
    ' --until 2026-12-04 --why "Your first week"\n'
)
@click.argument("scene")
@click.argument("people", nargs=-1, required=True, metavar="PERSON...")
@_by
@click.option("--until", "due_on", type=click.DateTime(["%Y-%m-%d"]), help="Its last day; unless given, in a week.")
@click.option("--why", required=True, help="Why: they read it in their notice.")
@click.option("--role", type=click.Choice(("agent", "lead", "executive")), default="agent", show_default=True,
              help="As whom they play.")  # fmt: skip
@click.option("--second", is_flag=True, help="A second failure is thrown in.")
def assign(
    scene: str, people: tuple[str, ...], email: str, due_on: datetime | None, why: str, role: str, second: bool
) -> None:
    """Ask each PERSON, by e-mail, to play a SCENE. They are told; what they were asked already keeps its day."""
    with acting(email) as hand:
        from makegood.practice import actions
        from makegood.practice.rules.values import Grade

        day = due_on.date() if due_on else _in_a_week(hand["now"])
        made = actions.assign(
            people=[at_work(one, hand["now"]).id for one in people], scenes=[scene], role=Grade(role), second=second,
            due_on=day, why=why, **hand,
        )  # fmt: skip
    for number in made:
        click.echo(f"Assigned as number {number}, by {day.isoformat()}. They are told.")
    if len(made) < len(set(people)):
        click.echo("Who was asked already keeps what they have, with its day.")


@click.command(epilog="\b\nExample:\n  makegood practice assignments --by lena@example.com --json\n")
@_by
@click.option("--own", is_flag=True, help="What is assigned to oneself and not passed, instead of one's people.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def assignments(email: str, own: bool, as_json: bool) -> None:
    """List what is assigned: to whom, by which day, and how far they are. By name; nobody is ranked."""
    with acting(email) as hand:
        from makegood.practice.queries import my_assignments, team

        scope, now = hand["scope"], hand["now"]
        found = (
            my_assignments(scope, now) if own else tuple(one for each in team(scope, now) for one in each.assigned)
        )  # fmt: skip
        lines = list(_told(found))
        rows = [_row(one) for one in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)
    if not found:
        click.echo("Nothing is assigned.", err=True)


@click.command(
    "take-back",
    epilog="\b\nExample:\n  makegood practice take-back 12 --by lena@example.com"
    ' --reason "You did it with a customer"\n',
)
@click.argument("number", type=click.IntRange(1))
@_by
@click.option("--reason", required=True, help="Why: they read it in their notice.")
def take_back(number: int, email: str, reason: str) -> None:
    """Ask for an assignment no more, by its NUMBER. The person is told why."""
    with acting(email) as hand:
        from makegood.practice import actions

        actions.take_back(number, reason=reason, **hand)
    click.echo("Taken back. They are told why.")


@click.command(
    name="from-case",
    epilog="\b\nExample:\n  makegood practice from-case SR-1001 --by helen@example.com --name 'Two chairs short'\n",
)
@click.argument("case")
@_by
@click.option("--name", required=True, help="What the scene is called.")
@click.option("--print", "as_text", is_flag=True, help="Print its YAML as well.")
def from_case(case: str, email: str, name: str, as_text: bool) -> None:
    """Draft a scene from a CASE, such as SR-1001, with nobody in it by whom somebody could be known."""
    with acting(email) as hand:
        from makegood.cases.queries import parse_number
        from makegood.practice import actions
        from makegood.practice.queries import own_scene

        scene = own_scene(hand["scope"], actions.draft_from_case(parse_number(case), name=name, **hand))
    click.echo(
        f"Kept as the draft {scene.slug}. Read it and publish it at /practice/scenes/{scene.slug}/.", err=as_text
    )
    if as_text:
        click.echo(scene.text, nl=False)


def _in_a_week(now: datetime) -> date:
    from makegood.platform.installation import organisation

    return now.astimezone(organisation().zone).date() + USUAL


def _told(found: tuple[Assigned, ...]) -> Iterator[str]:
    for one in found:
        second = ", with a second failure" if one.second else ""
        yield f"{one.id:>5}  {one.due_on.isoformat()}  {one.stage.replace('_', ' '):<10}  {one.staff_name:<20}  " \
              f"{one.name} (as {one.role.value}{second})"  # fmt: skip


def _row(one: Assigned) -> dict[str, Any]:
    return {
        "id": one.id, "scene": one.scene, "name": one.name, "person": one.staff_name, "role": one.role.value,
        "second": one.second, "due_on": one.due_on.isoformat(), "why": one.why, "by": one.by_name,
        "stage": one.stage.value, "passed_at": one.passed_at.isoformat() if one.passed_at else None,
    }  # fmt: skip
