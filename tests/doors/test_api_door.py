"""The door of the API: who is let in, how a no is said, and doing each thing once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pydantic import BaseModel

from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM
from makegood.people.actions import revoke_token
from makegood.people.models import ApiToken, Staff
from makegood.platform.models import IdempotencyKey
from makegood.promises.models import Kind, Promise
from tests.doors.api_client import ROOT, Answer, Api
from tests.factories import NOW, make_cast, make_customer

pytestmark = pytest.mark.django_db

SOON = (datetime.now(UTC) + timedelta(hours=5)).isoformat()


def promise(customer: Any = "C-7", **parts: Any) -> dict[str, Any]:
    """The body of a new promise."""
    return {"customer": customer, "kind": "callback", "title": "Ring back", "due_at": SOON, **parts}


# Who is let in


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "token.missing"),
        ({"authorization": "Basic abc"}, "token.missing"),
        ({"authorization": "Bearer"}, "token.missing"),
        ({"authorization": "Bearer mg_nonsense"}, "token.unknown"),
        ({"authorization": "Bearer \xff\x00"}, "token.unknown"),
    ],
)
def test_without_a_token_nobody_is_let_in(headers: dict[str, str], code: str) -> None:
    for response in (
        Client().get(f"{ROOT}/promises", headers=headers),
        Client().post(f"{ROOT}/facts", headers=headers),
    ):
        answer = Answer(response)
        assert (answer.status, answer.code) == (401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_ends_at_once() -> None:
    api = Api()
    assert api.get("/kinds").status == 200
    revoke_token(ApiToken.objects.get().pk, by=SYSTEM, now=NOW)
    assert api.get("/kinds").code == "token.unknown"


def test_a_promise_of_a_known_caller_is_one_statement(django_assert_num_queries: Any) -> None:
    customer = make_customer(key="C-7")
    api = Api()
    assert api.post("/promises", promise(customer.pk)).status == 201
    with django_assert_num_queries(1):
        assert api.post("/promises", promise(customer.pk)).status == 201
    with django_assert_num_queries(3):
        assert api.post("/promises", promise()).status == 201


def fact(reference: str) -> dict[str, Any]:
    """The first word on a promise."""
    return {
        "source": "shop", "reference": reference, "kind": "callback", "customer": {"key": "C-7"}, "due_at": SOON,
    }  # fmt: skip


def test_the_first_words_on_a_promise_of_a_known_caller_are_four_statements(django_assert_num_queries: Any) -> None:
    make_customer(key="C-7")
    api = Api()
    assert api.post("/facts", [fact("S-1")]).body["accepted"] == 1
    # A savepoint around the fourth, because the test is a transaction.
    with django_assert_num_queries(6):
        assert api.post("/facts", [fact("S-2")]).body["accepted"] == 1
    assert Promise.objects.count() == 2


def revoke(token: ApiToken) -> None:
    revoke_token(token.pk, by=SYSTEM, now=NOW)


def send_home(token: ApiToken) -> None:
    Staff.objects.filter(pk=token.staff_id).update(is_active=False)


def make_analyst(token: ApiToken) -> None:
    Staff.objects.filter(pk=token.staff_id).update(role="analyst")


def make_reader(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk).update(scope="read")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (revoke, "token.unknown"),
        (send_home, "token.unknown"),
        (make_analyst, "people.not_allowed"),
        (make_reader, "token.read_only"),
    ],
)
@pytest.mark.parametrize("parts", [{}, {"customer": "C-7"}, {"kind": "nonsense"}, {"due_at": None, "when": "Fri"}])
def test_a_caller_is_believed_only_while_their_token_stands(
    change: Callable[[ApiToken], None], code: str, parts: dict[str, Any]
) -> None:
    customer, mara = make_customer(key="C-7"), make_cast().mara
    api = Api(staff=mara)
    assert api.post("/promises", promise(customer.pk)).status == 201
    change(ApiToken.objects.get())
    for key in ("", "once"):
        assert api.post("/promises", {**promise(customer.pk), **parts}, key=key).code == code
        assert api.post("/facts", [fact("S-1"), {}], key=key).code == code
        assert api.post("/facts", "", key=key).code == code
        for staff in ({}, {"staff": mara.email}, {"staff": "nobody"}):
            harm = {"customer": customer.pk, "kind": "callback", "what": "Nobody rang"} | staff
            assert api.post("/cases", harm, key=key).code == code
    assert (Promise.objects.count(), Case.objects.count()) == (1, 0)


def test_a_caller_who_was_renamed_signs_with_the_new_name() -> None:
    customer, mara = make_customer(), make_cast().mara
    api = Api(staff=mara)
    assert api.post("/promises", promise(customer.pk)).body["made_by"] == mara.name
    Staff.objects.filter(pk=mara.pk).update(name="Mara New")
    assert api.post("/promises", promise(customer.pk)).body["made_by"] == "Mara New"


def test_a_token_that_reads_cannot_write() -> None:
    customer = make_customer(key="C-7")
    api = Api("read")
    assert api.get("/promises").status == 200
    for path, body in (("/facts", []), ("/promises", promise()), (f"/customers/{customer.pk}/merge", {"gone": 2})):
        answer = api.post(path, body, key="once")
        assert (answer.status, answer.code) == (403, "token.read_only")
    assert not Promise.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_token_of_somebody_who_only_reads_cannot_write() -> None:
    api = Api(staff=make_cast().anil)
    assert (api.post("/facts", []).status, api.post("/facts", []).code) == (403, "people.not_allowed")


def test_a_token_of_a_person_sees_what_they_see_and_acts_as_them() -> None:
    cast = make_cast()
    Kind.objects.filter(slug="callback").update(team=cast.care)
    customer = make_customer(key="C-7")
    mara, stranger = Api(staff=cast.mara), Api(staff=cast.stranger)
    made = mara.post("/promises", promise(customer.pk)).body
    assert made["owner"] == {"id": cast.mara.pk, "name": "Mara Silva"}
    assert made["made_by"] == "Mara Silva"
    path = f"/promises/{made['id']}"
    assert Api().get(path).status == Api("read").get(path).status == 200
    assert stranger.get("/promises").body["items"] == []
    assert (stranger.get(path).status, stranger.get(path).code) == (404, "promise.unknown")
    for move, body in (("keep", {}), ("forecast", {"forecast_at": SOON}), ("withdraw", {"reason": "x"}),
                       ("release", {"reason": "x"}), ("replace", {"due_at": SOON})):  # fmt: skip
        assert (stranger.post(f"{path}/{move}", body).status) == 404, move
    assert mara.get(path).body["state"] == "open"
    for hidden in ("/journal", "/report/ledger"):
        assert (stranger.get(hidden).status, stranger.get(hidden).code) == (403, "people.not_allowed")


def test_a_person_named_in_the_body_does_it() -> None:
    cast = make_cast()
    made = Api().post("/promises", promise({"name": "Priya Nair"}, staff=cast.tomas.email.upper()))
    assert made.body["owner"]["name"] == "Tomás Reyes"
    assert Api().post("/promises", promise({"name": "Priya"}, staff="nobody@desk.example")).code == "people.unknown"
    other = Api(staff=cast.mara).post("/promises", promise({"name": "Priya"}, staff=cast.tomas.email))
    assert (other.status, other.code) == (403, "token.other_staff")


# How a no is said


@pytest.mark.parametrize("path", ["/", "/nothing", "/facts/", "/promises/1/explode", "/%00", "/%ff%fe"])
def test_an_address_that_means_nothing(path: str) -> None:
    answer = Api().get(path)
    assert (answer.status, answer.code) == (404, "http.unknown_address")


def test_a_host_that_is_not_ours_is_refused() -> None:
    answer = Answer(Api().client.get(f"{ROOT}/kinds", headers={"host": "elsewhere.example"}))
    assert (answer.status, answer.code) == (400, "http.bad_request")


def test_an_answer_is_not_kept_nor_run_and_bears_no_cookie() -> None:
    response = Api().client.get(f"{ROOT}/kinds")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Length"] == str(len(response.content))
    assert not response.cookies
    assert "Vary" not in response.headers


@pytest.mark.parametrize(("method", "path"), [("delete", "/promises"), ("get", "/facts"), ("put", "/customers/1")])
def test_a_wrong_method_is_told_the_right_one(method: str, path: str) -> None:
    answer = Answer(getattr(Api().client, method)(ROOT + path))
    assert (answer.status, answer.code) == (405, "http.wrong_method")
    assert answer.headers["Allow"] in answer.body["detail"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("", 422, "input.invalid"),
        ("{", 400, "json.invalid"),
        (b"\xff\xfe{}", 400, "json.invalid"),
        ("[]", 422, "input.invalid"),
        ("null", 422, "input.invalid"),
        ('"text"', 422, "input.invalid"),
        ('{"title":"\\u0000"}', 422, "json.not_storable"),
        ('{"title":"\\ud800"}', 422, "json.not_storable"),
        ('{"x":' + "9" * 5_000 + "}", 422, "json.not_storable"),
        ('{"x":1e999}', 422, "json.not_storable"),
        ('{"x":NaN}', 422, "json.not_storable"),
        ("[" * 100_000 + "]" * 100_000, 422, "json.too_deep"),
        ('{"attributes":' + '{"a":' * 500 + "1" + "}" * 501, 422, "input.invalid"),
    ],
)
def test_a_body_that_makes_no_sense(body: str | bytes, status: int, code: str) -> None:
    answer = Api().post("/promises", body)
    assert (answer.status, answer.code) == (status, code)


def test_a_body_must_say_that_it_is_json() -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense", ""):
        answer = Api().post("/promises", "{}", kind=kind)
        assert (answer.status, answer.code) == (415, "http.not_json")
    assert Api().post("/promises", "{}", kind="application/json; charset=utf-8").status == 422


def test_an_encoded_body_is_refused() -> None:
    response = Api().client.post(
        f"{ROOT}/facts", b"x", content_type="application/json", headers={"content-encoding": "gzip"}
    )
    assert (response.status_code, Answer(response).code) == (415, "http.encoded")


def test_every_fault_of_a_body_is_listed_and_the_first_told() -> None:
    answer = Api().post("/promises", {"customer": {"nmae": "Priya"}, "knd": "callback", "title": "", "due_at": "noon"})
    assert answer.code == "input.invalid"
    faults = {fault["field"]: fault["message"] for fault in answer.body["errors"]}
    assert faults["knd"] == "There is no field 'knd'. Did you mean 'kind'?"
    assert "2026-11-23T17:00:00+00:00" in faults["due_at"]
    assert {"kind", "title", "customer.nmae"} <= faults.keys()
    assert answer.body["field"] in faults


@pytest.mark.parametrize(
    "path",
    [
        "/promises/99999999999999999999", "/promises/0", "/promises/-1", "/promises/abc", "/promises/1%00",
        "/customers/9223372036854775808", "/customers/1.5", "/promises?limit=0", "/promises?limit=abc",
        "/promises?limit=9999999999999999999999999", "/promises?after=x", "/promises?after=2026-01-01T00:00:00~1",
        "/promises?after=%00", "/promises?kind=%00",
        "/promises?state=lost", "/promises?due_from=2026-01-01", "/promises?due_from=9999-12-31T23:59:59-12:00",
        "/promises?owner=1e99", "/customers?q=%00", "/customers?after=x", "/journal?after=x", "/journal?limit=1001",
        "/journal?after=99999999999999999999-1", "/report/ledger?by=owner",
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_refused(path: str) -> None:
    address, _, query = path.partition("?")
    answer = Answer(Api().client.get(ROOT + address + (f"?{query}" if query else "")))
    assert answer.status in (404, 422), answer.text
    assert answer.code


@pytest.mark.parametrize("path", ["/promises", "/cases", "/customers", "/journal", "/report/ledger"])
def test_a_parameter_that_there_is_not_is_refused(path: str) -> None:
    answer = Api().get(path, limti=3)
    assert (answer.status, answer.code, answer.body["field"]) == (422, "query.unknown", "limti")


@pytest.mark.parametrize("path", ["/promises", "/cases"])
@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_cursor_at_the_end_of_time_breaks_nothing(path: str, at: str) -> None:
    assert Api().get(path, after=f"{at}~1").status in (200, 422)


def test_a_query_of_many_parts_is_refused() -> None:
    answer = Answer(Api().client.get(f"{ROOT}/promises?" + "&".join(f"x{number}=1" for number in range(600))))
    assert (answer.status, answer.code) == (400, "http.bad_request")


def test_what_breaks_here_is_a_problem_too(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def explode(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("makegood.api.ledger.kinds", explode)
    answer = Answer(Api().client.get(f"{ROOT}/kinds"))
    assert (answer.status, answer.code) == (500, "server.fault")
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in answer.text


def test_the_schema_is_open_and_whole() -> None:
    answer = Answer(Client().get(f"{ROOT}/openapi.json"))
    assert answer.status == 200
    assert {"/api/v1/facts", "/api/v1/promises", "/api/v1/customers", "/api/v1/journal"} <= answer.body["paths"].keys()
    assert "Problem" in answer.body["components"]["schemas"]


def test_every_form_has_a_name_of_its_own_in_the_schema() -> None:
    """Of two that are called alike the schema would tell one, in the place of both."""
    Client().get(f"{ROOT}/openapi.json")
    many = Counter(one.__name__ for one in _forms(BaseModel) if one.__module__.startswith("makegood.api."))
    assert {name for name, times in many.items() if times > 1} == set()


def _forms(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for one in base.__subclasses__():
        yield one
        yield from _forms(one)


# Once


def test_the_same_key_and_body_give_the_same_answer_and_do_nothing_again() -> None:
    api = Api()
    first = api.post("/promises", promise({"name": "Priya Nair"}), key="order-7")
    again = api.post("/promises", promise({"name": "Priya Nair"}), key="order-7")
    assert (first.status, first.text) == (again.status, again.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Promise.objects.count() == 1


def test_the_same_key_with_another_request_is_refused() -> None:
    api = Api()
    api.post("/promises", promise({"name": "Priya Nair"}), key="order-7")
    for path, body in (("/promises", promise({"name": "Tomás"})), ("/customers", promise({"name": "Priya Nair"}))):
        answer = api.post(path, body, key="order-7")
        assert (answer.status, answer.code) == (422, "idempotency.mismatch")


def test_keys_belong_to_their_token() -> None:
    first, second = Api().post("/facts", [], key="k"), Api().post("/facts", [], key="k")
    assert "Idempotency-Replayed" not in first.headers
    assert "Idempotency-Replayed" not in second.headers


def test_a_refused_request_may_be_put_right_and_sent_with_its_key() -> None:
    api = Api()
    assert api.post("/promises", promise("C-404"), key="k").code == "customer.unknown"
    make_customer(key="C-404")
    assert api.post("/promises", promise("C-404"), key="k").status == 201


def test_a_key_is_kept_for_a_day() -> None:
    api = Api()
    api.post("/facts", [], key="k")
    IdempotencyKey.objects.update(at=datetime.now(UTC) - timedelta(hours=25))
    assert "Idempotency-Replayed" not in api.post("/facts", [1], key="k").headers


@pytest.mark.parametrize("key", ["x" * 256, " \t", "a\x7f"])
def test_a_key_that_is_none(key: str) -> None:
    assert Api().post("/facts", [], key=key).code == "idempotency.bad_key"


def test_words_of_a_message_are_told_from_those_of_a_promise_in_the_schema() -> None:
    schemas = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert "keep" in schemas["Move"]["enum"]
    assert "at_risk" in schemas["State"]["enum"]
    message = schemas["MessageOut"]["properties"]
    assert "arrive" in message["moves"]["items"]["enum"]
    assert ("unsure" in message["state"]["enum"], "page" in message["channel"]["enum"]) == (True, True)
