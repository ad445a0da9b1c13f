"""The facts of a case that a language model may be told, and those that its draft is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from makegood.cases.queries import CaseFacts
from makegood.conversation.coach import Context, languages
from makegood.customers.queries import CustomerFacts
from makegood.kernel.refusals import Refusal
from makegood.people.queries import roster
from makegood.people.rules import Scope
from makegood.promises.rules import UNKEPT
from makegood.remedies.queries.coaching import coaching
from makegood.remedies.queries.grants import grants_of
from makegood.remedies.queries.plan import Plan, prepare, said_due, zone_of
from makegood.remedies.rules.backing import Grounds
from makegood.remedies.rules.drafting import told, without_contacts
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.plan import language_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a draft is made of. `told` is all that leaves the house; `grounds` and `context` is what it is held against,
    in the customer's `language` and `zone`."""

    told: str
    grounds: Grounds
    context: Context
    language: str
    zone: ZoneInfo


def material(case: CaseFacts, customer: CustomerFacts, *, scope: Scope, now: datetime) -> Material:
    """The facts of the plan, without cost, causes, contacts or anybody else's. Raises Refusal "draft.language"."""
    language = language_of(customer.language)
    if language not in languages():
        raise Refusal(
            "draft.language",
            "The coach does not read this customer's language yet, so nobody could check what a model writes in it."
            " Start from the plan instead.",
        )
    zone, plan = zone_of(customer), prepare(case, customer, scope=scope, now=now)
    words = told(_facts(plan, case, said_due(case, zone, language)), (one.prepared for one in plan.words))
    said = without_contacts(words, customer.name)
    ahead = _ahead(plan, case, now)
    past = [plan.promised_at] if plan.promised_at else []
    people = [one.name for one in roster(now).people.values()]
    return Material(
        told=said, grounds=Grounds(text=said, instants=[*ahead, *past], ahead=ahead, people=people),
        context=coaching(case, now=now), language=language, zone=zone,
    )  # fmt: skip


def _facts(plan: Plan, case: CaseFacts, due: str) -> dict[str, str]:
    given = [one.title for one in grants_of(case.number) if one.state == GrantState.GIVEN]
    return {
        "Promised": plan.promised,
        "Promised for": due,
        "Not late yet": "it will be later than promised" if plan.foretold else "",
        "What happened": plan.happened,
        "What it means to the customer": plan.harm,
        "What they need": plan.needs,
        "Failed before": "yes" if plan.earlier_count else "",
        "Given already": "; ".join(given),
        "Apologise": "no, we did lately" if plan.cautions else "",
    }


def _ahead(plan: Plan, case: CaseFacts, now: datetime) -> list[datetime]:
    """The instants that may be promised: of what may be given at once, of what was promised, of how often they like to
    hear from us."""
    ours = [one.due_at for one in plan.options if not (one.decides or one.nobody or one.ask_first)]
    made = [one.promise.due_at for one in case.commitments if one.promise.state in UNKEPT]
    cadence = [now + timedelta(minutes=plan.update_minutes)] if plan.update_minutes else []
    return [one for one in (*ours, *made, *cadence) if one > now]
