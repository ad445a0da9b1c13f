"""The addresses of the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from makegood.api import (
    approvals,
    calls,
    cases,
    causes,
    change_telling,
    closures,
    coach,
    costs,
    customers,
    dated,
    drafts,
    entitlements,
    experiments,
    facts,
    followups,
    heard,
    improvements,
    incidents,
    ladder,
    ledger,
    line_up,
    lines,
    links,
    looks,
    mailboxes,
    messages,
    notices,
    offers,
    people,
    phrases,
    plans,
    practice,
    practice_scenes,
    practice_team,
    promises,
    remedies,
    reports,
    signals,
    surveys,
    webhooks,
)
from makegood.api.door import api, at_once, guarded, unknown_address

api.add_decorator(at_once, mode="view")
for _router in (
    facts.router,
    heard.router,
    surveys.router,
    promises.router,
    cases.router,
    causes.router,
    calls.router,
    coach.router,
    dated.router,
    drafts.router,
    followups.router,
    closures.router,
    ladder.router,
    plans.router,
    customers.router,
    entitlements.router,
    remedies.router,
    approvals.router,
    offers.router,
    links.router,
    messages.router,
    looks.router,
    phrases.router,
    incidents.router,
    improvements.router,
    experiments.router,
    costs.router,
    reports.router,
    change_telling.router,
    signals.router,
    line_up.router,
    practice.router,
    practice_scenes.router,
    practice_team.router,
    people.router,
    notices.router,
    ledger.router,
    webhooks.router,
    mailboxes.router,
    lines.router,
):
    api.add_router("", _router)

# The schema tells no secrets; the root is there for Ninja to find its own prefix.
_OPEN = {"openapi-json", "api-root"}
_patterns, _app, _namespace = api.urls
for _pattern in _patterns:
    if isinstance(_pattern, URLPattern) and _pattern.callback is not None:
        _pattern.callback = guarded(_pattern.callback, is_open=_pattern.name in _OPEN)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", (_patterns, _app, _namespace)),
    re_path("", unknown_address),
]
