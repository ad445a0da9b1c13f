"""Several hands at one incident at the same instant: everybody is told once, and no budget is passed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from makegood.cases.models import Case, Commitment, StepDone
from makegood.incidents import actions
from makegood.incidents.actions import releasing
from makegood.incidents.models import Incident, Member
from makegood.incidents.rules.giving import Gift
from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.promises.models import Promise
from makegood.remedies.actions import set_limit
from makegood.remedies.models import Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.fit import RemedyKind
from makegood.worker.watch import tick
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand
from tests.rooms.incidents import NARROW, H, cancelled, passengers, snowline, storm
from tests.rooms.test_cases_at_once import TABLES, together

MINE = (
    "incidents_affected", "incidents_approval", "incidents_member", "incidents_owedgrant", "incidents_incident",
    "links_link", "remedies_grant", "remedies_limit", "customers_contactpoint", "platform_installation",
)  # fmt: skip


@pytest.fixture
def cast(committed: list[str]) -> Cast:
    committed.extend([*MINE, *TABLES])
    return snowline()


@pytest.fixture
def lena(cast: Cast) -> Hand:
    return Hand(cast.lena)


def gathered(hand: Hand, many: int, *, size: int = 5) -> int:
    for one in passengers(many):
        cancelled(one)
    number = storm(hand)
    actions.release(number, batch_size=size, every=0, **hand.at(NOW))
    return number


def release_all() -> None:
    """Take turns until nothing is due: whoever finds the incident held by another tries again."""
    while Incident.objects.filter(next_batch_at__lte=NOW).exists():
        actions.release_due(now=NOW)


def told_once(many: int) -> None:
    assert Member.objects.exclude(told_at=None).count() == many
    assert Case.objects.count() == many
    assert StepDone.objects.filter(step="apologise").count() == many
    assert Entry.objects.filter(verb="case.told").count() == many


def test_four_releasers_tell_everybody_once(lena: Hand) -> None:
    gathered(lena, 40)
    together(*[release_all] * 4)
    told_once(40)


def test_two_incidents_and_the_watch_make_one_case_for_each(lena: Hand) -> None:
    for one in passengers(30):
        cancelled(one)
    for _ in range(2):
        number = storm(lena)
        actions.release(number, batch_size=4, every=0, **lena.at(NOW))
    late = NOW + 5 * H

    def watch() -> None:
        for _ in range(40):
            tick(now=late, limit=7)

    together(release_all, release_all, watch)
    assert Case.objects.count() == 30
    assert Member.objects.exclude(told_at=None).count() == 30
    assert set(Member.objects.filter(told_at=None).values_list("left_out", flat=True)) == {"told_already"}


def test_a_stop_comes_between_two_batches(lena: Hand) -> None:
    number = gathered(lena, 40, size=3)

    def stop() -> None:
        for _ in range(3):
            actions.release_due(now=NOW)
        actions.stop(number, **lena.at(NOW))

    together(stop, release_all)
    row = Incident.objects.get(pk=number)
    told = Member.objects.exclude(told_at=None).count()
    assert row.stopped_at == NOW
    assert told % 3 == 0
    assert told // 3 == row.batches
    told_once(told)
    release_all()
    assert Member.objects.exclude(told_at=None).count() == told


def test_two_releases_never_pass_one_budget(cast: Cast, lena: Hand) -> None:
    set_limit(Limit(grade=2, currency="USD", case=Decimal(50), budget=Decimal(300)), by=SYSTEM, now=NOW)
    gift = Gift(remedy=RemedyKind.CREDIT, titles={"en": "A voucher"}, amount=Decimal(15), currency="USD")
    for one in passengers(15):
        cancelled(one)
    for one in passengers(15):
        cancelled(one, **{"from": "LGA"})
    for airport in ("JFK", "LGA"):
        number = storm(lena, narrow=replace(NARROW, attributes=(("from", airport), ("status", "cancelled"))))
        actions.set_gift(number, gift, **lena.at(NOW))
        actions.release(number, batch_size=2, every=0, **lena.at(NOW))
    together(release_all, release_all)
    given = sum(Grant.objects.values_list("goodwill", flat=True), Decimal(0))
    assert given <= 300
    assert given == 15 * Member.objects.exclude(told_at=None).count()
    assert Incident.objects.exclude(stopped_at=None).exists()


def test_a_batch_that_fails_leaves_nothing_behind(lena: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    number = gathered(lena, 5)

    def killed(*_args: object, **_named: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(releasing, "note_members", killed)
        with pytest.raises(RuntimeError):
            actions.release_due(now=NOW)
    assert not Case.objects.exists()
    assert not Commitment.objects.exists()
    assert Promise.objects.count() == 5
    assert actions.release_due(now=NOW)
    told_once(5)
    assert Incident.objects.get(pk=number).batches == 1


def test_a_customer_who_is_locked_is_waited_for_and_not_skipped(lena: Hand) -> None:
    number = gathered(lena, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM incidents_incident WHERE id = %s FOR UPDATE", [number])
        (done,) = together(lambda: actions.release_due(now=NOW))
        assert done is False
    assert actions.release_due(now=NOW)
    told_once(1)
    with pytest.raises(Refusal):
        actions.release(number, batch_size=1, every=0, **lena.at(NOW))
