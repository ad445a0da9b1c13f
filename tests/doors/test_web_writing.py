"""Writing to a customer from their case: composed, sent, taken back, come back, drafted, and never to a stranger."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from makegood.adapters.files import FileStore
from makegood.cases.models import Case, SatisfactionCheck, StepDone
from makegood.conversation import actions
from makegood.conversation.models import Attachment, Draft, Message, Phrase
from makegood.remedies.models import PlanKept
from tests.doors.casework import DANA, a_delivery_by_mail
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import NOW, Cast, make_cast
from tests.rooms.casework import MINUTE, Hand
from tests.rooms.test_conversation import bounce, come_in

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


def carry(case: Case) -> None:
    """What the worker does once the wait is over."""
    now = datetime.now(UTC) + timedelta(minutes=1)
    for one in actions.take_messages(channels=["email", "page"], now=now):
        assert actions.note_handing(one, now=now)
        actions.mark_sent(one, now=now)


def test_a_mail_is_written_waits_and_can_be_taken_back(case: Case, mara: AtDesk) -> None:
    answer = mara.press(at(case, "notes/"), mode="email", text="It is on its way, Dana.", covers=["own"], do="send")
    assert answer.status_code == 200
    message = Message.objects.get()
    assert (message.address, message.state, message.covers, message.channel) == (DANA, "waiting", ["own"], "email")
    assert timedelta(seconds=9) < message.leave_at - message.at < timedelta(seconds=11)
    assert '"seconds": 10' in answer.headers["HX-Trigger"]
    assert "written" in answer.headers["HX-Trigger"]
    shown = text(answer)
    assert "It is on its way, Dana." in shown
    assert "Take back" in shown
    undo = re.search(r'"undo": "([^"]+)"', answer.headers["HX-Trigger"])
    assert undo is not None
    mara.press(undo[1])
    message.refresh_from_db()
    assert message.state == "withdrawn"
    # Its words are there to go on with.
    assert "It is on its way, Dana." in mara.get(at(case)).content.decode().split("data-composer")[1]


def test_once_sent_it_counts_and_is_told_once(case: Case, mara: AtDesk) -> None:
    mara.post(at(case, "notes/"), mode="email", text="I own this now.", covers=["own", "apologise"], do="send")
    carry(case)
    shown = text(mara.get(at(case)))
    assert shown.count("I own this now.") == 1
    assert "Sent" in shown
    assert "took responsibility" not in shown
    assert set(StepDone.objects.values_list("step", flat=True)) == {"own", "apologise"}
    assert PlanKept.objects.filter(case=case).exists()
    assert "Take back" not in shown


def test_without_script_the_same_form_sends(case: Case, mara: AtDesk) -> None:
    answer = mara.post(at(case, "notes/"), mode="page", text="You can read this on your page.", do="send")
    assert (answer.status_code, answer["Location"]) == (303, at(case))
    assert Message.objects.get().channel == "page"


def test_a_note_stays_a_note(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="note", text="She sounded tired.")
    assert not Message.objects.exists()


def test_it_starts_from_the_plan_with_facts_only(case: Case, cast: Cast, mara: AtDesk) -> None:
    answer = mara.press(at(case, "notes/"), mode="email", text="", do="plan")
    box = answer.content.decode().split("data-composer")[1]
    assert "Hello Dana," in box
    assert f"I am {cast.mara.name}." in box
    assert "{" not in re.search(r"<textarea.*?</textarea>", box, re.DOTALL)[0]  # type: ignore[index]
    assert len(re.findall(r'name="covers" value="\w+" checked', box)) == 5
    assert not Message.objects.exists()
    # Whoever does not own the case does not say that it is theirs, and says whose it is.
    other = AtDesk(cast.lena).press(at(case, "notes/"), mode="email", text="", do="plan").content.decode()
    assert "until you tell me" not in other.split("data-composer")[1]
    assert f"{cast.mara.name} has it" in other.split("data-composer")[1]


def test_the_plan_speaks_the_customers_language(case: Case, mara: AtDesk) -> None:
    case.customer.language = "de-AT"
    case.customer.save()
    answer = mara.press(at(case, "notes/"), mode="email", text="", do="plan").content.decode()
    assert "Guten Tag Dana Okafor," in answer
    assert "Freundliche Grüße" in answer


def test_files_go_along_and_too_much_is_said(case: Case, mara: AtDesk, tmp_path: Path) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        letter = SimpleUploadedFile("label.pdf", b"%PDF-1.4 label", content_type="application/pdf")
        mara.press(at(case, "notes/"), mode="email", text="The label is attached.", files=[letter], do="send")
        kept = Attachment.objects.get()
        assert (kept.name, kept.size, kept.content_type) == ("label.pdf", 14, "application/pdf")
        assert "label.pdf" in text(mara.get(at(case)))
        served = mara.get(f"/messages/files/{kept.pk}/")
        assert b"".join(served.streaming_content) == b"%PDF-1.4 label"  # type: ignore[attr-defined]
        assert served["Content-Disposition"].startswith("attachment")
        assert served["X-Content-Type-Options"] == "nosniff"
        assert served["Content-Type"] == "application/octet-stream"


def test_more_than_a_message_carries_is_refused_with_a_sentence(
    case: Case, mara: AtDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("makegood.web.cases.writing.MOST_ENCLOSED", 10)
    with override_settings(MEDIA_ROOT=tmp_path):
        big = SimpleUploadedFile("big.bin", b"x" * 11)
        answer = mara.press(at(case, "notes/"), mode="email", text="Here it is.", files=[big], do="send")
    assert answer.status_code == 409
    assert "up to 40 MB" in text(answer)
    assert "Here it is." in answer.content.decode()
    assert not Message.objects.exists()


def test_it_leaves_in_their_hours_or_when_told(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="email", text="Tomorrow then.", do="later", later="in 3 h")
    first = Message.objects.get()
    assert timedelta(hours=2, minutes=59) < first.leave_at - first.at <= timedelta(hours=3)
    mara.press(at(case, "notes/"), mode="email", text="When you are up.", do="hours")
    second = Message.objects.latest("id")
    assert 8 <= second.leave_at.hour <= 20
    refused = mara.press(at(case, "notes/"), mode="email", text="Some day.", do="later", later="Fri")
    assert refused.status_code == 422
    assert "Give the hour too" in text(refused)


def test_it_goes_only_to_their_own_address(case: Case, mara: AtDesk) -> None:
    answer = mara.press(at(case, "notes/"), mode="email", to="stranger@example.com", text="Hello", do="send")
    assert answer.status_code == 422
    assert "no address of this customer" in text(answer)


def test_a_draft_outlives_a_reload_and_is_its_writers_alone(case: Case, cast: Cast, mara: AtDesk) -> None:
    assert mara.press(at(case, "draft/"), mode="email", text="Dear Dana, I", covers=["own"]).status_code == 204
    assert "Dear Dana, I" in mara.get(at(case)).content.decode()
    assert "Dear Dana, I" not in AtDesk(cast.lena).get(at(case)).content.decode()
    mara.press(at(case, "notes/"), mode="email", text="Dear Dana, I own it.", do="send")
    assert not Draft.objects.exists()
    mara.press(at(case, "draft/"), mode="email", text="x")
    mara.press(at(case, "draft/"), mode="email", text=" ")
    assert not Draft.objects.exists()


def test_a_collision_keeps_the_words_and_sends_nothing(case: Case, cast: Cast, mara: AtDesk) -> None:
    version = re.search(r'name="version" value="(\d+)"', mara.get(at(case)).content.decode())
    assert version is not None
    AtDesk(cast.lena).press(at(case, "notes/"), mode="words", text="She rang just now.")
    answer = mara.press(at(case, "notes/"), mode="email", text="My own words", do="send", version=version[1])
    assert answer.status_code == 409
    assert "My own words" in answer.content.decode().split("data-composer")[1]
    assert not Message.objects.exists()


def test_what_did_not_leave_is_red_and_goes_again(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="email", text="Are you there?", do="send")
    now = datetime.now(UTC) + timedelta(minutes=1)
    (one,) = actions.take_messages(channels=["email"], now=now)
    actions.note_handing(one, now=now)
    actions.mark_refused(one, "550 No such user here", for_good=True, now=now)
    shown = text(mara.get(at(case)))
    assert "Did not leave" in shown
    assert "550 No such user here" in shown
    for path in ("/today/", "/cases/", at(case)):
        assert "A message did not reach them" in mara.get(path).content.decode(), path
    answer = mara.press(f"/messages/{one.id}/again/")
    assert "A message did not reach them" not in mara.get("/today/").content.decode()
    assert toast(answer) == "It leaves in a moment."
    assert Message.objects.get(pk=one.id).state == "waiting"
    mara.press(f"/messages/{one.id}/withdraw/")
    assert Message.objects.get(pk=one.id).state == "withdrawn"


def test_a_stranger_neither_sees_nor_sends(case: Case, cast: Cast, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="email", text="Only for Care", do="send")
    message = Message.objects.get()
    stranger = AtDesk(cast.stranger)
    assert stranger.press(at(case, "notes/"), mode="email", text="Hi", do="send").status_code in (204, 404)
    for deed in ("withdraw", "again"):
        stranger.press(f"/messages/{message.pk}/{deed}/")
    assert stranger.get(f"/messages/{message.pk}/raw/").status_code == 404
    stranger.press(at(case, "draft/"), mode="email", text="Hi")
    message.refresh_from_db()
    assert (message.state, Message.objects.count(), Draft.objects.count()) == ("waiting", 1, 0)


def test_html_stands_where_it_can_do_nothing(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "notes/"), mode="email", text="Hello", do="send")
    Message.objects.update(html='<p>Hi</p><img src="cid:x"><img src="https://t.example/p.gif">')
    answer = mara.get(f"/messages/{Message.objects.get().pk}/html/")
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "img-src data:" in policy


def test_ready_words_are_filled_from_facts_or_refused(case: Case, cast: Cast, mara: AtDesk) -> None:
    hand = Hand(cast.mara)
    good = actions.save_phrase(name="Moment", text="Dear {first_name}, {owner} has {number}.", **hand.at(NOW))
    due = actions.save_phrase(name="Due", text="It was due {due}.", **hand.at(NOW))
    answer = mara.press(at(case, "notes/"), mode="email", text="", do=f"phrase-{good}")
    assert f"Dear Dana, {cast.mara.name} has SR-{case.pk}." in answer.content.decode()
    answer = mara.press(at(case, "notes/"), mode="email", text="", do=f"phrase-{due}")
    assert answer.status_code == 422
    assert "nothing to put in the place of {due}" in text(answer)
    assert Phrase.objects.count() == 2


def test_an_answer_in_a_message_is_offered_and_never_taken_by_itself(case: Case, mara: AtDesk) -> None:
    mara.press(at(case, "ask/"), channel="email")
    mara.press(at(case, "notes/"), mode="email", text="Is it right now?", do="send")
    thread, now = Message.objects.get().thread, datetime.now(UTC) + timedelta(seconds=1)
    Message.objects.create(
        thread=thread, inward=True, channel="email", state="received", address=DANA, text="Yes, all good now.", at=now
    )
    shown = mara.get(at(case))
    assert "Record: satisfied" in text(shown)
    assert case_answers(case) == [""]
    mara.press(at(case, "answer/"), answer="satisfied", words="Yes, all good now.")
    assert case_answers(case) == ["satisfied"]
    assert "Record: satisfied" not in text(mara.get(at(case)))


def case_answers(case: Case) -> list[str]:
    return list(SatisfactionCheck.objects.filter(case=case).values_list("answer", flat=True))


def test_what_came_back_is_one_line_with_all_that_followed(case: Case, mara: AtDesk, tmp_path: Path) -> None:
    mara.post(at(case, "notes/"), mode="email", text="I own this now.", covers=["own"], do="send")
    carry(case)
    sent = Message.objects.get()
    come_in(FileStore(tmp_path), sent.thread.mailbox, bounce(sent.message_id), now=datetime.now(UTC) + 3 * MINUTE)
    shown = text(mara.get(at(case))).partition("The message came back")[2]
    assert "no such user. “Speak to Dana Okafor” is in danger. It counts no more for: own." in shown
    assert shown.index("It counts no more") < shown.index("Delivery report")
    assert "Expects it" not in shown
    assert "Came in" not in shown


def test_a_way_without_an_address_says_so_and_where_to_add_one(case: Case, mara: AtDesk) -> None:
    page = mara.get(at(case))
    assert "We have no postal address of Dana’s. Add one" in text(page)
    customer = Case.objects.get(pk=case.pk).customer_id
    assert f'href="/customers/{customer}/change/#reach-h"' in page.content.decode()
    mara.post(f"/customers/{customer}/contacts/", channel="post", contact="1 Mill Lane, Leeds")
    page = mara.get(at(case))
    assert "no postal address" not in text(page)
    assert '<input type="radio" name="mode" value="post"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"mode": "email", "text": " ", "do": "send"}, "Write a few words first."),
        ({"mode": "email", "text": "It comes.", "do": "later", "later": "when it suits"}, "is not a time this desk"),
        ({"mode": "call", "text": "She was not there.", "minutes": "-3"}, "Give whole minutes"),
        ({"mode": "words", "text": " "}, "Write down what was said."),
    ],
)
def test_what_is_refused_is_said_once_beside_what_was_typed(case: Case, mara: AtDesk, typed, wrong) -> None:
    answer = mara.press(at(case, "notes/"), **typed)
    assert answer.status_code in (409, 422)
    shown = re.sub(r"<textarea.*?</textarea>|<input[^>]*>", "", answer.content.decode(), flags=re.DOTALL)
    assert shown.count(wrong) == 1
    assert wrong in shown.partition('<form class="box"')[2].partition("</form>")[0]


def test_a_promise_that_is_refused_says_so_once_at_its_field(case: Case, mara: AtDesk) -> None:
    answer = mara.press(at(case, "commitments/"), what="Ring back", when="when it suits")
    shown = re.sub(r"<textarea.*?</textarea>|<input[^>]*>", "", answer.content.decode(), flags=re.DOTALL)
    assert answer.status_code in (409, 422)
    assert shown.count("is not a time this desk") == 1
