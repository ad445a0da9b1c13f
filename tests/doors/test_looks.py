"""What waits for a lead's look, at the desk: listed apart from any case, let leave, sent back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case, Commitment
from makegood.conversation.models import Message
from makegood.promises.models import Promise
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_contact
from tests.rooms.casework import Hand
from tests.rooms.test_looks import box, case, cast, files, mara, on, write

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara", "on"]


def test_it_is_looked_at_from_the_list(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    first, second = write(case, mara), write(case, mara)
    lena = AtDesk(cast.lena)
    page = lena.get("/messages/looks/")
    assert text(page).count("Looked at, it may leave") == 2
    assert 'hx-target="#case"' not in page.content.decode()
    assert "2 messages wait for your look" in text(lena.get("/practice/team/"))
    assert lena.post(f"/messages/{first.id}/release/").status_code == 303
    assert lena.post(f"/messages/{second.id}/send-back/", words="Say by when.").status_code == 303
    assert {one.state for one in Message.objects.filter(inward=False)} == {"waiting", "withdrawn"}
    assert "Nothing waits for your look." in text(lena.get("/messages/looks/"))
    assert "Lena Brandt sent it back: Say by when." in text(AtDesk(cast.mara).get(f"/cases/SR-{case.pk}/"))
    assert AtDesk(cast.mara).get("/messages/looks/").status_code == 403


def test_a_letter_is_printed_once_it_was_looked_at(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    make_contact(case.customer, "post", "4 Mill Lane", "4 mill lane")
    desk, lena, here = AtDesk(cast.mara), AtDesk(cast.lena), f"/cases/SR-{case.pk}/"
    desk.post(f"{here}notes/", mode="post", text="I own this.", heard="1")
    letter = Message.objects.get(inward=False)
    page = f"{here}letters/{letter.pk}.pdf"
    assert desk.get(page).status_code == 400
    assert page not in desk.get(here).content.decode()
    assert lena.post(f"/messages/{letter.pk}/release/").status_code == 303
    assert desk.get(page)["Content-Type"] == "application/pdf"
    assert page in desk.get(here).content.decode()


def test_what_is_late_there_is_said_to_be(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    write(case, mara)
    theirs = Promise.objects.filter(pk__in=Commitment.objects.filter(case=case).values("promise_id"))
    late = datetime.now(UTC) - timedelta(hours=2, minutes=35, seconds=30)
    theirs.update(due_at=late, breaks_at=late)
    page = text(AtDesk(cast.lena).get("/messages/looks/"))
    assert "2 h 35 m late" in page
    assert "in 1 m" not in page
