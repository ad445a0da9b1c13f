"""Promises, customers, kinds, figures and the journal, by API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM
from makegood.platform.models import Installation
from makegood.promises.actions import make_calendar
from makegood.promises.models import Kind, Promise
from tests.doors.api_client import Answer, Api
from tests.factories import NOW, Cast, make_cast, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    """The people who can own what follows."""
    return make_cast()


@pytest.fixture
def api(cast: Cast) -> Api:
    """A caller that stands for nobody."""
    return Api()


def soon(**span: float) -> str:
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


def make(api: Api, **parts: Any) -> Answer:
    """A promise to ring Priya back in an hour, unless said otherwise."""
    if not {"due_at", "due_on", "when"} & parts.keys():
        parts["due_at"] = soon(hours=1)
    whom = {"key": "C-7", "name": "Priya Nair", "timezone": "America/New_York"}
    return api.post("/promises", {"customer": whom, "kind": "callback", "title": "Ring back", **parts})


# Making


def test_a_promise_is_made_to_a_customer_found_or_added(api: Api) -> None:
    first, again = make(api), make(api)
    assert (first.status, again.status) == (201, 201)
    assert first.body["customer"] == again.body["customer"]
    by_key = make(api, customer="C-7").body["customer"]
    by_id = make(api, customer=by_key["id"]).body["customer"]
    assert by_key == by_id == first.body["customer"]
    assert make(api, customer={"name": "Another Priya"}).body["customer"] != by_id


def test_instants_are_utc_and_the_customer_s_own_time_is_told(api: Api) -> None:
    made = make(api, due_at="2027-01-15T12:00:00+02:00").body
    assert made["due_at"] == "2027-01-15T10:00:00Z"
    assert made["due_local"] == "2027-01-15T05:00:00-05:00"
    assert made["state"] == "open"
    assert made["allowed"] == ["keep", "forecast", "replace", "withdraw"]


def test_words_say_when_in_the_customer_s_time(api: Api) -> None:
    due = datetime.fromisoformat(make(api, when="in 30 min").body["due_at"])
    assert timedelta(minutes=29) < due - datetime.now(UTC) <= timedelta(minutes=30)
    tomorrow = make(api, when="tomorrow 10:00").body
    assert "T10:00:00-0" in tomorrow["due_local"]
    day = make(api, when="tomorrow").body
    assert day["due_on"] == tomorrow["due_local"][:10]
    assert "T23:59:59-0" in day["due_local"]
    assert make(api, when="whenever").code == "when.not_understood"


def test_a_day_is_promised_whole(api: Api) -> None:
    Installation.objects.update_or_create(pk=1, defaults={"name": "House", "time_zone": "Europe/London"})
    made = make(api, customer={"name": "Tomás"}, due_on="2027-07-01").body
    assert made["due_on"] == "2027-07-01"
    assert made["due_at"] == "2027-07-01T22:59:59.999999Z"


def test_a_kind_s_usual_time_is_taken_and_worked_out_in_working_hours(api: Api) -> None:
    plain = make(api, due_at=None).body
    assert plain["working"] is None
    week = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    calendar = make_calendar(name="Shop", time_zone="Europe/London", week=week, by=SYSTEM, now=NOW)
    Kind.objects.filter(slug="callback").update(calendar=calendar, allowance=timedelta(hours=12))
    worked = make(api, due_at=None).body
    assert worked["working"]["calendar"] == "Shop"
    assert worked["working"]["lines"][-1].startswith("Due ")
    assert sum(step["counted"] for step in worked["working"]["steps"]) == 12 * 3600
    assert api.get(f"/promises/{worked['id']}").body == worked


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({"kind": "pigeon"}, "promise.unknown_kind", "kind"),
        ({"kind": "pigeon", "when": "tomorrow"}, "kind.unknown", "kind"),
        ({"title": "  "}, "promise.no_title", "title"),
        ({"due_at": "2001-01-01T00:00:00Z"}, "promise.due_past", "due_at"),
        ({"when": "tomorrow", "due_on": "2027-01-01"}, "promise.due_twice", "when"),
        ({"kind": "appointment", "due_at": None}, "promise.no_due", "due_at"),
        ({"customer": 4_000_000}, "customer.unknown", "customer"),
        ({"customer": "C-404"}, "customer.unknown", "customer"),
        ({"customer": {"key": "C-8", "email": "nobody"}}, "customer.bad_email", "email"),
        ({"customer": {}}, "customer.bad_name", "name"),
        ({"owner": "nobody@desk.example"}, "people.unknown", "owner"),
        ({"currency": "pounds"}, "input.invalid", "currency"),
        ({"amount": "1e20"}, "input.invalid", "amount"),
        ({"title": "x" * 301}, "input.invalid", "title"),
        ({"attributes": {"a": [[[[[[[[[1]]]]]]]]]}}, "input.invalid", "attributes"),
    ],
)
def test_a_promise_that_cannot_be_made_says_why(api: Api, parts: dict[str, Any], code: str, field: str) -> None:
    answer = make(api, **parts)
    assert answer.code == code
    assert (answer.status, answer.body["field"]) == (422, field)
    assert not Promise.objects.exists()


def test_a_customer_is_not_added_for_a_promise_that_is_refused(api: Api) -> None:
    make(api, customer={"key": "C-9", "name": "Ann"}, due_at="2001-01-01T00:00:00Z")
    assert api.get("/customers", key="C-9").body["items"] == []


def test_money_and_attributes_come_back(api: Api) -> None:
    made = make(api, amount=129.9, currency="GBP", attributes={"order": "A-1", "lines": [1, 2]}).body
    assert (made["amount"], made["currency"]) == ("129.90", "GBP")
    assert made["attributes"] == {"order": "A-1", "lines": [1, 2]}


# Moving


def test_a_promise_is_kept_once(api: Api) -> None:
    path = f"/promises/{make(api).body['id']}"
    kept = api.post(f"{path}/keep")
    assert (kept.body["state"], kept.body["allowed"]) == ("kept", [])
    again = api.post(f"{path}/keep")
    assert (again.status, again.code) == (409, "promise.illegal_move")


def test_keeping_cannot_lie_ahead(api: Api) -> None:
    path = f"/promises/{make(api).body['id']}"
    assert api.post(f"{path}/keep", {"at": soon(hours=1)}).code == "promise.future"


def test_a_forecast_that_is_late_puts_it_at_risk_and_opens_a_case(api: Api) -> None:
    path = f"/promises/{make(api).body['id']}"
    assert api.post(f"{path}/forecast", {"forecast_at": soon(hours=3)}).body["state"] == "at_risk"
    assert Case.objects.get().detected_by == "forecast"
    assert api.post(f"{path}/forecast", {"forecast_at": soon(minutes=30)}).body["state"] == "open"


def test_a_promise_is_replaced_by_a_new_one_that_links_back(api: Api) -> None:
    old = make(api).body
    new = api.post(f"/promises/{old['id']}/replace", {"when": "tomorrow 10:00", "title": "Ring back, with a plan"})
    assert new.status == 201
    assert (new.body["replaces"], new.body["title"]) == (old["id"], "Ring back, with a plan")
    assert api.get(f"/promises/{old['id']}").body["state"] == "replaced"
    assert api.post(f"/promises/{old['id']}/replace", {"when": "tomorrow"}).code == "promise.illegal_move"


def test_a_promise_is_withdrawn_with_a_reason_before_it_broke(api: Api) -> None:
    path = f"/promises/{make(api).body['id']}"
    assert api.post(f"{path}/withdraw", {"reason": " "}).code == "promise.no_reason"
    assert api.post(f"{path}/release", {"reason": "fine"}).code == "promise.illegal_move"
    assert api.post(f"{path}/withdraw", {"reason": "Not wanted any more"}).body["state"] == "withdrawn"


def broken(api: Api) -> dict[str, Any]:
    """A promise that was told when it was broken already."""
    fact = {
        "source": "shop", "reference": "7", "customer": {"key": "C-7"}, "kind": "delivery", "title": "Trousers",
        "made_at": soon(days=-3), "due_at": soon(hours=-2),
    }  # fmt: skip
    assert api.post("/facts", [fact]).body["cases"] == 1
    (promise,) = api.get("/promises", state="broken").body["items"]
    assert promise["allowed"] == ["keep", "release"]
    return dict(promise)


def test_a_broken_promise_is_released(api: Api) -> None:
    path = f"/promises/{broken(api)['id']}"
    assert api.post(f"{path}/withdraw", {"reason": "x"}).code == "promise.illegal_move"
    assert api.post(f"{path}/release", {"reason": "They do not mind"}).body["state"] == "released"


def test_a_broken_promise_is_kept_late_or_set_right(api: Api) -> None:
    path = f"/promises/{broken(api)['id']}"
    assert api.post(f"{path}/keep", {"at": soon(hours=-3)}).body["state"] == "kept"
    assert Case.objects.get().outcome == "corrected"


# Lists


def test_pages_follow_each_other_without_a_gap(api: Api) -> None:
    for hours in range(1, 8):
        make(api, due_at=soon(hours=hours))
    seen, after = [], ""
    while True:
        page = api.get("/promises", limit=3, after=after).body
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(seen) == len(set(seen)) == 7
    assert seen == [one["id"] for one in api.get("/promises").body["items"]]
    newest = [one["id"] for one in api.get("/promises", newest_first=True).body["items"]]
    assert newest == seen[::-1]


def test_lists_are_narrowed(api: Api, cast: Cast) -> None:
    mine = make(api, owner=cast.mara.email, due_at=soon(hours=1)).body
    other = make(api, customer={"name": "Tomás"}, kind="update", due_at=soon(hours=9)).body
    for narrow, wanted in (
        ({"owner": cast.mara.pk}, mine), ({"kind": "update"}, other), ({"customer": mine["customer"]["id"]}, mine),
        ({"due_from": soon(hours=5)}, other), ({"due_before": soon(hours=5)}, mine),
    ):  # fmt: skip
        assert [one["id"] for one in api.get("/promises", **narrow).body["items"]] == [wanted["id"]], narrow
    assert api.get("/promises", state="broken").body["items"] == []
    assert len(api.get("/promises", team=cast.care.pk).body["items"]) == 2, "its people's, and what nobody owns"
    assert [one["id"] for one in api.get("/promises", team=cast.billing.pk).body["items"]] == [other["id"]]


# Customers


def test_a_customer_is_added_and_found_again(api: Api) -> None:
    told = {"key": "C-7", "name": "Priya Nair", "email": "Priya@shop.example", "phone": "+44 20 7946 0958"}
    added = api.post("/customers", told)
    assert added.status == 201
    assert {contact["channel"] for contact in added.body["contacts"]} == {"email", "phone"}
    found = api.post("/customers", {"key": "C-7", "name": "Priya Nair-Jones"})
    assert (found.status, found.body["id"], found.body["name"]) == (200, added.body["id"], "Priya Nair-Jones")
    assert api.get(f"/customers/{added.body['id']}").body == found.body
    for narrow in ({"q": "nair"}, {"q": "7946 0958"}, {"key": "C-7"}):
        assert [one["id"] for one in api.get("/customers", **narrow).body["items"]] == [added.body["id"]]
    assert api.get("/customers", key="C-404").body == {"items": [], "next": None}


def test_pages_of_customers(api: Api) -> None:
    for name in ("Ann", "Bob", "Cyd"):
        make_customer(name)
    page = api.get("/customers", limit=2).body
    assert [one["name"] for one in page["items"]] == ["Ann", "Bob"]
    assert [one["name"] for one in api.get("/customers", limit=2, after=page["next"]).body["items"]] == ["Cyd"]


def test_merged_customers_are_one_and_keep_their_promises(api: Api) -> None:
    keep = make(api).body["customer"]
    gone = make(api, customer={"key": "C-8", "name": "P. Nair"}).body["customer"]
    merged = api.post(f"/customers/{keep['id']}/merge", {"gone": gone["id"]}).body
    assert set(merged["keys"]) == {"C-7", "C-8"}
    assert api.get(f"/customers/{gone['id']}").body == merged
    assert len(api.get("/promises", customer=keep["id"]).body["items"]) == 2
    assert api.post(f"/customers/{keep['id']}/merge", {"gone": gone["id"]}).code == "customer.merged"
    assert api.post(f"/customers/{keep['id']}/merge", {"gone": keep["id"]}).code == "customer.merge_itself"
    assert api.get("/customers/4000000").code == "customer.unknown"


# The rest


def test_kinds_tell_their_policy(api: Api) -> None:
    kinds = {kind["slug"]: kind for kind in api.get("/kinds").body["items"]}
    assert kinds["callback"]["warning_s"] == 600
    assert kinds["callback"]["allowance_s"] == 1800
    assert kinds["appointment"]["allowance_s"] is None


def test_the_figures(api: Api) -> None:
    broken(api)
    api.post(f"/promises/{make(api).body['id']}/keep")
    (row,) = api.get("/report/ledger").body["items"]
    assert (row["due"], row["kept"], row["broken"], row["right_first_time"]) == (2, 1, 1, 0.5)
    assert [row["name"] for row in api.get("/report/ledger", by="kind").body["items"]] == ["Call back", "Delivery"]
    assert api.get("/report/ledger", since=soon(days=1)).body["items"][0:] == []


def test_the_journal_hands_on_a_cursor(api: Api) -> None:
    """Within one transaction, as in this test, nothing is settled yet, and so nothing may be read."""
    make(api)
    start = api.get("/journal").body
    assert start == {"items": [], "next": "0-0"}
    assert api.get("/journal", after="0-0", limit=1000).status == 200


def test_a_new_promise_is_told_as_it_is_read_again(api: Api) -> None:
    for parts in (
        {},
        {
            "due_at": None,
            "due_on": "2027-07-01",
            "amount": "0.005",
            "currency": "GBP",
            "attributes": {"b": [1.5], "a": 2},
        },
        {"due_at": "2027-01-15T12:00:00.123456+02:00", "made_at": "2026-01-01T00:00:00+05:30", "title": "  Ring  "},
        {"kind": "delivery", "due_at": None, "when": "in 3 days"},
    ):
        made = make(api, **parts).body
        assert made == api.get(f"/promises/{made['id']}").body
