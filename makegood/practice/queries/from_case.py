"""A case as a scene is drafted from it, and by what its people could be known."""

from __future__ import annotations

from makegood.cases.queries import CaseFacts, case_for
from makegood.conversation.queries import of_case
from makegood.customers.queries import customer_for
from makegood.people.queries import require_scope
from makegood.people.rules import READS_ALL, Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.practice.queries.writing import OwnSceneFacts
from makegood.practice.rules.from_case import CaseTold, Knowing, known_in
from makegood.practice.rules.redacting import Secrets, with_numbers
from makegood.promises.queries import promises_by_id
from makegood.remedies.queries import grants_of
from makegood.remedies.rules.granting import GrantState


def case_told(scope: Scope, number: int) -> tuple[CaseTold, Secrets]:
    """What of a case goes into a scene, and what must not. Raises Refusal "people.not_allowed", "case.unknown"."""
    require_scope(scope, Ability.SET_SCENES)
    return _told(case_for(scope, number))


def secrets_of(number: int) -> Secrets:
    """By what the people of a case could be known, whoever asks: it may not come back into a scene drafted from it."""
    told, secrets = _told(case_for(READS_ALL, number))
    return with_numbers(secrets, told.texts)


def somebody_in(own: OwnSceneFacts, text: str) -> tuple[Knowing, ...]:
    """Who of the case that a scene was drafted from could be known by a text of it; nobody where it was not."""
    return known_in(text, secrets_of(own.case)) if own.case else ()


def _told(case: CaseFacts) -> tuple[CaseTold, Secrets]:
    customer = customer_for(READS_ALL, case.customer_id)
    failed = case.failures[0] if case.failures else None
    promise = promises_by_id([failed.promise.id]).get(failed.promise.id) if failed and failed.promise else None
    late = promise.kept_at - promise.due_at if promise and promise.kept_at else None
    given = [one for one in grants_of(case.number) if one.state is GrantState.GIVEN]
    told = CaseTold(
        kind=case.kind, kind_name=case.kind_name, promise=promise.title if promise else "",
        happened=failed.what if failed and failed.what else case.title, late=late if late and late.days >= 0 else None,
        means=" ".join(one for one in (case.harm, case.needs) if one),
        wrote=tuple(one.text for one in of_case(case.number) if one.inward and not one.automatic and one.text.strip()),
        given=tuple(dict.fromkeys(one.title for one in given)), times=case.ordinal,
    )  # fmt: skip
    theirs = (*(one.value for one in customer.contacts), *customer.keys, *((promise.reference,) if promise else ()))
    secrets = Secrets(
        customer=(customer.name, *customer.other_names), staff=tuple(name for (name,) in fetch_rows(_STAFF, {})),
        words=tuple(sorted({one for one in theirs if len(one) > 2})),
    )  # fmt: skip
    said = promise.attributes.values() if promise else ()
    return told, with_numbers(secrets, [one for one in said if isinstance(one, str)])


_STAFF = "SELECT name FROM people_staff ORDER BY id"
