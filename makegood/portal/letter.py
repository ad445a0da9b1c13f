"""What the customer reads, and nothing beside it: the page is given these values and no case.

Costs, notes, causes, steps and colleagues do not come in here, so that no template can show them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseFacts, FailureFacts, case_for, timeline
from makegood.cases.rules import FOR_THE_CUSTOMER, STANDING, Answer, Purpose, Stage
from makegood.conversation.queries import said_on_page
from makegood.incidents.queries import told_in_case
from makegood.journal.actors import ActorKind
from makegood.kernel.texts import first_name
from makegood.learning.queries.telling import changes_told
from makegood.people.presence import initials
from makegood.people.queries import there_until
from makegood.people.rules import READS_ALL
from makegood.portal.choice import Choosing, choosing, comes_by_itself, given_words, latest_offer
from makegood.portal.moments import Moments
from makegood.portal.owed import dues, payment_words
from makegood.promises.queries import PromiseFacts
from makegood.promises.rules import LIVE, State
from makegood.remedies.queries import GrantFacts, OfferFacts, grants_of, owing
from makegood.remedies.rules.granting import GrantState

_WORDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was promised or done. `mark` is broken, kept, ahead or grace; `struck` what is no more."""

    mark: str
    text: str
    notes: tuple[str, ...]
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer wrote, and when; of what was written to them here, `by` is its author."""

    words: str
    when: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The page. `settled_when` is when the customer said that it is right, "" when they did not or took it back."""

    title: str
    says: tuple[str, ...]
    owner: str
    owner_first: str
    initials: str
    hours: str
    lines: tuple[Line, ...]
    nothing_ahead: bool
    choosing: Choosing | None
    settled_when: str
    wants_more: bool
    ask_first: bool
    said: tuple[Said, ...]


def letter_of(number: int, moments: Moments) -> Letter:
    """The letter of a case, in the language that is active."""
    # The link has been checked; it leads to one case, whichever team's.
    case = case_for(READS_ALL, number)
    last = case.checks[-1] if case.checks else None
    since = [one for one in case.checks if case.reopened_at is None or one.asked_at >= case.reopened_at]
    answer = next((one for one in reversed(since) if one.answer), None)
    settled = answer if answer is not None and answer.answer == Answer.SATISFIED else None
    offer = latest_offer(number)
    told = [*_lines(case, offer, moments), *([] if case.closed_at else _unless_chosen(offer, moments))]
    lines = tuple(line for _at, line in sorted(told, key=lambda pair: pair[0]))
    choice = choosing(offer, moments, closed=case.closed_at is not None)
    ahead = any(line.mark == "ahead" for line in lines) or (choice is not None and bool(choice.things))
    return Letter(
        title=_title(case), says=tuple(_says(case, moments, settled=settled is not None)), owner=case.owner_name,
        owner_first=first_name(case.owner_name), initials=initials(case.owner_name),
        hours=_hours(case, moments), lines=lines, nothing_ahead=not settled and not ahead, choosing=choice,
        settled_when=moments.at(settled.answered_at) if settled and settled.answered_at else "",
        wants_more=last is not None and last.answer == Answer.MORE,
        ask_first=case.stage in (Stage.CONFIRMING, Stage.LEARNING, Stage.CLOSED), said=_said(case, moments),
    )  # fmt: skip


def _title(case: CaseFacts) -> str:
    """Line one: what we broke."""
    if case.promise is None:
        words = _("{first}, something went wrong, and it is ours to put right.")
    elif case.promise.state in LIVE:
        words = _("{first}, we may not keep our promise to you.")
    else:
        words = _("{first}, we broke our promise to you.")
    return words.format(first=first_name(case.customer_name), name=case.customer_name)


def _says(case: CaseFacts, moments: Moments, *, settled: bool) -> Iterator[str]:
    told = None if settled else told_in_case(case.number)
    if told is not None:
        # Everybody whom the same cause hit was told by one plan; the page says what they were told, and no more.
        yield from told.message.split("\n")
        return
    unforgiven = any(one.answer == Answer.WILL_NOT_FORGIVE for one in case.checks)
    what, sorry = _what_failed(case, moments), _("I am sorry.")
    # Whoever will not forgive is told what is so, and is spared one more apology.
    yield what if unforgiven else f"{what} {sorry}"
    if settled:
        yield _("You told me that this is right. If it is not, I am still here.")
    else:
        yield _("I own this now, and I will until you tell me it is right.")


def _what_failed(case: CaseFacts, moments: Moments) -> str:
    promise = case.promise
    if promise is None:
        return _sentence(case.failures[0].what if case.failures else case.title)
    promised = _("We promised you: {title}, {when}.").format(
        title=promise.title, when=moments.by(promise.due_at, promise.due_on)
    )
    return f"{promised} {_came_to(promise, moments)}"


def _came_to(promise: PromiseFacts, moments: Moments) -> str:
    if promise.state in LIVE:
        if promise.forecast_at is None:
            return _("As things stand, it may not be in time.")
        return _("As things stand, it will be {when}.").format(when=moments.at(promise.forecast_at))
    if promise.state is State.KEPT_LATE and promise.kept_at is not None:
        return _("It was done {when}, and that was too late.").format(when=moments.at(promise.kept_at))
    if promise.state is State.KEPT:
        return _("It was done in time after all.")
    return _("We did not keep that.")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _lines(case: CaseFacts, offer: OfferFacts | None, moments: Moments) -> Iterator[tuple[datetime, Line]]:
    """What failed, what was promised to make it good, and what was given, each with the instant by which it stands."""
    for failure in case.failures:
        if failure.corrected_at is None:
            yield _failed(failure, moments)
    for due in dues(owing(case, now=moments.now), moments):
        yield due.at, Line(due.mark, due.text, due.notes)
    grants = {one.promise_id: one for one in grants_of(case.number) if one.state is GrantState.GIVEN}
    for made in case.commitments:
        if made.purpose in FOR_THE_CUSTOMER and made.promise.state not in (State.REPLACED, State.WITHDRAWN):
            contact = made.purpose is Purpose.FIRST_CONTACT or (offer and made.promise.id == offer.promise_id)
            text = _("I get in touch with you") if contact else made.promise.title
            if made.promise.title == STANDING:
                text = _("I tell you how it stands")
            grant = grants.get(made.promise.id)
            if grant is not None and grant.policy:
                text = payment_words(grant, moments)
            yield _made(made.promise, text, grant, moments)


def _unless_chosen(offer: OfferFacts | None, moments: Moments) -> Iterator[tuple[datetime, Line]]:
    """What comes when the customer chooses nothing else."""
    first = comes_by_itself(offer, moments.now)
    if first is not None:
        due = _("At the latest {when}.").format(when=moments.at(first.due_at))
        yield first.due_at, Line("ahead", first.title, (due, _("If you choose nothing else below.")))


def _failed(failure: FailureFacts, moments: Moments) -> tuple[datetime, Line]:
    promise = failure.promise
    if promise is None:
        known = _("You told us {when}.") if failure.detected_by == "customer" else _("We noticed {when}.")
        return failure.at, Line("broken", _sentence(failure.what), (known.format(when=moments.at(failure.at)),))
    promised = _("Promised {when}.").format(when=moments.on_day_of(promise.made_at))
    due = moments.by(promise.due_at, promise.due_on)
    if promise.state in LIVE:
        return promise.due_at, Line("risk", promise.title, (promised, _("Due {when}.").format(when=due)))
    return promise.due_at, Line("broken", promise.title, (promised, _broke(promise, due, moments)), struck=True)


def _broke(promise: PromiseFacts, due: str, moments: Moments) -> str:
    if promise.state is State.KEPT_LATE and promise.kept_at is not None:
        return _("Due {when}, done {done}.").format(when=due, done=moments.at(promise.kept_at))
    return _("Broken {when}.").format(when=due)


def _made(promise: PromiseFacts, text: str, grant: GrantFacts | None, moments: Moments) -> tuple[datetime, Line]:
    due = moments.by(promise.due_at, promise.due_on)
    given = tuple(given_words(grant, moments)) if grant else ()
    if promise.state in (State.KEPT, State.KEPT_LATE) and promise.kept_at is not None:
        late = _("Done {when}, later than promised.") if promise.state is State.KEPT_LATE else _("Done {when}.")
        return promise.kept_at, Line("kept", text, (late.format(when=moments.at(promise.kept_at)), *given))
    if promise.state in LIVE:
        return promise.due_at, Line("ahead", text, (_("At the latest {when}.").format(when=due), *given))
    if promise.state is State.RELEASED:
        return promise.due_at, Line("broken", text, (_("You let us off this one."),), struck=True)
    return promise.due_at, Line("broken", text, (_("Broken {when}.").format(when=due), *given), struck=True)


def _hours(case: CaseFacts, moments: Moments) -> str:
    """Until when the owner is there today, for one who has hours and is in them."""
    until = there_until(case.owner_id, moments.now)
    time = moments.later_today(until) if until else ""
    return _("Here until {time} today").format(time=time) if time else ""


def _said(case: CaseFacts, moments: Moments) -> tuple[Said, ...]:
    """The last things that the customer wrote, and that were written to them on this page, in their order."""
    wrote = [
        (entry.at, Said(str(entry.data["words"]), moments.at(entry.at)))
        for entry in timeline(case)
        if entry.actor_kind == ActorKind.CUSTOMER and entry.data.get("words") and entry.subject_kind != "survey"
    ]
    ours = [(one.at, Said(one.message, moments.at(one.at), one.by)) for one in changes_told(case.number)]
    ours += [
        (one.sent_at, Said(one.text, moments.at(one.sent_at), one.by_name))
        for one in said_on_page(case.number)
        if one.sent_at is not None and not one.acknowledges
    ]
    ours.sort(key=lambda pair: pair[0])
    last = sorted([*wrote[-_WORDS_SHOWN:], *ours[-_WORDS_SHOWN:]], key=lambda pair: pair[0])
    return tuple(one for _at, one in last)
