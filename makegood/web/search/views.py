"""Search or do: options of the palette, and the same as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.cases.queries import search as cases_found
from makegood.customers.queries import search as customers_named
from makegood.kernel.texts import fold
from makegood.promises.queries import search as promises_numbered
from makegood.web import clocks
from makegood.web.desk import Desk, DeskRequest, at_desk

_FOUND = 6


@dataclass(frozen=True, slots=True)
class Option:
    """A line of the palette: somewhere to go (`href`), or the key of something to do (`press`)."""

    text: str | SafeString
    icon: str
    href: str = ""
    press: str = ""
    key: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Options under one heading."""

    label: str
    options: list[Option]


@at_desk("GET")
def search(request: DeskRequest) -> HttpResponse:
    """What fits the words: acts on the open case first, then pages, then what is found."""
    q = " ".join(request.GET.get("q", "").split())[:200]
    groups = [group for group in _groups(q, request.GET.get("case", ""), request.desk) if group.options]
    if request.headers.get("HX-Request"):
        return render(request, "web/components/palette_options.html", {"groups": groups, "q": q})
    return render(request, "web/search/search.html", {"groups": _pages_only(groups), "q": q, "slim": True})


def _groups(q: str, case: str, desk: Desk) -> Iterable[Group]:
    if case.startswith("SR-"):
        yield Group(_("On this case"), _fitting(_acts(), q))
    found = _found(q, desk) if len(q) > 1 else []
    yield Group(_("Found"), found)
    yield Group(_("Go to"), _fitting(_places(desk), q))


def _acts() -> list[Option]:
    return [
        Option(_("Take it"), "check", press="t", key="t"),
        Option(_("Step done"), "check", press="e", key="e"),
        Option(_("Write a note"), "note", press="n", key="n"),
        Option(_("Hand over"), "hand", press="h", key="h"),
    ]


def _places(desk: Desk) -> list[Option]:
    """Every place that the rail leads to, and what is begun on a page of its own."""
    begun = [
        Option(_("New promise"), "plus", press="p", key="p", href="/promises/new/"),
        Option(_("Report a failure"), "flag", href="/cases/new/"),
        Option(_("Make an incident"), "flag", href="/incidents/new/"),
    ]
    return [*(begun if desk.may_work else ()), *_of_the_day(), *_of_learning(desk), *_of_settings(desk)]


def _of_the_day() -> list[Option]:
    return [
        Option(_("Today"), "today", href="/today/", key="g t"),
        Option(_("Notices"), "bell", href="/notices/", key="g n"),
        Option(_("Cases"), "case", href="/cases/", key="g c"),
        Option(_("Promises"), "promise", href="/promises/", key="g p"),
        Option(_("Approvals"), "shield", href="/approvals/", key="g a"),
        Option(_("Follow-ups"), "repeat", href="/follow-ups/", key="g f"),
        Option(_("Incidents"), "root", href="/incidents/"),
        Option(_("Closures"), "loop", href="/closures/"),
        Option(_("To be sorted"), "note", href="/messages/"),
        Option(_("Customers"), "person", href="/customers/", key="g k"),
    ]


def _of_learning(desk: Desk) -> list[Option]:
    signals = Option(_("Signals"), "flag", href="/signals/")
    experiments = Option(_("Experiments"), "dice", href="/experiments/")
    alike = Option(_("Like for like"), "scale", href="/insights/consistency/")
    return [
        Option(_("Insights"), "chart", href="/insights/", key="g i"),
        Option(_("Kept and broken"), "chart", href="/insights/ledger/"),
        Option(_("Line-up"), "talk", href="/line-up/"),
        Option(_("Root causes"), "root", href="/causes/"),
        *([signals, experiments] if desk.sees_all else ()),
        Option(_("Improvements"), "sprout", href="/improvements/"),
        Option(_("Practice"), "hand", href="/practice/"),
        *([alike] if desk.compares else ()),
    ]


def _of_settings(desk: Desk) -> list[Option]:
    mail = [
        Option(_("Mailboxes"), "mail", href="/settings/mailboxes/"),
        Option(_("Webhooks"), "link", href="/settings/webhooks/"),
    ]
    return [
        Option(_("People"), "people", href="/settings/people/"),
        Option(_("Kinds of promise"), "kinds", href="/settings/kinds/"),
        Option(_("Playbooks"), "note", href="/settings/playbooks/"),
        Option(_("Ready words"), "talk", href="/settings/words/"),
        Option(_("What is owed"), "coin", href="/settings/owed/"),
        *([Option(_("Authority"), "lock", href="/settings/authority/")] if desk.sets_remedies else ()),
        Option(_("The ladder"), "flag", href="/settings/ladder/"),
        Option(_("Closing"), "check", href="/settings/closing/"),
        Option(_("Causes"), "root", href="/settings/causes/"),
        Option(_("Surveys"), "pulse", href="/settings/asking/"),
        Option(_("From practice to work"), "hand", href="/settings/practice/"),
        Option(_("Coach"), "talk", href="/settings/coach/"),
        *(mail if desk.administers else ()),
        Option(_("Your desk"), "key", href="/settings/you/"),
        Option(_("Health"), "pulse", href="/health/"),
    ]


def _found(q: str, desk: Desk) -> list[Option]:
    cases = cases_found(desk.scope, q, limit=_FOUND)
    customers = customers_named(desk.scope, q, limit=_FOUND)
    promises = promises_numbered(desk.scope, q, limit=_FOUND)
    return [
        *(
            Option(
                marked(f"{one.ref} {one.customer_name}, {one.title}", q), "case", href=f"/today/?case={one.ref}",
                end=_("closed") if one.closed_at else one.owner_name,
            )
            for one in cases
        ),
        *(
            Option(marked(one.name, q), "person", href=f"/customers/{one.id}/", end=one.key or one.contact)
            for one in customers
        ),
        *(
            Option(
                marked(f"{one.reference or one.id} {one.title}", q), "promise", href=f"/promises/{one.id}/",
                end=clocks.moment(one.due_at, desk.now),
            )
            for one in promises
        ),
    ]  # fmt: skip


def _fitting(options: Iterable[Option], q: str) -> list[Option]:
    """Those whose words begin with what was typed, word by word."""
    wanted = fold(q).split()
    fits = [
        one for one in options if all(any(word.startswith(part) for word in fold(one.text).split()) for part in wanted)
    ]
    return [Option(marked(one.text, q), one.icon, one.href, one.press, one.key, one.end) for one in fits]


def marked(text: str, q: str) -> SafeString:
    """The text with the first place marked where it says what was typed."""
    found = re.search(re.escape(q), text, re.IGNORECASE) if q else None
    if found is None:
        return format_html("{}", text)
    return format_html("{}<mark>{}</mark>{}", text[: found.start()], found[0], text[found.end() :])


def _pages_only(groups: Iterable[Group]) -> list[Group]:
    """Without what only a key can do: for the page that needs no script."""
    return [Group(group.label, [one for one in group.options if one.href]) for group in groups]
