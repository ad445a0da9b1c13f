"""Customers in the database: found, changed, merged, and who may see them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.customers import actions, queries
from makegood.customers.models import ContactPoint, Customer
from makegood.customers.rules import CustomerFact
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from tests.factories import NOW, Cast, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db
SEES = Scope(Role.AGENT, 1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def refusal_of(call: Any, *args: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **named)
    return caught.value


def add(name: str = "Priya Nair", **details: Any) -> int:
    return actions.add(name, **details, by=SYSTEM, now=NOW)


def found(text: str) -> list[str]:
    return [line.name for line in queries.search(SEES, text, limit=10)]


# One customer


def test_a_customer_is_taken_in_whole_and_journalled(cast: Cast) -> None:
    number = actions.add(
        "Priya  Nair",
        key="C-1001",
        language="en_gb",
        time_zone="Europe/London",
        preferred_channel="sms",
        cadence_minutes=120,
        value=Decimal(2400),
        currency="gbp",
        contacts=[("email", "Priya@Mail.example"), ("sms", "+44 7700 900123"), ("email", "priya@mail.example")],
        by=actor(cast.mara),
        now=NOW,
    )
    whole = queries.customer_for(SEES, number)
    assert (whole.name, whole.key, whole.language, whole.currency) == ("Priya Nair", "C-1001", "en-GB", "GBP")
    assert [(contact.channel, contact.value) for contact in whole.contacts] == [
        ("email", "Priya@Mail.example"),
        ("sms", "+44 7700 900123"),
    ]
    entry = Entry.objects.get()
    assert (entry.verb, entry.customer_id, entry.actor_name) == ("customer.added", number, "Mara Silva")


def test_a_number_serves_one_customer_only() -> None:
    add(key="C-1")
    no = refusal_of(add, "Somebody else", key="C-1")
    assert (no.code, no.field) == ("customer.key_taken", "key")
    add("Nobody has a number")
    add("Nor has this one", key="")
    assert Customer.objects.filter(key=None).count() == 2


def test_a_wrong_detail_stores_nothing() -> None:
    assert refusal_of(add, contacts=[("email", "priya")]).field == "contact"
    assert refusal_of(add, time_zone="Mars/Olympus").field == "time_zone"
    assert not Customer.objects.exists()


def test_changes_are_journalled_and_found(cast: Cast) -> None:
    number = add(key="C-1")
    actions.change(number, name="Priya Menon", key="K-77", cadence_minutes=60, by=actor(cast.mara), now=NOW)
    actions.add_contact(number, "post", "12 Elm Street\nLeeds LS1 4AP", by=actor(cast.mara), now=NOW)
    actions.add_contact(number, "post", "12 elm street  leeds ls1 4ap", by=actor(cast.mara), now=NOW)
    assert found("menon") == found("K77") == found("elm leeds") == ["Priya Menon"]
    assert found("nair") == []
    assert [entry.data for entry in Entry.objects.order_by("id")[1:]] == [
        {"name": "Priya Menon", "key": "K-77", "cadence_minutes": "60"},
        {"post": "12 Elm Street Leeds LS1 4AP"},
    ]
    contact = ContactPoint.objects.get()
    actions.remove_contact(contact.pk, by=actor(cast.mara), now=NOW)
    assert found("elm") == []
    assert refusal_of(actions.remove_contact, contact.pk, by=SYSTEM, now=NOW).code == "customer.unknown_contact"
    assert refusal_of(actions.change, 0, name="X", by=SYSTEM, now=NOW).code == "customer.unknown"


# Who may


@pytest.mark.parametrize("who", ["mara", "stranger", "lena", "greta", "anil", "ada"])
def test_customers_belong_to_no_team_whoever_works_or_reads_the_work_sees_them(cast: Cast, who: str) -> None:
    number, person = add(), getattr(cast, who)
    scope = Scope(Role(person.role), person.pk, person.team_id)
    assert queries.customer_for(scope, number).name == "Priya Nair"
    assert len(queries.customers_page(scope).rows) == len(queries.search(scope, "pri", limit=5)) == 1


def test_nobody_without_an_ability_sees_a_customer(monkeypatch: pytest.MonkeyPatch) -> None:
    number = add(key="C-1")
    monkeypatch.setattr("makegood.people.rules.ABILITIES", {Role.AGENT: frozenset()})
    for call in (
        lambda: queries.customer_for(SEES, number),
        lambda: queries.customer_by_key(SEES, "C-1"),
        lambda: queries.customers_page(SEES),
        lambda: queries.search(SEES, "priya", limit=5),
    ):
        assert refusal_of(call).code == "customer.not_allowed"


def test_an_analyst_reads_and_does_not_write(cast: Cast) -> None:
    one, other, by = add(), add(), actor(cast.anil)
    for call in (
        lambda: actions.add("Ben", by=by, now=NOW),
        lambda: actions.change(one, name="Ben", by=by, now=NOW),
        lambda: actions.add_contact(one, "email", "a@mail.example", by=by, now=NOW),
        lambda: actions.merge(one, other, by=by, now=NOW),
    ):
        assert refusal_of(call).code == "people.not_allowed"


def test_who_is_not_there_is_unknown() -> None:
    assert refusal_of(queries.customer_for, SEES, 0).status == 404
    assert refusal_of(queries.customer_by_key, SEES, "nope").code == "customer.unknown"
    assert refusal_of(queries.customer_by_key, SEES, "\0\ud800").code == "customer.unknown"
    assert queries.ids_of(0) == ()


# Finding


@pytest.mark.parametrize(
    "text",
    [
        "tomas", "TOMÁS reyes", "rey tom", "tomas.reyes@mail.example", "Tomas.Reyes@mail", "C-1001",
        "c1001", "C 1001", "1001", "+1 (212) 555-0142", "2125550142", "212.555.0142", "001 212 555 0142", "555-0142",
        "elm leeds", "LS1",
    ],
)  # fmt: skip
def test_a_customer_is_found_by(text: str) -> None:
    contacts = [("email", "Tomas.Reyes@Mail.example"), ("phone", "(212) 555-0142"), ("post", "12 Elm St, Leeds LS1")]
    add("Tomás Reyes", key="C-1001", contacts=contacts)
    add("Somebody Else", key="D-7", contacts=[("phone", "+1 646 555 0143")])
    assert found(text) == ["Tomás Reyes"]


@pytest.mark.parametrize("text", ["omas", "reyes@", "5550142 leeds", "+1 646 555 0142", "", "  ", "'", "\\", "(:*&|!)"])
def test_a_customer_is_not_found_by(text: str) -> None:
    add("Tomás Reyes", key="C-1001", contacts=[("phone", "(212) 555-0142")])
    assert found(text) == ([] if text != "reyes@" else ["Tomás Reyes"])


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("+44 20 7946 0958", "020 7946 0958"),
        ("020 7946 0958", "+44 20 7946 0958"),
        ("+44 (0)20 7946 0958", "0044 2079460958"),
        ("2125550142", "+1 (212) 555-0142"),
        ("+49 151 23456789", "0151/23456789"),
        ("555-0142 x3", "5550142"),
    ],
)
def test_a_phone_number_is_found_in_any_writing(stored: str, typed: str) -> None:
    add("Priya Nair", contacts=[("phone", stored)])
    assert found(typed) == ["Priya Nair"]


def test_the_exact_number_comes_first_also_one_that_was_merged() -> None:
    for number in range(9):
        add("Ana", key=f"C-1{number}")
    exact = add("Zoe", key="C-1")
    assert queries.search(SEES, "c-1", limit=3)[0].id == exact
    keep = add("Ben", key="B")
    actions.merge(keep, exact, by=SYSTEM, now=NOW)
    assert keep in [line.id for line in queries.search(SEES, "C-1", limit=10)]


@given(st.text(st.characters(), max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_search_breaks_the_database(text: str) -> None:
    queries.search(SEES, text, limit=5)


def test_pages_follow_each_other_by_name() -> None:
    names = ["Ana", "Ana", "Ben", "Cleo", "Dag ~ Ö"]
    for name in reversed(names):
        make_customer(name)
    gone, kept = make_customer("Zoe"), make_customer("Zoe")
    actions.merge(kept.pk, gone.pk, by=SYSTEM, now=NOW)
    seen: list[queries.CustomerLine] = []
    cursor = ""
    while True:
        page = queries.customers_page(SEES, after=cursor, limit=2)
        seen += page.rows
        if not (cursor := page.next):
            break
    assert [line.name for line in seen] == [*names, "Zoe"]
    assert len({line.id for line in seen}) == 6


def test_a_page_is_narrowed_by_a_search() -> None:
    add("Ana Silva", contacts=[("email", "ana@mail.example"), ("phone", "2125550142")])
    add("Ben Silva")
    page = queries.customers_page(SEES, "silv", limit=1)
    assert [(line.name, line.contact) for line in page.rows] == [("Ana Silva", "ana@mail.example")]
    assert [line.name for line in queries.customers_page(SEES, "silv", after=page.next).rows] == ["Ben Silva"]
    assert queries.customers_page(SEES, "?!").rows == ()


@pytest.mark.parametrize("cursor", ["x", "~", "1" * 30 + "~A", "-1~A", "1~\0"])
def test_a_cursor_of_somebody_elses_making_is_refused(cursor: str) -> None:
    assert refusal_of(queries.customers_page, SEES, after=cursor).code == "page.bad_cursor"


# Merging


def test_two_customers_become_one() -> None:
    keep = add(key="A", contacts=[("email", "priya@mail.example")], cadence_minutes=60)
    gone = add(
        "P. Menon", key="B", language="en", cadence_minutes=30, value=Decimal(10), currency="GBP",
        contacts=[("email", "PRIYA@mail.example"), ("phone", "2125550142")],
    )  # fmt: skip
    actions.merge(keep, gone, by=SYSTEM, now=NOW)
    whole = queries.customer_for(SEES, gone)
    assert whole == queries.customer_by_key(SEES, "B") == queries.customer_by_key(SEES, "A")
    assert (whole.id, whole.ids, whole.keys, whole.other_names) == (keep, (keep, gone), ("A", "B"), ("P. Menon",))
    assert (whole.language, whole.cadence_minutes, whole.value, whole.currency) == ("en", 60, Decimal(10), "GBP")
    assert [contact.value for contact in whole.contacts] == ["priya@mail.example", "2125550142"]
    assert queries.ids_of(keep) == queries.ids_of(gone) == (keep, gone)
    assert found("menon") == found("2125550142") == found("B") == ["Priya Nair"]
    entry = Entry.objects.get(verb="customer.merged")
    assert (entry.customer_id, entry.subject_id, entry.data["gone"]) == (keep, gone, "P. Menon")


def test_merges_that_mean_nothing_are_refused() -> None:
    one, two, three = add("One"), add("Two"), add("Three")
    assert refusal_of(actions.merge, one, one, by=SYSTEM, now=NOW).code == "customer.merge_itself"
    assert refusal_of(actions.merge, one, 0, by=SYSTEM, now=NOW).code == "customer.unknown"
    actions.merge(one, two, by=SYSTEM, now=NOW)
    for pair in ((three, two), (two, three), (one, two)):
        assert refusal_of(actions.merge, *pair, by=SYSTEM, now=NOW).code == "customer.merged"
    assert refusal_of(actions.change, two, name="X", by=SYSTEM, now=NOW).code == "customer.merged"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_in_any_order_of_merges_every_key_points_at_one_living_customer(pairs: list[tuple[int, int]]) -> None:
    stem = Customer.objects.count()
    keys = [f"{stem}-{number}" for number in range(6)]
    ids = actions.resolve_many([CustomerFact(key=key, email=f"{key}@mail.example") for key in keys], now=NOW)
    groups = {key: {key} for key in keys}
    for one, other in pairs:
        keep, gone = ids[keys[one]], ids[keys[other]]
        living = Customer.objects.filter(pk__in={keep, gone}, merged_into=None).count() == 2
        if living:
            actions.merge(keep, gone, by=SYSTEM, now=NOW)
            joined = groups[keys[one]] | groups[keys[other]]
            groups |= dict.fromkeys(joined, joined)
        else:
            assert refusal_of(actions.merge, keep, gone, by=SYSTEM, now=NOW).status in (409, 422)
    now_means = actions.resolve_many([CustomerFact(key=key) for key in keys], now=NOW)
    for key in keys:
        whole = queries.customer_by_key(SEES, key)
        assert whole.id == now_means[key]
        assert Customer.objects.get(pk=whole.id).merged_into_id is None
        assert set(whole.keys) == groups[key]
        assert {contact.value for contact in whole.contacts} == {f"{one}@mail.example" for one in groups[key]}
        assert set(queries.ids_of(ids[key])) == {ids[one] for one in groups[key]}


# Resolving


def fact(key: str = "K", **told: Any) -> CustomerFact:
    return CustomerFact(key=key, **told)


def test_new_keys_become_customers_and_known_ones_are_found(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        ids = actions.resolve_many([fact(f"K{number}", name=f"Name {number}") for number in range(50)], now=NOW)
    with django_assert_num_queries(1):
        again = actions.resolve_many([fact(key) for key in ids], now=NOW + timedelta(days=1))
    assert ids == again
    assert Customer.objects.filter(made_at=NOW).count() == 50
    assert not Entry.objects.exists()
    assert actions.resolve_many([], now=NOW) == {}


def test_a_new_customer_without_a_name_is_called_by_the_number() -> None:
    ids = actions.resolve_many([fact("K1")], now=NOW)
    assert queries.customer_for(SEES, ids["K1"]).name == "K1"
    actions.resolve_many([fact("K1", name="Priya")], now=NOW)
    assert queries.customer_for(SEES, ids["K1"]).name == "Priya"


def test_a_new_customer_is_found_by_everything_told() -> None:
    told = fact("C-9", name="Tomás Reyes", email="T@mail.example", phone="+1 212 555 0142", value=Decimal("9.50"))
    ids = actions.resolve_many([told], now=NOW)
    for text in ("reyes", "c9", "t@mail", "2125550142"):
        assert found(text) == ["Tomás Reyes"]
    whole = queries.customer_for(SEES, ids["C-9"])
    assert (whole.value, len(whole.contacts)) == (Decimal("9.50"), 2)


def test_news_changes_what_it_speaks_of_and_keeps_the_rest() -> None:
    actions.resolve_many([fact(name="Old", email="old@mail.example", language="en", value=Decimal(1))], now=NOW)
    ids = actions.resolve_many([fact(name="New", email="new@mail.example", timezone="Europe/Paris")], now=NOW)
    whole = queries.customer_for(SEES, ids["K"])
    assert (whole.name, whole.language, whole.time_zone, whole.value) == ("New", "en", "Europe/Paris", Decimal(1))
    assert [contact.value for contact in whole.contacts] == ["old@mail.example", "new@mail.example"]
    assert found("new") == found("old@mail.example") == ["New"]


def test_several_facts_of_one_batch_are_told_together() -> None:
    facts = [fact(name="P", email="p@mail.example"), fact(name="Priya")]
    whole = queries.customer_for(SEES, actions.resolve_many(facts, now=NOW)["K"])
    assert (whole.name, whole.contacts[0].value) == ("Priya", "p@mail.example")


def test_a_source_that_repeats_itself_does_not_undo_a_correction() -> None:
    told = fact(name="Pirya")
    number = actions.resolve_many([told], now=NOW)["K"]
    actions.change(number, name="Priya", by=SYSTEM, now=NOW)
    actions.resolve_many([told], now=NOW)
    assert queries.customer_for(SEES, number).name == "Priya"


def test_news_of_a_merged_key_reaches_the_living_customer() -> None:
    keep, gone = add("Priya Nair", key="A"), add("P. Menon", key="B")
    actions.merge(keep, gone, by=SYSTEM, now=NOW)
    assert actions.resolve_many([fact("B", name="Dr Menon", phone="2125550142")], now=NOW) == {"B": keep}
    whole = queries.customer_for(SEES, keep)
    assert (whole.name, whole.other_names, whole.contacts[0].value) == ("Priya Nair", ("Dr Menon",), "2125550142")
    assert found("dr menon") == ["Priya Nair"]
