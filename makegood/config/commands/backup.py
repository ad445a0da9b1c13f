"""`makegood backup`: the whole installation into one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from makegood.config.installed import installation


@click.command(
    epilog="""\b
Examples:
  makegood backup /var/backups/makegood-$(date +%F).tar
  makegood backup --overwrite nightly.tar

\b
Works while Makegood runs; the file holds one instant. Keep it safe: it holds customers' data and the signing key.
"""
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace FILE when it is there already.")
def command(file: Path, overwrite: bool) -> None:
    """Write the whole installation (database, signing key, files) into FILE."""
    with installation() as where:
        from makegood.config.backing import back_up

        manifest = back_up(where, file.absolute(), overwrite=overwrite, now=datetime.now(UTC))
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {sum(manifest.rows.values()):,} rows in {len(manifest.rows)} tables, {size:,.1f} MB.")
