"""A colleague's page at the desk, and by the API."""

from __future__ import annotations

import pytest

from makegood.followups.models import Recognition
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    Recognition.objects.create(staff=made.mara, by=made.tomas, words="For the night with the keys", at=NOW)
    return made


def test_who_may_read_does_and_others_may_only_thank(cast: Cast) -> None:
    page = f"/people/{cast.mara.pk}/"
    for reader in (cast.mara, cast.lena, cast.greta):
        assert "For the night with the keys" in text(AtDesk(reader).get(page))
    for reader in (cast.tomas, cast.stranger, cast.otto, cast.anil):
        assert "For the night" not in text(AtDesk(reader).get(page))
    assert "Say thanks" in text(AtDesk(cast.stranger).get(page))
    assert "Say thanks" not in text(AtDesk(cast.mara).get(page))
    assert "Nothing here yet" in text(AtDesk(cast.lena).get(f"/people/{cast.lena.pk}/"))
    assert AtDesk(cast.mara).get("/people/99999/").status_code == 404


def test_thanks_are_sent_and_what_is_wrong_comes_back(cast: Cast) -> None:
    page = f"/people/{cast.mara.pk}/"
    assert AtDesk(cast.stranger).post(page, words="You helped us out")["Location"] == page
    assert "You helped us out" in text(AtDesk(cast.mara).get(page))
    assert AtDesk(cast.stranger).post(page, words="").status_code == 422


def test_the_page_takes_as_many_queries_however_much_there_is(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    lena = AtDesk(cast.lena)
    lena.get(f"/people/{cast.mara.pk}/")
    for number in range(60):
        Recognition.objects.create(staff=cast.mara, by=cast.tomas, words=f"Thanks {number}", at=NOW)
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        lena.get(f"/people/{cast.mara.pk}/")


def test_by_the_api(cast: Cast) -> None:
    path = f"/people/{cast.mara.pk}"
    assert Api(staff=cast.stranger).post(f"{path}/thanks", {"words": "Well done"}).body["name"] == "Mara Silva"
    told = Api(staff=cast.lena).get(f"{path}/recognition").body["items"]
    assert {one["said"] for one in told} == {"Well done", "For the night with the keys"}
    assert Api(staff=cast.stranger).get(f"{path}/recognition").code == "people.unknown"
    assert Api(staff=cast.mara).post(f"{path}/thanks", {"words": "Me"}).code == "recognition.own"
