"""Notices by the API: a person's own, by a token that stands for them."""

from __future__ import annotations

import pytest

from makegood.notices.queries import unread
from tests.doors.api_client import Api
from tests.factories import Cast, actor, make_cast
from tests.rooms.noticing import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_person_reads_what_they_were_told(cast: Cast) -> None:
    told(cast.mara, 1001, by=actor(cast.lena), urgent=True)
    told(cast.tomas, 1002)
    api = Api(staff=cast.mara)
    page = api.get("/notices").body
    (notice,) = page["items"]
    assert (page["unread"], page["next"]) == (1, None)
    assert notice["about"] == {"kind": "case", "id": 1001}
    assert (notice["words"], notice["link"]) == ("SR-1001 is offered to you", "/cases/SR-1001/")
    assert (notice["urgent"], notice["by"], notice["read_at"]) == (True, "Lena Brandt", None)
    read = api.post(f"/notices/{notice['id']}/read").body
    assert read["read_at"]
    assert api.post(f"/notices/{notice['id']}/read").body == read
    assert api.get("/notices", unread="true").body["items"] == []


def test_the_list_goes_on_where_it_says(cast: Cast) -> None:
    for number in range(5):
        told(cast.mara, number)
    api, after, seen = Api(staff=cast.mara), "", []
    for _ in range(3):
        page = api.get("/notices", limit="2", **({"after": after} if after else {})).body
        seen += [one["about"]["id"] for one in page["items"]]
        after = page["next"]
    assert (seen, after) == ([4, 3, 2, 1, 0], None)
    assert api.get("/notices", after="x").code == "page.bad_cursor"
    assert api.get("/notices", unred="true").code == "query.unknown"


def test_a_token_for_nobody_has_no_notices() -> None:
    assert Api().get("/notices").code == "token.no_staff"
    assert Api().post("/notices/1/read").code == "token.no_staff"


def test_what_another_was_told_is_not_there(cast: Cast) -> None:
    told(cast.mara)
    number = Api(staff=cast.mara).get("/notices").body["items"][0]["id"]
    answer = Api(staff=cast.greta).post(f"/notices/{number}/read")
    assert (answer.status, answer.code) == (404, "notice.unknown")
    assert Api("read", staff=cast.mara).post(f"/notices/{number}/read").code == "token.read_only"
    assert unread(cast.mara.pk, at_most=9) == 1
