"""What customers answered and what they did."""

from makegood.measurement.models.heard import Behaviour, Score

__all__ = ["Behaviour", "Score"]
