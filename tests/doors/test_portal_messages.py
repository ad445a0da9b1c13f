"""What is written to the customer's page stands there, among their own words, with its author's name and no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.links import actions as links
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rooms.casework import MINUTE, Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return a_delivery(cast, taken=True)


def page(case: Case, cast: Cast) -> str:
    token = links.make_link(case.pk, **Hand(cast.mara).at(datetime.now(UTC)))
    return text(AtDesk(None).get(f"/p/{token}/"))


def send(case: Case, who: Hand, words: str) -> None:
    now = datetime.now(UTC)
    actions.write_message(case.pk, channel="page", words=words, **who.at(now))
    later = now + MINUTE
    for one in actions.take_messages(channels=["page"], now=later):
        actions.note_handing(one, now=later)
        actions.mark_sent(one, now=later)


def test_it_stands_there_once_it_has_left(case: Case, cast: Cast) -> None:
    send(case, Hand(cast.tomas), "The second parcel left this morning.")
    actions.write_message(case.pk, channel="page", words="Not yet.", **Hand(cast.mara).at(datetime.now(UTC)))
    AtDesk(cast.mara).press(f"/cases/SR-{case.pk}/notes/", mode="note", text="She is difficult.")
    shown = page(case, cast)
    assert "The second parcel left this morning." in shown
    assert f"{cast.tomas.name} wrote to you" in shown
    assert "Not yet." not in shown
    assert "She is difficult." not in shown
    assert cast.lena.name not in shown


def test_it_is_told_in_their_language(case: Case, cast: Cast) -> None:
    case.customer.language = "de"
    case.customer.save()
    send(case, Hand(cast.mara), "Es ist unterwegs.")
    shown = page(case, cast)
    assert f"{cast.mara.name} schrieb Ihnen" in shown


def test_what_was_taken_back_never_stands_there(case: Case, cast: Cast) -> None:
    now = datetime.now(UTC)
    written = actions.write_message(case.pk, channel="page", words="Wrong words.", **Hand(cast.mara).at(now))
    actions.withdraw_message(written.id, **Hand(cast.mara).at(now + timedelta(seconds=2)))
    assert "Wrong words." not in page(case, cast)
