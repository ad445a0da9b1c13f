"""A remedy is called one thing in the customer's language and another at the desk: each reads their own."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from makegood.customers.models import Customer
from makegood.journal.actors import SYSTEM
from makegood.remedies import actions
from makegood.remedies.models import Approval, Grant
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.playbooks_file import playbook_from
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_web_remedies import PLAYBOOK, cast, pick, url
from tests.factories import NOW, Cast

__all__ = ["cast", "url"]
pytestmark = pytest.mark.django_db
BED, BETT = "Put the bed together", "Das Bett aufbauen"


@pytest.fixture
def german(cast: Cast, url: str) -> str:
    """The remedies of Dana, who reads German, with a bed that has a name in both."""
    words = PLAYBOOK.replace(f"title: {BED}", f"title: {{en: {BED}, de: {BETT}}}")
    actions.save_playbook(playbook_from(words), source=words, by=SYSTEM, now=NOW)
    Customer.objects.update(language="de")
    return url


def test_staff_read_the_desks_name_and_the_customer_theirs(cast: Cast, german: str) -> None:
    mara = AtDesk(cast.mara)
    mara.post(german, deed="give", **pick("bed"))
    grant = Grant.objects.get()
    assert (grant.title, grant.titles) == (BETT, {"en": BED, "de": BETT})
    assert f"gave: {BED}" in text(mara.get(f"/cases/SR-{grant.case_id}/"))
    picker = text(mara.get(german))
    assert BED in picker
    assert BETT not in picker
    (told,) = Api(staff=cast.mara).get(f"/cases/SR-{grant.case_id}/grants").body["items"]
    assert (told["title"], told["titles"]["en"]) == (BETT, BED)


def test_whoever_decides_reads_the_desks_name(cast: Cast, german: str) -> None:
    actions.set_limit(Limit(grade=1, currency="GBP", case=Decimal(1)), by=SYSTEM, now=NOW)
    AtDesk(cast.mara).post(german, deed="ask", **pick("bed"))
    lena, question = AtDesk(cast.lena), Approval.objects.get()
    for page in ("/approvals/", f"/approvals/{question.pk}/"):
        shown = text(lena.get(page))
        assert BED in shown, page
        assert BETT not in shown, page
    assert f"asked for: {BED}" in text(lena.get(f"/cases/SR-{question.case_id}/"))


def test_what_was_given_before_gets_the_names_of_its_playbook(cast: Cast, german: str) -> None:
    AtDesk(cast.mara).post(german, deed="give", **pick("bed", "tonight"))
    by_hand = Grant.objects.get(option="tonight")
    Grant.objects.update(titles={})
    Grant.objects.filter(pk=by_hand.pk).update(title="Written by hand")
    import_module("makegood.remedies.migrations.0012_fill_grant_titles").fill(apps, None)
    assert Grant.objects.get(option="bed").titles == {"en": BED, "de": BETT}
    assert Grant.objects.get(pk=by_hand.pk).titles == {}
