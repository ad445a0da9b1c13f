"""What remedies have to say before a case ends."""

from __future__ import annotations

from typing import NamedTuple

from makegood.cases.rules import Obstacle
from makegood.platform.installation import organisation
from makegood.platform.rows import fetch_rows
from makegood.remedies.rules.entitlements.words import moment
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import still_asked
from makegood.remedies.rules.offering import Silence, still_open

_BEFORE = """
SELECT ARRAY(SELECT DISTINCT remedy FROM remedies_grant WHERE case_id = %(case)s AND state = 'given'),
       o.until, o.silence, o.else_at IS NOT NULL,
       (SELECT s.name FROM remedies_approval a JOIN people_staff s ON s.id = a.asked_of_id
        WHERE a.case_id = %(case)s AND a.decided_at IS NULL)
FROM (SELECT) one
LEFT JOIN remedies_offer o ON o.case_id = %(case)s AND o.state = 'open' AND o.grant_id IS NULL
"""


class BeforeEnding(NamedTuple):
    """The kinds of remedies that were given and not taken back, and what stands in the way: that the customer may still
    choose, that somebody is still asked. What they chose and what was approved are promises, and in the way as such."""

    given: frozenset[RemedyKind]
    standing: tuple[Obstacle, ...]


def before_ending(number: int) -> BeforeEnding:
    """What there is to heed before a case ends that the caller may see."""
    given, until, silence, wants_else, asked = fetch_rows(_BEFORE, {"case": number})[0]
    standing = []
    if until is not None:
        standing.append(still_open(moment(until, organisation().zone), Silence(silence), wants_else=wants_else))
    if asked is not None:
        standing.append(still_asked(asked))
    return BeforeEnding(frozenset(map(RemedyKind, given)), tuple(standing))
