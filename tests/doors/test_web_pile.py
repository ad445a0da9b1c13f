"""What came in and belongs to no case: a person says whose it is."""

from __future__ import annotations

import pytest

from makegood.cases.models import Case
from makegood.conversation.models import Message, Thread
from makegood.customers.models import ContactPoint, Customer
from makegood.promises.models import Kind
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db

SAM = "sam@home.example"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def thread() -> Thread:
    made = Thread.objects.create(channel="email", subject="About the seats", begun_at=NOW, latest_at=NOW)
    Message.objects.create(
        thread=made, inward=True, channel="email", state="received", address=SAM, name="Sam Ortiz",
        subject="About the seats", text="Is the seat by the window ours?", at=NOW,
    )  # fmt: skip
    return made


def test_it_waits_in_sight_and_in_the_rail(thread: Thread, cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    assert "Is the seat by the window ours?" in text(mara.get("/messages/"))
    assert "To be sorted" in text(mara.get("/cases/"))
    assert AtDesk(cast.anil).get("/messages/").status_code == 403
    assert "To be sorted" not in text(AtDesk(cast.anil).get("/cases/"))


def test_it_goes_into_a_case_whose_story_tells_it(thread: Thread, cast: Cast) -> None:
    case = a_delivery(cast, taken=True)
    ContactPoint.objects.create(customer=case.customer, channel="email", value=SAM)
    mara = AtDesk(cast.mara)
    assert f"SR-{case.pk}" in text(mara.get("/messages/"))
    assert mara.post(f"/messages/{thread.pk}/into/", case=f"SR-{case.pk}", theirs="1").status_code == 303
    assert "Is the seat by the window ours?" in text(mara.get(f"/cases/SR-{case.pk}/"))
    assert "To be sorted" not in text(mara.get("/cases/"))
    again = mara.post(f"/messages/{thread.pk}/into/", case=f"SR-{case.pk}")
    assert again.status_code == 404
    assert "somebody has sorted it" in text(again)


def test_a_case_is_opened_for_whoever_wrote(thread: Thread, cast: Cast) -> None:
    Kind.objects.filter(slug="delivery").update(team=cast.care)
    AtDesk(cast.mara).post(f"/messages/{thread.pk}/open/", kind="delivery")
    case = Case.objects.get()
    assert (case.title, case.customer.name) == ("About the seats", "Sam Ortiz")
    assert case.customer.contacts.get().value == SAM
    thread.refresh_from_db()
    assert thread.case_id == case.pk


def test_nobodys_needs_a_reason_and_waits_no_more(thread: Thread, cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    refused = mara.post(f"/messages/{thread.pk}/nobodys/", reason=" ")
    assert refused.status_code == 422
    mara.post(f"/messages/{thread.pk}/nobodys/", reason="Advertising")
    assert "Nothing waits" in text(mara.get("/messages/"))
    assert Message.objects.count() == 1


def test_who_may_not_work_sorts_nothing(thread: Thread, cast: Cast) -> None:
    case = a_delivery(cast)
    assert AtDesk(cast.anil).post(f"/messages/{thread.pk}/into/", case=f"SR-{case.pk}").status_code in (303, 403)
    # Somebody of another team puts nothing into a case that they do not see.
    AtDesk(cast.stranger).post(f"/messages/{thread.pk}/into/", case=f"SR-{case.pk}")
    thread.refresh_from_db()
    assert thread.case_id is None
    assert Customer.objects.count() == 1
