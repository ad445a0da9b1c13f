"""Reading what was measured. Light: what needs the statistics is in modules that only commands import."""

from makegood.measurement.queries.asking import (
    Rate,
    ScoreFacts,
    SurveyFacts,
    asking,
    rate_among,
    response_rates,
    scores_among,
    survey_by_token,
    survey_of_message,
)
from makegood.measurement.queries.reports import ReportFacts, ReportState, file_of, latest_paradox, report_for, reports

__all__ = [
    "Rate",
    "ReportFacts",
    "ReportState",
    "ScoreFacts",
    "SurveyFacts",
    "asking",
    "file_of",
    "latest_paradox",
    "rate_among",
    "report_for",
    "reports",
    "response_rates",
    "scores_among",
    "survey_by_token",
    "survey_of_message",
]
