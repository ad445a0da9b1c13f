"""`makegood doctor`: each thing that can be wrong with a deployment, made wrong, and what is said about it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from makegood.config import checks
from makegood.config.checks import Look, Trouble, findings
from makegood.config.environment import Environment, prepare_home
from makegood.journal.actors import SYSTEM
from makegood.measurement.actions import count_anew
from makegood.measurement.models import Tally
from makegood.people.actions import add_staff, set_absence
from makegood.people.rules import Role
from makegood.platform.installation import set_up
from tests.identity_provider import a_provider
from tests.installations import an_installation
from tests.smtp_server import an_smtp_server

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def where(tmp_path: Path) -> Environment:
    prepare_home(tmp_path / "home")
    return dataclasses.replace(settings.ENVIRONMENT, home=tmp_path / "home")


@pytest.fixture
def look(where: Environment) -> Look:
    return Look(where, NOW)


def test_a_sound_home(look: Look) -> None:
    for _name, check in checks.HOUSE:
        check(look)


def test_a_home_open_to_everybody(look: Look) -> None:
    look.where.home.chmod(0o755)
    with pytest.raises(Trouble, match="chmod o-rw"):
        checks.home(look)


def test_a_key_open_to_others(look: Look) -> None:
    (look.where.home / "secret-key").chmod(0o644)
    with pytest.raises(Trouble, match="chmod 600"):
        checks.key(look)


def test_no_key(look: Look) -> None:
    (look.where.home / "secret-key").unlink()
    with pytest.raises(Trouble, match="makegood init"):
        checks.key(look)


def test_beyond_loopback_without_encryption(where: Environment) -> None:
    where = dataclasses.replace(where, bind_host="0.0.0.0", base_url="http://desk.example.com")
    with pytest.raises(Trouble, match="MAKEGOOD_URL=https://"):
        checks.address(Look(where, NOW))


def test_the_mail_account_for_notices_lets_us_in_or_not(where: Environment) -> None:
    assert "No mail account" in checks.notices(Look(where, NOW))
    with an_smtp_server() as box:
        ours = dataclasses.replace(where, private_networks=("127.0.0.0/8",), notices_mail=box.account())
        assert "lets us in" in checks.notices(Look(ours, NOW))
        wrong = dataclasses.replace(ours, notices_mail=box.account("other-word"))
        with pytest.raises(Trouble, match="does not accept this name and password") as trouble:
            checks.notices(Look(wrong, NOW))
        assert "other-word" not in str(trouble.value)
        with pytest.raises(Trouble, match="MAKEGOOD_PRIVATE_NETWORKS"):
            checks.notices(Look(dataclasses.replace(ours, private_networks=()), NOW))


def test_the_provider_answers_or_not(where: Environment) -> None:
    with a_provider() as provider:
        look = Look(dataclasses.replace(where, company=provider.company), NOW)
        assert "/accounts/company/callback/" in checks.sign_in(look)
        provider.down = True
        with pytest.raises(Trouble, match="does not answer"):
            checks.sign_in(look)
        provider.down = False
        other = dataclasses.replace(provider.company, issuer=provider.issuer.replace("127.0.0.1", "localhost"))
        with pytest.raises(Trouble, match="says that the issuer is"):
            checks.sign_in(Look(dataclasses.replace(where, company=other), NOW))


def test_debugging_on(where: Environment) -> None:
    with pytest.raises(Trouble, match="Unset it"):
        checks.debugging(Look(dataclasses.replace(where, debug=True), NOW))


def test_little_space(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_LEAST_SPACE", 1e9)
    with pytest.raises(Trouble, match="Make room"):
        checks.disk(look)


@pytest.mark.django_db
def test_a_fresh_database_has_what_it_needs_but_nobody(look: Look) -> None:
    wrong = {one.check for one in findings(look) if not one.ok}
    assert wrong == {"organisation", "watch", "staff"}


@pytest.mark.django_db
def test_all_is_well(look: Look, living_worker: Callable[[], None]) -> None:
    set_up(name="Hill & Sons", time_zone="Europe/London", currency="GBP")
    add_staff(email="ann@hill.example", name="Ann", role=Role.ADMINISTRATOR, by=SYSTEM, now=NOW)
    living_worker()
    assert [one for one in findings(look) if not one.ok] == []


@pytest.mark.django_db
def test_everybody_away(look: Look) -> None:
    ann = add_staff(email="ann@hill.example", name="Ann", role=Role.ADMINISTRATOR, by=SYSTEM, now=NOW)
    set_absence(ann, starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1), by=SYSTEM, now=NOW)
    with pytest.raises(Trouble, match="Everybody is away"):
        checks.staff(look)


@pytest.mark.django_db
def test_a_journal_of_another_server(look: Look) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_entry (xid, at, actor_kind, actor_name, verb, subject_kind, data)"
            " VALUES (9000000000, now(), 'system', 'Makegood', 'test', 'test', '{}')"
        )
    with pytest.raises(Trouble, match="hidden from live pages"):
        checks.journal(look)


def test_the_command_says_it_in_words_and_in_json() -> None:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill & Sons", "--email", "ann@hill.example", "--password", "correct horse battery")
        spoken, told = ours.run("doctor"), ours.run("doctor", "--json")
    assert spoken.returncode == told.returncode == 1
    assert "WRONG  watch" in spoken.stdout
    answer = json.loads(told.stdout)
    assert [one["check"] for one in answer["checks"] if not one["ok"]] == ["watch"]


def test_a_database_that_is_away() -> None:
    with an_installation() as ours:
        done = ours.run("doctor", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert "The database cannot be reached" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_daily_figures_that_are_not_what_the_rows_say(look: Look) -> None:
    count_anew()
    assert "are what counting them anew gives" in checks.figures(look)
    Tally.objects.create(
        day=datetime.now(UTC).date() - timedelta(days=2), kind=0, team=0, mark="second", many=3, amount=0
    )
    with pytest.raises(Trouble, match="makegood report recount"):
        checks.figures(dataclasses.replace(look, now=datetime.now(UTC)))


@pytest.mark.django_db
def test_daily_figures_that_are_still_to_be_counted(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_BETWEEN_SECONDS", 0.0)
    Tally.objects.create(
        day=datetime.now(UTC).date() - timedelta(days=2), kind=0, team=0, mark="second", many=3, amount=0
    )
    assert "makegood report recount --check" in checks.figures(look)
