"""Who may give what in one case, and who decides about what is more: for what is shown and for what is done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from makegood.cases.rules import Obstacle
from makegood.people.queries import Roster, StaffFacts, roster
from makegood.remedies.queries.authority import limits, spent_by, staff_of_customer
from makegood.remedies.rules.authority import Asked, Limit, Ruling, Spent, judge, nearest_approver
from makegood.remedies.rules.playbooks import Who, may_grant

_KEPT = Obstacle("authority.option", "The playbook keeps one of these for somebody else to give.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Everybody, what each grade may give alone in a currency, and `barred`: staff who are the case's own customer.

    What was given already is no part of it: whoever would spend a budget reads `spent` once that budget is held.
    `kept_for` are those for whom the playbooks keep the options that are chosen.
    """

    case_id: int
    team_id: int | None
    currency: str
    everybody: Roster
    limits: tuple[Limit, ...]
    barred: frozenset[int]

    def spent(self, staff_ids: Collection[int], now: datetime) -> Mapping[int, Spent]:
        """What was given in the case, and by each of these people in the periods that hold `now`."""
        return spent_by(staff_ids, case_id=self.case_id, currency=self.currency, now=now)

    def ruling(
        self, staff_id: int | None, asked: Asked, spent: Mapping[int, Spent], kept_for: Collection[Who] = ()
    ) -> Ruling:
        """What somebody may do alone; nobody known has grade 0 and gave nothing. It does not look at `barred`."""
        person = self.everybody.people.get(staff_id or 0)
        ruling = judge(
            asked, grade=person.grade if person else 0, currency=self.currency, limits=self.limits,
            spent=spent.get(staff_id or 0, Spent()),
        )  # fmt: skip
        if _may_choose(person, kept_for):
            return ruling
        return msgspec.structs.replace(ruling, obstacles=(_KEPT, *ruling.obstacles))

    def may_give(
        self, staff_id: int | None, asked: Asked, spent: Mapping[int, Spent], kept_for: Collection[Who] = ()
    ) -> bool:
        """Whether it is theirs to give: within their own authority, and they are not the customer."""
        known = staff_id in self.everybody.people and staff_id not in self.barred
        return known and self.ruling(staff_id, asked, spent, kept_for).fits

    def approver(
        self,
        asker_id: int | None,
        asked: Asked,
        spent: Mapping[int, Spent],
        kept_for: Collection[Who] = (),
        *,
        silent: Collection[int] = (),
    ) -> StaffFacts | None:
        """The nearest person who is there and may give it all; not the asker, not who kept silent."""
        unfit = {person.id for person in self.everybody.people.values() if not _may_choose(person, kept_for)}
        return nearest_approver(
            self.everybody, asked, currency=self.currency, limits=self.limits, spent=spent, asker_id=asker_id,
            team_id=self.team_id, barred={*self.barred, *silent, *unfit},
        )  # fmt: skip


def hands_in(case_id: int, *, owner_id: int, customer_id: int, currency: str, now: datetime) -> Hands:
    """Who may give what in a case, as people are at `now`."""
    everybody = roster(now)
    owner = everybody.people.get(owner_id)
    return Hands(
        case_id=case_id, team_id=owner.team_id if owner else None, currency=currency, everybody=everybody,
        limits=limits(), barred=staff_of_customer(customer_id),
    )  # fmt: skip


def _may_choose(person: StaffFacts | None, kept_for: Collection[Who]) -> bool:
    return all(person is not None and may_grant(who, role=person.role, grade=person.grade) for who in kept_for)
