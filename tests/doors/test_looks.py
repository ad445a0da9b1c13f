"""What waits for a lead's look, at the desk: listed apart from any case, let leave, sent back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from makegood.cases.models import Case, Commitment
from makegood.conversation import actions
from makegood.conversation.models import Look, Message
from makegood.promises.models import Promise
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_absence, make_contact
from tests.rooms.casework import Hand
from tests.rooms.test_looks import box, case, cast, files, mara, on, pass_scene, write

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


def test_a_lead_sends_back_and_only_its_writer_takes_back(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    write(case, mara)
    here = f"/cases/SR-{case.pk}/"
    assert "Take back" not in text(AtDesk(cast.lena).get("/messages/looks/"))
    assert "Take back" not in text(AtDesk(cast.lena).get(here))
    assert "Take back" in text(AtDesk(cast.mara).get(here))


def lena_leaves(cast: Cast) -> None:
    """After she was asked, and somebody stands in for her."""
    make_absence(cast.lena, deputy=cast.stranger, ends_at=datetime.now(UTC) + timedelta(days=1))
    assert actions.ask_who_is_there(now=datetime.now(UTC)) > 0


def test_a_deputy_judges_from_the_list_without_a_dead_link(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    first, second = write(case, mara), write(case, mara)
    pass_scene(cast.stranger)
    lena_leaves(cast)
    stranger = AtDesk(cast.stranger)
    page = stranger.get("/messages/looks/")
    assert f"{case.customer.name} · {case.title}" in text(page)
    assert f'href="/cases/SR-{case.pk}/"' not in page.content.decode()
    assert stranger.post(f"/messages/{first.id}/release/?list").headers["Location"] == "/messages/looks/"
    last = stranger.post(f"/messages/{second.id}/send-back/?list", words="By when?")
    assert last.headers["Location"] == "/today/"
    assert {one.state for one in Message.objects.filter(inward=False)} == {"waiting", "withdrawn"}


def test_a_deputy_looks_by_the_api(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    written = write(case, mara)
    pass_scene(cast.stranger)
    api = Api(staff=cast.stranger)
    assert api.get("/messages/looks").code == "people.not_allowed"
    lena_leaves(cast)
    (waits,) = api.get("/messages/looks").body["items"]
    assert (waits["id"], waits["customer_name"], waits["promises"]) == (written.id, case.customer.name, [])
    assert api.post(f"/messages/{written.id}/release", {}).body["state"] == "waiting"
    assert api.get("/messages/looks").code == "people.not_allowed"


def test_what_it_promises_is_said_with_its_time(on: None, cast: Cast, mara: Hand, case: Case) -> None:
    here, desk, lena = f"/cases/SR-{case.pk}/", AtDesk(cast.mara), AtDesk(cast.lena)
    desk.post(f"{here}notes/", mode="email", text="I own this. I will ring you within two hours.", heard="1")
    assert "Promise it once it leaves" in text(desk.get(here))
    written, look = Message.objects.get(inward=False), Look.objects.get()
    look.promises = [[28, "Ring you"]]
    assert written.text[28:].startswith("within two hours")
    look.save()
    assert re.search(r"Promised once it leaves: Ring you, .*in 2 h", text(lena.get("/messages/looks/")))
    before = datetime.now(UTC) - timedelta(days=3)
    Message.objects.update(text="I own this. I will ring you by 17:00.", at=before, leave_at=before)
    for page in (text(lena.get("/messages/looks/")), text(lena.get(here))):
        assert "It promises “Ring you” “by 17:00”. That was" in page
        assert "Send back" in page
        assert "Looked at, it may leave" not in page
    assert Api(staff=cast.lena).post(f"/messages/{written.pk}/release", {}).code == "message.another_time"
