"""How a scene goes on: what the customer feels and says after each move. Deterministic and bounded.

`begin` gives the first standing, `step` the next. Every movement of a feeling is a `Shift` with its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from makegood.practice.rules.answering import Heard, answer
from makegood.practice.rules.moves import Leave, Look, Mark, Move, Say, Wait
from makegood.practice.rules.reactions import EFFECTS, GAINS
from makegood.practice.rules.standing import AGREES_ANGER, AGREES_TRUST, DELIGHTED_FROM, Due, Shift, Standing, Step
from makegood.practice.rules.values import GRADES, End, Fit, Grade, Option, Scene

MOST_MOVES = 24
"""A scene that has not ended by then ends as it stands."""
EACH_WAIT = 5
"""Waiting without a promise costs once in so many minutes."""
ASKING = {Grade.LEAD: 10, Grade.EXECUTIVE: 20}
"""Minutes until somebody with the authority has answered."""
FURTHEST = 3 * 24 * 60
HOTTER = {Grade.AGENT: 0, Grade.LEAD: 4, Grade.EXECUTIVE: 8}
"""Whoever reaches somebody senior has waited longer, and is angrier by so much."""


@dataclass(frozen=True, slots=True)
class Play:
    """A scene as it is played: as whom, and whether a second failure is thrown in."""

    scene: Scene
    role: Grade = Grade.AGENT
    second: bool = False

    def may(self, option: Option) -> bool:
        """Whether whoever plays may decide an option alone."""
        return GRADES.index(option.who) <= GRADES.index(self.role)


def begin(play: Play) -> Standing:
    """How it stands when the customer has spoken first."""
    return Standing(feeling=play.scene.begins.moved(0, HOTTER[play.role], 0))


def run(play: Play, moves: Iterable[Move]) -> tuple[Step, ...]:
    """All steps of a play; moves after its end are left out."""
    steps: list[Step] = []
    standing = begin(play)
    for move in moves:
        if standing.end:
            break
        steps.append(step(play, standing, move))
        standing = steps[-1].after
    return tuple(steps)


def step(play: Play, before: Standing, move: Move) -> Step:
    """What a move does, and what the customer says to it. Nothing moves once a scene has ended."""
    if before.end:
        return Step(move=move, before=before, after=before, shifts=(), says="")
    turn = _Turn(play, replace(before, moves=before.moves + 1))
    match move:
        case Say():
            _say(turn, move)
        case Look():
            _look(turn, move)
        case Wait():
            turn.pass_time(_minutes(turn.now, move))
        case Leave():
            _leave(turn)
    _close(turn)
    says = answer(play.scene, turn.now, Heard(frozenset(turn.events), move, before, turn.order_says))
    return Step(move=move, before=before, after=turn.now, shifts=tuple(turn.shifts), says=says)


class _Turn:
    """One move being worked out: where it stands by now, what moved, and what happened."""

    def __init__(self, play: Play, now: Standing) -> None:
        self.play, self.now = play, now
        self.shifts: list[Shift] = []
        self.events: list[str] = []
        self.order_says = ""

    def shift(self, cause: str, *, part: float = 1.0, words: str = "") -> None:
        """Move the feeling by the effect of a cause, or a part of it (rounded towards nothing)."""
        effect = EFFECTS[cause]
        by = (int(effect.trust * part), int(effect.anger * part), int(effect.effort * part))
        before, feeling = self.now.feeling, self.now.feeling.moved(*by)
        self.now = replace(self.now, feeling=feeling)
        self.shifts.append(
            Shift(
                cause=cause, words=words, why=effect.why, source=effect.source, minute=self.now.minute,
                trust=feeling.trust - before.trust, anger=feeling.anger - before.anger,
                effort=feeling.effort - before.effort,
            )
        )  # fmt: skip
        self.events.append(cause)

    def pass_time(self, minutes: int) -> None:
        """Let minutes pass: promises fall due, and waiting without one costs."""
        end = self.now.minute + min(minutes, FURTHEST)
        while self.now.minute < end and not self.gone():
            self._to(min([end, *(due.minute + 1 for due in self.now.dues if due.minute >= self.now.minute)]))

    def _to(self, minute: int) -> None:
        """Go on to a minute at which nothing falls due before."""
        passed = minute - self.now.minute
        covered = any(due.minute >= self.now.minute for due in self.now.dues) or self.now.solved
        waited = self.now.waited if covered else self.now.waited + passed
        times = waited // EACH_WAIT - self.now.waited // EACH_WAIT
        self.now = replace(self.now, minute=minute, waited=waited)
        for _each in range(min(times, 25)):
            self.shift("waiting")
        for due in self.now.dues:
            if due.minute < minute:
                self._fell(due)

    def _fell(self, due: Due) -> None:
        """A promise whose time is over: what was put in hand came by then, else it is broken; so is one to call."""
        self.now = replace(self.now, dues=tuple(one for one in self.now.dues if one != due))
        if due.contact or not self.now.solved or self.now.comes_late(due):
            self.shift("promise-broken" if due.contact else "deed-late", words=due.words)
            self.now = replace(self.now, broken=self.now.broken + 1, heard=frozenset(), apologies=0)

    def gone(self) -> bool:
        feeling = self.now.feeling
        out_of_patience = self.now.waited > self.play.scene.patience
        return feeling.trust <= 5 or feeling.anger >= 95 or out_of_patience


def _minutes(now: Standing, move: Wait) -> int:
    """How long to wait; until what falls due next, or a quarter of an hour where nothing does."""
    if not move.until_due:
        return move.minutes
    return min((due.minute - now.minute for due in now.dues), default=15)


def _look(turn: _Turn, move: Look) -> None:
    fact = turn.play.scene.fact(move.fact)
    if fact is None:
        return
    turn.now = replace(turn.now, looked=(*turn.now.looked, fact.id))
    turn.pass_time(fact.minutes)


def _say(turn: _Turn, move: Say) -> None:
    """Words: they keep what falls due by now, then each finding moves in the order of the text, then what is given."""
    _keep(turn)
    _hear(turn, move)
    if option := turn.play.scene.option(move.give):
        _give(turn, option)
    _promise(turn, move)
    _ask(turn, move)
    turn.now = replace(turn.now, said=turn.now.said + 1, waited=0)
    turn.pass_time(1)
    _second(turn)


def _keep(turn: _Turn) -> None:
    """Speaking by the time is keeping the promise to speak, once the customer was left to wait for it."""
    kept = [due for due in turn.now.dues if due.contact and turn.now.minute > due.made_at]
    if kept:
        turn.now = replace(turn.now, dues=tuple(due for due in turn.now.dues if due not in kept))
        turn.now = replace(turn.now, kept=turn.now.kept + len(kept))
        turn.shift("promise-kept", words=kept[0].words)


def _hear(turn: _Turn, move: Say) -> None:
    seen: set[str] = set()
    for mark in sorted(move.marks, key=lambda one: one.start):
        if mark.code not in seen:
            seen.add(mark.code)
            _one(turn, mark, move)


def _one(turn: _Turn, mark: Mark, move: Say) -> None:
    """One finding: a fault in full each time; an element in full once, by a third the second time, then no more."""
    code = mark.code
    if code == "ask" or code not in EFFECTS:
        return
    if code not in GAINS:
        turn.shift(code, words=mark.words)
        return
    if code == "apologise":
        _apologise(turn, mark, move)
    elif code != "when" or move.promises or "repair" in move.codes:
        part = (1.0, 0.34)[turn.now.times(code)] if turn.now.times(code) < 2 else 0.0
        _gain(turn, code, part, mark.words)
    turn.now = replace(turn.now, heard=turn.now.heard | {code}, said_codes=(*turn.now.said_codes, code))


def _gain(turn: _Turn, code: str, part: float, words: str) -> None:
    if part and (rule := _too_soon(turn, code)):
        part /= 2
        turn.order_says = turn.order_says or rule
        turn.shift("out-of-order", words=words)
    if part:
        turn.shift(code, part=part, words=words)


def _too_soon(turn: _Turn, code: str) -> str:
    """What the customer says when `code` came before what this scene wants to come first; "" when it did not."""
    for rule in turn.play.scene.order:
        if rule.then == code and rule.first not in turn.now.heard:
            return rule.says
    return ""


def _apologise(turn: _Turn, mark: Mark, move: Say) -> None:
    """An apology counts with responsibility or repair behind it, once after each failure; more than one more harms."""
    backed = bool((turn.now.heard | {one.code for one in move.marks} | set(_given(move))) & {"own", "repair", "give"})
    if turn.now.apologies == 0:
        if backed:
            _gain(turn, "apologise", 1.0, mark.words)
            if turn.play.scene.neglect and turn.play.role is Grade.EXECUTIVE:
                turn.shift("senior", words=mark.words)
        else:
            turn.shift("bare-apology", words=mark.words)
    elif turn.now.apologies > 1 or not backed:
        turn.shift("repeat-apology", words=mark.words)
    turn.now = replace(turn.now, apologies=turn.now.apologies + 1)


def _given(move: Say) -> tuple[str, ...]:
    return ("give",) if move.give else ()


def _give(turn: _Turn, option: Option) -> None:
    """Give an option once. Above one's authority somebody is asked first, and the customer waits."""
    if option.id in turn.now.given:
        return
    if not turn.play.may(option):
        turn.pass_time(ASKING[option.who])
    part = 0.34 if turn.now.solved else 1.0
    if rule := _too_soon(turn, "give"):
        part /= 2
        turn.order_says = turn.order_says or rule
        turn.shift("out-of-order", words=option.label)
    part = max(part, 0.17)
    turn.shift(f"give-{option.fit}", part=1.0 if option.fit is Fit.NONE else part, words=option.label)
    if option.remarkable and "remarkable" not in turn.now.said_codes:
        turn.shift("remarkable", words=option.label)
        turn.now = replace(turn.now, said_codes=(*turn.now.said_codes, "remarkable"))
    if option.fit is Fit.FULL and not turn.now.solved:
        turn.now = replace(turn.now, solved=True, ready=turn.now.minute + option.within)
    turn.now = replace(turn.now, given=(*turn.now.given, option.id), heard=turn.now.heard | {"give"})


def _promise(turn: _Turn, move: Say) -> None:
    """What was promised by a time becomes due: a word from us counts when it comes soon enough for them, a deed when
    something was put in hand."""
    for word in move.promises:
        soon = not word.contact or word.minutes <= turn.play.scene.answer_within or turn.now.solved
        if turn.now.promised < 2 and (word.contact or turn.now.solved):
            turn.shift("promise-made" if soon else "promise-late", words=word.words)
        due = Due(turn.now.minute + word.minutes, turn.now.minute + 1, word.contact, word.words, word.begins)
        turn.now = replace(turn.now, dues=(*turn.now.dues, due), promised=turn.now.promised + 1)


def _ask(turn: _Turn, move: Say) -> None:
    """The question whether it is right: before anything was done it harms, after it the customer answers it."""
    mark = next((one for one in move.marks if one.code == "ask"), None)
    if mark is None:
        return
    if not turn.now.given and "repair" not in turn.now.heard:
        turn.shift("asked-too-soon", words=mark.words)
        return
    if "ask" not in turn.now.said_codes:
        _gain(turn, "ask", 1.0, mark.words)
    turn.now = replace(turn.now, said_codes=(*turn.now.said_codes, "ask"), agreed=_satisfied(turn.now))
    turn.events.append("agreed" if turn.now.agreed else "not-yet")


def _satisfied(now: Standing) -> bool:
    return now.solved and now.feeling.trust >= AGREES_TRUST and now.feeling.anger <= AGREES_ANGER


def _second(turn: _Turn) -> None:
    """The second failure: what was put in hand has failed, and all that was said begins anew."""
    second = turn.play.scene.second
    if not turn.play.second or second is None or turn.now.second_at or turn.now.said < second.after:
        return
    turn.shift("second-failure", words=second.happens)
    turn.now = replace(
        turn.now, second_at=turn.now.minute, solved=False, agreed=False, heard=frozenset(), apologies=0, said_codes=(),
        dues=tuple(due for due in turn.now.dues if due.contact),
    )  # fmt: skip
    turn.events.append("second")


def _leave(turn: _Turn) -> None:
    """Ending the conversation: what was promised still falls due, then it ends as it stands; at best in doubt when
    that is broken."""
    broken = turn.now.broken
    if turn.now.dues:
        turn.pass_time(max(due.minute for due in turn.now.dues) + 1 - turn.now.minute)
    if not turn.now.solved:
        turn.shift("left")
    end = _settled(turn.now)
    if turn.now.broken > broken and end in (End.DELIGHTED, End.CONTENT):
        end = End.DOUBTFUL
    turn.now = replace(turn.now, end=end)


def _close(turn: _Turn) -> None:
    """End the scene when the customer has gone, has agreed and waits for nothing, or it has gone on for too long."""
    if turn.now.end:
        return
    if turn.gone():
        turn.now = replace(turn.now, end=End.LOST)
    elif (
        turn.now.agreed and _satisfied(turn.now) and not any(due.contact for due in turn.now.dues)
    ) or turn.now.moves >= MOST_MOVES:
        _leave(turn)


def _settled(now: Standing) -> End:
    if _satisfied(now):
        special = "remarkable" in now.said_codes and now.feeling.trust >= DELIGHTED_FROM
        return End.DELIGHTED if special else End.CONTENT
    return End.LOST if now.feeling.trust < 30 or now.feeling.anger >= 70 else End.DOUBTFUL


def feelings(steps: Sequence[Step], play: Play) -> tuple[tuple[int, int, int, int], ...]:
    """Minute, trust, anger and effort before and after each step, to be drawn."""
    stands = [begin(play), *(one.after for one in steps)]
    return tuple((one.minute, one.feeling.trust, one.feeling.anger, one.feeling.effort) for one in stands)
