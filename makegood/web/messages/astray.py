"""A message that did not reach the customer: one line of the story, with all that followed from it in that instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.cases.rules import Step
from makegood.journal.actors import ActorKind
from makegood.journal.queries import Recorded
from makegood.web.messages.shown import Shown
from makegood.web.messages.telling import untold
from makegood.web.telling import Event

_ASTRAY = ("case.message_failed", "case.message_unsure", "case.message_bounced")
_FOLLOWS = ("promise.forecast", "promise.at_risk", "promise.made", "case.committed")
"""What the system did at once because of it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What followed from a message that went astray: in words, the entries that tell no more, and the report by which
    it was known."""

    words: str
    entries: frozenset[int]
    report: Shown | None


def told_together(
    events: Iterable[Event], entries: Sequence[Recorded], case: CaseFacts, said: Mapping[int, Shown],
    told_by: Collection[int],
) -> Iterator[Event]:  # fmt: skip
    """The lines of a story, with what followed from a message that went astray told where it began, and lines for
    messages of which none tells (`told_by` are those with a line)."""
    fates = {one.id: _fate(one, entries, case, said) for one in entries if one.verb in _ASTRAY}
    yield from _with_fates(events, fates)
    reports = {one.report.id for one in fates.values() if one.report}
    yield from untold({number: one for number, one in said.items() if number not in reports}, told_by)


def _with_fates(events: Iterable[Event], fates: Mapping[int, Fate]) -> Iterator[Event]:
    told = frozenset().union(*(one.entries for one in fates.values()))
    for event in events:
        fate = fates.get(event.id)
        if fate is not None:
            yield replace(event, why=fate.words, message=fate.report)
        elif event.id not in told:
            yield event


def _fate(astray: Recorded, entries: Sequence[Recorded], case: CaseFacts, said: Mapping[int, Shown]) -> Fate:
    after = [
        one for one in entries
        if one.at == astray.at and one.verb in _FOLLOWS and one.actor_kind == ActorKind.SYSTEM
    ]  # fmt: skip
    titles = {one.promise.id: one.promise.title for one in case.commitments}
    shaken = dict.fromkeys(titles[one.subject_id] for one in after if one.subject_id in titles)
    report = next((one for one in said.values() if one.inward and not one.heard and one.at == astray.at), None)
    words = [
        str(astray.data.get("problem") or ""),
        *(_("“{}” is in danger").format(title) for title in shaken),
        _steps_lost(astray, entries),
        _("The same words go another way") if astray.data.get("instead") else "",
    ]
    return Fate(" ".join(f"{one.rstrip('.')}." for one in words if one), frozenset(one.id for one in after), report)


def _steps_lost(astray: Recorded, entries: Sequence[Recorded]) -> str:
    """What the message had counted for and counts for no more."""
    message = astray.data.get("message")
    lost = [one.data.get("step") for one in entries if one.verb == "case.step" and one.data.get("message") == message]
    names = {
        Step.OWN: _("own"), Step.LISTEN: _("listen"), Step.EMPATHISE: _("empathise"),
        Step.APOLOGISE: _("apologise"), Step.REFOCUS: _("refocus"),
    }  # fmt: skip
    steps = ", ".join(str(names.get(Step(one), one)) for one in lost if one)
    return _("It counts no more for: {}").format(steps) if steps else ""
