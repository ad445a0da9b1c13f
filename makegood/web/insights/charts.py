"""The charts of the insights, by what their address calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from makegood.web.insights.board import Board
from makegood.web.insights.cards import Card, acknowledgement_card, causes_card, promises_card, recovery_card
from makegood.web.insights.places import places_card

CARDS: Mapping[str, Callable[[Board], Card]] = {
    "promises": promises_card, "acknowledgement": acknowledgement_card, "recovery": recovery_card,
    "causes": causes_card, "places": places_card,
}  # fmt: skip
