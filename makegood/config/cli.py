"""The `makegood` command. Each subcommand lives in its own module and is imported only when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from makegood import __version__
from makegood.config.faults import Fault
from makegood.config.ties import call_oneself
from makegood.config.values import BadSetting
from makegood.kernel.refusals import Refusal
from makegood.platform.postgres import PostgresTrouble

# name -> what it is for, in the order of a first day.
COMMANDS = {
    "init": "Set up this installation: database, organisation, first administrator.",
    "demo": "Run a real airline's desk in New York, to look around.",
    "run": "Run everything in this terminal: database, web and worker.",
    "import": "Read a file of promises into the ledger.",
    "report": "Print how well promises were kept.",
    "policy": "Check and explain what rules say is owed to a customer.",
    "playbook": "List, check, bring in and write out what may be offered for which failure.",
    "coach": "Read what you are about to say to a customer, like a linter.",
    "practice": "Practise with a customer who answers by stated rules.",
    "incident": "List, show, rehearse, release and stop incidents: one cause, many customers.",
    "experiment": "List and show experiments: what is tried out by lot, above what is owed.",
    "token": "Make, list and revoke tokens for the API.",
    "mailbox": "Mailboxes that are read and sent by: add, try, pause, resume, list.",
    "line": "Lines by which text messages and chat go and come: add, try, pause, resume, list.",
    "webhook": "Tell other systems what happens: add, try, pause, resume, list.",
    "signin": "Make a link that signs somebody in once, when nothing else lets them in.",
    "simulate": "Write customers of whom the truth is known, to try an analysis on.",
    "doctor": "Say in plain words what is wrong with this installation.",
    "backup": "Write the whole installation into one file.",
    "restore": "Bring an installation back from a backup file.",
    "web": "Run only the web server.",
    "worker": "Run only the worker, which watches the promises.",
    "migrate": "Bring the database to this version (init and run do it by themselves).",
}
MODULES = {"import": "import_"}

EPILOG = """\b
A first day:
  makegood init --name "Hill & Sons" --email you@example.com
  makegood run

\b
Where things are is told by the environment:
  MAKEGOOD_HOME   folder of the installation, such as /srv/makegood
  MAKEGOOD_BIND   address to listen on, such as 0.0.0.0:8000 (default 127.0.0.1:8000)
  DATABASE_URL    a PostgreSQL (15 or newer) instead of the embedded one

\b
All settings: docs/settings.md. Each command explains itself: makegood COMMAND --help
"""


class Commands(click.Group):
    """Finds a subcommand's module by its name, so that `makegood --help` loads none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"makegood.config.commands.{MODULES.get(cmd_name, cmd_name)}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - a command module without one is our own mistake
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="makegood")
def makegood() -> None:
    """Makegood watches the promises made to your customers, says which are in danger while there is still
    time, and opens a recovery case when one breaks."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, or what is given in its place.

    Exits 0 when it worked, 1 when it did not, 2 when the command was mistyped.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    call_oneself(next((word for word in words if word in COMMANDS), ""))
    try:
        makegood(words, prog_name="makegood")
    except Exception as fault:
        if os.environ.get("MAKEGOOD_DEBUG") == "1":
            raise
        sys.exit(f"makegood: {sentence(fault)}")


def sentence(fault: Exception) -> str:
    """A fault in words that a person can act on."""
    if isinstance(fault, (Fault, BadSetting, PostgresTrouble, Refusal)):
        return str(fault)
    name = type(fault).__name__
    if name == "OperationalError":
        return f"The database cannot be reached. Check it with: makegood doctor. It says: {_first_line(fault)}"
    if name in {"ProgrammingError", "UndefinedTable"}:
        return f"The database is not of this version. Run: makegood migrate. It says: {_first_line(fault)}"
    if isinstance(fault, OSError):
        return f"{fault.strerror or fault}{f': {fault.filename}' if fault.filename else ''}."
    return f"Something went wrong: {name}: {_first_line(fault)}. Set MAKEGOOD_DEBUG=1 and run it again to see where."


def _first_line(fault: Exception) -> str:
    return (str(fault).strip().splitlines() or ["(no words)"])[0]


if __name__ == "__main__":
    main()
