"""The `makegood` command: what it teaches, and what it says when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from makegood.config.cli import COMMANDS, makegood
from makegood.config.commands.import_ import ask_before_a_flood
from makegood.config.demo.scene import choose, remember, remembered
from makegood.config.environment import read_environment
from makegood.config.faults import Fault
from makegood.config.migrating import OLDEST
from makegood.config.pgtools import find_tool
from makegood.config.values import BadSetting
from tests.installations import Installation, an_installation


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    """An installation that is set up, for tests that leave it as it is."""
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        yield ours


def test_help_loads_no_django() -> None:
    code = "import sys; from makegood.config.cli import makegood\ntry: makegood(['--help'])\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "sys.exit('django' in sys.modules)"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_with_an_example(name: str) -> None:
    done = CliRunner().invoke(makegood, [name, "--help"])
    assert done.exit_code == 0, done.output
    assert f"makegood {name}" in done.output
    command = makegood.get_command(click.Context(makegood), name)
    taught = [command, *command.commands.values()] if isinstance(command, click.Group) else [command]
    assert any("Example" in (one.epilog or "") for one in taught)


def test_version() -> None:
    assert CliRunner().invoke(makegood, ["--version"]).output.startswith("makegood, version 0.")


def test_an_unknown_command_is_told_apart_from_a_failure() -> None:
    assert CliRunner().invoke(makegood, ["frobnicate"]).exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MAKEGOOD_BIND", "8000", "address and a port"),
        ("MAKEGOOD_BIND", "127.0.0.1:99999", "address and a port"),
        ("MAKEGOOD_URL", "desk.example.com", "https://desk.example.com"),
        ("MAKEGOOD_HEARTBEAT_URL", "ftp://x", "https://"),
        ("MAKEGOOD_DEBUG", "yes", "1 or 0"),
        ("MAKEGOOD_SECRET_KEY", "short", "at least 32"),
        ("DATABASE_URL", "mysql://x/y", "postgresql://"),
        ("MAKEGOOD_PASSWORDS", "no", "on or off"),
        ("MAKEGOOD_LOG", "xml", "text or json"),
        ("MAKEGOOD_WEB_PROCESSES", "0", "from 1 to 16"),
        ("MAKEGOOD_WEB_PROCESSES", "two", "from 1 to 16"),
        ("MAKEGOOD_PASSWORDS", "off", "MAKEGOOD_OIDC_ISSUER"),
        ("MAKEGOOD_OIDC_ISSUER", "login.example.com", "https://"),
        ("MAKEGOOD_OIDC_ISSUER", "http://login.example.com", "anybody"),
        ("MAKEGOOD_OIDC_NAME", "Hill", "MAKEGOOD_OIDC_ISSUER"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_work(name: str, value: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words) as refused:
        read_environment({name: value})
    assert name in str(refused.value)


PROVIDER = {
    "MAKEGOOD_OIDC_ISSUER": "https://login.example.com/", "MAKEGOOD_OIDC_CLIENT_ID": "desk",
    "MAKEGOOD_OIDC_CLIENT_SECRET": "s3cret",
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"MAKEGOOD_OIDC_CLIENT_ID": ""}, "MAKEGOOD_OIDC_CLIENT_ID is missing"),
        ({"MAKEGOOD_OIDC_CLIENT_SECRET": ""}, "one of the two"),
        ({"MAKEGOOD_OIDC_CLIENT_SECRET_FILE": "/x"}, "one of the two"),
        ({"MAKEGOOD_OIDC_CLIENT_SECRET": "", "MAKEGOOD_OIDC_CLIENT_SECRET_FILE": "/nowhere"}, "cannot be read"),
        ({"MAKEGOOD_OIDC_CLIENT_SECRET": "", "MAKEGOOD_OIDC_CLIENT_SECRET_FILE": "/dev/null"}, "empty"),
        ({"MAKEGOOD_OIDC_DOMAINS": "me@example.com"}, "domains of your own"),
    ],
)
def test_half_a_provider_is_refused(more: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        read_environment(PROVIDER | more)


def test_a_provider_is_read_whole(tmp_path: Path) -> None:
    held = tmp_path / "secret"
    held.write_text("s3cret\n")
    whole = {"MAKEGOOD_OIDC_DOMAINS": "Example.com, example.org", "MAKEGOOD_PASSWORDS": "off"}
    from_file = {"MAKEGOOD_OIDC_CLIENT_SECRET": "", "MAKEGOOD_OIDC_CLIENT_SECRET_FILE": str(held)}
    read = read_environment(PROVIDER | whole | from_file)
    assert read.company is not None
    assert (read.company.issuer, read.company.name) == ("https://login.example.com", "login.example.com")
    assert (read.company.secret, read.company.domains) == ("s3cret", ("example.com", "example.org"))
    assert not read.passwords


@pytest.mark.parametrize(
    ("account", "words"),
    [
        ("https://mail.example.com", "no mail account"),
        ("mailto://", "no mail account"),
        ("mailtos://a:pw@mail.example.com?to=b@example.com", "Leave them out"),
    ],
)
def test_a_mail_account_that_cannot_be_is_refused_without_showing_it(account: str, words: str) -> None:
    with pytest.raises(BadSetting, match=words) as refused:
        read_environment({"MAKEGOOD_NOTICES_MAIL": account})
    assert "pw" not in str(refused.value)


def test_a_mail_account_is_read_from_a_file_too(tmp_path: Path) -> None:
    held = tmp_path / "mail"
    held.write_text("mailtos://a:pw@mail.example.com\n")
    assert read_environment({"MAKEGOOD_NOTICES_MAIL_FILE": str(held)}).notices_mail == "mailtos://a:pw@mail.example.com"
    assert read_environment({}).notices_mail == ""


def test_a_link_that_lets_somebody_in(hills: Installation) -> None:
    said = hills.run("signin", "ANN@hill.example")
    assert said.returncode == 0, said.stderr
    assert said.stdout.startswith(f"http://127.0.0.1:{hills.port}/accounts/once/1/")
    assert "15 minutes" in said.stderr
    assert "Nobody signs in with" in hills.run("signin", "bob@hill.example").stderr


def test_a_wrong_setting_is_a_sentence_on_the_terminal(hills: Installation) -> None:
    done = hills.run("token", "list", MAKEGOOD_BIND="nowhere")
    assert done.returncode == 1
    assert done.stderr.startswith("makegood: MAKEGOOD_BIND is 'nowhere'.")
    assert "Traceback" not in done.stderr


def test_init_again_changes_nothing(hills: Installation) -> None:
    said = hills.must("init")
    assert "belongs to Hill & Sons" in said
    assert "Administrator administers it" in said


def test_init_changes_what_is_said_and_leaves_the_rest(hills: Installation) -> None:
    hills.must("init", "--currency", "EUR")
    assert "belongs to Hill & Sons" in hills.must("init")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("init", "--currency", "pounds"), "three letters"),
        (("init", "--time-zone", "Nowhere/Land"), "not a time zone"),
        (("init", "--email", "bob@hill.example", "--password", "x"), "too short"),
        (("token", "create", "--name", "x", "--scope", "read", "--staff", "nobody@hill.example"), "Nobody signs in"),
        (("token", "revoke", "nothing"), "No token in use"),
        (("backup", "missing/folder/file.tar"), "no folder"),
        (("restore", "missing.tar"), "no file"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(hills: Installation, words: tuple[str, ...], sentence: str) -> None:
    done = hills.run(*words)
    assert done.returncode == 1, done.stdout
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_init_takes_a_demo_away_only_when_told() -> None:
    with an_installation() as ours:
        remember(ours.home, choose("ordinary", now=datetime(2026, 11, 22, 12, tzinfo=UTC)))
        words = ("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        refused = ours.run(*words)
        assert refused.returncode == 1
        assert "holds the demo" in refused.stderr
        assert "belongs to Hill & Sons" in ours.must(*words, "--end-demo")
        assert remembered(ours.home) is None


def test_init_without_a_terminal_names_the_missing_option() -> None:
    with an_installation() as ours:
        done = ours.run("init")
        assert done.returncode == 2
        assert "--name" in done.stderr


def test_a_token_is_shown_once_listed_and_revoked(hills: Installation) -> None:
    plain = hills.must("token", "create", "--name", "Order system", "--scope", "write").strip()
    listed = hills.must("token", "list")
    assert "Order system" in listed
    assert plain not in listed
    hills.must("token", "revoke", "Order system")
    assert "revoked" in hills.must("token", "list")


def test_the_home_is_its_owners(hills: Installation) -> None:
    assert (hills.home / "secret-key").stat().st_mode & 0o077 == 0


def test_a_server_that_is_away_is_a_sentence(hills: Installation) -> None:
    done = hills.run("token", "list", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert "database cannot be reached" in done.stderr


def test_a_missing_program_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    where = read_environment({"DATABASE_URL": "postgresql://db.example.com/makegood", "MAKEGOOD_HOME": str(tmp_path)})
    assert find_tool(where, "pg_dump", server=OLDEST).name == "pg_dump"
    with pytest.raises(Exception, match="PostgreSQL 99; a pg_dump of version 99 or newer is needed"):
        find_tool(where, "pg_dump", server=99)


def test_a_dry_run_tells_the_rows_it_would_not_take(hills: Installation, tmp_path: Path) -> None:
    feed, orders, rejects = tmp_path / "shop.yaml", tmp_path / "orders.csv", tmp_path / "rejects.csv"
    feed.write_text(
        "name: shop\ntime_zone: Europe/Berlin\ndates: eu\nfields:\n  reference: Order\n  kind: {const: delivery}\n"
        "  due_at: Due\n  customer: {key: Cust}\n"
    )
    orders.write_text("Order,Due,Cust\nA1,05.03.2024,C1\nA2,30.02.2024,C2\n")
    told = hills.must("import", str(feed), str(orders), "--dry-run", "--rejects", str(rejects))
    assert "line 3, Due “30.02.2024”: There is no day 30 in month 2" in told
    assert rejects.read_text().splitlines()[1].startswith("3,Due,30.02.2024,row.date,")


def test_webhooks_are_set_from_the_terminal(hills: Installation) -> None:
    added = hills.must("webhook", "add", "--name", "Payments", "--url", "http://127.0.0.1:9/hooks")
    assert added.startswith("whsec_")
    tried = hills.run("webhook", "test", "Payments")
    assert (tried.returncode, "inside your own network" in tried.stdout) == (1, True)
    assert "webhook.test" in hills.must("webhook", "deliveries", "Payments")
    assert "0 messages" in hills.must("webhook", "again", "Payments")
    assert hills.run("webhook", "again", "Payments", "msg_1").returncode == 1
    assert hills.must("webhook", "deliveries", "Payments", "--set-aside") == ""
    hills.must("webhook", "pause", "Payments")
    assert "paused at" in hills.must("webhook", "list")
    assert hills.must("webhook", "rotate", "Payments") != added


def test_a_flood_of_cases_is_told_and_at_a_terminal_asked_about(hills: Installation, tmp_path: Path) -> None:
    feed, orders = tmp_path / "old.yaml", tmp_path / "old.csv"
    feed.write_text(
        "name: old\ntime_zone: Europe/Berlin\ndates: eu\nfields:\n  reference: Order\n  kind: {const: delivery}\n"
        "  due_at: Due\n  customer: {key: Cust}\n"
    )
    orders.write_text("Order,Due,Cust\n" + "".join(f"F{n},05.03.2024,F{n}\n" for n in range(300)))
    words = "For a file of history there is --cases none"
    assert words not in hills.run("import", str(feed), str(orders), "--dry-run").stderr
    read = hills.run("import", str(feed), str(orders), "--json")
    assert (read.returncode, "300 cases were opened for" in read.stderr, words in read.stderr) == (0, True, True)
    assert json.loads(read.stdout.splitlines()[-1])["cases"] == 300
    with CliRunner().isolation(input="n\n"), pytest.raises(Fault, match="Nothing was imported"):
        ask_before_a_flood(300, 3)
    with CliRunner().isolation(input="y\n"):
        ask_before_a_flood(300, 3)
    ask_before_a_flood(300, 300)
