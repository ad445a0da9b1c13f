"""Everything that reads follow-ups and the ends of cases."""

from makegood.followups.queries.ending import allowed, obstacles

__all__ = ["allowed", "obstacles"]
