"""An experiment that runs while the demo does: whether saying when the customer hears from us again makes a difference.
Nobody knows its answer, and the demo does not invent one."""

from __future__ import annotations

from datetime import timedelta

from makegood.cases.queries import case_for
from makegood.config.demo import words
from makegood.config.demo.hand import Hand, hand_of
from makegood.config.demo.news import KIND
from makegood.config.demo.scene import Scene
from makegood.measurement.actions import arms, experiments
from makegood.measurement.rules.experiments import Measured, Varies

_ASKED, _RUNS = timedelta(days=2), timedelta(days=120)


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


def try_out(number: int, hand: Hand) -> None:
    """Whoever opens the case is shown what the lot drew, and does so; one in five says it otherwise."""
    for one in arms.propose(case_for(hand["scope"], number), **hand):
        if one.done is None and one.arm.position and one.running:
            does = number % 5 != 0
            why = "" if does else words.TRIED_OTHERWISE
            arms.heed(number, one.experiment, done=does, reason=why, language=one.language, **hand)
