"""What the demo's desk learned in the weeks before: what fails beyond chance, what is changed about it, and whether it
held. Everything is done by the same actions as at the desk, at the instants at which it was done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from makegood.config.demo import words
from makegood.config.demo.bags import BAG, COLLECTED_BEFORE, COURIER_LATE, DAYS, LIST_LOST, SCANNED
from makegood.config.demo.hand import EVERYTHING, hand_of
from makegood.config.demo.scene import Scene
from makegood.followups.actions import close_process, set_process_owner
from makegood.learning import actions as learning
from makegood.learning.queries.candidates import candidates

_EARLY, _MORNING, _EVENING, _NIGHT = (timedelta(hours=hour) for hour in (5, 10, 17, 23))
_LOOKED, _BEGAN = 8, 7
"""So many days before today it was seen which courier fails beyond chance, and something was begun about it."""


def name_owner(scene: Scene, staff: dict[str, int]) -> None:
    """Who answers for what gets lost between the belt and the courier."""
    sam = hand_of(staff["sam"], _on(scene, DAYS))
    set_process_owner(cause=LIST_LOST, staff_id=staff["iris"], by=sam["by"], now=sam["now"])


def learn(scene: Scene, staff: dict[str, int], *, lost: Sequence[int]) -> None:
    """One change that held, one that is live and not judged yet, and one that is asked of its owner. `lost` are the
    cases that the first is about: its owner says so in each."""
    asked = _Asked(scene, staff)
    first = asked.begin(LIST_LOST, words.SCAN, days_ago=SCANNED + 4, due=SCANNED - 2)
    asked.bring_live(first, days_ago=SCANNED)
    for number in lost:
        close_process(number, words=words.SCAN, **hand_of(staff["iris"], _on(scene, SCANNED)))
    learning.look_through(now=_on(scene, _LOOKED, _EARLY))
    second = asked.begin(COURIER_LATE, words.COLLECT, days_ago=_BEGAN, due=COLLECTED_BEFORE - 1, signal=_found())
    asked.bring_live(second, days_ago=COLLECTED_BEFORE)
    asked.begin("two-systems", words.ONE_LIST, days_ago=2, due=-4, kind="", exposure=1_000)
    while learning.judge_due(now=_on(scene, 1, _NIGHT)):
        pass
    asked.write_to_those_it_failed(first)


class _Asked:
    """What the manager asks of the owner of a process, and what they do."""

    def __init__(self, scene: Scene, staff: dict[str, int]) -> None:
        self._scene, self._helen, self._owner = scene, staff["helen"], staff["iris"]

    def begin(
        self, cause: str, change: str, *, days_ago: int, due: int, kind: str = BAG, exposure: int = 80,
        signal: int | None = None,
    ) -> int:  # fmt: skip
        """Begun so many days before today, and due so many days before it."""
        hand = hand_of(self._helen, _on(self._scene, days_ago))
        return learning.begin(
            cause=cause, change=change, owner_id=self._owner, due_at=_on(self._scene, due, _EVENING), kind=kind,
            exposure=exposure, signal=signal, by=hand["by"], now=hand["now"],
        )  # fmt: skip

    def bring_live(self, number: int, *, days_ago: int) -> None:
        """Its owner says that it is changed."""
        learning.bring_live(number, **hand_of(self._owner, _on(self._scene, days_ago)))

    def write_to_those_it_failed(self, number: int) -> None:
        """What they would be told, once somebody sends it."""
        for language, changed in words.SCANNED_NOW.items():
            hand = hand_of(self._helen, _on(self._scene, 0, _EARLY))
            learning.say_changed(number, language=language, changed=changed, **hand)


def _found() -> int | None:
    """The signal about a courier, if the look found one."""
    return next((one.id for one in candidates(EVERYTHING) if one.what == "courier"), None)


def _on(scene: Scene, days_ago: int, at: timedelta = _MORNING) -> datetime:
    return scene.starts_at - timedelta(days=days_ago) + at
