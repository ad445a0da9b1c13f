"""Scenes and one's own tries. Nobody's tries are counted against anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from makegood.kernel.refusals import forbidden, missing
from makegood.people.rules import Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.queries.writing import is_withdrawn, published
from makegood.practice.rules.engine import Play, begin, run
from makegood.practice.rules.moves import read_moves
from makegood.practice.rules.review import Dialogues, Review, dialogues, review
from makegood.practice.rules.scene_file import scene_of, shipped, shipped_text
from makegood.practice.rules.standing import Standing, Step
from makegood.practice.rules.values import End, Feeling, Grade, Scene
from makegood.practice.rules.voicing import Voiced, read_voiced

MOST = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A try in a list. Instants are aware UTC; `end` is None while it is being played, `assignment` for one's own."""

    id: int
    scene: str
    role: Grade
    second: bool
    began_at: datetime
    ended_at: datetime | None
    end: End | None
    feeling: Feeling | None
    assignment: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneLine:
    """A scene in the list, how often one has played it to an end, how the last try ended, and one that is under way."""

    scene: Scene
    own: bool
    times: int
    last: End | None
    last_at: datetime | None
    open_run: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A try with all that happened in it; `before` is one's last try at the same scene in the same role, `voiced` what
    a model phrased of the customer's answers, by the number of the move."""

    one: Try
    text: str
    play: Play
    steps: tuple[Step, ...]
    before: Try | None
    voiced: Mapping[int, Voiced]

    @property
    def standing(self) -> Standing:
        return self.steps[-1].after if self.steps else begin(self.play)

    @property
    def theirs(self) -> str:
        """What the customer said so far, as it is written: however it was phrased, the coach reads the same."""
        return "\n".join([self.play.scene.openings[self.play.role], *(one.says for one in self.steps)])

    @property
    def both(self) -> Dialogues:
        """The scene's own dialogues, with a system and without."""
        return dialogues(self.text)

    @property
    def review(self) -> Review:
        """The try looked back at."""
        return review(self.play, self.steps, self.both.lines, self.voiced)

    @property
    def bare(self) -> Review:
        """The same scene without a system."""
        return review(Play(self.play.scene), self.both.bare)


def scenes(scope: Scope) -> tuple[SceneLine, ...]:
    """Every scene, with one's own tries at it."""
    mine = {row[0]: row[1:] for row in fetch_rows(_MINE, {"staff": scope.staff_id})}
    return tuple(
        _line(one, mine.get(one.id, (0, "", None, None)))
        for one in (*shipped().values(), *(own for own, _text in published()))
    )


_MINE = """
SELECT r.scene, count(*) FILTER (WHERE r."end" <> ''),
       coalesce((array_agg(r."end" ORDER BY r.id DESC) FILTER (WHERE r."end" <> ''))[1], ''),
       max(r.ended_at), max(r.id) FILTER (WHERE r."end" = '')
FROM practice_run r WHERE r.staff_id = %(staff)s::bigint GROUP BY r.scene
"""


def _line(scene: Scene, row: tuple[Any, ...]) -> SceneLine:
    times, last, last_at, open_run = row
    return SceneLine(
        scene=scene, own=scene.id not in shipped(), times=times, last=End(last) if last else None,
        last_at=last_at, open_run=open_run,
    )  # fmt: skip


def scene_named(name: str) -> tuple[Scene, str]:
    """A scene and the text it is written in. Raises Refusal "practice.no_scene"."""
    if name not in shipped() and (own := published(name)):
        return own[0]
    text = shipped_text(name)
    return scene_of(text), text


def scene_to_begin(name: str) -> tuple[Scene, str]:
    """As `scene_named`, and it was not withdrawn. Raises Refusal "practice.no_scene"."""
    if is_withdrawn(name):
        raise missing("practice.no_scene", "This scene was withdrawn. What was played of it stays.")
    return scene_named(name)


def tries(scope: Scope, *, scene: str = "") -> tuple[Try, ...]:
    """One's own tries, the newest first; at most 30."""
    asked = {"staff": scope.staff_id, "scene": scene, "most": MOST}
    wanted = "WHERE r.staff_id = %(staff)s::bigint AND (%(scene)s = '' OR r.scene = %(scene)s)"
    rows = fetch_rows(f"{_TRY} {wanted} ORDER BY r.began_at DESC, r.id DESC LIMIT %(most)s", asked)
    return tuple(_try(row) for row in rows)


_TRY = """
SELECT r.id, r.scene, r.role, r.second, r.began_at, r.ended_at, r."end", r.assignment_id, r.trust, r.anger, r.effort
FROM practice_run r
"""


def _try(row: tuple[Any, ...]) -> Try:
    number, scene, role, second, began_at, ended_at, end, assignment, *feeling = row
    return Try(
        id=number, scene=scene, role=Grade(role), second=second, began_at=began_at, ended_at=ended_at,
        end=End(end) if end else None, feeling=Feeling(*feeling) if end else None,
        assignment=assignment,
    )  # fmt: skip


def run_for(scope: Scope, number: int) -> Played:
    """One's own try with all that happened in it. Raises Refusal "practice.no_run"."""
    found = fetch_rows(
        "SELECT text, moves, voiced FROM practice_run WHERE id = %(run)s AND staff_id = %(staff)s::bigint",
        {"run": number, "staff": scope.staff_id},
    )
    if not found:
        raise missing("practice.no_run", "There is no such try of yours.")
    return played(number, *found[0])


def played(number: int, text: str, moves: list[Any], voiced: dict[str, list[str]], *, alone: bool = False) -> Played:
    """A try with all that happened in it, for whoever may see it; `alone` without the player's last one."""
    rows = [_try(row) for row in fetch_rows(_WITH_LAST, {"run": number, "alone": alone})]
    one = next(row for row in rows if row.id == number)
    play = Play(scene_of(text), one.role, one.second)
    before = next((row for row in rows if row.id != number), None)
    return Played(
        one=one, text=text, play=play, steps=run(play, read_moves(moves)), before=before, voiced=read_voiced(voiced)
    )


_WITH_LAST = f"""
({_TRY} WHERE r.id = %(run)s)
UNION ALL
({_TRY} JOIN practice_run o ON o.id = %(run)s
 WHERE NOT %(alone)s AND r.staff_id = o.staff_id AND r.scene = o.scene AND r.text = o.text AND r.role = o.role
   AND r."end" <> '' AND r.id < o.id
 ORDER BY r.id DESC LIMIT 1)
"""


def require_player(scope: Scope) -> int:
    """The member of staff who plays. Raises Refusal "practice.needs_a_person"."""
    if scope.staff_id is None:
        raise forbidden("practice.needs_a_person", "Only a member of staff can practise: say for whom you act.")
    return scope.staff_id
