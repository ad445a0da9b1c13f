"""What the demo's desk learned in the weeks before: what fails beyond chance, what is changed about it, and whether it
held. Everything is done by the same actions as at the desk, at the instants at which it was done."""

from __future__ import annotations

from datetime import datetime, timedelta

from makegood.config.demo import words
from makegood.config.demo.bags import BAG, COLLECTED_BEFORE, COURIER_LATE, LIST_LOST, SCANNED
from makegood.config.demo.hand import hand_of
from makegood.config.demo.scene import Scene
from makegood.followups.actions import set_process_owner
from makegood.learning import actions as learning
from makegood.learning.queries.candidates import candidates

_EARLY, _MORNING, _NIGHT = timedelta(hours=5), timedelta(hours=10), timedelta(hours=23)
_LOOKED, _BEGAN = 11, 10
"""So many days before today it was seen which courier fails beyond chance, and something was begun about it."""


def learn(scene: Scene, staff: dict[str, int]) -> None:
    """One change that held, one that is live and not judged yet, and one that is asked of its owner."""
    owner, helen = staff["iris"], staff["helen"]
    _answer_for(scene, staff)
    first = learning.begin(
        cause=LIST_LOST, change=words.SCAN, owner_id=owner, due_at=_on(scene, SCANNED - 2), kind=BAG, exposure=80,
        **_by(helen, _on(scene, SCANNED + 4)),
    )  # fmt: skip
    learning.bring_live(first, **hand_of(owner, _on(scene, SCANNED)))
    learning.look_through(now=_on(scene, _LOOKED, _EARLY))
    found = next(
        (one.id for one in candidates(hand_of(helen, scene.starts_at)["scope"]) if one.what == "courier"), None
    )  # fmt: skip
    second = learning.begin(
        cause=COURIER_LATE, change=words.COLLECT, owner_id=owner, due_at=_on(scene, COLLECTED_BEFORE - 1), kind=BAG,
        exposure=80, signal=found, **_by(helen, _on(scene, _BEGAN)),
    )  # fmt: skip
    learning.bring_live(second, **hand_of(owner, _on(scene, COLLECTED_BEFORE)))
    learning.begin(
        cause="two-systems", change=words.ONE_LIST, owner_id=owner, due_at=_on(scene, -4), less_by=60, exposure=1_000,
        **_by(helen, _on(scene, 2)),
    )  # fmt: skip
    while learning.judge_due(now=_on(scene, 1, _NIGHT)):
        pass


def _answer_for(scene: Scene, staff: dict[str, int]) -> None:
    """Who answers for what comes late by road, and for what gets lost on its way there."""
    for cause in (COURIER_LATE, LIST_LOST):
        set_process_owner(cause=cause, staff_id=staff["iris"], **_by(staff["sam"], _on(scene, SCANNED + 5)))


def _on(scene: Scene, days_ago: int, at: timedelta = _MORNING) -> datetime:
    return scene.starts_at - timedelta(days=days_ago) + at


def _by(staff_id: int, now: datetime) -> dict[str, object]:
    hand = hand_of(staff_id, now)
    return {"by": hand["by"], "now": now}
