"""Settings: which policies speak of which kind of promise, and where their facts come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.promises.queries import kinds
from makegood.remedies.actions import bind, retire_binding
from makegood.remedies.queries import (
    BindingFacts,
    binding_named,
    binding_versions,
    bindings,
    policies,
    policies_at_hand,
)
from makegood.remedies.rules.bindings import Binding, Source
from makegood.remedies.rules.bindings_file import begun, binding_from
from makegood.remedies.rules.entitlements import Kept, Shelf, find, in_force
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.settings.texts import Writing, as_file, brought, write
from makegood.web.tables import Choice, Column, Row, number_or_none

LIST = "/settings/owed/"


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """Every binding, the policies at hand, and ways to bind one."""
    return _list(request)


def _list(request: DeskRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    hand, now = policies_at_hand(), request.desk.now
    named = _kind_names()
    context = {
        "columns": [Column(_("Policy")), Column(_("Kinds of promise")), Column(_("Binding")),
                    Column(_("Version"), n=True), Column(_("Last saved"))],
        "rows": [_row(one, named, hand.shelf) for one in bindings()],
        "policies": {
            "columns": [Column(_("Policy")), Column(_("In force")), Column(_("Amounts checked")), Column(_("From"))],
            "rows": [_policy(kept, now) for kept in hand.shelf.values()],
        },
        "broken": hand.broken, "named": [Choice(name, kept.policy.title) for name, kept in hand.shelf.items()],
        "kinds": [Choice(slug, name) for slug, name in named.items()],
        "errors": errors or {}, "may_write": request.desk.scope.may(Ability.SET_REMEDIES),
    }  # fmt: skip
    return render(request, "web/settings/bindings.html", context, status=422 if errors else 200)


def _kind_names() -> dict[str, str]:
    """What customers are promised, by slug."""
    return {kind.slug: kind.name for kind in kinds(inside_case=False)}


def _speaks_of(binding: Binding, kind_names: Mapping[str, str]) -> str:
    return ", ".join(kind_names.get(slug, slug) for slug in binding.promise)


def _row(one: BindingFacts, kind_names: Mapping[str, str], shelf: Shelf) -> Row:
    saved = _("not in force") if one.retired else f"{clocks.stamp(one.saved_at)}, {one.saved_by}"
    kept = shelf.get(one.binding.policy)
    title = kept.policy.title if kept else _("{} is not at hand").format(one.binding.policy)
    return Row([title, _speaks_of(one.binding, kind_names), one.slug, one.number, saved], f"{LIST}{one.slug}/")


def _policy(kept: Kept, now: datetime) -> Row:
    policy = kept.policy
    version = in_force(policy, now.astimezone(ZoneInfo(policy.hours.time_zone)).date())
    own = _("your file {}").format(kept.path.name) if kept.own else _("comes with Makegood")
    return Row([policy.title, version.id if version else _("none today"), policy.checked_on.isoformat(), own])


@at_desk("GET")
def one(request: DeskRequest, slug: str) -> HttpResponse:
    """One binding in words, with its versions."""
    shown, history = _asked_for(request, slug), binding_versions(slug)
    kept = policies().get(shown.binding.policy)
    context = {
        "page": shown, "binding": shown.binding, "speaks_of": _speaks_of(shown.binding, _kind_names()),
        "policy": kept.policy if kept else None,
        "facts": _facts(shown.binding, kept), "old": shown.number != history[0].number, "retired": history[0].retired,
        "when": [_("Feed: %s") % ", ".join(shown.binding.feeds)] if shown.binding.feeds else [],
        "attributes": [f"{name}: {_(' or ').join(values)}" for name, values in shown.binding.attributes.items()],
        "history": [{"facts": one, "when": clocks.stamp(one.saved_at)} for one in history],
        "may_write": request.desk.scope.may(Ability.SET_REMEDIES),
    }  # fmt: skip
    return render(request, "web/settings/binding.html", context)


def _asked_for(request: DeskRequest, slug: str) -> BindingFacts:
    number = number_or_none(request.GET.get("version"))
    if number is None:
        return binding_named(slug)
    found = next((one for one in binding_versions(slug) if one.number == number), None)
    if found is None:
        raise missing("binding.unknown", _("There is no such version."))
    return found


def _facts(binding: Binding, kept: Kept | None) -> list[dict[str, str]]:
    """Each fact of the policy that the binding says something about, and where it comes from."""
    says = {name: spec.says for name, spec in kept.policy.facts.items()} if kept else dict.fromkeys(binding.facts, "")
    return [
        {"name": name.replace("_", " "), "says": words, "words": source_words(binding.facts[name])}
        for name, words in says.items()
        if name in binding.facts
    ]


def source_words(source: Source) -> str:
    """Where a fact comes from, in words."""
    words = [f"{word} = {meaning}" for word, meaning in source.words.items()]
    words += [_("anything else = %s") % source.otherwise] if source.otherwise else []
    told = [
        source.attribute and _("the attribute %s of the promise") % source.attribute, ", ".join(words),
        _clock_words(source), source.promise and _("the promise: %s") % source.promise.value,
        source.customer and _("the customer: %s") % source.customer.value,
        source.always and _("always %s") % source.always,
        source.told and _("when “%s” was answered") % source.told.replace("_", " "),
        source.ask and _("asked: “%s”") % source.ask,
    ]  # fmt: skip
    return "; ".join(part for part in told if part)


def _clock_words(source: Source) -> str:
    words = {
        "made": _("when it was promised"), "due": _("when it was due"), "forecast": _("the forecast"),
        "kept": _("when it was kept"), "expected": _("when it was kept, or is to be as things stand"),
        "withdrawn": _("when it was withdrawn"), "failed": _("when it broke"),
        "late": _("how late it was, or is as things stand"),
    }  # fmt: skip
    return words[source.clock.value] if source.clock else ""


@at_desk("GET")
def download(request: DeskRequest, slug: str) -> HttpResponse:
    """A binding's YAML, as it was written."""
    found = _asked_for(request, slug)
    return as_file(found.slug, found.source)


@at_desk("GET", "POST")
def edit(request: DeskRequest, slug: str) -> HttpResponse:
    """A binding as text. Saved, it becomes the next version."""
    found, newest = _asked_for(request, slug), binding_named(slug)
    values = {"source": found.source, "based_on": newest.number}
    return write(request, _writing(), values, title=slug, back=f"{LIST}{slug}/")


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """A new binding as text: the one that comes with Makegood for the policy and the kind that were chosen."""
    kind, values = request.GET.get("kind", ""), {"source": "", "based_on": 0}
    if request.method == "GET":
        policy = find(policies(), request.GET.get("policy", ""))
        values["source"] = begun(policy, kind)
    return write(request, _writing(), values, title=_("Bind a policy"), back=LIST)


def _writing() -> Writing[Binding]:
    return Writing(
        label=_("The binding"), lead=_("In YAML; what every key means stands in the documentation under Policies."),
        read=lambda source: binding_from(source, _("Your text"), policies()), reads=_reads, save=bind,
        address=lambda read: f"{LIST}{read.binding}/",
    )  # fmt: skip


def _reads(read: Binding) -> str:
    words = _("%(name)s takes %(count)s facts of %(policy)s from somewhere. Nothing is saved yet.")
    return words % {"name": read.binding, "count": len(read.facts), "policy": read.policy}


@at_desk("POST")
def retire(request: DeskRequest, slug: str) -> HttpResponse:
    """Bind it no longer."""
    retire_binding(slug, by=request.desk.actor, now=request.desk.now)
    return done(request, _("Not in force any more. Save it again to bind it anew."), to=f"{LIST}{slug}/")


@at_desk("POST")
def bring(request: DeskRequest) -> HttpResponse:
    """A binding from a file."""
    desk = request.desk
    try:
        require(desk.actor, Ability.SET_REMEDIES)
        name, text = brought(request.FILES.get("file"), "binding")
        read = binding_from(text, name, policies())
        version = bind(read, source=text, note=_("From %s") % name, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _list(request, {"file": no.message})
    return done(request, _("Version %s is in force.") % version, to=f"{LIST}{read.binding}/")
