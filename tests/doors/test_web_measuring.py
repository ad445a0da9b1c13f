"""What machines are told: figures for Prometheus, and one JSON object a line for whoever collects logs."""

from __future__ import annotations

import json
import logging
import math
import re
from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from makegood.customers import actions as customers
from makegood.platform.logs import JsonLines
from makegood.promises import actions
from makegood.web.accounts.once import link_for
from tests.doors.desk_client import AtDesk
from tests.factories import Cast, actor, make_cast
from tests.installations import an_installation, wait_until

H = timedelta(hours=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def scraped() -> dict[tuple[str, str], float]:
    """Every figure by its name and labels, read as Prometheus reads them."""
    answer = Client().get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=")
    families = list(text_string_to_metric_families(answer.content.decode()))
    assert all(family.documentation for family in families if not family.name.startswith("process_"))
    found = {}
    for family in families:
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            assert (sample.name, labels) not in found, "told twice"
            found[sample.name, labels] = sample.value
    return found


def make_promises(cast: Cast, now: datetime) -> None:
    by = actor(cast.mara)
    customer = customers.add("Dana", by=by, now=now)
    for due in (now - 0.5 * H, now - 0.2 * H, now - 3 * H, now + 40 * H):
        made = actions.make(
            customer_id=customer, kind="callback", title="Ring", due_at=due, by=by, now=due - 48 * H
        )  # fmt: skip
        if due == now - 0.2 * H:
            actions.keep(made.pk, at=due - H, by=by, now=due - H)


def test_the_figures_are_those_of_the_house(cast: Cast) -> None:
    now = datetime.now(UTC)
    make_promises(cast, now)
    before = scraped()
    assert before["makegood_overdue_checks", ""] == 2
    assert before["makegood_next_check_seconds", ""] < 0
    actions.advance_due(now=now, limit=1000)
    after = scraped()
    assert after["makegood_overdue_checks", ""] == 0
    assert after["makegood_next_check_seconds", ""] > 0
    assert after["makegood_promises_in_trouble", "state=broken"] == 2
    assert after["makegood_promises_in_trouble", "state=at_risk"] == 0
    assert after["makegood_promises_due_last_hour", "state=broken"] == 1
    assert after["makegood_promises_due_last_hour", "state=kept"] == 1
    assert after["makegood_journal_entries_total", ""] > before["makegood_journal_entries_total", ""]
    assert after["makegood_cases_open", ""] == 0


def test_an_empty_house_has_figures(db: None) -> None:
    found = scraped()
    assert math.isnan(found["makegood_next_check_seconds", ""])
    assert found["makegood_workers", ""] == 0


def test_requests_are_timed_by_the_pattern_of_their_address(cast: Cast) -> None:
    mara, key = AtDesk(cast.mara), "method=GET,route=customers/<int:number>/,status=4xx"
    before = scraped().get(("makegood_request_seconds_count", key), 0)
    for number in (111_111, 222_222):
        assert mara.get(f"/customers/{number}/").status_code == 404
    assert scraped()["makegood_request_seconds_count", key] == before + 2


def test_figures_cost_the_same_however_many_there_are(cast: Cast) -> None:
    counts = []
    for _ in range(2):
        make_promises(cast, datetime.now(UTC))
        with CaptureQueriesContext(connection) as asked:
            Client().get("/metrics")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10


def test_a_line_is_one_object_whatever_is_in_it() -> None:
    record = logging.LogRecord("makegood.x", logging.WARNING, "f", 1, "two\nlines %s", ("“so”",), None)
    assert json.loads(JsonLines().format(record))["event"] == "two\nlines “so”"
    assert "\n" not in JsonLines().format(record)


@pytest.mark.slow
def test_a_running_desk_tells_programs_what_it_does() -> None:
    with an_installation() as ours:
        ours.must("init", "--name", "Hill", "--email", "ann@hill.example", "--password", "correct horse battery")
        link = ours.must("signin", "ann@hill.example").strip()
        token = ours.must("token", "create", "--name", "x", "--scope", "write").strip()
        ours.more = {"MAKEGOOD_LOG": "json"}
        ours.start("run")
        wait_until(lambda: "is running at" in ours.said(), seconds=90, what="the desk to open")
        url = f"http://127.0.0.1:{ours.port}"
        for _ in range(8):
            # Each process connects to the database with its first question, which must not make the promise late.
            requests.get(f"{url}/healthz", timeout=10)
        ours.forget_words()
        requests.get(link, headers={"X-Request-ID": "from-the-proxy"}, timeout=10)
        requests.get(f"{url}/static/web/base.css", timeout=10)
        head = {"Authorization": f"Bearer {token}"}
        due = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
        fact = {"source": "x", "reference": "1", "kind": "callback", "title": "t", "customer": {"key": "c"}}
        requests.post(f"{url}/api/v1/facts", json=[{**fact, "due_at": due}], headers=head, timeout=10)
        refused = requests.get(f"{url}/api/v1/promises/99", headers={**head, "X-Request-ID": "bad id"}, timeout=10)
        wait_until(lambda: '"turn"' in ours.said(), what="a turn of the watch")
        lines = [json.loads(line) for line in ours.said().splitlines()]
    told = [line for line in lines if line["event"] == "request"]
    first, fact_told, missed = told
    assert (first["request_id"], first["status"], first["method"]) == ("from-the-proxy", 200, "GET")
    assert first["path"] == "accounts/once/<int:number>/<str:token>/", "a secret is not logged"
    assert fact_told["actor"].startswith("token:")
    assert fact_told["ms"] > 0
    assert missed["request_id"] == refused.headers["X-Request-ID"] != "bad id"
    assert missed["status"] == 404
    turn = next(line for line in lines if line["event"] == "turn")
    assert turn["moved"] >= 1


def test_the_link_in_text_logs_names_no_request(cast: Cast) -> None:
    assert "X-Request-ID" not in Client().get(link_for(cast.ada.pk)).headers


def test_all_processes_of_a_web_server_count_together() -> None:
    """Whichever is asked tells of every request, and a password is tried no oftener for there being several."""
    with an_installation() as ours:
        ours.must("init", "--name", "Hill", "--email", "ann@hill.example", "--password", "correct horse battery")
        ours.more = {"MAKEGOOD_WEB_PROCESSES": "3"}
        ours.start("web")
        url = f"http://127.0.0.1:{ours.port}"
        wait_until(lambda: answers(url), seconds=60, what="the web server")
        asked = [requests.get(f"{url}/search/", timeout=10).status_code for _ in range(12)]
        told = {requests.get(f"{url}/metrics", timeout=10).text.count("process_resident") for _ in range(6)}
        counts = {
            sample.value
            for _ in range(6)
            for family in text_string_to_metric_families(requests.get(f"{url}/metrics", timeout=10).text)
            for sample in family.samples
            if sample.name == "makegood_request_seconds_count" and sample.labels["route"] == "search/"
        }
        statuses = [sign_in(url, "wrong password here") for _ in range(7)]
    assert counts == {len(asked)}
    assert told == {0}, "the memory of one of several says nothing"
    assert statuses[-1] == 429 or "Too many" in str(statuses[-1])


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def sign_in(url: str, password: str) -> int | str:
    visit = requests.Session()
    token = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', visit.get(f"{url}/accounts/login/", timeout=10).text
    )
    assert token is not None
    form = {"login": "ann@hill.example", "password": password, "csrfmiddlewaretoken": token[1]}
    answer = visit.post(f"{url}/accounts/login/", data=form, headers={"Referer": url}, timeout=10)
    return answer.status_code if answer.status_code != 200 else answer.text
