"""Surveys: how customers are asked, and who answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, acting
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Instant, refuse_unknown
from makegood.measurement.actions import set_asking
from makegood.measurement.asking import AskingFacts
from makegood.measurement.queries import asking, response_rates
from makegood.measurement.scales import Scale

router = Router(tags=["measurement"])
Days = Annotated[int, Field(ge=0, le=365)]


class SurveysOut(Schema):
    """How customers are asked. `pulse_percent` is the share of all customers asked by lot in a month; with
    `owners_read` an answer after a case stands in its story, where whoever owns it reads it."""

    is_on: bool
    pulse_percent: float
    pulse_scale: Literal["csat", "ces", "nps"]
    window_days: int
    wait_days: int
    holds_days: int
    remind_days: int
    owners_read: bool


class SurveysIn(StaffIn):
    """All of it, as it is to hold from now on."""

    is_on: bool
    pulse_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(4)
    pulse_scale: Literal["csat", "ces", "nps"] = "csat"
    window_days: Days = 30
    wait_days: Days = 3
    holds_days: Days = 21
    remind_days: Days = 6
    owners_read: bool = False


class ResponseRateOut(Schema):
    """What came of those who were asked on one occasion in one month (its first day). `unreached` are those whose
    message did not arrive; they are none of the `silent`."""

    month: date
    occasion: Literal["pulse", "case"]
    asked: int
    answered: int
    skipped: int
    reminded: int
    unreached: int
    silent: int


class RatesOut(Schema):
    """By month and occasion, the latest first."""

    items: list[ResponseRateOut]
    next: None


class RatesQuery(Schema):
    """Those asked from `since` until before `before`."""

    since: Instant
    before: Instant


@router.get("/surveys/settings", response=SurveysOut, summary="Read how customers are asked")
def read_settings(request: ApiRequest) -> dict[str, Any]:
    """How customers are asked, as it is set or usual."""
    return _settings(asking())


@router.post("/surveys/settings", response=SurveysOut, summary="Set how customers are asked")
def set_settings(request: ApiRequest, body: SurveysIn) -> dict[str, Any]:
    """For an administrator. Turned off, what was planned is dropped; what was asked may still be answered."""
    doer = acting(request, body.staff)
    wanted = AskingFacts(
        is_on=body.is_on, pulse_percent=body.pulse_percent, pulse_scale=Scale(body.pulse_scale),
        window_days=body.window_days, wait_days=body.wait_days, holds_days=body.holds_days,
        remind_days=body.remind_days, owners_read=body.owners_read,
    )  # fmt: skip
    set_asking(wanted, by=doer.by, now=request.now)
    return _settings(asking())


@router.get("/surveys/rates", response=RatesOut, summary="Read who answered")
def read_rates(request: ApiRequest, query: Query[RatesQuery]) -> HttpResponse:
    """Asked, answered, skipped and silent, for who sees the work of every team."""
    refuse_unknown(request.GET, RatesQuery)
    found = response_rates(request.caller.scope, since=query.since, before=query.before)
    items = [
        {
            "month": one.month, "occasion": one.occasion, "asked": one.asked, "answered": one.answered,
            "skipped": one.skipped, "reminded": one.reminded, "unreached": one.unreached, "silent": one.silent,
        }
        for one in found
    ]  # fmt: skip
    return told({"items": items, "next": None})


def _settings(facts: AskingFacts) -> dict[str, Any]:
    return {
        "is_on": facts.is_on, "pulse_percent": float(facts.pulse_percent), "pulse_scale": facts.pulse_scale.value,
        "window_days": facts.window_days, "wait_days": facts.wait_days, "holds_days": facts.holds_days,
        "remind_days": facts.remind_days, "owners_read": facts.owners_read,
    }  # fmt: skip
