"""Whether the machinery lives: for people, for monitors, for Prometheus."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST

from makegood import __version__
from makegood.conversation.queries import mail_fares
from makegood.notices.queries import outbox
from makegood.people.queries import authenticate_token
from makegood.platform.health import status_of, workers
from makegood.promises.queries import held_count, next_check, overdue_checks
from makegood.web.clocks import span
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.health.figures import figures
from makegood.webhooks.queries import hooks

_ASK = "Ask from this machine, or send a token: Authorization: Bearer mg_…\n"


@at_desk("GET")
def health(request: DeskRequest) -> HttpResponse:
    """The health page: each check says what it means and what to do."""
    checks = [
        _watch(request.desk),
        _worker(),
        _held(),
        _notices(request.desk),
        _mail(request.desk),
        _webhooks(request.desk),
        _database(),
    ]
    fine = all(check["state"] == "kept" for check in checks)
    title = _("Everything works") if fine else _("Something needs you")
    return render(request, "web/health/health.html", {"checks": checks, "title": title, "versions": _versions()})


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """What a monitor asks, without signing in: "ok", "late" (the watch lags or nobody watches) or "down" (503)."""
    try:
        overdue, alive = overdue_checks(timezone.now()), workers()
    except DatabaseError:
        return JsonResponse({"status": "down", "overdue_checks": None, "version": __version__}, status=503)
    status = status_of(overdue_checks=overdue, workers=alive)
    return JsonResponse({"status": status, "overdue_checks": overdue, "workers": alive, "version": __version__})


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus: to this machine itself, and to whoever shows a token."""
    if not (_from_here(request) or _with_token(request)):
        return HttpResponseForbidden(_ASK, "text/plain")
    return HttpResponse(figures(timezone.now()), content_type=CONTENT_TYPE_LATEST)


def _from_here(request: HttpRequest) -> bool:
    """Whether the request comes from this machine, and not through a proxy that stands on it."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _with_token(request: HttpRequest) -> bool:
    scheme, _space, plain = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and authenticate_token(plain.strip()) is not None


def _check(state: str, name: str, text: str, figure: str) -> dict[str, str]:
    word = {"kept": _("Well"), "at_risk": _("Look here"), "broken": _("Failing")}[state]
    return {"state": state, "word": word, "name": name, "text": text, "figure": figure}


def _watch(desk: Desk) -> dict[str, str]:
    overdue, due = overdue_checks(desk.now), next_check()
    figure = _("{} overdue").format(f"{overdue:,}")
    if overdue:
        return _check(
            "broken",
            _("The watch"),
            _("Promises passed their check and nobody moved them. Is a worker running?"),
            figure,
        )
    if due is None:
        return _check("kept", _("The watch"), _("No promise can change without news."), figure)
    ahead = span(max(due - desk.now, timedelta(0)))
    return _check(
        "kept", _("The watch"), _("Every promise was looked at in time; the next one in {}.").format(ahead), figure
    )


def _worker() -> dict[str, str]:
    alive = workers()
    figure = ngettext("{} alive", "{} alive", alive).format(alive)
    if alive:
        return _check("kept", _("Worker"), _("Promises are watched."), figure)
    text = _("No worker is alive, so no promise is watched. Start one: makegood worker, or makegood run.")
    return _check("broken", _("Worker"), text, figure)


def _held() -> dict[str, str]:
    held = held_count()
    if not held:
        return _check("kept", _("Facts"), _("No fact waits for the rest of its promise."), "0")
    text = _("Facts came of promises that nobody has described yet: to whom, what, or by when is missing.")
    return _check("at_risk", _("Facts"), text, f"{held:,}")


def _notices(desk: Desk) -> dict[str, str]:
    out = outbox(desk.now)
    if out.late:
        text = _("Notices wait to leave and nobody sends them. Is a worker running?")
        return _check("broken", _("Notices"), text, _("{} late").format(f"{out.late:,}"))
    if not out.failed:
        return _check("kept", _("Notices"), _("What was to be sent to people was accepted."), "0")
    text = ngettext(
        "{} notice reached its person in the app only, within a day. They see why under Your desk.",
        "{} notices reached their people in the app only, within a day. They see why under Your desk.", out.failed,
    )  # fmt: skip
    return _check("broken", _("Notices"), text.format(f"{out.failed:,}"), _("{} given up").format(f"{out.failed:,}"))


def _mail(desk: Desk) -> dict[str, str]:
    fares = mail_fares(by_service=settings.MAIL_SERVICE is not None)
    name, figure = _("Mail"), ngettext("{} mailbox", "{} mailboxes", fares.active).format(fares.active)
    if fares.works:
        return _check("kept", name, _("Every mailbox that is connected can be read and sends."), figure)
    if not desk.administers:
        return _check("broken", name, _("A mailbox does not work: those who administer see why."), figure)
    for words, found in (
        (_("{name} cannot be read. {why}"), fares.unread),
        (_("{name} sends nothing. {why}"), fares.unsent),
    ):
        for box, why in found:
            return _check("broken", name, words.format(name=box, why=why), figure)
    return _check("at_risk", name, _("Nobody has said how these send: {}.").format(", ".join(fares.mute)), figure)


def _webhooks(desk: Desk) -> dict[str, str]:
    fares = hooks(now=desk.now)
    figure = ngettext("{} told", "{} told", fares.active).format(fares.active)
    if fares.gave_up:
        text = _("Paused, because messages were not accepted for days: {}. See Settings, Webhooks.")
        return _check("broken", _("Webhooks"), text.format(", ".join(fares.gave_up)), figure)
    if fares.set_aside:
        text = _("Lately messages were tried for days and set aside: {}. See Settings, Webhooks.")
        return _check("at_risk", _("Webhooks"), text.format(", ".join(fares.set_aside)), figure)
    if fares.failing:
        text = _("A message was not accepted and is tried again: {}.")
        return _check("at_risk", _("Webhooks"), text.format(", ".join(fares.failing)), figure)
    return _check("kept", _("Webhooks"), _("What other systems were told, they accepted."), figure)


def _database() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    return _check("kept", _("Database"), _("PostgreSQL {} answers.").format(version), f"{size / 1024 / 1024:,.0f} MB")


def _versions() -> list[tuple[str, Any]]:
    return [("Makegood", __version__), ("Django", django.get_version())]
