"""Same failure, different remedy: who is alike, what stands out, and why, as a person said."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from makegood.cases.models import Case
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.models import Difference, Grant
from makegood.remedies.queries import consistency
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast
from tests.rooms.casework import Hand
from tests.rooms.test_grants import back, cast, open_case

__all__ = ["cast"]

pytestmark = pytest.mark.django_db
ALL = Scope(Role.MANAGER)
PINNED = 9
"""The statements of the page."""


def give(cast: Cast, *amounts: str, worth: str = "100") -> list[Case]:
    cases = [open_case(cast, worth=worth) for _ in amounts]
    for case, amount in zip(cases, amounts, strict=True):
        actions.grant(case.pk, [back(amount)], reason="It is right", **Hand(cast.greta).at(NOW))
    return cases


def test_what_stands_out_is_asked_why(cast: Cast) -> None:
    *_, odd = give(cast, "10", "10", "12", "11", "10", "90")

    found = consistency(ALL)

    (group,) = found.groups
    assert (group.failure, group.kind, group.cases, group.with_loss) == ("late", "Delivery", 6, 6)
    assert group.money is not None
    assert (group.money.median, group.money.most) == (Decimal("10.5"), 90)
    assert group.share is not None
    assert group.share.median == Decimal("0.105")
    assert (group.entitled, group.correction, group.goodwill) == (0, 0, Decimal("10.5"))
    (one,) = found.standouts
    assert (one.case, one.total, one.more, one.reason) == (odd.pk, 90, True, "")

    actions.explain_difference(odd.pk, reason="Her wedding was that day", **Hand(cast.lena).at(NOW))
    actions.explain_difference(odd.pk, reason="The second time, too", **Hand(cast.greta).at(NOW))
    assert [(one.reason, one.reason_by) for one in consistency(ALL).standouts] == [
        ("The second time, too", "Greta Moreau")
    ]
    assert Difference.objects.count() == 2


def test_of_few_nothing_is_said(cast: Cast) -> None:
    give(cast, "10", "10", "10", "90")
    found = consistency(ALL)
    assert (found.groups[0].money, found.groups[0].share, found.standouts) == (None, None, ())


def test_without_a_known_loss_money_is_compared(cast: Cast) -> None:
    *_, odd = give(cast, "10", "10", "12", "11", "10", "90", worth="")
    found = consistency(ALL)
    assert (found.groups[0].with_loss, found.groups[0].share) == (0, None)
    assert [(one.case, one.share) for one in found.standouts] == [(odd.pk, None)]


def test_what_was_taken_back_is_not_counted_and_what_a_person_named_counts(cast: Cast) -> None:
    first, second = give(cast, "10", "20")
    grant = actions.grant(first.pk, [back("5")], **Hand(cast.mara).at(NOW))[0]
    actions.withdraw_grant(grant, reason="No", **Hand(cast.mara).at(NOW))
    actions.name_failure(second.pk, kind="money", **Hand(cast.mara).at(NOW))
    assert sorted((one.failure, one.goodwill) for one in consistency(ALL).groups) == [("late", 10), ("money", 20)]
    assert consistency(ALL, before=NOW).groups == ()


def test_leads_see_their_own_team_and_a_stranger_nothing(cast: Cast) -> None:
    *_, odd = give(cast, "10", "10", "12", "11", "10", "90")
    assert consistency(Hand(cast.lena).scope, by_team=True).groups[0].team == "Care"
    assert consistency(Hand(cast.otto).scope).groups == ()
    for person in (cast.mara, cast.stranger):
        with pytest.raises(Refusal, match="leads"):
            consistency(Hand(person).scope)
        with pytest.raises(Refusal, match="leads"):
            actions.explain_difference(odd.pk, reason="Mine", **Hand(person).at(NOW))
    with pytest.raises(Refusal, match="no such case"):
        actions.explain_difference(odd.pk, reason="Mine", **Hand(cast.otto).at(NOW))


def test_the_page_tells_it_and_takes_the_reason(cast: Cast) -> None:
    *_, odd = give(cast, "10", "10", "12", "11", "10", "90")
    lena, address = AtDesk(cast.lena), "/insights/consistency/?period=all"

    shown = text(lena.get("/insights/consistency/", period="all"))
    assert "1 case stands out from its like" in shown
    assert f"SR-{odd.pk}" in shown
    assert "of the loss, where" in shown
    assert lena.post(f"/insights/consistency/SR-{odd.pk}/", reason="Her wedding was that day").status_code == 303
    assert "Her wedding was that day · Lena Brandt" in text(lena.get("/insights/consistency/", period="all"))
    assert "Her wedding" in text(lena.get(f"/cases/SR-{odd.pk}/"))
    assert AtDesk(cast.mara).get(address).status_code == 403
    assert "Mara" not in shown


def test_the_figures_take_one_statement_however_many_cases(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        give(cast, "10", "10", "90")
        with django_assert_num_queries(1):
            consistency(ALL)


def test_of_very_many_the_latest_are_compared_and_the_page_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("makegood.remedies.queries.consistency"), "COMPARED", 6)
    give(cast, "10", "10", "12", "11", "10")
    assert consistency(ALL).compared_from is None
    give(cast, "10")
    found = consistency(ALL)
    assert (found.groups[0].cases, found.compared_from) == (6, NOW)
    greta = AtDesk(cast.greta)
    shown = greta.get("/insights/consistency/", period="all")
    assert "Compared are the latest 6 remedies" in text(shown)
    every = re.search(r'href="(\?[^"]*whole=on)"', shown.content.decode())
    assert every
    whole = text(greta.client.get(f"/insights/consistency/{html.unescape(every[1])}"))
    assert "Compared are all 6 remedies of this time." in whole
    assert "Compare all of them" not in whole
    assert (consistency(ALL, whole=True).groups[0].cases, consistency(ALL, whole=True).compared_from) == (6, None)


def test_of_a_kind_or_a_month_all_are_compared(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("makegood.remedies.queries.consistency"), "COMPARED", 7)
    give(cast, "10", "10", "12", "11", "10")
    call = give(cast, "10")[0]
    Case.objects.filter(pk=call.pk).update(kind=Kind.objects.get(slug="callback"))
    Grant.objects.filter(case=call).update(given_at=NOW - timedelta(days=40))
    found = consistency(ALL, kind="callback")
    assert ([one.kind for one in found.groups], found.remedies, found.compared_from) == (["Call back"], 1, None)
    greta, here = AtDesk(cast.greta), "/insights/consistency/"
    assert "Compared are all 6 remedies of this time." in text(greta.get(here, period="all"))
    assert "Compared are all 5 remedies of this time." in text(greta.get(here, period="all", kind="delivery"))
    assert '<option value="delivery" selected' in greta.get(here, kind="delivery").content.decode()


def test_a_months_remedies_are_those_of_the_month(cast: Cast) -> None:
    give(cast, "10")
    now = datetime.now(UTC)
    Grant.objects.update(given_at=now.replace(day=1, hour=12) - timedelta(days=1))
    greta, here = AtDesk(cast.greta), "/insights/consistency/"
    last = f"{now.replace(day=1) - timedelta(days=1):%Y-%m}"
    assert "Compared is the one remedy of this time." in text(greta.get(here, month=last))
    assert "Nothing was given in this time" in text(greta.get(here, month=f"{now:%Y-%m}"))


def test_the_page_asks_the_same_however_many_cases(cast: Cast) -> None:
    greta, counts = AtDesk(cast.greta), []
    for _ in range(2):
        give(cast, "10", "10", "10", "11", "90")
        with CaptureQueriesContext(connection) as asked:
            assert greta.get("/insights/consistency/", period="all").status_code == 200
        counts.append(len(asked))
    assert counts == [PINNED] * 2
