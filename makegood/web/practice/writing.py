"""The organisation's own scenes: a list, and a page to write one, as a form or as text. Works without a script.

One begins with nothing, with a scene that ships, or with a case, of which nobody can be known by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.cases.queries import parse_number
from makegood.kernel.refusals import Refusal, invalid
from makegood.practice.actions import draft_from_case, publish_scene, save_scene, withdraw_scene
from makegood.practice.queries import OwnSceneFacts, own_scene, own_scenes, somebody_in
from makegood.practice.rules import scene_form as form
from makegood.practice.rules.scene_file import shipped, shipped_text
from makegood.practice.rules.values import GRADES, End, Fit
from makegood.promises.queries import kinds
from makegood.web import clocks
from makegood.web.answers import done, errors_of, see_other
from makegood.web.desk import Desk, DeskRequest, at_desk
from makegood.web.practice.words import role_word
from makegood.web.practice.writing_words import fault_word, field_word, knowing_word, missing_word, table_word
from makegood.web.tables import Choice, Column, Row, number_or_none

LIST = "/practice/scenes/"
DEEDS = ("publish", "withdraw")


@at_desk("GET", "POST")
def every(request: DeskRequest) -> HttpResponse:
    """The organisation's scenes; sent, a new one begins: from a case, from one that ships or from nothing."""
    desk = request.desk
    found, errors = own_scenes(desk.scope), dict[str, str]()
    if request.method == "POST":
        try:
            return see_other(f"{LIST}{_begun(request.POST, desk)}/")
        except Refusal as no:
            errors = errors_of(no, {"slug": "name"}) if no.code != "case.unknown" else {"case": no.message}
    context = {
        "columns": [Column(_("Scene")), Column(_("State")), Column(_("Version"), n=True), Column(_("Last saved"))],
        "rows": [_row(one) for one in found], "errors": errors, "name": request.POST.get("name", ""),
        "begin": request.POST.get("begin", ""), "case": request.POST.get("case") or request.GET.get("case", ""),
        "begins": [Choice(one.id, f"{one.name} ({one.trade})") for one in shipped().values()],
    }  # fmt: skip
    return render(request, "web/practice/scenes.html", context, status=422 if errors else 200)


def _begun(typed: QueryDict, desk: Desk) -> str:
    """Keep the draft that was asked for. Returns its short name."""
    name, begin, case = (typed.get(key, "").strip() for key in ("name", "begin", "case"))
    if case and begin:
        raise invalid("practice.two_beginnings", _("Begin with a scene or with a case, not with both."), field="case")
    if case:
        number = parse_number(case)
        return draft_from_case(number, name=name, scope=desk.scope, by=desk.actor, now=desk.now)
    slug = form.short_name(name)
    text = shipped_text(begin) if begin in shipped() else form.BLANK
    save_scene(slug, form.filled(form.renamed(text, slug), {"name": name}), based_on=0, by=desk.actor, now=desk.now)
    return slug


def _row(one: OwnSceneFacts) -> Row:
    state = state_word(one.state) + (_(", with changes") if one.changed else "")
    return Row([one.name, state, one.version or "", f"{clocks.stamp(one.saved_at)}, {one.saved_by}"],
               f"{LIST}{one.slug}/")  # fmt: skip


@at_desk("GET", "POST")
def write(request: DeskRequest, scene: str) -> HttpResponse:
    """A scene being written. Sent, the draft is kept as it is and what is missing is told."""
    desk = request.desk
    found, text, errors = own_scene(desk.scope, scene), "", dict[str, str]()
    if request.method == "POST":
        text, base = _typed(request, found), number_or_none(request.POST.get("based_on", ""))
        try:
            save_scene(scene, text, based_on=base, by=desk.actor, now=desk.now)
            return done(request, _("Kept as a draft."), to=f"{LIST}{scene}/")
        except Refusal as no:
            errors = errors_of(no)
    return _shown(request, found, text or found.text, errors)


@at_desk("POST")
def check(request: DeskRequest, scene: str) -> HttpResponse:
    """What is missing in what is being typed, as a fragment. Nothing is kept."""
    found = own_scene(request.desk.scope, scene)
    text = _typed(request, found)
    return render(request, "web/practice/scene_check.html", _told(found, text, form.faults(text)))


def _typed(request: DeskRequest, found: OwnSceneFacts) -> str:
    """The scene as it stands in the form, or in the box of its text."""
    typed = request.POST.dict()
    if "kinds" in typed:
        typed["about"] = " ".join(request.POST.getlist("about"))
    return typed["source"] if "source" in typed else form.filled(found.text, typed)


def _told(found: OwnSceneFacts, text: str, faults: Sequence[form.Fault]) -> dict[str, Any]:
    """What is to be mended: by what somebody could be known, then what is missing; the first dozen, how many more, and
    how many in a line."""
    wrong = [*map(knowing_word, somebody_in(found, text)), *map(fault_word, faults)]
    return {"faults": wrong[:12], "more": max(0, len(wrong) - 12), "many": missing_word(len(wrong))}


@at_desk("POST")
def act(request: DeskRequest, scene: str, name: str) -> HttpResponse:
    """Publish the draft, or withdraw what is played."""
    desk = request.desk
    try:
        if name == "publish":
            version = publish_scene(scene, by=desk.actor, now=desk.now)
            said = _("Published as version %(version)s. Everybody can play it.") % {"version": version}
        else:
            withdraw_scene(scene, by=desk.actor, now=desk.now)
            said = _("Withdrawn. Tries at it stay.")
    except Refusal as no:
        if no.status in (403, 404):
            raise
        found = own_scene(desk.scope, scene)
        why = (
            _("It cannot be published yet: see what is missing below.") if no.code == "practice.faults" else no.message
        )
        return _shown(request, found, found.text, {"": why})
    return done(request, said, to=f"{LIST}{scene}/")


def _shown(request: DeskRequest, found: OwnSceneFacts, text: str, errors: dict[str, str]) -> HttpResponse:
    tree, faults = form.tree_of(text), form.faults(text)
    context = {
        "own": found, "state": state_word(found.state), "source": text, "errors": errors,
        "readable": tree is not None, "as_text": "source" in request.POST, "saved": clocks.stamp(found.saved_at),
    } | _told(found, text, faults)  # fmt: skip
    if tree is not None:
        missing = {one.path: _("Words are missing here.") for one in faults if one.missing}
        context |= {"parts": _parts(tree, missing | errors), "tables": _tables(tree), "kinds": _kinds(tree)}
    return render(request, "web/practice/scene_write.html", context, status=422 if errors else 200)


def _parts(tree: dict[str, Any], wrong: dict[str, str]) -> list[dict[str, Any]]:
    """The fields of the form, in groups."""
    roles = [role.value for role in GRADES]
    groups = [
        (_("The customer"), ["name", "trade", "level", "customer.name", "customer.who", "feels.trust", "feels.anger",
                             "feels.effort", "answer_within", "patience"]),
        (_("What went wrong"), ["promise", "happened", "means", "remarkable"]),
        (_("How it begins"), [*(f"briefs.{one}" for one in roles), *(f"openings.{one}" for one in roles)]),
        (_("What they say on the way"), [*form.LINES, "tells", "accepts", "declines", "waits"]),
        (_("Their last words"), [f"ends.{one.value}" for one in reversed(End)]),
    ]  # fmt: skip
    return [{"title": title, "fields": [_field(tree, path, wrong.get(path, "")) for path in paths]}
            for title, paths in groups]  # fmt: skip


def _field(tree: dict[str, Any], path: str, error: str) -> dict[str, Any]:
    several = path in form.LINES
    return {
        "name": path, "label": field_word(path), "value": (form.lines if several else form.value)(tree, path),
        "kind": "area" if several or path not in (*form.NUMBERS, "name", "trade", "customer.name") else "text",
        "hint": _("One sentence in each line.") if several else "",
        "error": error,
        "options": [Choice("further", _("Further")), Choice("basic", _("Basic"))] if path == "level" else None,
    }  # fmt: skip


def _kinds(tree: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The kinds of promise that the scene can be about, with those that it names and nobody knows."""
    named, known = form.kinds(tree), {one.slug: one.name for one in kinds(inside_case=False)}
    return [(slug, name, slug in named) for slug, name in known.items()] + [
        (slug, slug, True) for slug in named if slug not in known
    ]


def _tables(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The lists of the form: each of their blocks as a row of fields, and one more to write in."""
    options = [Choice(one["option"], one["label"]) for one in form.rows(tree, "options") if one["option"]]
    facts = [Choice(one["fact"], one["label"]) for one in form.rows(tree, "facts") if one["fact"]]
    yes = [Choice("true", _("Yes"))]
    choices = {
        "who": [Choice(one.value, role_word(one)) for one in GRADES],
        "fits": [Choice(one.value, fit_word(one)) for one in Fit],
        "remarkable": yes, "leave": yes, "give": options, "look": facts,
    }  # fmt: skip
    hints = {
        "facts": _("At least two."),
        "options": _("At least two that fit in full, one of them an agent’s to decide, and one that is remarkable."),
        "with": _("A dialogue that ends content or delighted. The review shows its lines as better words."),
        "without": _("The same with the usual faults. It must end lost."),
    }  # fmt: skip
    return [
        {"key": key, "title": table_word(key), "hint": hints[key], "rows": [
            {"number": place + 1, "short": row.get(key.removesuffix("s"), ""), "fields": [
                {"name": f"{key}.{place}.{one}", "label": field_word(f"{key}.{one}"), "value": row.get(one, ""),
                 "kind": "area" if one in ("say", "tells") else "text", "options": choices.get(one)}
                for one in keys if one not in ("fact", "option")
            ]} for place, row in enumerate([*form.rows(tree, key), {}])
        ]} for key, keys in form.ROWS.items()
    ]  # fmt: skip


def state_word(state: str) -> str:
    """Where a scene stands, in a word."""
    return {"draft": _("Draft"), "published": _("Published"), "withdrawn": _("Withdrawn")}[state]


def fit_word(fit: Fit) -> str:
    """How well an option answers the failure."""
    return {Fit.FULL: _("In full"), Fit.PART: _("In part"), Fit.NONE: _("Not at all")}[fit]
