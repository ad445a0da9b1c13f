"""Practice: its pages for somebody who has played a good deal, and one thing said by the API."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from bench.client import Connection, request
from bench.filling import clear, fill_customers, fill_history
from bench.ground import EMAIL, Ground
from bench.pages import CUSTOMERS, PROMISES, Browser, timed
from bench.table import Row, below

REQUESTS = 200
TRIES = 40
LIMIT_MS = 60
POOR = "I am sorry, the carrier has not shown up yet. Could you check back in an hour?"
GOOD = (
    "I am sorry, Dana. We promised it for nine and we failed you. I will see this through myself. What do you need it "
    "for today, and what does it hold up?"
)


def run(place: Ground, *, full: bool) -> Iterator[Row]:
    """The time that 95 of a hundred requests stay below, by somebody with forty tries behind them."""
    clear(place)
    fill_history(place, PROMISES, fill_customers(place, CUSTOMERS), CUSTOMERS)
    with place.web():
        browser, api = Browser(place, EMAIL), _Api(place)
        ended = [api.ended() for _ in range(TRIES)]
        playing = api.begun()
        api.post(f"/practice/runs/{playing}/say", {"text": GOOD})
        for what, path in (
            ("the scenes", "/practice/"), ("a scene with its tries", "/practice/late-unit/"),
            ("a try being played", f"/practice/runs/{playing}/"),
            ("looking back at one", f"/practice/runs/{ended[-1]}/"),
            ("the first day", "/practice/first-day/"), ("a scene twice, side by side", "/practice/first-day/watch/"),
            ("the first case", "/practice/first-day/case/"), ("the line-up with its scene", "/line-up/"),
        ):  # fmt: skip
            yield timed(f"practice: {what}", browser, [path] * REQUESTS)
        api = _Api(place)  # the first was closed meanwhile
        said = sorted(api.said() for _ in range(REQUESTS))
        yield below("practice: one thing said, by the API, p95", said[REQUESTS * 95 // 100] * 1e3, "ms", LIMIT_MS)


class _Api:
    """The API by the token of the ground, which stands for its administrator."""

    def __init__(self, place: Ground) -> None:
        self.connection, self.token = Connection(place.port), place.token

    def post(self, path: str, body: dict[str, object]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        sent = json.dumps(body | {"staff": EMAIL}).encode()
        found: dict[str, object] = json.loads(self.connection.must(request("POST", f"/api/v1{path}", headers, sent)))
        return found

    def begun(self) -> object:
        return self.post("/practice/runs", {"scene": "late-unit"})["id"]

    def ended(self) -> object:
        """A try of some words that has ended."""
        number = self.begun()
        for words in (POOR, GOOD):
            self.post(f"/practice/runs/{number}/say", {"text": words})
        self.post(f"/practice/runs/{number}/leave", {})
        return number

    def said(self) -> float:
        """How many seconds it takes to say something in a try that has begun."""
        number = self.begun()
        started = time.perf_counter()
        self.post(f"/practice/runs/{number}/say", {"text": GOOD})
        return time.perf_counter() - started
