"""A new promise: who, what, by when, in one line or in fields, from anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from makegood.customers.queries import customer_for, search
from makegood.kernel.refusals import Refusal
from makegood.kernel.when import find_when
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.actions import make
from makegood.promises.queries import Due, kind_named, kinds
from makegood.web import clocks
from makegood.web.answers import done, errors_of, say
from makegood.web.customers.choosing import FITTING, Chosen, as_choices, choose, named, taken_in
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.promises.deadlines import read_due, read_plain
from makegood.web.shell import by_hand
from makegood.web.tables import Choice, number_or_none

_NAMES = {"title": "what", "due_at": "when", "name": "who"}


@dataclass
class Form:
    """What was typed, what is wrong with it, and which customers it may mean."""

    values: dict[str, str]
    chosen: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """The form, as a page or in the dialog; made, it says so and lets the reader go on."""
    desk = request.desk
    form = _read(request.POST if request.method == "POST" else request.GET)
    if request.method == "GET":
        form.choices = list(named(number_or_none(form.chosen), desk))
        form.values["who"] = form.values["who"] or next((one.name for one in form.choices), "")
        return render(request, "web/promises/new.html", _page(request, form))
    require(desk.actor, Ability.WORK)
    made = _make(form, desk)
    if made is None:
        template = "web/components/promise_form.html" if request.POST.get("boxed") else "web/promises/new.html"
        return render(request, template, _page(request, form), status=422)
    number, words = made
    if request.htmx:
        # An empty form for the next time: the one on the page may still tell what was wrong before.
        fresh = render(request, "web/components/promise_form.html", _page(request, _read(QueryDict())))
        return trigger_client_event(trigger_client_event(say(fresh, words), "close-dialog"), "live-today")
    return done(request, words, to=f"/promises/{number}/")


@at_desk("GET")
def when(request: DeskRequest) -> HttpResponse:
    """How "by when" is read, said while it is being typed."""
    text = request.GET.get("when", request.GET.get("q", ""))
    if not text.strip():
        return HttpResponse("")
    try:
        read = read_plain(text, request.desk)
    except Refusal as no:
        return HttpResponse(format_html('<span class="c-risk">{}</span>', no.message))
    return HttpResponse(format_html("{}", clocks.ahead(read.due_at, request.desk.now, on=read.due_on)))


@at_desk("GET")
def who(request: DeskRequest) -> HttpResponse:
    """Whom the words mean, said while they are being typed."""
    form = _split(_read(request.GET), request.desk)
    text = form.values["who"]
    found = search(request.desk.scope, text, limit=FITTING) if len(text) > 1 else ()
    context = {
        "text": text, "found": as_choices(found, request.desk), "form": form,
        "said": form.errors.get("when") or _read_back(form, request.desk), "unread": "when" in form.errors,
    }  # fmt: skip
    return render(request, "web/promises/new.html#who", context)


def _read_back(form: Form, desk: Desk) -> str:
    """By when it would be due, in words; "" while there is nothing to promise yet."""
    if not form.values["what"]:
        return ""
    due = _due(form, desk)
    if due is None:
        return form.errors.get("when", "")
    said = clocks.ahead(due.at, desk.now, on=due.on)
    return said if form.values["when"] else _("{when}, as is usual").format(when=said)


def _page(request: DeskRequest, form: Form) -> dict[str, object]:
    boxed = bool(request.POST.get("boxed"))
    return {
        "kinds": by_hand(kinds(inside_case=False)), "values": form.values, "errors": form.errors,
        "choices": form.choices, "boxed": boxed, "prefix": "np" if boxed else "new", "slim": True,
    }  # fmt: skip


def _read(typed: QueryDict) -> Form:
    names = ("who", "what", "when", "kind")
    values = {name: " ".join(typed.get(name, "").split())[:400] for name in names}
    return Form(values, typed.get("customer", ""))


def _split(form: Form, desk: Desk) -> Form:
    """One line such as "Dana Okafor: ring back in 30 min", put into the fields that were left empty."""
    name, colon, rest = form.values["who"].partition(":")
    if not colon or form.values["what"] or not rest.strip():
        return form
    what, due = rest.strip(), form.values["when"]
    if not due:
        try:
            found = find_when(rest, now=desk.now, zone=desk.zone, calendar=None)
        except Refusal as no:
            form.errors["when"] = no.message
            found = None
        if found:
            what, due = found[0], rest.replace(found[0], "", 1).strip(" ,;")
        elif _LIKE_A_TIME.search(rest):
            form.errors.setdefault("when", _("No time can be read in “{words}”. Say it in By when.").format(words=what))
    form.values |= {"who": name.strip(), "what": what.strip(), "when": due}
    return form


# Words that were meant as a time, though none can be read: they must not turn into a title and a usual time.
_LIKE_A_TIME = re.compile(
    r"\b(?:\d{1,2}[:.h]\d{2}|\d{1,2} ?[ap]m|\d+ ?(?:min|m|h|hours?|days?|weeks?)|yesterday|today|tomorrow|tonight"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|\d{1,2}\.? ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*)\b",
    re.IGNORECASE,
)


def _make(form: Form, desk: Desk) -> tuple[int, str] | None:
    """Make the promise, and what to say of it; None when something is missing, told in the form."""
    _split(form, desk)
    chosen = _chosen(form, desk)
    if not form.values["what"]:
        form.errors["what"] = _("Say what is promised, such as: ring back with the plan.")
    due = _due(form, desk)
    if form.errors or due is None:
        return None
    try:
        # A customer who is new is taken in with the promise or not at all.
        with transaction.atomic():
            customer_id = taken_in(chosen, desk)
            promise = make(
                customer_id=customer_id, kind=form.values["kind"], title=form.values["what"], due_at=due.at,
                due_on=due.on, owner_id=desk.staff_id, working=due.working, by=desk.actor, now=desk.now,
            )  # fmt: skip
    except Refusal as no:
        form.errors |= errors_of(no, _NAMES)
        return None
    name = customer_for(desk.scope, customer_id).name
    said = clocks.ahead(promise.due_at, desk.now, on=promise.due_on)
    return promise.pk, _("Promised to {name}: {what}, {when}").format(name=name, what=promise.title, when=said)


def _due(form: Form, desk: Desk) -> Due | None:
    try:
        form.values["kind"] = form.values["kind"] or by_hand(kinds(inside_case=False))[0].key
        return read_due(form.values["when"], kind_named(form.values["kind"]), desk)
    except Refusal as no:
        form.errors |= {"kind": no.message} if no.code == "kind.unknown" else {"when": no.message}
        return None


def _chosen(form: Form, desk: Desk) -> Chosen:
    """Whom the words mean, with what is wrong with them in the form."""
    chosen = choose(form.values["who"], form.chosen, desk)
    if chosen.error:
        form.errors["who"] = chosen.error
    form.choices = list(chosen.choices)
    return chosen
