"""Dated words at the desk: offered where they were said, read while they are written, promised with one press."""

from __future__ import annotations

import re

import pytest

from makegood.cases.models import Case, Commitment, Failure
from makegood.conversation.models import Message
from tests.doors.casework import a_delivery_by_mail
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return a_delivery_by_mail(cast)


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def at(case: Case, rest: str = "") -> str:
    return f"/cases/SR-{case.pk}/{rest}"


def offered(page: str) -> list[tuple[str, str]]:
    """The address and the start of each offer on a page."""
    return re.findall(r'action="(/cases/SR-\d+/dated/\d+/)".*?name="start" value="(\d+)"', page, re.DOTALL)


def promised(case: Case) -> list[str]:
    made = Commitment.objects.filter(case=case, purpose="commitment").order_by("id")
    return list(made.values_list("promise__title", flat=True))


def test_a_note_is_offered_below_its_line_and_promised_once(case: Case, mara: AtDesk) -> None:
    answer = mara.press(at(case, "notes/"), mode="note", text="Told her I'd ring within 30 minutes.")
    page = answer.content.decode()
    assert "We said “within 30 minutes”." in text(answer)
    assert 'name="what" value="Ring"' in page
    ((address, start),) = offered(page)
    taken = mara.press(address, start=start, what="Ring back with a date")
    assert taken.status_code == 200
    assert "Promised: Ring back with a date" in toast(taken)
    assert promised(case) == ["Ring back with a date"]
    assert offered(taken.content.decode()) == []
    again = mara.press(address, start=start, what="Ring back with a date")
    assert "promised already" in text(again)
    assert promised(case) == ["Ring back with a date"]


def test_without_script_it_is_a_form_like_any_other(case: Case, mara: AtDesk) -> None:
    mara.post(at(case, "notes/"), mode="call", text="Will call back tomorrow morning.", **{"with": "Dana"})
    ((address, start),) = offered(mara.get(at(case)).content.decode())
    answer = mara.post(address, start=start, what="Call back")
    assert (answer.status_code, answer["Location"]) == (303, at(case))
    assert promised(case) == ["Call back"]


def test_a_message_is_offered_once_written_and_not_once_taken_back(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="email", text="Dear Dana,\r\n\r\nI’ll ring you in 2 hours.", do="send")
    page = mara.get(at(case)).content.decode()
    assert len(offered(page)) == 1
    assert 'data-key="y"' in page
    mara.press(f"/messages/{Message.objects.get().pk}/withdraw/")
    assert offered(mara.get(at(case)).content.decode()) == []


def test_while_it_is_written_it_says_what_it_promises(case: Case, mara: AtDesk) -> None:
    typed = "Dear Dana,\n\nI’ll ring you in 2 hours and send the plan by tomorrow noon."
    shown = mara.press(at(case, "dated/"), mode="email", text=typed)
    keys = re.findall(r'name="dated" value="([^"]+)"', shown.content.decode())
    assert keys == ["in 2 hours Ring you", "by tomorrow noon Send the plan"]
    assert "Promise it too: Send the plan" in text(shown)
    assert not Message.objects.exists()
    # A browser sends the line ends of a form in its own way.
    sent = mara.press(at(case, "notes/"), mode="email", text=typed.replace("\n", "\r\n"), do="send", dated=[keys[1]])
    assert "It leaves in a moment. Promised: Send the plan" in toast(sent)
    assert promised(case) == ["Send the plan"]
    assert len(offered(sent.content.decode())) == 1
    # What was sent and promised in one go is taken back in one go.
    undo = re.search(r'"undo": "([^"]+)"', sent.headers["HX-Trigger"])
    assert undo is not None
    mara.press(undo[1])
    assert Message.objects.get().state == "withdrawn"
    assert Commitment.objects.filter(case=case, purpose="commitment", undone_at=None).count() == 0
    assert mara.press(at(case, "dated/"), mode="note", text="She sounded tired.").content.strip() == b""


def test_what_is_kept_back_is_read_from_when_it_leaves(case: Case, mara: AtDesk) -> None:
    typed = {"mode": "email", "text": "I’ll ring you in 2 hours."}
    now, later = (text(mara.press(at(case, "dated/"), **typed, later=when)) for when in ("", "tomorrow 10:00"))
    assert "12:00" in later != now
    assert text(mara.press(at(case, "dated/"), **typed, later="tomo")) == now


def test_what_the_customer_was_promised_can_be_recorded(case: Case, mara: AtDesk) -> None:
    hint = mara.press(at(case, "dated/"), mode="words", text="I was promised a call within the hour.")
    assert "They say they were promised: “within the hour”." in text(hint)
    answer = mara.press(at(case, "notes/"), mode="words", text="I was promised a call within the hour.")
    assert "They say they were promised “within the hour”, and no promise says so." in text(answer)
    ((address, start),) = offered(answer.content.decode())
    recorded = mara.press(address, start=start)
    assert "Recorded" in toast(recorded)
    assert Failure.objects.filter(case=case, what="Promised “within the hour”: A call").exists()
    assert offered(recorded.content.decode()) == []


def test_others_see_and_take_nothing(cast: Cast, case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="note", text="I'll ring her in 2 hours.")
    ((address, start),) = offered(mara.get(at(case)).content.decode())
    assert offered(AtDesk(cast.anil).get(at(case)).content.decode()) == []
    for person in (cast.anil, cast.stranger):
        assert AtDesk(person).post(address, start=start, what="Ring").status_code in {303, 409}
    read = AtDesk(cast.stranger).post(at(case, "dated/"), text="I'll ring her in 2 hours.")
    assert "Promise it too" not in read.content.decode()
    assert promised(case) == []
