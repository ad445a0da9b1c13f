"""What we aim at with the headline figures. Pure, and light: doors load it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class Aim(StrEnum):
    """A figure that has a target: a share in per cent, or minutes."""

    KEPT = "kept"
    CONTACT = "contact"
    TOLD_FIRST = "told_first"
    RIGHT = "right"
    SECOND = "second"


USUAL: Mapping[Aim, Decimal] = {
    Aim.KEPT: Decimal(95), Aim.CONTACT: Decimal(15), Aim.TOLD_FIRST: Decimal(60), Aim.RIGHT: Decimal(80),
    Aim.SECOND: Decimal(5),
}  # fmt: skip
"""What is aimed at until somebody says otherwise."""
MOST: Mapping[Aim, Decimal] = {aim: Decimal(10_080) if aim is Aim.CONTACT else Decimal(100) for aim in Aim}
