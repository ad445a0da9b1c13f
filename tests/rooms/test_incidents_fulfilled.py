"""What everybody is given, handed over: to all at once or to some, by hand or by webhook; who waits stays in sight."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.incidents import actions
from makegood.incidents.models import Member
from makegood.incidents.queries import incident_for, members
from makegood.incidents.queries.reading import Gifts
from makegood.incidents.rules.giving import Gift
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.platform.models import Installation
from makegood.promises.models import Promise
from makegood.remedies import actions as remedies
from makegood.remedies.models import Grant
from makegood.remedies.rules.fit import RemedyKind
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand, cast, watch  # noqa: F401 - a fixture
from tests.rooms.incidents import H, cancelled, passengers, release_all, storm

pytestmark = pytest.mark.django_db


@pytest.fixture
def lena(cast: Cast) -> Hand:  # noqa: F811
    Installation.objects.create(name="Snowline", time_zone="America/New_York", currency="USD")
    return Hand(cast.lena)


def given(lena: Hand, many: int = 3) -> int:
    for one in passengers(many):
        cancelled(one)
    number = storm(lena)
    gift = Gift(remedy=RemedyKind.GESTURE, titles={"en": "A call"}, amount=Decimal(0), currency="USD", within=2)
    actions.set_gift(number, gift, **lena.at(NOW))
    release_all(number, lena)
    return number


def waiting(lena: Hand, number: int) -> list[str]:
    return [one.customer_name for one in members(lena.scope, number, state="undone").rows]


def test_handed_over_to_all_at_once(lena: Hand) -> None:
    number = given(lena)
    assert incident_for(lena.scope, number).gifts == Gifts(3, 3, 0)
    assert actions.fulfil_gifts(number, reference=" run 7 ", **lena.at(NOW + H)) == 3
    assert incident_for(lena.scope, number).gifts == Gifts(3, 0, 0)
    assert set(Grant.objects.values_list("promise__state", "reference")) == {("kept", "run 7")}
    assert Entry.objects.filter(verb="case.grant_fulfilled").count() == 3
    assert Entry.objects.get(verb="incident.gifts_fulfilled").data["many"] == 3
    with pytest.raises(Refusal, match="Nobody of these waits") as no:
        actions.fulfil_gifts(number, **lena.at(NOW + H))
    assert no.value.code == "incident.nothing_to_fulfil"


def test_who_still_waits_stays_in_sight(lena: Hand) -> None:
    number = given(lena)
    first, second, third = Member.objects.order_by("pk")
    assert actions.fulfil_gifts(number, members=[first.pk], **lena.at(NOW + H)) == 1
    assert waiting(lena, number) == ["Dana1 Okafor", "Dana2 Okafor"]
    assert second.gift_id is not None
    assert third.gift_id is not None
    hand = Hand(Member.objects.get(pk=second.pk).case.owner).at(NOW + H)  # type: ignore[union-attr]
    remedies.fail_grant(second.gift_id, reason="The number is wrong.", **hand)
    (wrong, _) = members(lena.scope, number, state="undone").rows
    assert (wrong.gift_problem, wrong.gift_state) == ("The number is wrong.", "at_risk")
    assert incident_for(lena.scope, number).gifts == Gifts(3, 2, 1)
    watch(NOW + timedelta(days=4))
    assert incident_for(lena.scope, number).gifts == Gifts(3, 2, 2)
    assert set(Promise.objects.filter(pk__in=Grant.objects.values("promise_id")).values_list("state", flat=True)) == {
        "kept", "broken",
    }  # fmt: skip
    assert actions.fulfil_gifts(number, **lena.at(NOW + timedelta(days=4))) == 2
    assert set(Grant.objects.values_list("promise__state", "problem")) == {("kept", ""), ("kept_late", "")}


def test_what_a_system_said_by_the_webhook_is_not_said_again(lena: Hand) -> None:
    number = given(lena)
    grant = Grant.objects.order_by("pk")[0]
    remedies.fulfil_grant(grant.pk, reference="pay-1", **lena.at(NOW + H))
    assert actions.fulfil_gifts(number, reference="by hand", **lena.at(NOW + 2 * H)) == 2
    grant.refresh_from_db()
    assert grant.reference == "pay-1"


def test_a_stranger_and_an_agent_hand_nothing_over(lena: Hand, cast: Cast) -> None:  # noqa: F811
    number = given(lena)
    for staff, code in ((cast.stranger, "incident.unknown"), (cast.mara, "incident.may_not")):
        with pytest.raises(Refusal) as no:
            actions.fulfil_gifts(number, **Hand(staff).at(NOW))
        assert no.value.code == code
    assert incident_for(lena.scope, number).gifts.undone == 3


def test_many_are_handed_over_with_as_many_questions_as_few(lena: Hand) -> None:
    asked = []
    for many in (2, 12):
        Member.objects.all().delete()
        number = given(lena, many)
        with CaptureQueriesContext(connection) as seen:
            actions.fulfil_gifts(number, **lena.at(NOW + H))
        asked.append(len(seen))
    assert asked[0] == asked[1]
