"""docs/api.md is true: its examples run, and every address and code stands there."""

from __future__ import annotations

import ast
import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import pytest
from django.test import Client

import makegood
from makegood.api.door import api as door
from makegood.conversation.rules.messages import MOVES as OF_MESSAGES
from makegood.promises.rules import MOVES
from tests.doors.api_client import ROOT, Answer, Api
from tests.factories import make_cast

PACKAGE = Path(makegood.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

SAYING_NO = {"Refusal", "invalid", "forbidden", "missing", "Obstacle", "FactReject"}
# What the API can say: its own code and that of the rooms it opens. Settings are not among them.
SOURCES = [
    *PACKAGE.glob("api/*.py"), PACKAGE / "platform/http.py", PACKAGE / "platform/idempotency.py",
    PACKAGE / "people/presence.py", PACKAGE / "people/queries/tokens.py",
    *PACKAGE.glob("customers/**/*.py"), *PACKAGE.glob("promises/**/*.py"),
    *PACKAGE.glob("cases/**/*.py"), *PACKAGE.glob("followups/**/*.py"),
    PACKAGE / "journal/queries.py", PACKAGE / "kernel/when.py", PACKAGE / "kernel/better.py",
    PACKAGE / "kernel/phrases.py", PACKAGE / "kernel/calendars.py", PACKAGE / "kernel/worktime.py",
    PACKAGE / "kernel/public_holidays.py", PACKAGE / "remedies/actions/granting.py",
    PACKAGE / "remedies/actions/fulfilling.py", PACKAGE / "remedies/actions/approving.py",
    PACKAGE / "remedies/actions/weighing.py",
    PACKAGE / "remedies/rules/granting.py", PACKAGE / "remedies/queries/grants.py",
    PACKAGE / "remedies/rules/offering.py", PACKAGE / "remedies/queries/offers.py",
    PACKAGE / "remedies/actions/offering.py", PACKAGE / "remedies/actions/choosing.py",
    PACKAGE / "remedies/actions/telling.py", PACKAGE / "remedies/queries/owing.py",
    PACKAGE / "remedies/rules/entitlements/reading.py",
    PACKAGE / "remedies/actions/judging.py", PACKAGE / "remedies/actions/planning.py",
    PACKAGE / "remedies/actions/calling.py", PACKAGE / "remedies/actions/drafting.py",
    PACKAGE / "remedies/queries/drafting.py",
    PACKAGE / "remedies/queries/hands.py", PACKAGE / "remedies/actions/writing.py",
    *PACKAGE.glob("conversation/**/*.py"),
    *PACKAGE.glob("incidents/**/*.py"), *PACKAGE.glob("learning/actions/*.py"), *PACKAGE.glob("learning/queries/*.py"),
    PACKAGE / "measurement/told.py", PACKAGE / "measurement/actions/taking.py",
    PACKAGE / "measurement/actions/setting.py",
    PACKAGE / "measurement/queries/reports.py", PACKAGE / "measurement/actions/registering.py",
    PACKAGE / "measurement/actions/looking.py",
    *PACKAGE.glob("practice/**/*.py"), PACKAGE / "notices/queries.py", PACKAGE / "notices/actions/reading.py",
    *PACKAGE.glob("webhooks/**/*.py"), PACKAGE / "measurement/actions/experiments.py",
    PACKAGE / "measurement/actions/costs.py",
    PACKAGE / "measurement/actions/arms.py", PACKAGE / "measurement/queries/experiments.py",
]  # fmt: skip
SAID_ELSEWHERE = ("hook.",)
"""Mail and text services are answered at addresses of theirs."""
OF_SETTINGS = {
    "kind.bad_slug", "kind.bad_value", "customer.unknown_contact", "calendar.bad_day", "calendar.bad_holiday",
    "calendar.bad_interval", "calendar.no_name", "calendar.overlap", "channel.unknown",
    "mailbox.no_sign_in", "mailbox.not_let_in",
}  # fmt: skip


def codes() -> set[str]:
    """Every code with which a source may refuse, and those that tables hand to the refusal."""
    found = {f"{MOVES.subject}.illegal_move", f"{OF_MESSAGES.subject}.illegal_move"}
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            said = node.args[:2] if isinstance(node, ast.Call) and _name(node.func) in SAYING_NO else [node]
            for one in said:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and _is_code(one.value, node):
                    found.add(one.value)
    return {one for one in found - OF_SETTINGS if not one.startswith(SAID_ELSEWHERE)}


def _is_code(text: str, node: ast.AST) -> bool:
    within = r"[a-z]+\.[a-z_]+" if isinstance(node, ast.Call) else r"(facts?|scores?|behaviour)\.[a-z_]+"
    return re.fullmatch(within, text) is not None


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def test_every_code_stands_in_the_docs_and_none_that_is_not() -> None:
    listed = PAGE[PAGE.index("| code | what happened |") :]
    written = set(re.findall(r"`([a-z]+\.[a-z_]+)`", listed))
    assert codes() - written == set(), "not in docs/api.md"
    assert written - codes() == set(), "in docs/api.md only"


def test_every_address_stands_in_the_docs_and_none_that_is_not() -> None:
    paths = door.get_openapi_schema(path_prefix="")["paths"]
    there = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST) /[^`]*)` \|", PAGE, re.MULTILINE)) == there


@pytest.mark.django_db
def test_the_examples_run() -> None:
    cast = make_cast()
    cast.mara.email = "mara@example.com"
    cast.mara.save(update_fields=["email"])
    late = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"API": ROOT, "TOKEN": Api().token, "LATE": late}
    answer: Answer | None = None
    for language, block in BLOCKS:
        if language == "json":
            assert answer is not None
            assert_like(answer.body, json.loads(block))
        elif block.startswith("curl"):
            answer = _run(block, told)
            _remember(answer.body, told)
        else:
            assert set(re.findall(r"^([A-Z]+)=", block, re.MULTILINE)) <= told.keys()


def _remember(body: Any, told: dict[str, str]) -> None:
    """What a reader would put into the variables CASE and PROMISE."""
    for item in body.get("items", []):
        if "ref" in item:
            told["CASE"] = item["ref"]
    if body.get("commitments"):
        told["PROMISE"] = str(body["commitments"][-1]["promise"]["id"])


def _run(block: str, told: dict[str, str]) -> Answer:
    """What curl would do, by the test client."""
    _, *words = [Template(word).substitute(told) for word in shlex.split(block.replace("\\\n", " "))]
    headers, data, address = {}, None, ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0)
        else:
            address = word
    kind = headers.pop("Content-Type", "")
    client = Client(headers=headers)
    response = client.get(address) if data is None else client.post(address, data, content_type=kind)
    assert response.headers["Content-Type"] != "text/html; charset=utf-8", (address, block)
    return Answer(response)


def assert_like(told: Any, shown: Any) -> None:
    """What the page shows is in what was answered; it may leave fields out."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_like(told[name], value)
    elif isinstance(shown, list):
        assert len(told) == len(shown)
        for one, other in zip(told, shown, strict=True):
            assert_like(one, other)
    else:
        assert told == shown
