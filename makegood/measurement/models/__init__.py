"""What customers answered and what they did, whom we ask, the daily figures, and the reports of it."""

from makegood.measurement.models.asking import Asking, Drawing, LeftInPeace, Survey
from makegood.measurement.models.heard import Behaviour, Score
from makegood.measurement.models.reports import Report
from makegood.measurement.models.rollups import Counted, Counting, Tally

__all__ = [
    "Asking",
    "Behaviour",
    "Counted",
    "Counting",
    "Drawing",
    "LeftInPeace",
    "Report",
    "Score",
    "Survey",
    "Tally",
]
