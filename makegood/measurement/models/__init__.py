"""What customers answered and what they did, and whom we ask."""

from makegood.measurement.models.asking import Asking, Drawing, LeftInPeace, Survey
from makegood.measurement.models.heard import Behaviour, Score

__all__ = ["Asking", "Behaviour", "Drawing", "LeftInPeace", "Score", "Survey"]
