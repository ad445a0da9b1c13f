"""What experiments propose in a case, as its plan shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts
from makegood.measurement.actions.arms import propose
from makegood.measurement.queries.experiments import Proposal
from makegood.portal.languages import LANGUAGES
from makegood.web.desk import Desk
from makegood.web.experiments.words import arm_words
from makegood.web.telling import LINES, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One proposal. `told` says what was made of it, "" while it waits; `url` is "" when the reader does not decide.
    A case that is handled as usual has nothing to `press`. `foreign` says that nobody wrote the words in the customer's
    language, and `language` in which they are: whoever presses says so."""

    key: str
    name: str
    words: str
    told: str
    url: str
    press: bool
    foreign: str
    language: str


def proposals(case: CaseFacts, desk: Desk) -> Sequence[Tried]:
    """What is tried out in a case. Whoever works is logged as the one to whom it was first shown."""
    found = propose(case, scope=desk.scope, by=desk.actor, now=desk.now)
    return [_tried(one, case, desk) for one in found]


def _tried(one: Proposal, case: CaseFacts, desk: Desk) -> Tried:
    may = desk.may_work and one.done is None and one.running and case.closed_at is None
    return Tried(
        key=f"arm-{one.experiment}", name=one.name, words=arm_words(one.arm, one.varies, one.said), told=_told(one),
        url=f"/cases/{case.ref}/experiments/{one.experiment}/" if may else "", press=one.arm.position > 0,
        foreign=_foreign(one), language=one.language,
    )  # fmt: skip


def _foreign(one: Proposal) -> str:
    """That the words are in another language than the customer's; "" where they are in theirs, or there are none."""
    if one.language == one.theirs or one.done is not None:
        return ""
    return _("Nobody wrote this in {theirs}, which the customer reads: it is in {written}.").format(
        theirs=LANGUAGES[one.theirs], written=LANGUAGES[one.language]
    )


def _told(one: Proposal) -> str:
    if one.done is None:
        return ""
    if one.done:
        return _("{} did as proposed").format(one.by)
    return _("{name} did otherwise: {why}").format(name=one.by, why=one.reason)


def _heeded(data: Mapping[str, Any]) -> str:
    words = _("did as the experiment proposes: {}") if data.get("done") else _("did not do as the experiment: {}")
    return words.format(data.get("arm", ""))


LINES |= {"case.arm_heeded": Line(_heeded, image="dice", ours=True)}
