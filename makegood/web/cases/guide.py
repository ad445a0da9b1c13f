"""The recovery conversation and what follows it, as the guide beside a case shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts, causes, likeliest
from makegood.cases.rules import CONVERSATION, Do, Outcome, Purpose, Step, outcome_of
from makegood.kernel.texts import first_name
from makegood.promises.rules import UNKEPT
from makegood.web.cases.telling import answer_name
from makegood.web.tables import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """A step: done with what was said, or to be done with its form. `coach` is one line of at most 90 characters."""

    key: str
    number: int
    name: str
    title: str
    coach: str
    form: str
    done: bool
    said: str = ""
    quoted: bool = False
    at: datetime | None = None
    open: bool = False
    options: tuple[Choice, ...] = ()
    likely: tuple[Choice, ...] = ()


def steps_of(case: CaseFacts) -> list[GuideStep]:
    """The nine steps in order; the first that is not done is open, and once the customer has confirmed what is left to
    learn. They guide; none of them bars another."""
    words = _words(case)
    made = [_step(step, number, words[step], case) for number, step in enumerate(Step, 1)]
    if Do.STEP not in case.allowed:
        return made
    ahead = [step.key for step in made if not step.done]
    first = Step.LEARN if Step.LEARN in ahead and Step.CONFIRM not in ahead else next(iter(ahead), "")
    return [replace(step, open=True) if step.key == first else step for step in made]


def _step(step: Step, number: int, words: tuple[str, str, str], case: CaseFacts) -> GuideStep:
    name, title, coach = words
    done, said, at = _DONE.get(step, _spoken)(step, case)
    known = causes(kind=case.kind) if step is Step.LEARN and Do.CAUSE in case.allowed else ()
    return GuideStep(
        key=step, number=number, name=name, title=title, coach=coach, done=done, said=said, at=at,
        quoted=step in (Step.OWN, Step.APOLOGISE) and bool(said), form=_form(step, case),
        options=tuple(Choice(one.slug, f"– {one.name}" if one.parent else one.name) for one in known),
        likely=tuple(Choice(one.slug, one.name) for one in likeliest(known)),
    )  # fmt: skip


def is_unforgiven(case: CaseFacts) -> bool:
    """Whether the customer has said that they will not forgive us: they hear no more apologies."""
    return outcome_of(case.story) is Outcome.WILL_NOT_FORGIVE


def _form(step: Step, case: CaseFacts) -> str:
    if step in CONVERSATION:
        return "talk"
    if step is Step.CONFIRM:
        return "answer" if Do.ANSWER in case.allowed else "ask"
    return {Step.AGREE: "commit", Step.DELIVER: "deliver", Step.LEARN: "cause"}[step]


Done = tuple[bool, str, datetime | None]


def _spoken(step: Step, case: CaseFacts) -> Done:
    """A step of the conversation is done once it was taken; the latest words stand for it."""
    taken = [one for one in case.steps if one.step is step]
    if not taken and step is Step.APOLOGISE and is_unforgiven(case):
        return True, _("Not any more: they will not forgive us."), None
    if not taken:
        return False, "", None
    said = next((one.said for one in reversed(taken) if one.said), "")
    return True, said, taken[-1].at


def _agreed(step: Step, case: CaseFacts) -> Done:
    made = [one.promise for one in case.commitments if one.purpose in (Purpose.COMMITMENT, Purpose.UPDATE)]
    return (True, made[-1].title, made[-1].made_at) if made else _spoken(step, case)


def _delivered(step: Step, case: CaseFacts) -> Done:
    made = [one.promise for one in case.commitments if one.purpose in (Purpose.COMMITMENT, Purpose.UPDATE)]
    if not made or any(one.state in UNKEPT for one in made):
        return False, "", None
    return True, made[-1].title, made[-1].settled_at


def _confirmed(step: Step, case: CaseFacts) -> Done:
    last = case.checks[-1] if case.checks else None
    final = last is not None and last.answer not in ("", "more", "not_reached")
    if last is None or not (final or case.closed_at):
        return False, "", None
    return True, answer_name(last.answer).capitalize(), last.answered_at


def _learned(step: Step, case: CaseFacts) -> Done:
    told = [one for one in case.steps if one.step is Step.LEARN]
    at = told[-1].at if told else case.closed_at or case.opened_at
    if case.cause_name:
        return True, case.cause_name, at
    if case.cause_finder_name:
        return True, _("{} finds out").format(case.cause_finder_name), at
    return False, "", None


_DONE: dict[Step, Callable[[Step, CaseFacts], Done]] = {
    Step.AGREE: _agreed,
    Step.DELIVER: _delivered,
    Step.CONFIRM: _confirmed,
    Step.LEARN: _learned,
}


def _words(case: CaseFacts) -> dict[Step, tuple[str, str, str]]:
    """Name, title when it is open, and the one line that helps."""
    first = first_name(case.customer_name)
    listen = _("Let {} finish. Write it down as it was said.").format(first)
    means = _("Name what it cost {}: time, money, peace.").format(first)
    refocus = _("Say what you can do. Never ask {} to find the way out.").format(first)
    why = _("A cause, never a person. Or name who finds out, and by when.")
    return {
        Step.OWN: (_("Own"), _("Own it"), _("Say that it is yours now, and give your name.")),
        Step.LISTEN: (_("Listen"), _("Listen"), listen),
        Step.EMPATHISE: (_("Empathise"), _("Say what it means"), means),
        Step.APOLOGISE: (_("Apologise"), _("Apologise once"), _("No “if”, no reasons, nobody else to blame.")),
        Step.REFOCUS: (_("Refocus"), _("Refocus on what happens next"), refocus),
        Step.AGREE: (_("Agree"), _("Agree what, and by when"), _("It goes into the ledger and is watched.")),
        Step.DELIVER: (_("Deliver"), _("Do what you said"), _("A second miss is rarely forgiven.")),
        Step.CONFIRM: (_("Confirm"), _("Ask {}").format(first), _("Are you satisfied, or do you want something more?")),
        Step.LEARN: (_("Learn"), _("Say why it happened"), why),
    }
