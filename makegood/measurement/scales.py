"""What customers are asked and what they do, as everybody names it. Pure, and light: doors load it."""

from __future__ import annotations

from enum import StrEnum


class Scale(StrEnum):
    """What a score says, and so between which numbers it lies: see `RANGE`."""

    CSAT = "csat"
    CES = "ces"
    NPS = "nps"
    RECOVERY = "recovery"


# Least and most. Customer satisfaction and the recovery survey's mean 1 to 5, effort 1 to 7 (7 is least effort), and
# likeliness to recommend 0 to 10: the scales as they are asked everywhere.
RANGE: dict[Scale, tuple[int, int]] = {
    Scale.CSAT: (1, 5),
    Scale.CES: (1, 7),
    Scale.NPS: (0, 10),
    Scale.RECOVERY: (1, 5),
}


class Occasion(StrEnum):
    """Why somebody was asked: by lot as everybody, after a case of theirs, or by another system."""

    PULSE = "pulse"
    CASE = "case"
    IMPORTED = "imported"


class Deed(StrEnum):
    """What a customer did. Who left by no choice of their own (moved away, card expired) did not decide against us."""

    ORDER = "order"
    RENEWAL = "renewal"
    LEFT = "left"
    LEFT_INVOLUNTARILY = "left_involuntarily"
