"""What customers answered and what they did, whom we ask, what is tried out above what is owed, what we say that things
cost, the daily figures, and the reports of it."""

from makegood.measurement.models.asking import Asking, Drawing, LeftInPeace, Survey
from makegood.measurement.models.costs import ImprovementCost, StaffRate
from makegood.measurement.models.experiments import Arm, Assigned, Experiment, Heeded
from makegood.measurement.models.heard import Behaviour, Score
from makegood.measurement.models.reports import Report, ReportFile, ReportLook
from makegood.measurement.models.rollups import Counted, Counting, Tally, TallyOfPlace
from makegood.measurement.models.targets import Reader, SharedView, Target

__all__ = [
    "Arm",
    "Asking",
    "Assigned",
    "Behaviour",
    "Counted",
    "Counting",
    "Drawing",
    "Experiment",
    "Heeded",
    "ImprovementCost",
    "LeftInPeace",
    "Reader",
    "Report",
    "ReportFile",
    "ReportLook",
    "Score",
    "SharedView",
    "StaffRate",
    "Survey",
    "Tally",
    "TallyOfPlace",
    "Target",
]
