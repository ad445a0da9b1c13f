"""POST /facts: formats, rejects, limits, and the same end whatever the order."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.promises.models import Promise
from tests.doors.api_client import ROOT, Answer, Api
from tests.factories import make_cast

pytestmark = pytest.mark.django_db

DUE = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)


def fact(reference: str = "1001", **parts: Any) -> dict[str, Any]:
    """A whole fact."""
    return {
        "source": "shop", "reference": reference, "customer": {"key": "C-7", "name": "Priya Nair"},
        "kind": "delivery", "title": "Blue trousers", "made_at": "2026-01-05T09:00:00Z", "due_at": DUE.isoformat(),
        **parts,
    }  # fmt: skip


def reject_of(answer: Any) -> tuple[int, str]:
    (reject,) = answer.body["rejects"]
    assert reject["message"]
    return reject["index"], reject["code"]


@pytest.fixture
def api() -> Api:
    """A caller, in a house where somebody can own the cases that follow."""
    make_cast()
    return Api()


def test_a_fact_makes_a_promise_and_again_changes_nothing(api: Api) -> None:
    first = api.post("/facts", [fact()])
    assert first.status == 200
    assert first.body == {"accepted": 1, "unchanged": 0, "rejected": 0, "held": 0, "cases": 0, "rejects": []}
    assert api.post("/facts", [fact()]).body["unchanged"] == 1
    (promise,) = api.get("/promises", reference="1001").body["items"]
    assert promise["customer"]["name"] == "Priya Nair"
    assert promise["due_at"] == DUE.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_ndjson_and_arrays_are_told_apart_by_their_first_byte(api: Api) -> None:
    lines = "\r\n".join(json.dumps(fact(str(number))) for number in range(3)) + "\n\n"
    assert api.post("/facts", lines, kind="application/x-ndjson").body["accepted"] == 3
    assert api.post("/facts", "\n  " + json.dumps([fact("9")]), kind="application/x-ndjson").body["accepted"] == 1
    assert api.post("/facts", json.dumps(fact("10"), indent=2)).body["accepted"] == 1


def test_one_bad_line_is_rejected_alone(api: Api) -> None:
    lines = [json.dumps(fact("1")), "{nonsense", json.dumps(fact("2"))]
    answer = api.post("/facts", "\n".join(lines), kind="application/x-ndjson")
    assert answer.body["accepted"] == 2
    assert reject_of(answer) == (1, "fact.bad_json")


@pytest.mark.parametrize(
    ("bad", "code", "hint"),
    [
        ({"due_at": "2027-01-01T10:00:00"}, "fact.naive_instant", "offset"),
        ({"due_at": "2027-01-01"}, "fact.bad_instant", "due_on"),
        ({"kept_at": "yesterday"}, "fact.bad_instant", "+00:00"),
        ({"made_at": "0001-01-01T00:00:00+14:00"}, "fact.far_instant", "1900"),
        ({"due_on": "tomorrow"}, "fact.bad_day", "2026-11-23"),
        ({"due_on": "9999-12-31", "due_at": None}, "fact.far_instant", "2199"),
        ({"knd": "delivery"}, "fact.unknown_field", "'kind'"),
        ({"customer": {"key": "C", "mail": "x@y.example"}}, "fact.unknown_field", "'email'"),
        ({"customer": {"name": "Priya"}}, "fact.missing_field", "customer.key"),
        ({"customer": {"key": "C", "email": "nobody"}}, "customer.bad_email", "e-mail"),
        ({"customer": {"key": "C", "timezone": "Mars/Base"}}, "calendar.unknown_zone", "time zone"),
        ({"kind": "pigeon"}, "fact.unknown_kind", "delivery"),
        ({"title": 7}, "fact.bad_value", "title"),
        ({"title": "x" * 301}, "fact.long_title", "300"),
        ({"title": "a\0b"}, "fact.bad_json", "NUL"),
        ({"title": "\ud800"}, "fact.bad_json", "surrogate"),
        ({"amount": "much"}, "fact.bad_amount", "129.90"),
        ({"amount": 10**12}, "fact.bad_amount", "million"),
        ({"currency": "pounds"}, "fact.bad_currency", "GBP"),
        ({"source": ""}, "fact.bad_source", "80"),
        ({"reference": "x" * 201}, "fact.bad_reference", "200"),
        ({"kept_at": (DUE + timedelta(days=1)).isoformat()}, "fact.kept_in_future", "forecast_at"),
        ({"attributes": {"x": [[[[[[[[[[1]]]]]]]]]]}}, "fact.bad_attributes", "deep"),
        ({"attributes": {"x": "y" * 10_001}}, "fact.bad_attributes", "10000"),
        ({"attributes": {str(number): 1 for number in range(101)}}, "fact.bad_attributes", "100"),
    ],
)  # fmt: skip
def test_a_bad_fact_is_rejected_with_its_index_and_the_others_go_in(
    api: Api, bad: dict[str, Any], code: str, hint: str
) -> None:
    answer = api.post("/facts", [fact("1"), {**fact("2"), **bad}, fact("3")])
    assert answer.body["accepted"] == 2
    assert answer.body["rejected"] == 1
    assert reject_of(answer) == (1, code)
    assert hint in answer.body["rejects"][0]["message"]


@pytest.mark.parametrize("item", [7, "text", None, [], True])
def test_what_is_no_object_is_rejected(api: Api, item: Any) -> None:
    assert reject_of(api.post("/facts", [fact(), item])) == (1, "fact.not_object")


def test_a_fact_that_is_no_utf8_is_rejected_alone(api: Api) -> None:
    bad = json.dumps(fact("2", title="TITLE")).encode().replace(b"TITLE", b"\xff\xfe")
    answer = api.post("/facts", b"[" + json.dumps(fact()).encode() + b"," + bad + b"]")
    assert answer.body["accepted"] == 1
    assert reject_of(answer) == (1, "fact.bad_json")


def test_rejects_of_the_reader_and_of_the_ledger_keep_their_places(api: Api) -> None:
    answer = api.post("/facts", [7, fact("1"), fact("2", kind="pigeon"), fact("3", knd=1), fact("4", kind="owl")])
    assert [(reject["index"], reject["code"]) for reject in answer.body["rejects"]] == [
        (0, "fact.not_object"), (2, "fact.unknown_kind"), (3, "fact.unknown_field"), (4, "fact.unknown_kind"),
    ]  # fmt: skip


def test_amounts_are_numbers_or_texts(api: Api) -> None:
    api.post("/facts", [fact("1", amount=12.5, currency="GBP"), fact("2", amount="0.10", currency="EUR")])
    found = api.get("/promises", source="shop").body["items"]
    assert {(one["reference"], one["amount"], one["currency"]) for one in found} == {
        ("1", "12.50", "GBP"), ("2", "0.10", "EUR"),
    }  # fmt: skip


def test_a_promise_told_in_parts_is_held_until_it_is_whole(api: Api) -> None:
    part = {"source": "carrier", "reference": "1", "forecast_at": DUE.isoformat()}
    assert api.post("/facts", [part]).body | {"accepted": 1, "held": 1} == api.post("/facts", [part]).body | {
        "accepted": 1, "unchanged": 0, "held": 1,
    }  # fmt: skip
    assert not Promise.objects.exists()
    api.post("/facts", [fact("1", source="carrier")])
    assert api.get("/promises", reference="1").body["items"][0]["forecast_at"] is not None


@pytest.mark.parametrize("body", ["", "  \n "])
def test_no_facts_at_all_is_said(api: Api, body: str) -> None:
    assert api.post("/facts", body).code == "facts.none"


def test_an_empty_array_does_nothing(api: Api) -> None:
    assert api.post("/facts", []).body["accepted"] == 0


@pytest.mark.parametrize("body", ["[1,", "[{]", "[\xff", "[" * 100_000, "[1] 2"])
def test_an_array_that_is_no_json_is_refused_whole(api: Api, body: str | bytes) -> None:
    answer = api.post("/facts", body)
    assert answer.status in (400, 422)
    assert answer.code in ("json.invalid", "json.not_storable", "json.too_deep")


def test_more_than_5000_facts_are_refused_by_name(api: Api) -> None:
    many = [{"source": "s", "reference": str(number)} for number in range(5_001)]
    answer = api.post("/facts", many)
    assert (answer.status, answer.code) == (413, "facts.too_many")
    assert "5,000" in answer.body["detail"]
    assert "5,001" in answer.body["detail"]
    assert api.post("/facts", "\n".join(map(json.dumps, many)), kind="application/x-ndjson").status == 413
    assert api.post("/facts", many[:5_000]).body["held"] == 5_000


def test_a_body_above_16_mb_is_refused(api: Api) -> None:
    answer = api.post("/facts", b"[" + b" " * (16 * 2**20))
    assert (answer.status, answer.code) == (413, "http.too_large")


def test_a_body_sent_in_chunks_of_unknown_total_is_read_whole_and_within_the_limit(api: Api) -> None:
    def send(body: bytes) -> Answer:
        chunked = {"wsgi.input": BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        return Answer(api.client.post(f"{ROOT}/facts", content_type="application/json", **chunked))

    assert send(json.dumps([fact()]).encode()).body["accepted"] == 1
    assert send(b"[" + b" " * (16 * 2**20)).code == "http.too_large"


def test_a_body_that_says_it_is_something_else_is_refused(api: Api) -> None:
    answer = api.post("/facts", json.dumps([fact()]), kind="application/x-www-form-urlencoded")
    assert (answer.status, answer.code) == (415, "http.not_json")


SIGHTINGS: list[dict[str, Any]] = [
    {"customer": {"key": "C-7"}, "kind": "delivery", "made_at": "2026-01-05T09:00:00Z"},
    {"due_at": "2026-01-08T17:00:00Z", "title": "Blue trousers"},
    {"due_at": "2026-01-09T17:00:00Z", "observed_at": "2026-01-06T09:00:00Z", "attributes": {"depot": "York"}},
    {"forecast_at": "2026-01-10T12:00:00Z", "observed_at": "2026-01-07T09:00:00Z"},
    {"forecast_at": "2026-01-09T12:00:00Z", "observed_at": "2026-01-08T09:00:00Z", "attributes": {"depot": "Leeds"}},
    {"kept_at": "2026-01-09T16:59:00Z"},
    {"kept_at": "2026-01-09T18:00:00Z", "amount": "12.50", "currency": "GBP"},
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_repetition_of_facts_ends_in_the_same_promise(api: Api, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(SIGHTINGS))))
    again = data.draw(st.lists(st.sampled_from(range(len(SIGHTINGS))), max_size=5))
    cuts = data.draw(st.integers(1, 4))
    told = [*order, *again]
    assert _end(api, f"told-{Promise.objects.count()}", told, cuts) == _end(
        api, f"plain-{Promise.objects.count()}", list(range(len(SIGHTINGS))), 7
    )


def _end(api: Api, reference: str, told: list[int], at_once: int) -> dict[str, Any]:
    """The promise after its facts were told in this order, so many at a time."""
    for start in range(0, len(told), at_once):
        batch = [{"source": "s", "reference": reference, **SIGHTINGS[at]} for at in told[start : start + at_once]]
        assert api.post("/facts", batch).body["rejected"] == 0
    (promise,) = api.get("/promises", reference=reference).body["items"]
    whole = api.get(f"/promises/{promise['id']}").body
    return {name: value for name, value in whole.items() if name not in {"id", "reference"}}
