"""Beside the watch: improvements and experiments are counted anew, each once a day, and judged; customers are told of a
change, batch by batch. Counting half a year of promises may take longer than a promise may wait for the watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings

from makegood.learning.actions import judge_due, look_through, tell_due, tell_line_up, write_digest
from makegood.measurement.actions.experiments import look_due
from makegood.platform.installation import organisation
from makegood.practice.queries import scene_of_day
from makegood.worker.beside import Beside, now


class Judge(Beside):
    """Counts what is due to be counted, one improvement or experiment a transaction, tells one batch, and
    looks through all promises once a day."""

    trouble = "An improvement or an experiment could not be judged; trying again"
    end_seconds = 5.0
    seconds_between = 10.0  # nothing here is in haste

    def __init__(self, *, base_url: str, asked_to_stop: Callable[[], bool]) -> None:
        super().__init__(asked_to_stop)
        self.base_url = base_url

    def scene(self, day: date) -> str:
        """What the letter of a day says of its scene."""
        if not settings.SCENE_OF_DAY:
            return ""
        found = scene_of_day(day, organisation().zone).scene
        said = f"The scene of the day: {found.name}. {found.happened}"
        return f"{said}\n{self.base_url}/practice/{found.id}/"

    def turn(self) -> bool:
        """Tell one batch and count one improvement or experiment, if they are due."""
        told = tell_due(now=now()) or tell_line_up(base_url=self.base_url, scene=self.scene, now=now())
        told = write_digest(base_url=self.base_url, now=now()) or told
        return judge_due(now=now()) or look_due(now=now()) or look_through(now=now()) or told
