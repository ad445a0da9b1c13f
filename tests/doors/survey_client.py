"""A customer who was asked how it was, as the tests of the survey's page play one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from makegood.customers.models import Customer
from makegood.measurement.actions import token_of
from makegood.measurement.actions.tokens import digest_of
from makegood.measurement.models import Survey


class BySurvey:
    """Somebody who opened the link of a survey. Forms are checked for forgery as in earnest."""

    def __init__(self, survey: Survey, **headers: str) -> None:
        self.client = Client(enforce_csrf_checks=True, headers=headers)
        self.url = f"/s/{token_of(survey.pk)}/"

    def get(self, path: str = "", **query: str) -> HttpResponse:
        return self.client.get(self.url + path, query)  # type: ignore[return-value]

    def post(self, path: str, **typed: Any) -> HttpResponse:
        return self.client.post(self.url + path, typed)  # type: ignore[return-value]


def was_asked(customer: Customer, *, case: int | None = None, days: int = 1, scales: list[str] | None = None) -> Survey:
    """A survey that was asked so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    row = Survey.objects.create(
        customer=customer, case_id=case, occasion="case" if case else "pulse",
        scales=scales or (["recovery", "csat"] if case else ["csat"]), reminds=False, planned_at=at, asked_at=at,
        expires_at=at + timedelta(days=21),
    )  # fmt: skip
    row.digest = digest_of(row.pk)
    row.save(update_fields=["digest"])
    return row
