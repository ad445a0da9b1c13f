"""What stands in the place of the fields of ready words: facts of a case, as its customer reads them."""

from __future__ import annotations

from django.conf import settings

from makegood.cases.queries import CaseFacts
from makegood.conversation.rules.phrases import fields_of
from makegood.customers.queries import CustomerFacts
from makegood.kernel.texts import first_name
from makegood.links import actions as links
from makegood.remedies.queries.plan import said_due
from makegood.remedies.rules.plan import language_of
from makegood.web.cases.composing import zone_of
from makegood.web.desk import Desk


def facts_for(text: str, case: CaseFacts, customer: CustomerFacts, desk: Desk) -> dict[str, str]:
    """What is known for the fields of a text, "" for what is not. A link is made only where it is asked for."""
    return {name: _FACTS[name](case, customer, desk) for name in fields_of(text)}


def _promise(case: CaseFacts, customer: CustomerFacts, desk: Desk) -> str:
    return case.promise.title if case.promise else ""


def _due(case: CaseFacts, customer: CustomerFacts, desk: Desk) -> str:
    return said_due(case, zone_of(customer, desk), language_of(customer.language))


def _link(case: CaseFacts, customer: CustomerFacts, desk: Desk) -> str:
    token = links.make_link(case.number, scope=desk.scope, by=desk.actor, now=desk.now)
    return f"{settings.BASE_URL}/p/{token}/"


_FACTS = {
    "first_name": lambda case, customer, desk: first_name(customer.name),
    "promise": _promise,
    "due": _due,
    "owner": lambda case, customer, desk: case.owner_name,
    "number": lambda case, customer, desk: case.ref,
    "link": _link,
}
