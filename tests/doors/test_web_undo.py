"""Taking back at the desk: from the toast, from the timeline, and with no script at all."""

from __future__ import annotations

import json
import re

import pytest
from django.http import HttpResponse

from makegood.cases.models import Case, StepDone
from makegood.cases.rules import CONVERSATION
from makegood.journal.models import Entry
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> str:
    """The address of a case that Mara owns and has not taken up."""
    return f"/cases/SR-{a_delivery(cast).pk}/"


def undo_of(answer: HttpResponse) -> str:
    """Where the toast that arrives with a fragment takes back."""
    return str(json.loads(answer.headers["HX-Trigger"])["toast"].get("undo", ""))


def buttons(answer: HttpResponse) -> list[str]:
    return re.findall(r'<form class="undo" method="post" action="([^"]+)"', answer.content.decode())


def last(verb: str) -> int:
    return Entry.objects.filter(verb=verb).latest("id").pk


def test_the_toast_takes_back_what_was_just_done(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    undo = undo_of(mara.press(f"{case}take/"))
    assert undo == f"{case}undo/{last('case.taken')}/?whole=1"
    answer = mara.press(undo)
    assert (toast(answer), undo_of(answer)) == ("Taken back.", "")
    assert "took back: took the case" in text(answer)
    assert Case.objects.get().taken_at is None


def test_a_logged_call_is_taken_back_whole(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    undo = undo_of(mara.press(f"{case}notes/", mode="call", text="She has no bed tonight", covered=list(CONVERSATION)))
    assert StepDone.objects.filter(undone_at=None).count() == 5
    mara.press(undo)
    assert not StepDone.objects.filter(undone_at=None).exists()


def test_the_timeline_takes_back_without_script(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    answer = mara.post(f"{case}steps/apologise/", said="I am sorry.")
    page = mara.client.get(answer["Location"])
    (address,) = buttons(page)
    assert f'action="{address}?whole=1"' in page.content.decode()  # the toast of the page that follows
    mara.post(f"{case}undo/{last('case.step')}/")
    shown = mara.get(case)
    assert buttons(shown) == []
    assert "Taken back: You apologised" in text(shown)
    assert "You took back: apologised" in text(shown)


def test_a_colleague_is_offered_no_undo(cast: Cast, case: str) -> None:
    AtDesk(cast.mara).post(f"{case}notes/", mode="note", text="A word")
    assert buttons(AtDesk(cast.tomas).get(case)) == []
    answer = AtDesk(cast.tomas).press(f"{case}undo/{last('case.noted')}/")
    assert answer.status_code == 409
    assert "Only whoever did it, or a lead, can take it back." in text(answer)
    assert len(buttons(AtDesk(cast.lena).get(case))) == 1


def test_what_is_built_on_stays_and_says_so(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    undo = undo_of(mara.press(f"{case}ask/", channel="phone"))
    mara.press(f"{case}answer/", answer="more", words="It rattles")
    answer = mara.press(undo)
    assert answer.status_code == 409
    assert "More was done since that stands on it." in text(answer)


def test_from_elsewhere_it_is_told_in_passing(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    undo = undo_of(mara.press(f"{case}take/"))
    headers = {"HX-Request": "true", "HX-Target": "toasts"}
    taken = mara.client.post(undo, headers=headers)
    assert (taken.status_code, toast(taken)) == (204, "Taken back.")  # type: ignore[arg-type]
    assert {"live-cases", "live-today"} <= json.loads(taken.headers["HX-Trigger"]).keys()
    again = mara.client.post(undo, headers=headers)
    assert (again.status_code, toast(again)) == (204, "This was taken back already.")  # type: ignore[arg-type]


def test_what_ended_a_promise_offers_no_undo(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    mara.press(f"{case}commitments/", what="Ring Dana", when="in 30 min")
    promise = Entry.objects.get(verb="case.committed").data["promise"]
    answer = mara.press(f"{case}commitments/{promise}/keep/")
    assert (toast(answer), undo_of(answer)) == ("Kept.", "")
