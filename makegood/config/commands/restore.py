"""`makegood restore`: bring an installation back."""

from __future__ import annotations

from pathlib import Path

import click

from makegood.config.environment import prepare_home
from makegood.config.installed import environment, installation
from makegood.config.ties import only_one


@click.command(
    epilog="""\b
Examples:
  MAKEGOOD_HOME=/srv/makegood makegood restore /var/backups/makegood-2026-11-22.tar
  makegood restore --replace nightly.tar

\b
All comes back, or nothing: a damaged file, or one of a newer Makegood, changes nothing.
"""
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of the installation that is there.")
def command(file: Path, replace: bool) -> None:
    """Bring back the installation that `makegood backup` wrote into FILE."""
    home = environment().home
    prepare_home(home)
    with only_one(home), installation() as where:
        from makegood.config.restoring import restore

        manifest = restore(where, file.absolute(), replace=replace)
    click.echo(f"{manifest.organisation or 'The installation'} of {manifest.created} is back:", nl=False)
    click.echo(f" {sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables. Start it: makegood run")
