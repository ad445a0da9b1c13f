"""`makegood policy`: what rules say is owed, checked and explained."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from makegood.config.faults import Fault
from makegood.config.installed import environment, installation

if TYPE_CHECKING:
    from makegood.remedies.rules.entitlements import Checked, Entitlement, Kept, Policy, Shelf

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(
    epilog="""\b
Examples:
  makegood policy list
  makegood policy check
  makegood policy explain gb-storm --fact weather=category_1 --fact "outage=50 h" --on 2026-01-10
  makegood policy bind eu-261 --to arrival

\b
How to read and write a policy: docs/policies.md
"""
)
def command() -> None:
    """What rules say is owed to a customer: list the policies, check them, explain an amount, bind them to promises.

    Policies are files that people can read. Some are shipped; yours lie in the folder `policies` of the
    installation's home, and take the place of a shipped one of the same name.
    """


@command.command(name="list", epilog="\b\nExample:\n  makegood policy list --json\n")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: a list of objects.")
def list_policies(as_json: bool) -> None:
    """Every policy at hand, and which of its versions is in force today."""
    rows = [_row(kept) for kept in _shelf().values()]
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("Policy", "In force", "Checked", "Cases"):
        table.add_column(heading, no_wrap=True, justify="right" if heading == "Cases" else "left")
    table.add_column("From", overflow="fold")
    for row in rows:
        table.add_row(row["name"], row["in_force"] or "–", row["checked_on"], str(row["vectors"]), row["from"])
    Console().print(table)


@command.command(
    epilog="""\b
Examples:
  makegood policy check
  makegood policy check our-broadband.yaml
"""
)
@click.argument("files", nargs=-1, type=_FILE)
def check(files: tuple[Path, ...]) -> None:
    """Work out every case that stands in the policies and compare.

    Without FILES all policies at hand are checked, yours too. Exit code 1 when one does not come out as it
    stands; the arithmetic is printed then.
    """
    from makegood.remedies.rules.entitlements import check as work_out_all
    from makegood.remedies.rules.entitlements import policy_at

    policies = [policy_at(path) for path in files] or [kept.policy for kept in _shelf().values()]
    failed = total = 0
    for policy in policies:
        checked = work_out_all(policy)
        wrong = [one for one in checked if one.wrong]
        failed, total = failed + len(wrong), total + len(checked)
        verdict = f"{len(wrong)} of {_cases(len(checked))} not as they stand" if wrong else _cases(len(checked))
        click.echo(f"{'FAIL' if wrong else 'ok'}    {policy.name}: {verdict}")
        for one in wrong:
            _show_failure(one)
    if failed:
        raise Fault(f"{failed} of {_cases(total)} not as they stand in the files.")
    click.echo(f"All as they stand in the files: {_cases(total)} of {len(policies)} policies.")


@command.command(
    epilog="""\b
Examples:
  makegood policy explain gb-storm --fact weather=category_1 --fact "outage=50 h" --on 2026-01-10
  makegood policy explain uk-delay-repay --fact ticket=single --fact fare=40 --fact delay=35
  makegood policy explain eu-261 --facts
  makegood policy explain --file our-broadband.yaml --fact days_late=3
"""
)
@click.argument("policy", required=False)
@click.option("--file", type=_FILE, help="A policy file of your own instead of one by name.")
@click.option("--fact", "given", multiple=True, metavar="NAME=VALUE", help='What is known, such as "outage=50 h".')
@click.option("--on", metavar="DATE", help="The day on which it happened, such as 2026-01-10; it picks the version.")
@click.option("--version", metavar="VERSION", help="A version by its id, whatever the day.")
@click.option("--facts", "list_facts", is_flag=True, help="Only list what the policy can know, with units.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the amount and everything that led to it.")
def explain(
    policy: str | None,
    file: Path | None,
    given: tuple[str, ...],
    on: str | None,
    version: str | None,
    list_facts: bool,
    as_json: bool,
) -> None:
    """What POLICY owes for these facts, step by step: the same words the case shows.

    A missing or misspelt fact is asked for by name. Without --on, and without a fact that tells the day, it is
    taken to have happened today.
    """
    from makegood.remedies.rules.entitlements import happened_on, work_out

    chosen = _chosen(policy, file)
    if list_facts:
        _show_facts(chosen)
        return
    facts = _facts(given)
    day = (
        _day(on) or happened_on(chosen, facts) or datetime.now(UTC).astimezone(ZoneInfo(chosen.hours.time_zone)).date()
    )
    entitlement = work_out(chosen, facts, on=None if version and not on else day, version=version)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(entitlement).decode())
        return
    _show(entitlement)


@command.command(
    epilog="\b\nExamples:\n  makegood policy bindings\n  makegood policy bindings eu-flights > ours.yaml\n"
)
@click.argument("name", required=False)
def bindings(name: str | None) -> None:
    """Which policies speak of which kind of promise; with a NAME, that binding's YAML as it was written."""
    with installation():
        from makegood.remedies.queries import binding_named
        from makegood.remedies.queries import bindings as every

        if name:
            click.echo(binding_named(name).source, nl=False)
            return
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for heading in ("Binding", "Policy", "Kinds of promise", "Version", "Saved by", ""):
            table.add_column(heading, justify="right" if heading == "Version" else "left")
        for one in every():
            binding, state = one.binding, "not in force" if one.retired else ""
            table.add_row(
                one.slug, binding.policy, ", ".join(binding.promise), str(one.number), one.saved_by, state
            )  # fmt: skip
        Console().print(table)


@command.command(
    epilog="""\b
Examples:
  makegood policy bind eu-261 --to arrival
  makegood policy bind --file ours.yaml
  makegood policy bind us-dot-refunds --to arrival --dry-run

\b
POLICY takes the binding that comes with Makegood, for promises of the kind KIND; --file one of your own, as
docs/policies.md tells. One of that name gets a new version; the same again changes nothing.
"""
)
@click.argument("policy", required=False)
@click.option("--to", "kind", metavar="KIND", help="The kind of promise that the policy speaks of, such as delivery.")
@click.option("--file", type=_FILE, help="A binding of your own instead of the one that comes with Makegood.")
@click.option("--dry-run", is_flag=True, help="Print the binding, write nothing.")
def bind(policy: str | None, kind: str | None, file: Path | None, dry_run: bool) -> None:
    """Bind POLICY to a kind of promise: what it owes is then worked out in every case of that kind."""
    from makegood.remedies.rules.bindings_file import binding_from, load_binding, ready_made

    shelf = _shelf()
    if file:
        source, binding = load_binding(file, shelf)
    elif policy and kind:
        source = ready_made(_chosen(policy, None).name, kind) or ""
        if not source:
            raise Fault(f"No binding comes with Makegood for {policy}. Write one: docs/policies.md, Binding.")
        binding = binding_from(source, f"{policy}.yaml", shelf)
    else:
        raise click.UsageError("Name a policy and say --to which kind of promise, or give --file.")
    if dry_run:
        click.echo(source, nl=False)
        return
    with installation():
        from makegood.config.migrating import migrate
        from makegood.journal.actors import SYSTEM
        from makegood.remedies.actions import bind as put_in_force

        migrate()
        number = put_in_force(binding, source=source, by=SYSTEM, now=datetime.now(UTC))
    kinds = ", ".join(binding.promise)
    click.echo(f"{binding.binding}, version {number}: {binding.policy} speaks of promises of the kind {kinds}.")


@command.command(epilog="\b\nExample:\n  makegood policy unbind eu-flights\n")
@click.argument("name")
def unbind(name: str) -> None:
    """Take the binding NAME out of force. What was given by it stays; its versions are kept."""
    with installation():
        from makegood.journal.actors import SYSTEM
        from makegood.remedies.actions import retire_binding

        retire_binding(name, by=SYSTEM, now=datetime.now(UTC))
    click.echo(f"{name} is not in force any more.")


def _shelf() -> Shelf:
    from makegood.remedies.rules.entitlements import load

    return load(environment().home / "policies")


def _chosen(name: str | None, file: Path | None) -> Policy:
    from makegood.remedies.rules.entitlements import find, policy_at

    if (name is None) == (file is None):
        raise click.UsageError("Name a policy (makegood policy list shows them), or give --file.")
    return policy_at(file) if file else find(_shelf(), name or "")


def _facts(given: Sequence[str]) -> dict[str, str]:
    facts: dict[str, str] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{one!r} is not NAME=VALUE, such as outage=50.", param_hint="--fact")
        if name.strip() in facts:
            raise click.BadParameter(f"{name.strip()} is given twice.", param_hint="--fact")
        facts[name.strip()] = value
    return facts


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date such as 2026-01-10.", param_hint="--on") from None


def _row(kept: Kept) -> dict[str, Any]:
    from makegood.remedies.rules.entitlements import in_force

    policy = kept.policy
    now = in_force(policy, datetime.now(UTC).astimezone(ZoneInfo(policy.hours.time_zone)).date())
    return {
        "name": policy.name,
        "title": policy.title,
        "in_force": now.id if now else None,
        "versions": [version.id for version in policy.versions],
        "checked_on": policy.checked_on.isoformat(),
        "vectors": len(policy.vectors),
        "from": str(kept.path) if kept.own else "shipped",
    }


def _cases(number: int) -> str:
    return f"{number} case{'' if number == 1 else 's'}"


def _show_failure(checked: Checked) -> None:
    click.echo(f"  line {checked.vector.line}, {checked.vector.says}")
    for wrong in checked.wrong:
        click.echo(f"    {wrong}")
    for number, step in enumerate(checked.found.steps if checked.found else (), 1):
        click.echo(f"      {number}. {step.says}")


def _show_facts(policy: Policy) -> None:
    from makegood.remedies.rules.entitlements import how

    for name, spec in policy.facts.items():
        reckoned = f" Or reckoned from {spec.between[0]} and {spec.between[1]}." if spec.between else ""
        default = f" Taken as {spec.default} when not given." if spec.default else ""
        click.echo(f"{name}: {spec.says}. Give {how(spec)}.{reckoned}{default}")


def _show(entitlement: Entitlement) -> None:
    for number, step in enumerate(entitlement.steps, 1):
        click.echo(f"{number:>2}. {step.says}")
    said = {step.says for step in entitlement.steps}
    for caution in entitlement.cautions:
        if caution not in said:
            click.echo(f"  ! {caution}")
