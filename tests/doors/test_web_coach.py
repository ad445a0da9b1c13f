"""The coach at work: what it finds while a message is written, and where it may stop one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, StepDone
from makegood.conversation.models import Mailbox
from makegood.customers.models import ContactPoint
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db

FAULTY = "We apologise for any inconvenience caused. The warehouse made a mistake."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = a_delivery(cast, taken=True)
    ContactPoint.objects.create(customer=made.customer, channel="email", value="dana@home.example")
    Mailbox.objects.create(name="Care", address="care@desk.example", made_at=NOW, smtp_host="mail.example")
    return made


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def at(case: Case, rest: str = "") -> str:
    return f"/cases/SR-{case.pk}/{rest}"


def test_it_names_faults_with_words_of_the_case_to_put_there(case: Case, mara: AtDesk) -> None:
    answer = mara.press(at(case, "coach/"), mode="email", text=FAULTY)
    shown = text(answer)
    assert "4 to mend" in answer.content.decode()
    assert "any inconvenience" in shown
    assert "Blames somebody of ours" in shown
    assert "Use this" in shown
    assert "This is on us, and I am sorry." in shown


def test_positions_are_those_of_the_browser(case: Case, mara: AtDesk) -> None:
    words = "\U0001f600\r\nMistakes were made."
    html = mara.press(at(case, "coach/"), mode="page", text=words).content.decode()
    assert 'data-start="3"' in html
    assert 'data-words="Mistakes were made' in html


@pytest.mark.parametrize("mode", ["note", "words", "call", "nonsense"])
def test_only_what_the_customer_reads_is_judged(case: Case, mara: AtDesk, mode: str) -> None:
    assert not text(mara.press(at(case, "coach/"), mode=mode, text=FAULTY)).strip()


def test_an_apology_is_counted_over_the_whole_case(case: Case, cast: Cast, mara: AtDesk) -> None:
    assert "Apology again" not in text(mara.press(at(case, "coach/"), mode="email", text="We are sorry."))
    at_ = datetime.now(UTC) - timedelta(days=2)
    StepDone.objects.create(case=case, step="apologise", said="Sorry.", by=cast.mara, at=at_)
    assert "Apology again" in text(mara.press(at(case, "coach/"), mode="email", text="We are sorry."))


def test_the_page_comes_with_what_was_found_in_a_draft(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "draft/"), mode="email", text=FAULTY)
    assert "Blames somebody of ours" in text(mara.get(at(case)))


def test_a_stranger_has_nothing_read(case: Case, cast: Cast) -> None:
    answer = AtDesk(cast.stranger).press(at(case, "coach/"), mode="email", text=FAULTY)
    assert "inconvenience" not in text(answer)


def test_it_asks_little_of_the_database_however_long_the_case(case: Case, cast: Cast, mara: AtDesk) -> None:
    counts = []
    for _ in range(2):
        for _many in range(6):
            StepDone.objects.create(case=case, step="listen", said="So.", by=cast.mara, at=datetime.now(UTC))
        with CaptureQueriesContext(connection) as asked:
            mara.press(at(case, "coach/"), mode="email", text=FAULTY)
        counts.append(len(asked))
    assert counts == [PINNED, PINNED]


PINNED = 18
