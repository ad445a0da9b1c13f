"""What a case is made of, which stage it has reached, and what stands in the way of closing it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import takewhile
from typing import Any

from makegood.people.rules import Ability, Scope
from makegood.promises.rules import LIVE, Moved, State


class Step(StrEnum):
    """The nine steps of a recovery. They guide; they never stop a person from helping a customer."""

    OWN = "own"
    LISTEN = "listen"
    EMPATHISE = "empathise"
    APOLOGISE = "apologise"
    REFOCUS = "refocus"
    AGREE = "agree"
    DELIVER = "deliver"
    CONFIRM = "confirm"
    LEARN = "learn"


CONVERSATION = (Step.OWN, Step.LISTEN, Step.EMPATHISE, Step.APOLOGISE, Step.REFOCUS)
"""The five steps of the first conversation: the pips on a row."""


MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that was held before it is told: when (aware UTC), with whom when not the customer, and for how
    many minutes, where that is known."""

    at: datetime
    who: str = ""
    minutes: int | None = None


class FailureClass(StrEnum):
    """Outcome: what was due did not come right. Process: nobody said, it was slow, somebody was rude."""

    OUTCOME = "outcome"
    PROCESS = "process"


class DetectedBy(StrEnum):
    """Who knew first."""

    WATCH = "watch"
    FORECAST = "forecast"
    STAFF = "staff"
    CUSTOMER = "customer"
    IMPORT = "import"


class Purpose(StrEnum):
    """Why a promise was made inside a case."""

    FIRST_CONTACT = "first_contact"
    COMMITMENT = "commitment"
    UPDATE = "update"
    TAKE_IN_CHARGE = "take_in_charge"
    PERSONAL_CONTACT = "personal_contact"
    FIND_CAUSE = "find_cause"
    FOLLOW_UP = "follow_up"
    CHANGE = "change"
    """What somebody changes in the process, so that it does not happen again."""


OF_ONE_PERSON = (Purpose.TAKE_IN_CHARGE, Purpose.PERSONAL_CONTACT)
"""What whoever was drawn in must do themselves: nobody else can keep it, move it or let them off."""

STANDING = "Tell the customer how it stands"
"""What the words are called that are promised in the rhythm in which a customer wants to hear from us."""

AMONG_US = (Purpose.FIND_CAUSE, Purpose.CHANGE)
"""What somebody named does for the house: nobody need speak to the customer because it broke, and it goes with no
case to another owner."""

FOR_THE_CUSTOMER = (Purpose.FIRST_CONTACT, Purpose.COMMITMENT, Purpose.UPDATE)
"""What was promised to the customer. The other promises of a case are among colleagues: breaking one is no second
failure in the customer's eyes, and they do not hold up the close."""


class Answer(StrEnum):
    """What the customer said to "are you satisfied, or is there something more?"."""

    SATISFIED = "satisfied"
    MORE = "more"
    NOT_SATISFIED = "not_satisfied"
    WILL_NOT_FORGIVE = "will_not_forgive"
    NOT_REACHED = "not_reached"
    UNREACHABLE = "unreachable"
    """They were tried for the last time. How often that is, the room of follow-ups says."""


class Outcome(StrEnum):
    """How a recovery ended, in the customer's eyes."""

    SATISFIED = "satisfied"
    SATISFIED_AFTER_MORE = "satisfied_after_more"
    NOT_SATISFIED = "not_satisfied"
    WILL_NOT_FORGIVE = "will_not_forgive"
    UNREACHABLE = "unreachable"
    CORRECTED = "corrected"
    """Late news showed that nothing had been broken, before anybody had spoken to the customer."""


class Stage(StrEnum):
    """Where a case has got to: read off what happened, never set by hand."""

    NEW = "new"
    CONTACT = "contact"
    PUTTING_RIGHT = "putting_right"
    CONFIRMING = "confirming"
    LEARNING = "learning"
    CLOSED = "closed"


GRAVEST = 4
"""The highest severity there is."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands in the way, as a value: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What has happened in a case so far, as plain values. Instants are aware UTC."""

    taken_at: datetime | None
    closed_at: datetime | None
    reopened: bool
    steps: Collection[Step]
    commitments_open: int
    commitments_broken: int
    promised: bool
    """Whether anything beyond the first contact was promised inside the case."""
    answers: tuple[Answer | None, ...]
    """One per time the customer was asked since the case was last opened, oldest first; None while awaited."""
    has_cause: bool
    has_cause_finder: bool
    awaits_take_in_charge: bool


def stage_of(story: Story) -> Stage:
    """The stage, derived from what happened."""
    if story.closed_at is not None:
        return Stage.CLOSED
    if outcome_of(story) is not None:
        return Stage.LEARNING
    if story.answers and story.answers[-1] is not Answer.MORE:
        return Stage.CONFIRMING
    if story.promised or Step.REFOCUS in story.steps:
        return Stage.PUTTING_RIGHT
    return Stage.CONTACT if story.taken_at is not None or story.steps else Stage.NEW


def outcome_of(story: Story) -> Outcome | None:
    """How it ended in the customer's eyes, or None while the customer's word is still awaited."""
    given = [answer for answer in story.answers if answer is not None]
    if not given:
        return None
    last = given[-1]
    if last is Answer.SATISFIED:
        return Outcome.SATISFIED_AFTER_MORE if story.reopened or Answer.MORE in given else Outcome.SATISFIED
    return {
        Answer.UNREACHABLE: Outcome.UNREACHABLE,
        Answer.NOT_SATISFIED: Outcome.NOT_SATISFIED,
        Answer.WILL_NOT_FORGIVE: Outcome.WILL_NOT_FORGIVE,
    }.get(last)


def unreached(answers: Sequence[Answer | None]) -> int:
    """How many attempts in a row, up to now, did not reach the customer; one that is awaited is none yet."""
    given = [answer for answer in answers if answer is not None]
    return len(list(takewhile(lambda answer: answer is Answer.NOT_REACHED, reversed(given))))


def obstacles_to_closing(story: Story) -> tuple[Obstacle, ...]:
    """Everything that stands in the way of closing, each with a sentence that says what to do."""
    return tuple(_obstacles(story))


def _obstacles(story: Story) -> Iterator[Obstacle]:
    if story.closed_at is not None:
        yield Obstacle("case.closed", "This case is closed already.")
    if not story.answers:
        yield Obstacle("case.not_asked", "The customer has not been asked yet.")
    elif outcome_of(story) is None:
        yield Obstacle("case.no_answer", _awaited(story.answers))
    if story.commitments_open:
        yield Obstacle("case.commitment_open", _count(story.commitments_open, "is not kept yet"))
    if story.commitments_broken:
        words = _count(story.commitments_broken, "was broken: keep it late, or record that the customer let us off")
        yield Obstacle("case.commitment_broken", words)
    if not (story.has_cause or story.has_cause_finder):
        yield Obstacle("case.no_cause", "No cause is recorded. Say why it happened, or name who finds out and by when.")


def _awaited(answers: tuple[Answer | None, ...]) -> str:
    last = answers[-1]
    if last is Answer.MORE:
        return "The customer wants something more. Put it right, then ask again."
    if last is Answer.NOT_REACHED:
        return "The customer was not reached. Try again, as the follow-ups say, before giving up."
    return "The customer was asked but has not answered yet."


def _count(number: int, what: str) -> str:
    if number == 1:
        return f"A promise made in this case {what}."
    return f"{number} promises made in this case {what.replace('is not', 'are not').replace('was', 'were', 1)}."


def wants_case(move: Moved) -> bool:
    """Whether a promise's move is a failure, or one foretold, that somebody must speak to the customer about.

    A forecast past the point of breaking counts before anything broke: telling the customer first is the
    chance that a complaint never gives.
    """
    if not move.opens_case or move.inside_case:
        return False
    if move.after in LIVE:
        return move.forecast_is_late
    return move.after is State.BROKEN or (move.after is State.KEPT_LATE and move.before is not State.BROKEN)


def was_mistaken(move: Moved) -> bool:
    """Whether late news shows that nothing had been broken after all, or what was foretold did not come about."""
    if move.before in LIVE:
        return move.after is State.KEPT or (move.after is State.OPEN and move.before is State.AT_RISK)
    # Not broken yet, but foretold to be: the case goes on, to speak first.
    return move.before in _BROKE and move.after not in {*_BROKE, State.RELEASED} and not wants_case(move)


_BROKE = frozenset({State.BROKEN, State.KEPT_LATE})


def failed_words(move: Moved) -> str:
    """What is wrong, in the words of the promise."""
    return failure_words(move.after, move.title)


def failure_words(state: State, title: str) -> str:
    """What is wrong with a promise in this state, in its words."""
    lead = "Kept late" if state is State.KEPT_LATE else "Running late" if state in LIVE else "Not kept"
    return f"{lead}: {title}"


def names_in(text: str, names: Collection[str]) -> str:
    """The first of `names` that stands in `text` as whole words, "" when none does. One-word names are not sought:
    they may be ordinary words."""
    folded = f" {' '.join(re.findall(_WORD, text.casefold()))} "
    return next(
        (name for name in names if " " in name and f" {' '.join(re.findall(_WORD, name.casefold()))} " in folded), ""
    )


_WORD = r"[^\W_]+"


class Do(StrEnum):
    """What a person may do with a case now: the page's buttons and the API's `allowed` read the same table."""

    TAKE = "take"
    ACCEPT = "accept"
    DECLINE = "decline"
    HANDOVER = "handover"
    ASSIGN = "assign"
    TAKE_IN_CHARGE = "take_in_charge"
    STEP = "step"
    NOTE = "note"
    COMMIT = "commit"
    ASK = "ask"
    ANSWER = "answer"
    CAUSE = "cause"
    CLOSE = "close"
    REOPEN = "reopen"


def allowed(story: Story, *, scope: Scope, owner_id: int, offered_to_id: int | None, drawn_in: bool) -> tuple[Do, ...]:
    """What somebody may do now. The actions refuse everything else. Whether it may be closed is for the room of
    follow-ups to say, which asks every room."""
    if not scope.may(Ability.WORK):
        return ()
    if story.closed_at is not None:
        return (Do.ANSWER, Do.CAUSE, Do.REOPEN)
    mine, leads = owner_id == scope.staff_id, scope.may(Ability.ASSIGN)
    offered = offered_to_id is not None and offered_to_id == scope.staff_id
    awaited = bool(story.answers) and story.answers[-1] is None
    holds = {
        Do.TAKE: (story.taken_at is None or leads) and not (mine and story.taken_at is not None),
        Do.ACCEPT: offered,
        Do.DECLINE: offered,
        Do.HANDOVER: mine or leads,
        Do.ASSIGN: leads,
        Do.TAKE_IN_CHARGE: drawn_in,
        Do.ASK: not awaited,
        Do.ANSWER: awaited,
        Do.CLOSE: False,
        Do.REOPEN: False,
    }
    return tuple(do for do in Do if holds.get(do, True))


_OWNING = frozenset(f"case.{verb}" for verb in (
    "taken", "offered", "accepted", "declined", "offer_lapsed", "assigned", "reassigned",
))  # fmt: skip
_WORK = frozenset(f"case.{verb}" for verb in (
    "step", "told", "committed", "granted", "fact_told", "renounced", "grant_moved", "grant_fulfilled",
    "choice_offered", "approval_asked", "asked", "answered", "followed_up", "cause", "cause_sought", "taken_in_charge",
    "message_written", "message_sent", "message_arrived",
))  # fmt: skip
_CAUSES = frozenset({"case.cause", "case.cause_sought"})
_ANY = _OWNING | _WORK | {"case.closed", "case.reopened", "case.joined", "case.escalated"}

UNDOABLE: Mapping[str, frozenset[str]] = {
    "case.step": frozenset(),
    "case.noted": frozenset(),
    "case.taken": _OWNING | _WORK,
    "case.assigned": _OWNING | _WORK,
    "case.offered": _OWNING,
    "case.declined": _OWNING,
    "case.committed": frozenset(),
    "case.asked": frozenset({"case.asked", "case.answered", "case.followed_up"}),
    "case.answered": frozenset({"case.asked", "case.answered", "case.followed_up", "case.reopened"}),
    "case.cause": _CAUSES,
    "case.cause_sought": _CAUSES,
    "case.followed_up": frozenset({"case.asked", "case.answered", "case.followed_up", "case.reopened"}),
    "case.closed": frozenset(
        {"case.reopened", "case.followed_up", "case.answered", "case.process_closed", "case.heard", *_CAUSES}
    ),
    "case.message_written": frozenset(f"case.message_{how}" for how in ("sent", "arrived", "withdrawn", "sent_back")),
    "case.process_closed": frozenset({"case.reopened", "case.process_closed"}),
    "case.heard": frozenset({"case.reopened"}),
    "case.reopened": _ANY,
}
"""What may be taken back, and what stands on it: once one of those was done since, it stays."""

AFTER_THE_CLOSE = frozenset(
    {"case.closed", "case.followed_up", "case.process_closed", "case.heard", "case.message_written"}
)
"""What may be taken back of a case that is closed."""

_BEFORE = {
    "case.step": "row", "case.noted": "text", "case.asked": "channel", "case.answered": "row",
    "case.followed_up": "row", "case.heard": "row", "case.process_closed": "words",
    "case.committed": "promise", "case.message_written": "message",
}  # fmt: skip
"""What an entry must tell for its move to be taken back; of the others, what was "before"."""

_KEPT = "A promise that was kept stays kept. If that is wrong, promise it anew."
_ENDED = "A promise ends only once, and stays as it ended. Make a new one instead."
_WHY_NOT = {
    "case.accepted": "A handover counts once it is accepted. Offer the case back instead.",
    "case.taken_in_charge": "Taking it in charge kept a promise, and a promise that was kept stays kept.",
    "case.followed_up": "It opened the case again. Ask anew instead.",
    "case.answered": "The customer gave this answer themselves, or it opened the case again. Ask anew instead.",
    "case.cause": "Finding out why was a promise, and it is kept. Record the right cause instead.",
    "case.cause_sought": "Somebody else had been named before. Name the right person instead.",
    "case.closed": "Closing let go of promises, and they stay as they ended. Open the case again instead.",
    "promise.kept": _KEPT,
    "promise.kept_late": _KEPT,
    "promise.replaced": _ENDED,
    "promise.withdrawn": _ENDED,
    "promise.released": _ENDED,
}


def undo_obstacle(
    verb: str, data: Mapping[str, Any], since: Collection[str], *, closed: bool, live: Collection[int]
) -> Obstacle | None:
    """Why a move of a case cannot be taken back, None when it can.

    `since` are the moves that came after it and still count, `live` the promises of the case that can still be kept.
    """
    if verb not in UNDOABLE or _BEFORE.get(verb, "before") not in data:
        return Obstacle("case.not_undoable", _WHY_NOT.get(verb, "This cannot be taken back."))
    if closed and verb not in AFTER_THE_CLOSE:
        return Obstacle("case.closed", "This case is closed. Reopen it to go on.")
    if not UNDOABLE[verb].isdisjoint(since):
        return Obstacle("case.undo_depends", "More was done since that stands on it. Take that back first, if you can.")
    if data.get("promise") is not None and data["promise"] not in live:
        return Obstacle("case.undo_depends", "This promise is broken or ended by now, and stays as it is.")
    return None
