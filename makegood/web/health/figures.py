"""What Prometheus is told. Every figure costs what is at work now, never what the ledger holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric

from makegood import __version__
from makegood.cases.queries import standing
from makegood.journal.queries import entries_written
from makegood.platform.health import workers
from makegood.promises.queries import due_between, held_count, in_trouble, next_check, overdue_checks
from makegood.web.measuring import measured
from makegood.webhooks.queries import hooks

_LATELY = timedelta(hours=1)


def figures(now: datetime) -> bytes:
    """Everything, as Prometheus reads it: of the installation from its database, of this web server by itself."""
    registry = CollectorRegistry()
    registry.register(_Installation(now))
    return generate_latest(registry) + generate_latest(measured())


class _Installation:
    """The figures of the whole installation, the same whichever web process is asked."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("makegood", "The version that answers", {"version": __version__})
        yield from self._watch()
        yield from self._promises()
        yield from _cases()
        yield _webhooks(self.now)
        yield CounterMetricFamily("makegood_journal_entries", "Moves written down", entries_written())

    def _watch(self) -> Iterator[Metric]:
        due = next_check()
        seconds = (due - self.now).total_seconds() if due else float("nan")
        yield GaugeMetricFamily(
            "makegood_overdue_checks", "Promises past their check that no watch has moved", overdue_checks(self.now)
        )
        yield GaugeMetricFamily("makegood_next_check_seconds", "Seconds to the next check, negative when late", seconds)
        yield GaugeMetricFamily("makegood_workers", "Workers alive", workers())
        yield GaugeMetricFamily(
            "makegood_held_facts", "Promises that wait for the rest of what there is to know", held_count()
        )

    def _promises(self) -> Iterator[Metric]:
        yield _by_state("makegood_promises_in_trouble", "Promises at risk or broken now", in_trouble())
        yield _by_state(
            "makegood_promises_due_last_hour", "Promises that were due in the last hour, as they stand now",
            due_between(self.now - _LATELY, self.now),
        )  # fmt: skip


def _cases() -> Iterator[Metric]:
    now = standing()
    yield GaugeMetricFamily("makegood_cases_open", "Cases that are open", now.open)
    yield GaugeMetricFamily("makegood_cases_not_taken", "Open cases that nobody has taken yet", now.not_taken)
    yield GaugeMetricFamily("makegood_escalations_waiting", "Escalations that nobody has answered", now.escalations)


def _webhooks(now: datetime) -> Metric:
    fares = hooks(now=now)
    counts = {"failing": len(fares.failing), "set_aside": len(fares.set_aside), "gave_up": len(fares.gave_up)}
    return _by_state("makegood_webhooks_in_trouble", "Webhooks whose messages are not accepted now", counts)


def _by_state(name: str, words: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family
