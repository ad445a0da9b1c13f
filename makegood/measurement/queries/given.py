"""Who was given more by lot, and what they did after it. Loads numpy: only commands import it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from makegood.measurement.findings import GivenArm, Outcome, Plan
from makegood.measurement.rules.experiments import Ended, Varies, arm_of, unit_of
from makegood.measurement.rules.given import Given
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows

DAY = timedelta(days=1)
# Ended by its own rule: what a person ended says nothing, and what runs is sealed.
_RULED = [Ended.SIZE.value, Ended.DATE.value, Ended.CLEAR.value, Ended.HARM.value]
# Looked at until it was clear, the interval has to hold at every look.
_LOOKED = (Ended.CLEAR, Ended.HARM)

_ARMS = """
SELECT e.id, r.position, r.name, e.ended, e.needed, e.salt, count(*) OVER (PARTITION BY e.id)
FROM measurement_experiment e JOIN measurement_arm r ON r.experiment_id = e.id
WHERE e.varies = %(varies)s AND e.state = 'ended' AND e.ended = ANY(%(ruled)s) AND e.ended_at <= %(now)s
ORDER BY e.id, r.position
"""
# Each customer once, by the first arm they were in: those merged later are one.
_GIVEN = """
SELECT DISTINCT ON (a.experiment_id, p.person) a.experiment_id, r.position, a.incident_id, a.customer_id,
       NOT EXISTS (
           SELECT FROM measurement_behaviour b JOIN customers_customer m ON m.id = b.customer_id
           WHERE coalesce(m.merged_into_id, m.id) = p.person AND b.deed = 'left'
             AND b.at > a.at AND b.at <= a.at + %(horizon)s),
       EXISTS (
           SELECT FROM measurement_behaviour b JOIN customers_customer m ON m.id = b.customer_id
           WHERE coalesce(m.merged_into_id, m.id) = p.person AND b.deed = 'left_involuntarily'
             AND b.at > a.at AND b.at <= a.at + %(horizon)s),
       o.many, o.amount
FROM measurement_assigned a JOIN measurement_arm r ON r.id = a.arm_id
CROSS JOIN LATERAL (SELECT coalesce(merged_into_id, id) AS person FROM customers_customer WHERE id = a.customer_id) p
CROSS JOIN LATERAL (
    SELECT count(*) AS many, coalesce(sum(b.amount) FILTER (WHERE b.currency = %(currency)s), 0)::float8 AS amount
    FROM measurement_behaviour b JOIN customers_customer m ON m.id = b.customer_id
    WHERE (m.id = p.person OR m.merged_into_id = p.person) AND b.deed IN ('order', 'renewal')
      AND b.at > a.at AND b.at <= a.at + %(horizon)s) o
WHERE a.experiment_id = ANY(%(experiments)s) AND a.at >= %(since)s AND a.at < %(before)s
  AND a.at + %(horizon)s <= %(now)s
ORDER BY a.experiment_id, p.person, a.id
"""


def given(plan: Plan, *, now: datetime) -> Given:
    """Whom ended experiments put into an arm in the days of a plan, watched for its horizon from that instant on.

    Only whom the lot put there: each arm is drawn again from the secret of its experiment, and whoever is in another
    is left out.
    """
    arms = fetch_rows(_ARMS, {"varies": Varies.GOODWILL, "ruled": _RULED, "now": now})
    if not arms:
        return Given()
    zone = organisation().zone
    since, before = (datetime(day.year, day.month, day.day, tzinfo=zone) for day in (plan.since, plan.before))
    lots = {number: (salt, many) for number, *_rest, salt, many in arms}
    asked = {
        "experiments": list(lots), "since": since, "before": before, "now": now,
        "horizon": plan.horizon_days * DAY, "currency": organisation().currency,
    }  # fmt: skip
    rows = [row for row in fetch_rows(_GIVEN, asked) if _by_lot(row, *lots[row[0]])]
    if not rows:
        return Given()
    experiment, arm, incident, customer, stayed, lost, many, amount = zip(*rows, strict=True)
    units = [f"i{hit}" if hit else f"c{who}" for hit, who in zip(incident, customer, strict=True)]
    bought = np.array(many, dtype=float)
    return Given(
        experiment=np.array(experiment, dtype=np.int64), arm=np.array(arm, dtype=np.int64),
        unit=np.unique(units, return_inverse=True)[1].astype(np.int64),
        outcomes={
            Outcome.STAYED: np.where(np.array(lost, dtype=bool), np.nan, np.array(stayed, dtype=float)),
            Outcome.BOUGHT: (bought > 0).astype(float), Outcome.SPEND: np.array(amount, dtype=float),
        },
        arms=tuple(
            GivenArm(experiment=number, position=position, name=name, looked=ended in _LOOKED, planned=needed)
            for number, position, name, ended, needed, *_rest in arms if position
        ),
    )  # fmt: skip


def _by_lot(row: Any, salt: str, arms: int) -> bool:
    _experiment, position, incident, customer, *_rest = row
    return bool(arm_of(salt, unit_of(incident, customer), arms) == position)
