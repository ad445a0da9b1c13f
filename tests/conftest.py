"""What tests share: the test database, and for those that drive a browser a running desk with people at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker

from makegood.platform.health import hold_worker_lock
from tests.browser.person import Person, a_browser, has_browser
from tests.browser.stage import Stage, a_stage
from tests.imap_server import ImapBox, ImapServer, an_imap_server, has_dovecot
from tests.smtp_server import SmtpServer, an_smtp_server

MISSING = "No Chromium here: the browser tests are SKIPPED. Install it (apt-get install chromium)."
NO_DOVECOT = "No Dovecot 2.3 here: the tests of mailboxes are SKIPPED. Install it (apt-get install dovecot-imapd)."


@pytest.fixture(scope="session")
def running_stage() -> Iterator[Stage]:
    """The installation, started once for each process that runs tests."""
    with a_stage() as stage:
        yield stage


@pytest.fixture
def stage(running_stage: Stage) -> Stage:
    """The installation as if it had opened this minute: people and kinds, and nothing promised yet."""
    running_stage.clear()
    return running_stage


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser. Ended with its module: Django's tests do not run beside the loop that it brings."""
    if not has_browser():
        pytest.skip(MISSING)
    with a_browser() as browser:
        yield browser


@pytest.fixture
def seat(stage: Stage, chromium: Any) -> Iterator[Callable[..., Person]]:
    """Seats somebody of the cast at the desk, each in a browser of their own: `seat("mara", width=390)`."""
    seated: list[Person] = []

    def sit(key: str, **how: Any) -> Person:
        person = Person(chromium, stage, key, **how)
        seated.append(person)
        return person

    yield sit
    for person in seated:
        person.leave()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database, also for tests that hold several connections and so carry no mark."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """A database in which several connections see each other's rows; the tables put into the list are emptied.

    Emptying every table, as Django would, is what the journal's trigger refuses and would take the standard
    kinds away.
    """
    tables: list[str] = []
    with django_db_blocker.unblock():
        yield tables
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
            # The standard kinds stay, and are of no team that is gone.
            cursor.execute("UPDATE promises_kind SET team_id = NULL WHERE team_id NOT IN (SELECT id FROM people_team)")
        connection.close()


@pytest.fixture
def living_worker(db: None) -> Iterator[Callable[[], None]]:
    """A call that says a worker is alive; taken back afterwards, as its connection goes back into the pool."""
    yield hold_worker_lock
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


@pytest.fixture(scope="session")
def running_imap_server() -> Iterator[ImapServer]:
    """A Dovecot, started once for each process that runs tests."""
    if not has_dovecot():
        pytest.skip(NO_DOVECOT)
    with an_imap_server() as server:
        yield server


@pytest.fixture
def imap_server(running_imap_server: ImapServer) -> ImapBox:
    """An empty mailbox on a real server: `host`, `port`, `tls_port`, `user`, `password`, and `deliver(raw)`."""
    return running_imap_server.box()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A mail server that takes mail (`received`), or goes wrong as its `mode` says."""
    with an_smtp_server() as server:
        yield server
