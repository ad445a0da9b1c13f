"""Reading what is aimed at."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.measurement.aims import USUAL, Aim
from makegood.platform.rows import fetch_rows


def aims() -> Mapping[Aim, float]:
    """What is aimed at with each figure: a share in per cent, or minutes."""
    said = dict(fetch_rows("SELECT figure, value FROM measurement_target", ()))
    return {aim: float(said.get(aim.value, usual)) for aim, usual in USUAL.items()}
