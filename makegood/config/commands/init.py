"""`makegood init`: set up an installation."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from makegood.config.environment import Environment, prepare_home
from makegood.config.faults import Fault
from makegood.config.installed import environment, installation
from makegood.config.ties import only_one


@click.command(
    epilog="""\b
Examples:
  makegood init
  makegood init --name "Hill & Sons" --time-zone Europe/London --currency GBP --email you@example.com

\b
Without --password one is made up and printed, once. Run again, it changes what you say and leaves the rest.
"""
)
@click.option(
    "--name", envvar="MAKEGOOD_ORGANISATION", show_envvar=True, help='Your organisation, such as "Hill & Sons".'
)
@click.option("--time-zone", help="Where you are, such as Europe/London (default: this machine's).")
@click.option("--currency", help="Your currency, such as EUR (default: GBP).")
@click.option(
    "--email", envvar="MAKEGOOD_ADMIN_EMAIL", show_envvar=True, help="E-mail address of the first administrator."
)
@click.option("--admin-name", default="Administrator", show_default=True, help='Their name, such as "Ann Hill".')
@click.option(
    "--password", envvar="MAKEGOOD_ADMIN_PASSWORD", show_envvar=True, help="Their password (10 characters or more)."
)
@click.option("--end-demo", is_flag=True, help="Take the demo away that is in this home.")
def command(
    name: str | None,
    time_zone: str | None,
    currency: str | None,
    email: str | None,
    admin_name: str,
    password: str | None,
    end_demo: bool,
) -> None:
    """Set up this installation: the database, the name of the organisation and its first administrator."""
    prepare_home(environment().home)
    with installation() as where:
        from makegood.config.migrating import migrate

        migrate()
        _make_room(where, end_demo=end_demo)
        _set_up_organisation(name, time_zone, currency)
        _set_up_administrator(email, admin_name, password)
        _install_playbooks()
        _install_limits()
        _tell_next(where)


def _make_room(where: Environment, *, end_demo: bool) -> None:
    """The demo lives where one's own installation would; it is taken away only when that is asked for."""
    from makegood.config.demo.scene import forget, remembered
    from makegood.config.migrating import start_over

    if remembered(where.home) is None:
        return
    if not end_demo:
        raise Fault(
            f"{where.home} holds the demo. Say --end-demo to take it away and begin your own, or set MAKEGOOD_HOME to"
            " another folder for your own."
        )
    with only_one(where.home):
        start_over()
        forget(where.home)


def _set_up_organisation(name: str | None, time_zone: str | None, currency: str | None) -> None:
    from makegood.platform.installation import organisation, set_up

    known = organisation()
    if known.name and not (name or time_zone or currency):
        click.echo(f"This installation belongs to {known.name}.")
        return
    name = name or known.name or _ask("--name", "Name of your organisation")
    set_up(
        name=name,
        time_zone=time_zone or (known.time_zone if known.name else machine_time_zone()),
        currency=currency or known.currency,
        notice=known.notice,
    )
    click.echo(f"This installation belongs to {name}.")


def _set_up_administrator(email: str | None, name: str, password: str | None) -> None:
    from makegood.journal.actors import SYSTEM
    from makegood.people.actions import add_staff
    from makegood.people.queries import roster, staff_by_email
    from makegood.people.rules import Role

    now = datetime.now(UTC)
    if email is None and (there := [one for one in roster(now).people.values() if one.role == Role.ADMINISTRATOR]):
        click.echo(f"{there[0].name} administers it.")
        return
    email = email or _ask("--email", "E-mail address of the first administrator")
    if staff_by_email(email, now) is not None:
        click.echo(f"{email} can sign in already.")
        return
    made_up = password is None
    password = password or secrets.token_urlsafe(12)
    add_staff(email=email, name=name, password=password, role=Role.ADMINISTRATOR, by=SYSTEM, now=now)
    click.echo(f"{email} can sign in" + (f" with the password {password} (shown only now)." if made_up else "."))


def _install_playbooks() -> None:
    from makegood.journal.actors import SYSTEM
    from makegood.remedies.actions import install_shipped

    for slug in install_shipped(by=SYSTEM, now=datetime.now(UTC)):
        click.echo(f"The playbook {slug} is in force; change it under Settings, Playbooks.")


def _install_limits() -> None:
    from makegood.journal.actors import SYSTEM
    from makegood.platform.installation import organisation
    from makegood.remedies.actions import install_limits

    if install_limits(organisation().currency, by=SYSTEM, now=datetime.now(UTC)):
        click.echo("People may give remedies alone, up to modest limits; change them under Settings, Authority.")


def _ask(option: str, question: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f'{question} is missing: say {option}, for example {option} "…".')
    return str(click.prompt(question))


def _tell_next(where: Environment) -> None:
    click.echo(f"\nEverything is in {where.home}. Start it with: makegood run\nThen open {where.base_url}")


def machine_time_zone() -> str:
    """The IANA name of this machine's time zone, or UTC when it does not say."""
    from zoneinfo import available_timezones

    told = os.environ.get("TZ", "").lstrip(":")
    local = Path("/etc/localtime")
    linked = str(local.resolve()).partition("zoneinfo/")[2] if local.is_symlink() else ""
    return next((zone for zone in (told, linked) if zone in available_timezones()), "UTC")
