"""The stage of the browser tests: a real `makegood run` with its people, whose time can be made to pass."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests

from makegood.platform import postgres
from tests.identity_provider import Provider, a_provider
from tests.installations import Installation, an_installation, wait_until

ROOT = Path(__file__).parents[2]

# The tables of what happens. What was set up stays: causes, kinds, playbooks, limits, ladders, channels.
ROWS = (
    "^(cases|conversation|customers|followups|incidents|intake|journal|learning|links|measurement|notices|practice|promises|remedies)_"
    "(?!cause|ladder|kind|calendar|holiday|playbook|limit|bounds|binding|channel|patience|attended|processowner|endpoint|mailbox|phrase)"
)
# What a test leaves behind, and with it whatever refers to that.
CLEAR = f"""
DO $$ DECLARE names text; BEGIN
    SELECT string_agg(quote_ident(tablename), ', ') INTO names FROM pg_tables
    WHERE tablename ~ '{ROWS}';
    EXECUTE 'TRUNCATE ' || names || ' CASCADE';
END $$
"""
# Time passes by moving all that was recorded into the past: the clocks of the processes are the real ones.
PASS = f"""
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT table_name,
               string_agg(format('%%1$I = %%1$I - interval ''%(seconds)s seconds''', column_name), ', ') AS moved
        FROM information_schema.columns JOIN pg_tables ON tablename = table_name
        WHERE data_type = 'timestamp with time zone'
          AND table_name ~ '{ROWS}'
        GROUP BY table_name
    LOOP EXECUTE format('UPDATE %%I SET %%s', one.table_name, one.moved); END LOOP;
END $$
"""
SIGNAL = """
INSERT INTO learning_candidate (id, what, value, due, failed, expected, share, kinds, causes, first_at, last_at,
                                standing, reason)
VALUES (1, 'kind', 'delivery', 210, 64, 22.5, 0.01, '["delivery"]', '[]', now() - interval '1 day', now(), true, '')
"""
# The worker goes on meanwhile and takes the tables in an order of its own: PostgreSQL ends one of the two, at times us.
DEADLOCKS = 5


@dataclass
class Stage:
    """`url` of the desk, and the token of each person and of the order system."""

    ours: Installation
    tokens: dict[str, str]
    provider: Provider
    """The company's identity provider."""
    states: dict[str, Any] = field(default_factory=dict)
    """The cookies of those who have signed in already."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ours.port}"

    def clear(self) -> None:
        """Take away every customer, promise, case and journal row."""
        self._say(CLEAR)

    def pass_time(self, **span: float) -> None:
        """Let time pass: `minutes=31`. The worker then finds what has fallen due meanwhile."""
        self._say(PASS % {"seconds": timedelta(**span).total_seconds()})

    def make_it_midday(self) -> None:
        """Let it be midday where the customers are: nothing goes out by itself in their night, whenever a test runs."""
        ahead = 12 - datetime.now(UTC).hour
        self._say(f"UPDATE customers_customer SET time_zone = 'Etc/GMT{-ahead:+d}'")

    def find_signal(self) -> int:
        """Let the last look have found that deliveries fail beyond chance, for which it takes months of promises."""
        self._say(SIGNAL)
        return 1

    def api(self, person: str = "orders") -> Api:
        """The API as somebody's token opens it."""
        return Api(self.url, self.tokens[person])

    def _say(self, sql: str) -> None:
        for _again in range(DEADLOCKS):
            with suppress(psycopg.errors.DeadlockDetected):
                self._say_once(sql)
                return
        self._say_once(sql)

    def _say_once(self, sql: str) -> None:
        with psycopg.connect(
            host=str(postgres.socket_folder(self.ours.home)), user=postgres.USER, dbname=postgres.NAME
        ) as link:
            # The journal refuses to be changed; this is a stage, not a history.
            link.execute("SET LOCAL session_replication_role = replica")
            link.execute(sql)


@dataclass(frozen=True)
class Api:
    """The API over HTTP, as an order system or somebody's script calls it."""

    url: str
    token: str

    def get(self, path: str, status: int = 200) -> Any:
        """GET below /api/v1."""
        return self._checked(requests.get(*self._at(path), headers=self._headers, timeout=10), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        """POST JSON below /api/v1."""
        return self._checked(requests.post(*self._at(path), json=body, headers=self._headers, timeout=10), status)

    def tell(self, **fact: Any) -> Any:
        """Tell one fact about a promise, as the order system."""
        receipt = self.post("/facts", [{"source": "orders", **fact}])
        assert receipt["rejects"] == []
        return receipt

    def promise(self, reference: str) -> Any:
        """The promise of that reference."""
        (found,) = self.get(f"/promises?source=orders&reference={reference}")["items"]
        return found

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def _at(self, path: str) -> tuple[str]:
        return (f"{self.url}/api/v1{path}",)

    @staticmethod
    def _checked(answer: requests.Response, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()


def at(**span: float) -> str:
    """An instant so far from now, as facts say it."""
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


@contextmanager
def a_stage() -> Iterator[Stage]:
    """A running installation with its people, gone afterwards."""
    with an_installation() as ours, a_provider() as provider:
        # Mail servers of the tests stand on this machine.
        ours.more = {**provider.environment, "MAKEGOOD_PRIVATE_NETWORKS": "127.0.0.0/8"}
        hired = subprocess.run(
            [sys.executable, "-m", "tests.browser.hiring"],
            env=ours.environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert hired.returncode == 0, hired.stderr
        ours.start("run")
        wait_until(lambda: "is running at" in ours.said(), seconds=90, what="the desk to open")
        yield Stage(ours, json.loads(hired.stdout), provider)
        assert "Traceback" not in ours.said(), ours.said()
