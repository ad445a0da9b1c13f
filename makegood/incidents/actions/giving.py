"""On whose authority everybody is given the same: the incident's owner's, or that of somebody who was asked; and what
rules owe to each, about which no authority is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from makegood.cases.rules import Obstacle
from makegood.incidents.models import Approval, Incident, Member, OwedGrant
from makegood.incidents.queries.preparing import Prepared
from makegood.incidents.rules.giving import Gift, covers, obstacles
from makegood.incidents.rules.owed import is_open
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal
from makegood.people.queries import Roster, StaffFacts, roster
from makegood.platform.among import array_of
from makegood.platform.rows import fetch_rows
from makegood.remedies.actions.alike import Alike, Creditor, Receiver, give_alike, give_owed_alike
from makegood.remedies.actions.weighing import hold_events
from makegood.remedies.queries.authority import limits, spent_by
from makegood.remedies.rules.authority import nearest_approver, together

_NO_CASE = 0


def why_not(staff_id: int, gift: Gift, many: int, everybody: Roster, *, in_case: Decimal, now: datetime) -> list[str]:
    """Why somebody may not give this to so many alone, in sentences; [] when they may."""
    found = _in_the_way([staff_id], gift, many, everybody, in_case=in_case, now=now)
    return [one.sentence for one in found[staff_id]]


def _in_the_way(
    staff_ids: Collection[int], gift: Gift, many: int, everybody: Roster, *, in_case: Decimal, now: datetime
) -> dict[int, tuple[Obstacle, ...]]:
    """What keeps each of these people from giving this to so many alone; nobody known has grade 0."""
    bounds = limits()
    spent = spent_by(staff_ids, case_id=_NO_CASE, currency=gift.currency, now=now)
    return {
        one: obstacles(
            gift, many, grade=everybody.people[one].grade if one in everybody.people else 0, limits=bounds,
            spent=replace(spent[one], case={gift.remedy: in_case}), now=now,
        )
        for one in staff_ids
    }  # fmt: skip


def approver_of(
    row: Incident, gift: Gift, many: int, everybody: Roster, *, now: datetime, silent: Collection[int] = ()
) -> StaffFacts | None:
    """The nearest person who is there and may give all of it alone; never the owner of the incident."""
    owner = everybody.people.get(row.owner_id)
    found = _in_the_way(everybody.people, gift, many, everybody, in_case=Decimal(0), now=now)
    # Who may not give it to so many is barred here, so nothing is left to be weighed there.
    return nearest_approver(
        everybody, together(), currency=gift.currency, limits=(), spent={}, asker_id=row.owner_id,
        team_id=owner.team_id if owner else None, barred={*silent, *(one for one, stands in found.items() if stands)},
    )  # fmt: skip


def giver_of(row: Incident, gift: Gift, many: int, everybody: Roster, *, in_case: Decimal, now: datetime) -> int | None:
    """Who gives it: the owner when it is theirs to give, else whoever approved it all; None while nobody may.

    Budgets must be held when it is to be spent.
    """
    if not why_not(row.owner_id, gift, many, everybody, in_case=in_case, now=now):
        return row.owner_id
    approval = _covered(row, gift, many, now)
    decider = approval.decided_by_id if approval is not None else None
    if decider is None or why_not(decider, gift, many, everybody, in_case=in_case, now=now):
        return None
    return decider


def no_giver(row: Incident, gift: Gift, many: int, everybody: Roster, *, in_case: Decimal, now: datetime) -> Refusal:
    """Why nobody may give it yet, and who may be asked."""
    sentences = why_not(row.owner_id, gift, many, everybody, in_case=in_case, now=now)
    who = approver_of(row, gift, many, everybody, now=now)
    ask = f"Ask {who.name} to approve it for all." if who else "Nobody who is there may give it alone. Give less."
    return Refusal("authority.over", " ".join([*sentences, ask]), status=403)


def check_giver(row: Incident, giver_id: int, gift: Gift, many: int, *, in_case: Decimal, now: datetime) -> None:
    """See that so many more are still within what the giver of a release may give; their budget must be held.

    Raises Refusal "authority.over".
    """
    sentences = why_not(giver_id, gift, many, roster(now), in_case=in_case, now=now)
    if giver_id != row.owner_id and not _covered(row, gift, many, now):
        sentences.append("More customers joined than were approved.")
    if sentences:
        raise Refusal("authority.over", " ".join([*sentences, "The release was stopped."]), status=403)


def _covered(row: Incident, gift: Gift, many: int, now: datetime) -> Approval | None:
    """The approval by which so many more may be given it, if there is one."""
    approval = Approval.objects.filter(incident=row, approved=True).order_by("-decided_at").first()
    if approval is None or approval.currency != gift.currency:
        return None
    given = Member.objects.filter(incident=row).exclude(told_at=None).count()
    return approval if covers(approval.total, approval.each, gift=gift, many=many, given=given, now=now) else None


def own_hands(staff_id: int, told: Sequence[Prepared]) -> set[int]:
    """Those of these customers who are the giver: nobody gives to themselves."""
    return own_customers(staff_id, [one.hit.customer_id for one in told])


def own_customers(staff_id: int, customer_ids: Sequence[int]) -> set[int]:
    """The same of customers by their ids."""
    return {pk for (pk,) in fetch_rows(_OWN, [staff_id, array_of(customer_ids)])}


_OWN = """
SELECT c.customer_id FROM people_staff s
JOIN customers_contactpoint c ON c.channel = 'email' AND c.normal = lower(s.email)
WHERE s.id = %s AND c.customer_id = ANY(%s::bigint[])
"""


def give_to(
    row: Incident, gift: Gift, giver_id: int, told: Sequence[Prepared], numbers: dict[int, int], *, by: Actor,
    now: datetime,
) -> dict[int, int]:  # fmt: skip
    """Give it to everybody of these who are not the giver themselves. Returns the grants by member."""
    own = own_hands(giver_id, told)
    given = [one for one in told if one.hit.customer_id not in own]
    receivers = [
        Receiver(numbers[one.hit.member_id], one.hit.customer_id, one.owner_id, gift.title(one.language)[:300])
        for one in given
    ]
    what = Alike(
        remedy=gift.remedy, sums=gift.sums(now), currency=gift.currency, due_at=gift.due_at(now),
        reason=why_given(row), by_id=row.owner_id, decided_by=giver_id,
        titles=gift.titles,
    )  # fmt: skip
    grants = give_alike(receivers, what, by=by, now=now)
    return {one.hit.member_id: grant for one, grant in zip(given, grants, strict=True)}


def hold_owed(told: Sequence[Prepared]) -> None:
    """Hold the events for which these are owed something, after their cases and before budgets: each is paid once."""
    hold_events({due.event for one in told for due in one.dues if due.event})


def give_owed_to(
    row: Incident, told: Sequence[Prepared], numbers: dict[int, int], *, by: Actor, now: datetime
) -> int:  # fmt: skip
    """Give everybody of these what rules owe them as things stand, but not whoever owns the incident. Their events must
    be held. Returns how many grants that made."""
    owing = [one for one in told if is_open(one.dues)]
    own = own_hands(row.owner_id, owing)
    creditors = [
        Creditor(
            one.hit.member_id, numbers[one.hit.member_id], one.hit.customer_id, one.owner_id, one.hit.promise_ids
        )
        for one in owing
        if one.hit.customer_id not in own
    ]  # fmt: skip
    given = give_owed_alike(creditors, reason=why_given(row), by_id=row.owner_id, by=by, now=now)
    OwedGrant.objects.bulk_create([OwedGrant(member_id=member, grant_id=grant) for member, grant in given])
    return len(given)


def why_given(row: Incident) -> str:
    """What a grant says of why it was given."""
    return f"Incident {row.pk}: {row.title}"
