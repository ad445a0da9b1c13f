"""The coach at work: what it finds while a message is written, and where it may stop one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, StepDone
from makegood.conversation.actions import require_clean
from makegood.conversation.models import CoachOverride, Message
from makegood.conversation.queries import coach_policy, overridden
from makegood.customers.models import ContactPoint
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from tests.doors.casework import a_delivery_by_mail
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import NOW, Cast, actor, make_cast

pytestmark = pytest.mark.django_db

FAULTY = "We apologise for any inconvenience caused. The warehouse made a mistake."


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


def test_what_is_proposed_to_a_colleague_does_not_speak_in_the_owners_name(
    case: Case, cast: Cast, mara: AtDesk
) -> None:  # fmt: skip
    mine = text(mara.press(at(case, "coach/"), mode="email", text="What did you need it for today?"))
    assert "I am Mara Silva." in mine
    theirs = text(AtDesk(cast.lena).press(at(case, "coach/"), mode="email", text="What did you need it for today?"))
    assert "I am Mara Silva." not in theirs
    assert "Mara Silva has it" in theirs


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("pt-BR", "The coach does not read Portuguese yet."),
        ("fr", "The coach does not read French yet: it reads this as English."),
        ("de", ""),
    ],
)
def test_a_language_that_it_does_not_read_is_told(case: Case, mara: AtDesk, language: str, says: str) -> None:
    case.customer.language = language
    case.customer.save()
    shown = text(mara.press(at(case, "coach/"), mode="email", text="Damos notícias até [dia e hora]."))
    assert says in shown
    assert ("does not read" in shown) == bool(says)
    assert "[dia e hora]" in shown, "a gap is a gap in any language"


def test_a_step_or_a_call_without_a_time_is_told_in_passing(case: Case, mara: AtDesk) -> None:
    step = mara.press(at(case, "steps/refocus/"), said="I will get back to you as soon as possible.")
    assert "has no time. Promise one" in toast(step)
    call = {"mode": "call", "covered": ["refocus"], "text": "Talked it through; a new one goes out."}
    assert "No time was given." in toast(mara.press(at(case, "notes/"), **call))
    assert "No time" not in toast(mara.press(at(case, "notes/"), **call | {"text": "A new one goes out tomorrow."}))
    dated = call | {"what": "Ring back", "when": "in 30 min"}
    assert "No time" not in toast(mara.press(at(case, "notes/"), **dated))


def test_a_gap_of_the_plan_is_marked_and_does_not_leave(case: Case, mara: AtDesk) -> None:
    words = "I am preparing a plan for you. You hear it from me by [day and time]."
    html = mara.press(at(case, "coach/"), mode="email", text=words).content.decode()
    assert 'data-words="[day and time]"' in html
    assert "1 to mend" in html
    answer = mara.press(at(case, "notes/"), mode="email", text=words, do="send")
    assert answer.status_code == 422
    assert "[day and time]" in text(answer)
    assert not Message.objects.exists()
    mara.press(at(case, "notes/"), mode="email", text=words.replace("[day and time]", "Friday at noon"), do="send")
    assert Message.objects.exists()


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


PINNED = 16


def require(cast: Cast, channel: str, least: int | None) -> None:
    require_clean(channel, from_severity=least, by=actor(cast.ada), now=datetime.now(UTC))


def test_a_required_policy_stops_a_faulty_message_and_a_reason_lets_it_leave(
    case: Case, cast: Cast, mara: AtDesk
) -> None:
    require(cast, "email", 1)
    answer = mara.press(at(case, "notes/"), mode="email", text=FAULTY, do="send")
    assert answer.status_code == 422
    assert "Mend this first, or say why it leaves all the same" in text(answer)
    assert "data-required" in answer.content.decode()
    assert not Message.objects.exists()
    mara.press(at(case, "notes/"), mode="email", text=FAULTY, do="send", despite="She asked for these words.")
    message = Message.objects.get()
    entry = Entry.objects.get(verb="case.coach_overridden")
    assert entry.data["message"] == message.pk
    assert entry.data["reason"] == "She asked for these words."
    assert "blames-colleague" in entry.data["codes"]
    shown = text(mara.get(at(case)))
    assert "let it leave although the coach found" in shown
    assert "She asked for these words." in shown


def test_what_is_clean_leaves_and_so_does_what_the_policy_does_not_name(case: Case, cast: Cast, mara: AtDesk) -> None:
    require(cast, "email", 1)
    mara.press(at(case, "notes/"), mode="email", text="I will ring you at 10:00 today.", do="send")
    mara.press(at(case, "notes/"), mode="page", text=FAULTY, do="send")
    require(cast, "email", case.severity + 1)
    mara.press(at(case, "notes/"), mode="email", text=FAULTY, do="send")
    require(cast, "post", 1)
    assert Message.objects.count() == 3
    assert not CoachOverride.objects.exists()


def test_a_letter_is_judged_like_a_mail(case: Case, cast: Cast, mara: AtDesk) -> None:
    ContactPoint.objects.create(customer=case.customer, channel="post", value="1 Quay Street")
    require(cast, "post", 1)
    assert mara.press(at(case, "notes/"), mode="post", text=FAULTY, do="send").status_code == 422
    assert not Message.objects.exists()


def test_without_script_the_findings_come_once_before_anything_leaves(case: Case, mara: AtDesk) -> None:
    answer = mara.post(at(case, "notes/"), mode="email", text=FAULTY, do="send")
    assert "Read what stands below once" in text(answer)
    assert 'name="heard"' in answer.content.decode()
    assert not Message.objects.exists()
    mara.post(at(case, "notes/"), mode="email", text=FAULTY, do="send", heard="on")
    assert Message.objects.count() == 1


def test_settings_set_the_policy_and_count_by_team_without_names(case: Case, cast: Cast, mara: AtDesk) -> None:
    ada = AtDesk(cast.ada)
    ada.post("/settings/coach/", channel="email", from_severity="1")
    assert coach_policy() == {"email": 1}
    mara.press(at(case, "notes/"), mode="email", text=FAULTY, do="send", despite="Her own words.")
    shown = text(ada.get("/settings/coach/"))
    assert "Blames somebody of ours" in shown
    assert cast.care.name in shown
    assert cast.mara.name not in shown
    assert "Choose a severity" in text(ada.post("/settings/coach/", channel="email", from_severity="9"))
    ada.post("/settings/coach/", channel="email", from_severity="")
    assert not coach_policy()


def test_others_read_the_policy_and_change_nothing(case: Case, cast: Cast, mara: AtDesk) -> None:
    shown = text(mara.get("/settings/coach/"))
    assert "It advises" in shown
    assert "last 90 days" not in shown
    mara.post("/settings/coach/", channel="email", from_severity="1")
    assert not coach_policy()
    with pytest.raises(Refusal, match="read this"):
        overridden(Scope(Role.AGENT, cast.mara.pk), since=NOW)
