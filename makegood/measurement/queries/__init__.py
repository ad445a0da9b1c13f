"""Reading what was measured. Light: what needs the statistics is in modules that only commands import."""

from makegood.measurement.queries.reports import ReportFacts, latest_paradox, report_for, reports

__all__ = ["ReportFacts", "latest_paradox", "report_for", "reports"]
