"""Whose promises somebody sees, and that a day and the ledger mean the same by them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.promises import actions, queries
from makegood.promises.models import Kind, Promise
from makegood.promises.queries import LedgerFilter
from makegood.promises.queries.reading import visible
from tests.factories import NOW, Cast, actor, make_cast, make_customer, make_staff

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    """Promises of every sort of owner and kind: owned in either team, by somebody in none, by nobody; kinds of Care, of
    Billing and of no team; some made inside cases."""
    made = make_cast()
    alone = make_staff("Ola Alone")
    Kind.objects.update(team=None)
    Kind.objects.filter(slug="callback").update(team=made.care)
    Kind.objects.filter(slug="refund").update(team=made.billing)
    for owner in (made.mara, made.stranger, alone, None):
        for kind in ("callback", "refund", "delivery", "commitment"):
            actions.make(
                customer_id=make_customer().pk, kind=kind, title=f"{kind} of {owner}", due_at=NOW + HOUR,
                owner_id=owner.pk if owner else None, by=actor(made.ada), now=NOW,
            )  # fmt: skip
    return made


def scopes(cast: Cast) -> list[Scope]:
    alone = Scope(Role.AGENT, Promise.objects.get(title="refund of Ola Alone").owner_id, None)
    people = [Scope(Role(one.role), one.pk, one.team_id) for one in (cast.mara, cast.stranger, cast.greta)]
    return [*people, alone, Scope(Role.AGENT, cast.ada.pk, None), Scope(Role.AGENT)]


def test_somebody_in_no_team_sees_no_work_of_others_in_none(cast: Cast) -> None:
    *_, alone, other, nobody = scopes(cast)
    for scope in (other, nobody):
        assert {promise.kind.team for promise in visible(scope).select_related("kind")} == {None}
    assert visible(alone).filter(title="refund of Ola Alone").exists()
    assert not visible(alone).filter(title="refund of None").exists(), "it is for Billing to see"


def test_one_promise_is_seen_as_lists_are(cast: Cast) -> None:
    for scope in scopes(cast):
        listed = set(visible(scope).values_list("pk", flat=True))
        for number in Promise.objects.values_list("pk", flat=True):
            assert (number in listed) == seen(scope, number), (scope, number)


def seen(scope: Scope, number: int) -> bool:
    try:
        return queries.promise_for(scope, number).id == number
    except Refusal:
        return False


def test_a_day_counts_what_the_ledger_lists(cast: Cast) -> None:
    for scope in scopes(cast):
        for owner_id, team_id in ((scope.staff_id, None), (None, scope.team_id)):
            day = queries.day_of(scope, starts_at=NOW, ends_at=NOW + DAY, owner_id=owner_id, team_id=team_id)
            narrow = LedgerFilter(
                owner_id=owner_id, team_id=team_id, due_from=NOW, due_before=NOW + DAY, to_customers=True
            )
            assert day.total == queries.count_open(scope, narrow) == len(day.marks)


def test_a_day_with_more_than_can_be_told_one_by_one_is_told_by_number(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scopes(cast)[0]
    each = queries.day_of(scope, starts_at=NOW, ends_at=NOW + DAY)
    monkeypatch.setattr("makegood.promises.queries.day.MARKS", each.total - 1)
    many = queries.day_of(scope, starts_at=NOW, ends_at=NOW + DAY)
    assert (many.total, many.counts) == (each.total, each.counts)
    assert sum(mark.many for mark in many.marks) == each.total > len(many.marks)
    assert {mark.title for mark in many.marks} == {""}
    # A slot is told by its middle.
    assert {mark.due_at for mark in many.marks} == {NOW + HOUR + timedelta(minutes=5)}


def test_a_team_s_promises_are_its_people_s_and_those_of_nobody(cast: Cast) -> None:
    mara = scopes(cast)[0]
    page = queries.ledger(mara, LedgerFilter(team_id=cast.care.pk, to_customers=True))
    assert {row.title for row in page.rows} == {
        "callback of Mara Silva", "refund of Mara Silva", "delivery of Mara Silva", "callback of None",
        "delivery of None",
    }  # fmt: skip
