"""Settings: whether customers are asked how it was, whom the lot finds, and how often at most."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.measurement.actions import set_asking
from makegood.measurement.asking import SINGLE, AskingFacts
from makegood.measurement.queries import asking
from makegood.measurement.scales import Scale
from makegood.web.answers import done, errors_of
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.tables import Choice, number_or_none

HOME = "/settings/asking/"
_DAYS = ("window_days", "wait_days", "holds_days", "remind_days")


@at_desk("GET", "POST")
def surveys(request: DeskRequest) -> HttpResponse:
    """What is set; sent, how customers are asked from now on."""
    desk = request.desk
    if request.method != "POST":
        return _shown(request, {})
    try:
        set_asking(_wanted(request), by=desk.actor, now=desk.now)
    except Refusal as no:
        return _shown(request, errors_of(no))
    return done(request, _("Set. It holds from now on."), to=HOME)


def _wanted(request: DeskRequest) -> AskingFacts:
    typed = request.POST
    scale = typed.get("pulse_scale", "")
    if scale not in SINGLE:
        raise invalid("survey.bad_value", _("Choose what everybody is asked."), field="pulse_scale")
    try:
        percent = Decimal(typed.get("pulse_percent", "").strip().replace(",", "."))
    except InvalidOperation:
        raise invalid("survey.bad_value", _("Write a number, such as 4."), field="pulse_percent") from None
    days = {name: number_or_none(typed.get(name)) for name in _DAYS}
    return AskingFacts(
        is_on=typed.get("is_on") == "on", pulse_percent=percent, pulse_scale=Scale(scale),
        owners_read=typed.get("owners_read") == "on",
        **{name: -1 if value is None else value for name, value in days.items()},
    )  # fmt: skip


def _shown(request: DeskRequest, errors: dict[str, str]) -> HttpResponse:
    context: dict[str, Any] = {
        "set": asking(), "errors": errors, "typed": request.POST, "slim": True,
        "switches": [Choice("off", _("Nobody is asked")), Choice("on", _("Customers are asked"))],
        "readings": [
            Choice("off", _("No: the case says only that they answered")),
            Choice("on", _("Yes: the answer stands in the story of the case")),
        ],
        "scales": [
            Choice(Scale.CSAT, _("All in all, how satisfied are you with us? (1 to 5)")),
            Choice(Scale.CES, _("How easy do we make it for you? (1 to 7)")),
            Choice(Scale.NPS, _("How likely are you to recommend us? (0 to 10)")),
        ],
        "may_change": request.desk.administers,
    }  # fmt: skip
    return render(request, "web/settings/asking.html", context, status=422 if errors else 200)
