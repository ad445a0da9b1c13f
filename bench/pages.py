"""The desk's pages over a year of work: a million promises and a hundred thousand cases."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from bench.client import Connection, request
from bench.filling import clear, fill_customers, fill_history
from bench.ground import EMAIL, PASSWORD, Ground
from bench.table import Row, below

PROMISES = 1_000_000
CUSTOMERS = 100_000
REQUESTS = 200
LIMIT_MS = 60
PLAN_MS = 200
# The page of an open case prepares a plan while nobody has spoken to the customer.
_UNSPOKEN = "SELECT id FROM cases_case WHERE closed_at IS NULL ORDER BY random() LIMIT %s"
_UNSPEAK = "DELETE FROM cases_stepdone WHERE case_id = ANY(%s)"
AGENT = "agent1@bench.example"


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """The time from the last byte asked to the last byte answered that 95 of a hundred requests stay below."""
    clear(place)
    fill_history(place, PROMISES, fill_customers(place, CUSTOMERS), CUSTOMERS)
    cases = [number for (number,) in place.sql("SELECT id FROM cases_case ORDER BY random() LIMIT %s", [REQUESTS])]
    names = [name for (name,) in place.sql(
        "SELECT split_part(name, ' ', 2) FROM customers_customer WHERE key LIKE 'F%%' ORDER BY random() LIMIT %s",
        [REQUESTS],
    )]  # fmt: skip
    customers = [number for (number,) in place.sql(
        "SELECT id FROM customers_customer WHERE key LIKE 'F%%' ORDER BY random() LIMIT %s", [REQUESTS]
    )]  # fmt: skip
    orders = place.sql("SELECT title FROM promises_promise ORDER BY id DESC LIMIT %s", [REQUESTS])
    _give_agent_a_password(place)
    with place.web():
        for who, email in (("agent", AGENT), ("administrator", EMAIL)):
            browser = Browser(place, email)
            yield timed(f"pages: /today/ as {who}", browser, ["/today/"] * REQUESTS)
            yield timed(f"pages: a case as {who}", browser, [f"/cases/SR-{number}/" for number in cases])
            yield timed(f"pages: search by name as {who}", browser, [_search(name) for name in names])
        unspoken = [number for (number,) in place.sql(_UNSPOKEN, [REQUESTS])]
        place.sql(_UNSPEAK, [unspoken])
        paths = [f"/cases/SR-{number}/" for number in unspoken]
        yield timed("pages: a case with its plan prepared", browser, paths, limit=PLAN_MS)
        yield timed("pages: what may be given in a case", browser, [f"{path}remedies/" for path in paths])
        yield timed("pages: search by words", browser, [_search(title) for (title,) in orders])
        yield timed("pages: search by case number", browser, [_search(f"SR-{number}") for number in cases])
        yield timed("pages: the ledger", browser, ["/promises/"] * REQUESTS)
        yield timed("pages: all that is broken", browser, ["/promises/?state=broken&due=any"] * REQUESTS)
        yield timed("pages: cases", browser, ["/cases/"] * REQUESTS)
        yield timed("pages: a customer", browser, [f"/customers/{number}/" for number in customers])
        yield timed("pages: what is new", browser, ["/live/"] * REQUESTS)


class Browser:
    """Somebody signed in, as the server knows them by their cookies."""

    def __init__(self, place: Ground, email: str) -> None:
        self.connection = Connection(place.port)
        self.cookies: dict[str, str] = {}
        body = self.get("/accounts/login/")
        token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        assert token is not None
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1].decode()}
        status, _ = self._ask("POST", "/accounts/login/", urlencode(form).encode(), place)
        if status != 302:
            raise RuntimeError(f"{email} could not sign in: {status}")

    def get(self, path: str) -> bytes:
        """The body of a page."""
        status, body = self._ask("GET", path, b"", None)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}: {body[:300]!r}")
        return body

    def _ask(self, method: str, path: str, body: bytes, place: Ground | None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if place is not None:
            address = f"http://127.0.0.1:{place.port}"
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": address, "Origin": address}
            headers["Host"] = f"127.0.0.1:{place.port}"
        status, cookies, answer = self.connection.ask(request(method, path, headers, body))
        self.cookies |= cookies
        return status, answer


def _search(text: str) -> str:
    return "/search/?" + urlencode({"q": text})


def timed(what: str, browser: Browser, paths: list[str], *, limit: float = LIMIT_MS) -> Row:
    """The row of some addresses, asked one after the other."""
    browser.get(paths[0])
    seconds = []
    for path in paths:
        started = time.perf_counter()
        browser.get(path)
        seconds.append(time.perf_counter() - started)
    return below(f"{what}, p95", sorted(seconds)[len(seconds) * 95 // 100] * 1e3, "ms", limit)


def _give_agent_a_password(place: Ground) -> None:
    from django.contrib.auth.hashers import make_password

    place.sql("UPDATE people_staff SET password = %s WHERE email = %s", [make_password(PASSWORD), AGENT])
