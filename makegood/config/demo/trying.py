"""What the demo's analyst wants to know: whether saying when the customer hears from us again makes a difference, by an
experiment that runs while the demo does; and whether putting right keeps customers, by a report that opens in some
months. Nobody knows either answer, and the demo does not invent one."""

from __future__ import annotations

from datetime import timedelta

from makegood.cases.queries import case_for
from makegood.config.demo import words
from makegood.config.demo.hand import Hand, hand_of
from makegood.config.demo.news import KIND
from makegood.config.demo.scene import Scene
from makegood.measurement.actions import arms, experiments, register
from makegood.measurement.findings import Outcome
from makegood.measurement.rules.experiments import Measured, Varies

_ASKED, _RUNS = timedelta(days=2), timedelta(days=120)
_WEEKS, _MARGIN = timedelta(weeks=6), 0.2
"""The report is of so many weeks before today and after it; what would not matter, of a scale from 1 to 5."""


def begin_trying(scene: Scene, staff: dict[str, int]) -> None:
    """It was registered by the analyst the day before, and runs since midnight."""
    before = hand_of(staff["noor"], scene.starts_at - timedelta(hours=9))
    design = experiments.Design(
        name=words.TRIED, why=words.TRIED_WHY, varies=Varies.WORDS, measured=Measured.SATISFIED,
        horizon_days=_ASKED.days, expected=75, effect=10, until=scene.starts_at + _RUNS, kinds=(KIND,),
        arms=(
            experiments.NewArm(name="As usual"),
            experiments.NewArm(name="Every half hour", words=words.TRIED_WORDS, others=words.TRIED_OTHERS, line="own"),
        ),
    )  # fmt: skip
    number = experiments.register(design, by=before["by"], now=before["now"])
    experiments.start(number, by=before["by"], now=scene.starts_at)


def ask_whether_it_keeps_them(scene: Scene, staff: dict[str, int]) -> None:
    """Registered by the analyst before the first of them failed: until it opens it says how many people it has."""
    before = hand_of(staff["noor"], scene.starts_at - _WEEKS - timedelta(hours=9))
    today = scene.starts_at.date()
    register(
        outcome=Outcome.CSAT, since=today - _WEEKS, before=today + _WEEKS, landmark_days=7, horizon_days=30,
        margin=_MARGIN, by=before["by"], now=before["now"],
    )  # fmt: skip


def try_out(number: int, hand: Hand) -> None:
    """Whoever opens the case is shown what the lot drew, and does so; one in five says it otherwise."""
    for one in arms.propose(case_for(hand["scope"], number), **hand):
        if one.done is None and one.arm.position and one.running:
            does = number % 5 != 0
            why = "" if does else words.TRIED_OTHERWISE
            arms.heed(number, one.experiment, done=does, reason=why, language=one.language, **hand)
