"""Notices at the desk: the bell, the list, and where one is told outside the app."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from makegood.adapters.telling import Told
from makegood.notices.models import Channel, Delivery, Notice
from makegood.notices.queries import channels_of, unread
from makegood.web.notices import channels
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, make_cast
from tests.rooms.noticing import reached_at, told

pytestmark = pytest.mark.django_db
PLACES = "/settings/you/channels/"


class Fake:
    """A port that knows every service, and has the problem it is given."""

    problem = ""
    sent: list[str]

    def __init__(self, _networks: Any = (), mail: str = "") -> None:
        pass

    def __enter__(self) -> Fake:
        return self

    def __exit__(self, *_how: object) -> None:
        pass

    def check(self, address: str) -> Told:
        return Told("", "No such service.") if address == "nonsense" else Told("JSON", "")

    def send(self, address: str, title: str, text: str) -> Told:
        Fake.sent.append(address)
        return Told("JSON", Fake.problem)


@pytest.fixture(autouse=True)
def port(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    Fake.problem, Fake.sent = "", []
    monkeypatch.setattr(channels, "Teller", Fake)
    return Fake


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def bell(page: Any) -> str:
    (count,) = set(re.findall(r'data-count="notices">(\d*)<', page.content.decode()))
    return str(count)


def test_the_bell_counts_what_is_unread(cast: Cast, mara: AtDesk) -> None:
    assert bell(mara.get("/today/")) == ""
    told(cast.mara, 1)
    told(cast.mara, 2)
    told(cast.tomas, 3)
    assert bell(mara.get("/today/")) == "2"


def test_opening_one_reads_it_and_leads_there(cast: Cast, mara: AtDesk) -> None:
    told(cast.mara)
    page = mara.get("/notices/")
    assert "SR-1001 is offered to you" in text(page)
    assert unread(cast.mara.pk, at_most=9) == 1, "looking reads nothing"
    answer = mara.post(f"/notices/{Notice.objects.get().pk}/read/")
    assert (answer.status_code, answer["Location"]) == (303, "/cases/SR-1001/")
    assert unread(cast.mara.pk, at_most=9) == 0


def test_all_are_read_but_what_came_meanwhile(cast: Cast, mara: AtDesk) -> None:
    told(cast.mara, 1)
    page = mara.get("/notices/").content.decode()
    (newest,) = re.findall(r'name="up_to" value="(\d+)"', page)
    told(cast.mara, 2)
    mara.post("/notices/read/", up_to=newest)
    assert unread(cast.mara.pk, at_most=9) == 1
    assert "SR-2 is offered" in text(mara.get("/notices/", unread="1"))
    assert "SR-1 is offered" not in text(mara.get("/notices/", unread="1"))


def test_a_strangers_notice_is_not_there(cast: Cast) -> None:
    told(cast.mara)
    number = Notice.objects.get().pk
    stranger = AtDesk(cast.stranger)
    assert "SR-1001" not in text(stranger.get("/notices/"))
    stranger.post(f"/notices/{number}/read/")
    assert unread(cast.mara.pk, at_most=9) == 1


def test_the_list_takes_the_same_queries_however_long(
    cast: Cast, mara: AtDesk, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        told(cast.mara, number)
    mara.get("/notices/")
    with django_assert_max_num_queries(15):
        page = mara.get("/notices/")
    assert page.content.decode().count('class="unread"') == 50
    assert "After" in text(page)


def test_a_place_is_added_and_its_address_never_shown_again(cast: Cast, mara: AtDesk) -> None:
    address = "json://hook.example/s3cr3t"
    assert mara.post(PLACES, address=address, name="My phone", urgent_only="on").status_code == 303
    assert Channel.objects.get().address == address
    for path in (PLACES, "/settings/you/", "/notices/"):
        page = mara.get(path)
        assert "s3cr3t" not in page.content.decode()
    assert "My phone JSON" in text(mara.get("/settings/you/"))


@pytest.mark.parametrize("address", ["nonsense", "", "json://a\nb", "json://" + "a" * 700])
def test_an_address_that_cannot_be_used_is_told_and_not_shown(mara: AtDesk, address: str) -> None:
    answer = mara.post(PLACES, address=address, name="Mine")
    assert answer.status_code == 422
    assert "There is a problem" in text(answer)
    page = answer.content.decode()
    assert 'value="Mine"' in page
    assert not address or address not in page
    assert not Channel.objects.exists()


def test_a_test_says_what_is_wrong_and_then_that_it_works(cast: Cast, mara: AtDesk, port: type[Fake]) -> None:
    number = reached_at(cast.mara)
    port.problem = "Nothing answers at that address."
    mara.post(f"{PLACES}{number}/test/")
    page = text(mara.get(PLACES))
    assert "The test did not leave. Nothing answers at that address." in page
    assert channels_of(cast.mara.pk)[0].problem
    assert "Nothing answers at that address." in text(mara.get("/settings/you/"))
    port.problem = ""
    mara.post(f"{PLACES}{number}/test/")
    assert "accepted the test" in text(mara.get(PLACES))
    shown = channels_of(cast.mara.pk)[0]
    assert (shown.problem, shown.problem_at) == ("", None)
    assert shown.last_sent_at is not None
    assert len(port.sent) == 2


def test_nobody_tests_or_removes_anothers_place(cast: Cast, port: type[Fake]) -> None:
    number = reached_at(cast.mara)
    ada = AtDesk(cast.ada)
    for deed in ("test", "remove"):
        ada.post(f"{PLACES}{number}/{deed}/")
    assert port.sent == []
    assert "My phone" not in text(ada.get(PLACES))
    assert len(channels_of(cast.mara.pk)) == 1


def test_a_place_is_removed(cast: Cast, mara: AtDesk) -> None:
    mara.post(f"{PLACES}{reached_at(cast.mara)}/remove/")
    assert channels_of(cast.mara.pk) == ()


def test_what_could_not_be_sent_is_red_in_the_list_and_on_the_health_page(cast: Cast, mara: AtDesk) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    Delivery.objects.update(next_at=None, failed_at=timezone.now(), problem="no")
    assert "Did not leave: My phone" in text(mara.get("/notices/"))
    assert "1 notice reached its person in the app only" in text(mara.get("/health/"))
    Delivery.objects.update(failed_at=NOW.replace(year=2025))
    assert "reached its person in the app only" not in text(mara.get("/health/"))
