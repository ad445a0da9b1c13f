"""A customer with a link, without a browser: no account, no cookie, nothing but the address they were sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.links.actions import make_link
from makegood.platform.installation import set_up
from tests.factories import Cast, make_customer
from tests.rooms.casework import HOUR, Hand, callback, watch


class ByLink:
    """Somebody who opened a link. Forms are checked for forgery as in earnest."""

    def __init__(self, token: str, **headers: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers=headers)
        self.url = f"/p/{token}/"

    def get(self, path: str = "", **query: str) -> HttpResponse:
        return self.client.get(self.url + path, query)  # type: ignore[return-value]

    def post(self, path: str, **typed: Any) -> HttpResponse:
        return self.client.post(self.url + path, typed)  # type: ignore[return-value]


@pytest.fixture
def number(cast: Cast, mara: Hand) -> int:
    """Dana's case: a callback that Mara promised two hours ago for half an hour later, and did not make."""
    set_up(name="Northfield Home", time_zone="Europe/London", currency="GBP")
    now = datetime.now(UTC)
    dana = make_customer("Dana Okafor", email="dana@example.org", phone="+442079460118")
    callback(mara, customer=dana.pk, now=now - 2 * HOUR)
    watch(now - HOUR)
    return Case.objects.get(customer=dana).pk


@pytest.fixture
def dana(number: int, mara: Hand) -> ByLink:
    """Dana with her link."""
    now = datetime.now(UTC)
    cases.take(number, **mara.at(now))
    return ByLink(make_link(number, **mara.at(now)))
