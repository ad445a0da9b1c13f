"""Mail services call us: mail that came in at them is kept, and what they could not deliver comes back."""

from __future__ import annotations

import hashlib
import hmac
import json
from email.message import EmailMessage
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import Channel, State
from makegood.links.rules import LIMITS, Tried
from makegood.platform.filing import file_store
from tests.arriving import all_sorted
from tests.factories import NOW, actor
from tests.rooms.casework import Cast, Hand, cast, mara  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
DESK = "care@desk.example"
KEY = "key-that-signs"


@pytest.fixture(autouse=True)
def _store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")


class Service:
    """A mail service that fills a mailbox of ours."""

    def __init__(self, cast: Cast, name: str, key: str = "") -> None:  # noqa: F811
        by = actor(cast.ada)
        self.box = actions.add_mailbox(
            name="Care", address=DESK, kind="delivery", hook_service=name, hook_key=key, smtp_host="mail.example",
            by=by, now=NOW,
        )  # fmt: skip
        self.secret = actions.renew_hook(self.box, by=by, now=NOW)
        self.address = f"/hooks/mail/{name}/{self.box}/{self.secret}/"

    def brings(self, told: Any, *, events: bool = False) -> HttpResponse:
        address = self.address + ("events/" if events else "")
        return Client().post(address, json.dumps(told), content_type="application/json")  # type: ignore[return-value]

    def brings_form(self, **fields: Any) -> HttpResponse:
        return Client().post(self.address, fields)  # type: ignore[return-value]


def sort() -> None:
    all_sorted(file_store())


POSTMARK = {
    "FromName": "Dana Okafor", "From": "dana@home.example",
    "FromFull": {"Email": "dana@home.example", "Name": "Dana Okafor", "MailboxHash": ""},
    "ToFull": [{"Email": DESK, "Name": "", "MailboxHash": ""}], "CcFull": [], "BccFull": [],
    "OriginalRecipient": DESK, "Subject": "Where is my parcel", "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
    "Date": "Mon, 5 Jan 2026 09:00:00 +0000", "TextBody": "It has not come. See the picture.",
    "HtmlBody": "<p>It has not come. See the picture.</p>",
    "Headers": [{"Name": "Return-Path", "Value": "<dana@home.example>"},
                {"Name": "Message-ID", "Value": "<one@home.example>"}],
    "Attachments": [{"Name": "door.png", "Content": "aGVsbG8=", "ContentType": "image/png", "ContentLength": 5}],
}  # fmt: skip


def test_postmark_brings_a_message_and_it_becomes_a_case(cast, mara) -> None:  # noqa: F811
    service = Service(cast, "postmark")
    assert service.brings(POSTMARK).status_code == 200
    sort()
    message = Message.objects.get()
    assert (message.address, message.text) == ("dana@home.example", "It has not come. See the picture.")
    assert [one.name for one in message.attachments.all()] == ["door.png"]
    assert Case.objects.get().title == "Where is my parcel"
    assert Mailbox.objects.get().read_at is not None


def test_the_same_message_twice_does_nothing(cast, mara) -> None:  # noqa: F811
    service = Service(cast, "postmark")
    for _twice in range(2):
        assert service.brings(POSTMARK).status_code == 200
    assert Arrival.objects.count() == 1


def whole_mail() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Dana Okafor <dana@home.example>", DESK, "Where is my parcel"
    made["Message-ID"] = "<two@home.example>"
    made.set_content("Nichts ist angekommen. Grüße")
    return made


def signed(key: str = KEY) -> dict[str, str]:
    mark = hmac.new(key.encode(), b"1700000000token", hashlib.sha256).hexdigest()
    return {"timestamp": "1700000000", "token": "token", "signature": mark}


def test_mailgun_brings_a_whole_message_that_it_signed(cast, mara) -> None:  # noqa: F811
    service = Service(cast, "mailgun", KEY)
    told = {"sender": "dana@home.example", "recipient": DESK, "body-mime": whole_mail().as_string(), **signed()}
    assert service.brings_form(**told).status_code == 200
    sort()
    assert Message.objects.get().text == "Nichts ist angekommen. Grüße"


def test_what_mailgun_did_not_sign_is_not_taken(cast, mara) -> None:  # noqa: F811
    service = Service(cast, "mailgun", KEY)
    told = {"sender": "x@evil.example", "recipient": DESK, "body-mime": whole_mail().as_string(), **signed("other")}
    answer = service.brings_form(**told)
    assert (answer.status_code, answer.json()["code"]) == (403, "hook.bad_signature")
    assert not Arrival.objects.exists()


def test_sendgrid_brings_a_message_in_fields(cast, mara) -> None:  # noqa: F811
    service = Service(cast, "sendgrid")
    headers = "From: Dana Okafor <dana@home.example>\nSubject: Where is my parcel\nMessage-ID: <three@home.example>\n"
    told = {
        "headers": headers, "from": "Dana Okafor <dana@home.example>", "to": DESK, "subject": "Where is my parcel",
        "text": "It has not come.", "charsets": '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"utf-8"}',
        "envelope": json.dumps({"to": [DESK], "from": "dana@home.example"}), "attachments": "0",
    }  # fmt: skip
    assert service.brings_form(**told).status_code == 200
    assert service.brings_form(**told).status_code == 200
    sort()
    assert Message.objects.get().text == "It has not come."


class TestWhoMayCall:
    def test_a_wrong_secret_and_a_wrong_service_find_nothing(self, cast, mara) -> None:  # noqa: F811
        service = Service(cast, "postmark")
        for address in (f"/hooks/mail/postmark/{service.box}/wrong/", service.address.replace("postmark", "mailgun")):
            answer = Client().post(address, json.dumps(POSTMARK), content_type="application/json")
            assert (answer.status_code, answer.json()["code"]) == (404, "hook.unknown")
        assert not Arrival.objects.exists()

    def test_a_mailbox_without_a_secret_is_filled_by_nobody(self, cast, mara) -> None:  # noqa: F811
        service = Service(cast, "postmark")
        Mailbox.objects.update(hook_digest="")
        assert service.brings(POSTMARK).status_code == 404

    def test_whoever_guesses_is_stopped(self, cast, mara) -> None:  # noqa: F811
        service = Service(cast, "postmark")
        said = [
            Client().post(f"/hooks/mail/postmark/{service.box}/{one}/").status_code
            for one in range(LIMITS[Tried.MISS] + 1)
        ]
        assert (said[0], said[-1]) == (404, 429)
        assert service.brings(POSTMARK).status_code == 200

    def test_a_paused_mailbox_asks_to_be_brought_it_later(self, cast, mara) -> None:  # noqa: F811
        service = Service(cast, "postmark")
        actions.pause_mailbox(service.box, by=actor(cast.ada), now=NOW)
        assert service.brings(POSTMARK).status_code == 503

    def test_it_is_asked_whether_anybody_is_there(self, cast) -> None:  # noqa: F811
        address = Service(cast, "postmark").address
        assert (Client().head(address).status_code, Client().get(address).status_code) == (200, 405)


class TestWhatCannotBeTaken:
    @pytest.mark.parametrize("body", ["", "[]", "{}", '{"a"', "null", '{"Headers": 3}', "\udc80"])
    def test_what_is_no_message_is_said_to_be_none(self, cast, body: str) -> None:  # noqa: F811
        address = Service(cast, "postmark").address
        answer = Client().post(address, body.encode("utf-8", "surrogatepass"), content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "hook.unreadable")
        assert not Arrival.objects.exists()

    def test_too_much_is_answered_before_it_is_read(self, cast) -> None:  # noqa: F811
        address = Service(cast, "postmark").address
        answer = Client().post(address, b"{}", content_type="application/json", CONTENT_LENGTH=str(65 * 2**20))
        assert (answer.status_code, answer.json()["code"]) == (413, "http.too_large")

    def test_more_than_a_page_may_have_is_taken(self, cast, mara) -> None:  # noqa: F811
        told = POSTMARK | {"TextBody": "x" * (17 * 2**20)}
        assert Service(cast, "postmark").brings(told).status_code == 200

    def test_a_service_from_which_mail_is_fetched_needs_a_key(self, cast) -> None:  # noqa: F811
        answer = Service(cast, "resend").brings({"type": "email.received", "data": {"email_id": "1"}})
        assert (answer.status_code, answer.json()["code"]) == (422, "hook.needs_key")


class TestWhatDidNotArrive:
    @pytest.fixture
    def sent(self, cast, mara: Hand) -> Message:  # noqa: F811
        self.service = Service(cast, "postmark")
        assert self.service.brings(POSTMARK).status_code == 200
        sort()
        case = Case.objects.get()
        actions.write_message(
            case.pk, channel="email", words="We are on it.", **mara.at(NOW)
        )  # fmt: skip
        later = NOW.replace(hour=NOW.hour + 1)
        (one,) = actions.take_messages(channels=[Channel.EMAIL], now=later)
        actions.note_handing(one, now=later)
        actions.mark_sent(one, reference="883953f4-6105-42a2-a16a-77a8eac79483", now=later)
        return Message.objects.get(inward=False)

    def bounce(self, **more: Any) -> dict[str, Any]:
        return {
            "RecordType": "Bounce", "Type": "HardBounce", "ID": 42, "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
            "Description": "The server was unable to deliver your message.", "Details": "550 5.1.1 no such user",
            "Email": "dana@home.example", "BouncedAt": "2026-01-05T10:00:00Z",
        } | more  # fmt: skip

    def test_a_bounce_turns_our_message_red_once(self, sent: Message) -> None:
        for _twice in range(2):
            assert self.service.brings(self.bounce(), events=True).status_code == 200
        sent.refresh_from_db()
        assert (sent.state, sent.problem) == (State.BOUNCED, "550 5.1.1 no such user")

    def test_a_bounce_is_known_by_our_message_id_too(self, sent: Message) -> None:
        told = self.bounce(MessageID=f"<{sent.message_id}>")
        assert self.service.brings(told, events=True).status_code == 200
        sent.refresh_from_db()
        assert sent.state == State.BOUNCED

    def test_what_was_delivered_or_is_not_ours_changes_nothing(self, sent: Message) -> None:
        arrived = {"RecordType": "Delivery", "MessageID": sent.reference, "DeliveredAt": "2026-01-05T10:00:00Z"}
        for told in (arrived, self.bounce(MessageID="of somebody else"), self.bounce(Type="Transient")):
            assert self.service.brings(told, events=True).status_code == 200
        sent.refresh_from_db()
        assert sent.state == State.SENT
