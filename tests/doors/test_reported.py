"""A report that another team sees through: whoever made it lands on what became of it, and the owner is told."""

from __future__ import annotations

import pytest

from makegood.cases.models import Case
from makegood.notices.models import Notice
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_customer
from tests.rooms.casework import cast

__all__ = ["cast"]

pytestmark = pytest.mark.django_db


def report(person: AtDesk, what: str, customer: int) -> str:
    answer = person.post("/cases/new/", who="dana@example.org", customer=str(customer), kind="callback", what=what)
    assert answer.status_code == 303
    return str(answer["Location"])


def test_who_reports_into_another_team_s_case_is_told_whose_it_is(cast: Cast) -> None:
    dana, stranger = make_customer("Dana Okafor", email="dana@example.org").pk, AtDesk(cast.stranger)
    first = report(stranger, "Nobody rang", dana)
    case = Case.objects.get()
    Case.objects.update(owner=cast.mara)
    page = text(stranger.get(first))
    assert f"Your report is SR-{case.pk} now" in page
    assert "Mara Silva of Care answers for it and has been told." in page

    again = report(stranger, "Nobody rang again", dana)
    assert again == f"/cases/SR-{case.pk}/reported/"
    page = text(stranger.get(again))
    assert f"Your report went into SR-{case.pk}" in page
    assert "what you wrote stands in it" in page
    assert Notice.objects.filter(staff=cast.mara, topic="case.reported").count() == 1
    assert stranger.get(f"/cases/SR-{case.pk}/").status_code == 404
    assert AtDesk(cast.otto).get(again).status_code == 404, "only whoever reported it"
    assert report(AtDesk(cast.lena), "Nobody rang, thrice", dana) == f"/today/?case=SR-{case.pk}"


def test_by_the_api_the_reporter_sees_what_it_joined_once(cast: Cast) -> None:
    body = {"customer": {"key": "C-7", "name": "Dana Okafor"}, "kind": "callback", "what": "Nobody rang"}
    stranger = Api(staff=cast.stranger)
    assert stranger.post("/cases", body).status == 201
    joined = stranger.post("/cases", body)
    assert (joined.status, joined.body["owner"]["name"] != "") == (200, True)
    assert stranger.get(f"/cases/{joined.body['ref']}").status == 404
