"""What an experiment proposes in a case: logged when it is first shown, and what staff make of it.

It never touches what is owed, nor anybody's authority: doing as proposed goes by the same actions as everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from makegood.cases.actions.holding import hold, person
from makegood.cases.actions.holding import tell as tell_case
from makegood.cases.queries import CaseFacts, case_for
from makegood.customers.queries import ids_of
from makegood.followups.actions import come_back
from makegood.journal.actions import record
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.measurement.models import Heeded
from makegood.measurement.queries.experiments import ExperimentFacts, Proposal, full, proposed, running
from makegood.measurement.rules.experiments import Eligible, Varies, arm_of, overlaps, unit_of
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.remedies.actions import change_plan, grant
from makegood.remedies.actions.granting import soon_after
from makegood.remedies.queries.failing import failure_in
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice

_TAKE_IN = """
INSERT INTO measurement_assigned (experiment_id, arm_id, customer_id, incident_id, case_id, at, shown_to_id)
SELECT e.id, r.id, %(customer)s, %(incident)s, %(case)s, %(now)s, %(shown_to)s
FROM measurement_experiment e JOIN measurement_arm r ON r.experiment_id = e.id AND r.position = %(position)s
WHERE e.id = %(experiment)s AND e.state = 'running'
ON CONFLICT (experiment_id, customer_id) DO NOTHING RETURNING arm_id
"""
_INCIDENT = "SELECT incident_id FROM incidents_member WHERE case_id = %s ORDER BY incident_id LIMIT 1"


def propose(case: CaseFacts, *, scope: Scope, by: Actor, now: datetime) -> tuple[Proposal, ...]:
    """What experiments propose in a case that may be seen. Whoever works and is shown it first, their showing is what
    is logged: the row and the journal are written before anything is told, and so before the outcome.

    Taken in are eligible cases opened since the experiment began, open, and of whose customer nothing was heard yet. A
    customer who is in it already stays in their arm, as do those that are merged into one.
    """
    under_way = running()
    if not under_way:
        return proposed(case)[0]
    found, known = proposed(case)
    fresh = [one for one in under_way if one.number not in known]
    if not scope.may(Ability.WORK) or not fresh or not _may_be_taken_in(case):
        return found
    wanted = _eligible(case, fresh)
    return proposed(case)[0] if _take_in(case, wanted, by=by, now=now) else found


@transaction.atomic
def heed(
    number: int, experiment: int, *, done: bool, reason: str = "", language: str = "", scope: Scope, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Do as an arm proposes, or record why not. Whichever it is, the customer stays in their arm. A `reason` goes with
    what is given, too, where so much needs one. `language` is said where the words are not in the customer's own:
    nobody is spoken to in another by oversight.

    Raises Refusal "experiment.not_in_it", "experiment.heeded", "experiment.no_reason", "experiment.language", and
    what giving, changing the plan and coming back refuse: an arm is nobody's authority.
    """
    case = hold(number, scope=scope, closed=None)
    me, why = person(by), reason.strip()[:500]
    one = next((each for each in proposed(case_for(scope, number))[0] if each.experiment == experiment), None)
    if one is None:
        raise missing("experiment.not_in_it", "This case is in no such experiment.")
    if one.done is not None:
        raise Refusal("experiment.heeded", "What was made of it is recorded already.")
    if not done and not why:
        raise invalid("experiment.no_reason", "Say why it is done otherwise here.", field="reason")
    if done and one.language not in (one.theirs, language):
        raise invalid(
            "experiment.language", f"Nobody wrote these words in the customer's language ({one.theirs}): they are in "
            f"{one.language}. Do otherwise, or say that they go out in {one.language}.", field="language",
        )  # fmt: skip
    given = _do(number, one, why, scope=scope, by=by, now=now) if done else None
    Heeded.objects.create(
        assigned_id=one.assigned, case_id=number, done=done, reason=why, by_id=me, at=now,
        grant_id=given,
    )  # fmt: skip
    told = {"experiment": experiment, "arm": one.arm.name, "done": done, **({"reason": why} if why else {})}
    tell_case("arm_heeded", case, by=by, at=now, data=told)


def _do(number: int, one: Proposal, why: str, *, scope: Scope, by: Actor, now: datetime) -> int | None:
    """Do what the arm proposes; the id of what was given, if anything was."""
    arm = one.arm
    if arm.position == 0:
        return None
    if one.varies is Varies.WORDS:
        change_plan(number, step=arm.line, words=one.said, scope=scope, by=by, now=now)
    elif one.varies is Varies.FOLLOW_UP:
        come_back(number, days=arm.days or 1, scope=scope, by=by, now=now)
    elif arm.goodwill:
        # With all that is owed, whatever the arm gives on top of it.
        choice = Choice(
            remedy=RemedyKind(arm.remedy), title=one.said, due_at=soon_after(now), amount=arm.goodwill, with_owed=True
        )  # fmt: skip
        return grant(number, [choice], reason=why, scope=scope, by=by, now=now)[-1]
    return None


def _may_be_taken_in(case: CaseFacts) -> bool:
    """Whether nothing is known yet of how it ends."""
    return case.closed_at is None and not any(check.answer for check in case.checks)


def _eligible(case: CaseFacts, among: Iterable[ExperimentFacts]) -> list[ExperimentFacts]:
    asked = [one for one in among if one.started_at is not None and case.opened_at >= one.started_at]
    if not asked:
        return []
    kind = failure_in(case.number).kind
    this = Eligible((kind,), (case.kind,), case.severity, case.severity)
    return [one for one in asked if overlaps(this, one)]


@transaction.atomic
def _take_in(case: CaseFacts, wanted: Iterable[ExperimentFacts], *, by: Actor, now: datetime) -> bool:
    taken = False
    for one in wanted:
        if full(one.number, one.needed):
            continue
        incident = next((row[0] for row in fetch_rows(_INCIDENT, [case.number])), None)
        living = ids_of(case.customer_id)[0]
        unit = unit_of(incident, living)
        place = arm_of(_salt(one.number), unit, len(one.arms))
        row = {
            "experiment": one.number, "customer": living, "incident": incident, "case": case.number, "now": now,
            "shown_to": by.id if by.kind is ActorKind.STAFF else None, "position": place,
        }  # fmt: skip
        if fetch_rows(_TAKE_IN, row):
            told = {"experiment": one.number, "name": one.name, "arm": one.arms[place].name, "unit": unit}
            record(
                "experiment.assigned", by=by, at=now, subject=("experiment", one.number), customer_id=living,
                case_id=case.number, data=told,
            )  # fmt: skip
        taken = True
    return taken


def _salt(number: int) -> str:
    return str(fetch_rows("SELECT salt FROM measurement_experiment WHERE id = %s", [number])[0][0])
