"""What customers answered and what they did, whom we ask, and the reports of it."""

from makegood.measurement.models.asking import Asking, Drawing, LeftInPeace, Survey
from makegood.measurement.models.heard import Behaviour, Score
from makegood.measurement.models.reports import Report

__all__ = ["Asking", "Behaviour", "Drawing", "LeftInPeace", "Report", "Score", "Survey"]
