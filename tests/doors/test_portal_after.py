"""The page once things have moved on: merged customers, a closed case, no forgiveness, a link that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, SatisfactionCheck
from makegood.customers.actions.merging import merge
from makegood.customers.models import Customer
from tests.doors.customer_client import ByLink, dana, number
from tests.doors.desk_client import text
from tests.factories import Cast, actor, make_customer
from tests.rooms.casework import Hand, cast, mara

__all__ = ["cast", "dana", "mara", "number"]
pytestmark = pytest.mark.django_db


def test_a_customer_who_was_merged_goes_on_reading_and_wishing(dana: ByLink, number: int, cast: Cast) -> None:
    gone = Case.objects.get(pk=number).customer_id
    kept = make_customer("Dana M. Okafor")
    merge(kept.pk, gone, by=actor(cast.greta), now=datetime.now(UTC))
    assert "we broke our promise to you" in text(dana.get())
    assert dana.post("wishes/", cadence="60", channel="email", language="es").status_code == 303
    kept.refresh_from_db()
    assert (kept.cadence_minutes, kept.language) == (60, "es")
    assert "Le cuento cómo va" in text(dana.get())
    assert dana.post("words/", words="Hola").status_code == 303
    assert dana.post("answer/", answer="satisfied").status_code == 303


def test_one_who_will_not_forgive_is_told_what_is_so_and_spared_another_apology(dana: ByLink, number: int) -> None:
    now = datetime.now(UTC)
    SatisfactionCheck.objects.create(
        case_id=number, asked_at=now, answered_at=now, answer="will_not_forgive", channel="phone"
    )
    shown = text(dana.get())
    assert "I am sorry" not in shown
    assert "Are you satisfied, or do you want something more?" in shown


def test_after_the_close_the_page_stays_and_something_more_opens_it_again(dana: ByLink, number: int) -> None:
    dana.post("answer/", answer="satisfied")
    Case.objects.filter(pk=number).update(closed_at=datetime.now(UTC), outcome="satisfied")
    shown = text(dana.get())
    assert "You told us that this is right." in shown
    assert "I want something more" in shown
    dana.post("answer/", answer="more", words="It broke again")
    assert Case.objects.get(pk=number).closed_at is None
    assert "It stays open until you say that it is right." in text(dana.get())


def test_a_wrong_token_costs_the_same_whatever_it_looks_like(dana: ByLink, number: int) -> None:
    asked = []
    for token in ("A" * 43, "B" * 43, dana.url.split("/")[2][:-1] + "_"):
        with CaptureQueriesContext(connection) as queries:
            assert ByLink(token).get().status_code == 404
        asked.append(len(queries))
    assert len(set(asked)) == 1


def test_a_name_is_text_whatever_it_holds(dana: ByLink, mara: Hand) -> None:
    Customer.objects.update(name="<b>Dana</b>")
    assert "<b>Dana" not in dana.get().content.decode()
