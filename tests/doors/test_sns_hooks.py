"""Amazon SES calls by SNS: what it signed for a topic of ours is taken, and nothing else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import HttpResponse
from django.test import Client

from makegood.api.hooks import sns
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import Channel, State
from makegood.platform.filing import file_store
from tests.arriving import all_sorted
from tests.factories import NOW, actor
from tests.rooms.casework import Cast, Hand, cast, mara  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
DESK = "care@desk.example"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:mail"
SERVER = "https://sns.eu-west-1.amazonaws.com"
CERTIFICATE = f"{SERVER}/SimpleNotificationService-0a1b2c3d.pem"
YES = f"{SERVER}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
RAW = (
    b"From: Dana Okafor <dana@home.example>\r\nTo: care@desk.example\r\nSubject: Where is my parcel\r\n"
    b"Message-ID: <one@home.example>\r\n\r\nIt has not come. Gr\xfc\xdfe\r\n"
)


class Amazon:
    """SNS as far as we see it: it signs, and answers for its certificate and for a yes to a subscription."""

    def __init__(self, *_networks: Any) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
        made = (
            x509.CertificateBuilder().subject_name(named).issuer_name(named).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC)).sign(self.key, hashes.SHA256())
        )  # fmt: skip
        self.pages = {CERTIFICATE: made.public_bytes(Encoding.PEM).decode(), YES: "<ok/>"}
        self.asked: list[str] = []

    def get(self, url: str, headers: Any) -> tuple[int, str]:
        self.asked.append(url)
        return (200, self.pages[url]) if url in self.pages else (404, "")

    def signed(self, message: Any, *, version: str = "2", **more: str) -> dict[str, str]:
        told = {
            "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": "2026-01-05T09:00:00.000Z",
            "Message": message if isinstance(message, str) else json.dumps(message), "SignatureVersion": version,
            "SigningCertURL": CERTIFICATE,
        } | more  # fmt: skip
        names = sns._KINDS[told["Type"]]
        words = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
        kind = hashes.SHA256() if version == "2" else hashes.SHA1()
        sign = self.key.sign(words.encode(), padding.PKCS1v15(), kind)
        return told | {"Signature": base64.b64encode(sign).decode()}

    def asks_to_call(self, **more: str) -> dict[str, str]:
        said = {"Type": "SubscriptionConfirmation", "Token": "abc", "SubscribeURL": YES} | more
        return self.signed("You have chosen to subscribe", **said)


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> Iterator[Amazon]:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    there = Amazon()
    monkeypatch.setattr(sns, "Poster", lambda *_networks: there)
    sns._public_key.cache_clear()
    yield there
    sns._public_key.cache_clear()


class Box:
    """A mailbox of ours that Amazon SES fills."""

    def __init__(self, cast: Cast, key: str = TOPIC) -> None:  # noqa: F811
        by = actor(cast.ada)
        number = actions.add_mailbox(
            name="Care", address=DESK, kind="delivery", hook_service="amazon_ses", hook_key=key,
            smtp_host="mail.example", by=by, now=NOW,
        )  # fmt: skip
        secret = actions.renew_hook(number, by=by, now=NOW)
        self.number, self.address = number, f"/hooks/mail/amazon_ses/{number}/{secret}/"

    def told(self, said: Any, *, events: bool = False) -> HttpResponse:
        address = self.address + ("events/" if events else "")
        return Client().post(address, json.dumps(said), content_type="text/plain; charset=UTF-8")  # type: ignore[return-value]

    def refused(self, said: Any, *, events: bool = False) -> tuple[int, str]:
        answer = self.told(said, events=events)
        assert not Arrival.objects.exists()
        return answer.status_code, json.loads(answer.content)["code"]


@pytest.fixture
def box(cast: Cast) -> Box:  # noqa: F811
    return Box(cast)


def came_in(raw: bytes = RAW, **action: str) -> dict[str, Any]:
    how = {"type": "SNS", "encoding": "BASE64", "topicArn": TOPIC} | action
    content = base64.b64encode(raw).decode() if how["encoding"] == "BASE64" else raw.decode("latin-1")
    mail = {"source": "dana@home.example", "messageId": "ses-1", "destination": [DESK]}
    return {
        "notificationType": "Received", "mail": mail, "receipt": {"action": how, "recipients": [DESK]},
        "content": content,
    }  # fmt: skip


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_message_becomes_a_case_once(amazon: Amazon, box: Box, mara: Hand, version: str) -> None:  # noqa: F811
    said = amazon.signed(came_in(), version=version, Subject="Amazon SES Email Receipt Notification")
    for _twice in range(2):
        assert box.told(said).status_code == 200
    assert amazon.asked == [CERTIFICATE]
    all_sorted(file_store())
    message = Message.objects.get()
    assert (message.address, message.text) == ("dana@home.example", "It has not come. Grüße")
    assert Case.objects.get().title == "Where is my parcel"
    assert file_store().read(Message.objects.get().raw) == RAW
    assert Mailbox.objects.get().read_at is not None


def test_a_topic_of_ours_is_confirmed_at_both_addresses(amazon: Amazon, box: Box) -> None:
    for events in (False, True):
        assert box.told(amazon.asks_to_call(), events=events).status_code == 200
    assert amazon.asked.count(YES) == 2
    assert box.told(amazon.asks_to_call(Type="UnsubscribeConfirmation")).status_code == 200
    assert amazon.asked.count(YES) == 2


def test_sns_is_to_ask_again_when_its_yes_did_not_arrive(amazon: Amazon, box: Box) -> None:
    del amazon.pages[YES]
    assert box.refused(amazon.asks_to_call()) == (503, "hook.not_fetched")
    amazon.pages.clear()
    sns._public_key.cache_clear()
    assert box.refused(amazon.signed(came_in())) == (503, "hook.not_fetched")


class TestAStranger:
    def test_with_an_account_at_amazon_confirms_and_posts_nothing(self, amazon: Amazon, box: Box) -> None:
        theirs = "arn:aws:sns:eu-west-1:999999999999:mail"
        assert box.refused(amazon.signed(came_in(), TopicArn=theirs)) == (403, "hook.bad_signature")
        assert box.refused(amazon.asks_to_call(TopicArn=theirs)) == (403, "hook.bad_signature")
        assert amazon.asked == []

    @pytest.mark.parametrize(
        "where",
        [
            "https://evil.example/SimpleNotificationService-0a.pem", "http://sns.eu-west-1.amazonaws.com/x.pem",
            "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem",
            "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0a.pem",
            "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0a.pem",
            "https://bucket.s3.amazonaws.com/SimpleNotificationService-0a.pem", f"{SERVER}/own.pem", "https://[", "",
        ],
    )  # fmt: skip
    def test_brings_no_certificate_of_their_own(self, amazon: Amazon, box: Box, where: str) -> None:
        assert box.refused(amazon.signed(came_in(), SigningCertURL=where)) == (403, "hook.bad_signature")
        assert amazon.asked == []

    @pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "Signature", "SignatureVersion", "Subject"])
    def test_changes_nothing_of_what_was_signed(self, amazon: Amazon, box: Box, name: str) -> None:
        said = amazon.signed(came_in())
        assert box.refused(said | {name: "AAAA"}) == (403, "hook.bad_signature")

    def test_sends_us_nowhere_else_to_say_yes(self, amazon: Amazon, box: Box) -> None:
        said = amazon.asks_to_call(SubscribeURL="https://evil.example/?yes")
        assert box.refused(said) == (403, "hook.bad_signature")
        assert amazon.asked == [CERTIFICATE]

    def test_signs_with_no_key_of_their_own(self, amazon: Amazon, box: Box) -> None:
        said = Amazon().signed(came_in())
        assert box.refused(said) == (403, "hook.bad_signature")


def test_without_a_topic_nothing_is_taken(amazon: Amazon, cast: Cast) -> None:  # noqa: F811
    box = Box(cast, "")
    assert box.refused(amazon.signed(came_in())) == (422, "hook.needs_key")
    assert box.refused(amazon.asks_to_call()) == (422, "hook.needs_key")


def test_mail_in_s3_is_refused_with_what_to_set(amazon: Amazon, box: Box) -> None:
    told = came_in(type="S3") | {"content": None}
    assert box.refused(amazon.signed(told)) == (422, "hook.in_s3")


@pytest.mark.parametrize("said", [[], {}, {"Type": "Notification"}, {"notificationType": "Received"}, 7, None])
def test_what_is_no_message_of_sns_is_refused(amazon: Amazon, box: Box, said: Any) -> None:
    assert box.refused(said)[1] in ("hook.unreadable", "hook.bad_signature")


@pytest.mark.parametrize("message", ["no json", "[]", "{}", {"mail": 1}, {"notificationType": "Bounce", "mail": {}}])
def test_what_ses_does_not_say_is_refused(amazon: Amazon, box: Box, message: Any) -> None:
    for events in (False, True):
        said = {"eventType": "Bounce"} if message == "{}" else message
        assert box.refused(amazon.signed(said), events=events) == (422, "hook.unreadable")


def test_what_is_said_when_a_topic_is_named_is_nothing(amazon: Amazon, box: Box) -> None:
    named = {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have successfully subscribed"}
    for message in (*sns._GREETINGS, named):
        assert box.told(amazon.signed(message), events=True).status_code == 200


def test_a_bounce_turns_our_message_red(amazon: Amazon, box: Box, mara: Hand) -> None:  # noqa: F811
    assert box.told(amazon.signed(came_in())).status_code == 200
    all_sorted(file_store())
    actions.write_message(Case.objects.get().pk, channel="email", words="We are on it.", **mara.at(NOW))
    later = NOW + timedelta(hours=1)
    (one,) = actions.take_messages(channels=[Channel.EMAIL], now=later)
    actions.note_handing(one, now=later)
    actions.mark_sent(one, now=later)
    sent = Message.objects.get(inward=False)
    gone = [{"emailAddress": "dana@home.example", "diagnosticCode": "550 no such user"}]
    mail = {"messageId": "ses-9", "headers": [{"name": "Message-ID", "value": f"<{sent.message_id}>"}]}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": gone}
    told = {"notificationType": "Bounce", "mail": mail, "bounce": bounce}
    assert box.told(amazon.signed(told), events=True).status_code == 200
    sent.refresh_from_db()
    assert (sent.state, sent.problem) == (State.BOUNCED, "550 no such user")
