"""Settings: playbooks, read by everybody, written by managers and administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from makegood.kernel.refusals import Refusal, invalid
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.remedies.actions import import_playbooks, retire_playbook, save_playbook
from makegood.remedies.queries import PlaybookFacts, PlaybookPage, playbook_named, playbook_version, playbooks
from makegood.remedies.rules.playbooks import Playbook
from makegood.remedies.rules.playbooks_abcd import convert
from makegood.remedies.rules.playbooks_file import playbook_from
from makegood.web import clocks
from makegood.web.answers import done
from makegood.web.desk import DeskRequest, at_desk
from makegood.web.settings.playbook_words import follow_ups_shown, rule_shown
from makegood.web.settings.texts import Writing, as_file, brought, write
from makegood.web.tables import Choice, Column, Row, number_or_none

LIST = "/settings/playbooks/"
_BEGIN = """\
playbook: our-own
name: Our own
follow_up:
  - at once
  - after: 1 day
    channel: phone
    what: Ask whether it is still right, a day later.
rules:
  - rule: late-delivery
    name: A delivery is late
    when: {failure: late, promise: delivery}
    options:
      - option: bring-it
        remedy: re_performance
        title: Bring it ourselves
        words: We bring it to you by {by}.
        who: agent
        cost: 20
        commits: {promise: delivery, within: 1 working day}
"""


@at_desk("GET")
def every(request: DeskRequest) -> HttpResponse:
    """Every playbook, and a way to bring one in."""
    return _list(request)


def _list(request: DeskRequest, errors: dict[str, str] | None = None) -> HttpResponse:
    context = {
        "columns": [
            Column(_("Playbook")), Column(_("Rules"), n=True), Column(_("Options"), n=True),
            Column(_("Version"), n=True), Column(_("Last saved")),
        ],
        "rows": [_row(one) for one in playbooks()],
        "forms": [Choice("yaml", _("A playbook in YAML")), Choice("abcd", _("A retailer’s guidelines (ABCD, JSON)"))],
        "errors": errors or {}, "may_write": _may_write(request),
    }  # fmt: skip
    return render(request, "web/settings/playbooks.html", context, status=422 if errors else 200)


def _row(one: PlaybookFacts) -> Row:
    saved = f"{clocks.stamp(one.saved_at)}, {one.saved_by}"
    said = _("retired") if one.retired_at else saved
    return Row([one.name, one.rules, one.options, one.version, said], f"{LIST}{one.slug}/")


def _may_write(request: DeskRequest) -> bool:
    """Whether forms are worth showing; the actions check for themselves."""
    return request.desk.scope.may(Ability.SET_REMEDIES)


@at_desk("GET")
def one(request: DeskRequest, slug: str) -> HttpResponse:
    """One playbook in words, with its versions."""
    found = _asked_for(request, slug)
    currency = found.playbook.currency or request.desk.organisation.currency
    context = {
        "page": found, "rules": [rule_shown(rule, currency) for rule in found.playbook.rules],
        "follow_up": follow_ups_shown(found.playbook.follow_up),
        "history": [{"facts": one, "when": clocks.stamp(one.saved_at)} for one in found.history],
        "may_write": _may_write(request), "old": found.shown.number != found.in_force,
    }  # fmt: skip
    return render(request, "web/settings/playbook.html", context)


def _asked_for(request: DeskRequest, slug: str) -> PlaybookPage:
    number = number_or_none(request.GET.get("version"))
    return playbook_version(slug, number) if number else playbook_named(slug)


@at_desk("GET")
def download(request: DeskRequest, slug: str) -> HttpResponse:
    """A playbook's YAML, as it was written."""
    found = _asked_for(request, slug)
    return as_file(found.slug, found.source)


@at_desk("GET", "POST")
def edit(request: DeskRequest, slug: str) -> HttpResponse:
    """A playbook as text. Saved, it becomes the next version."""
    found = _asked_for(request, slug)
    values = {"source": found.source, "based_on": found.in_force}
    return write(request, _writing(slug), values, title=found.name, back=f"{LIST}{slug}/")


@at_desk("GET", "POST")
def new(request: DeskRequest) -> HttpResponse:
    """A new playbook as text."""
    return write(request, _writing(""), {"source": _BEGIN, "based_on": 0}, title=_("A new playbook"), back=LIST)


def _writing(slug: str) -> Writing[Playbook]:
    """A playbook as text; one that has a name keeps it."""
    return Writing(
        label=_("The playbook"), lead=_("In YAML; what every key means stands in the documentation under Playbooks."),
        read=lambda source: _read(source, slug), reads=_reads, save=save_playbook,
        address=lambda read: f"{LIST}{read.playbook}/",
    )  # fmt: skip


def _reads(read: Playbook) -> str:
    options = sum(len(rule.options) for rule in read.rules)
    words = _("%(name)s has %(rules)s rules and %(options)s options. Nothing is saved yet.")
    return words % {"name": read.name, "rules": len(read.rules), "options": options}


def _read(source: str, slug: str) -> Playbook:
    playbook = playbook_from(source, _("Your text"))
    if slug and playbook.playbook != slug:
        said = _(
            "The text is of the playbook %(other)s, not of %(this)s. A name stays; write a new playbook to copy one."
        )
        raise invalid("playbook.renamed", said % {"other": playbook.playbook, "this": slug}, field="source")
    return playbook


@at_desk("POST")
def retire(request: DeskRequest, slug: str) -> HttpResponse:
    """Ask a playbook no longer."""
    retire_playbook(slug, by=request.desk.actor, now=request.desk.now)
    return done(request, _("Retired. Save it again to put it back in force."), to=f"{LIST}{slug}/")


@at_desk("POST")
def bring(request: DeskRequest) -> HttpResponse:
    """Playbooks from a file: one in YAML, or a retailer's guidelines."""
    desk = request.desk
    try:
        require(desk.actor, Ability.SET_REMEDIES)
        name, text = brought(request.FILES.get("file"), "playbook")
        abcd = request.POST.get("form") == "abcd"
        found = list(convert(text, name).playbooks) if abcd else [playbook_from(text, name)]
        source = "" if abcd else text
        became = import_playbooks(found, source=source, note=_("From %s") % name, by=desk.actor, now=desk.now)
    except Refusal as no:
        return _list(request, {"file": no.message})
    said = _("%(new)s new, %(changed)s changed, %(same)s the same as before.")
    counts = {"new": len(became.new), "changed": len(became.changed), "same": len(became.same)}
    return done(request, said % counts, to=LIST if len(found) > 1 else f"{LIST}{found[0].playbook}/")
