"""Sending by a mail service."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailRecipientStatus
from django.core.mail import get_connection

from makegood.adapters.mail.compose import Outgoing, compose
from makegood.adapters.mail.letter import Address, Attachment
from makegood.adapters.sending import NOT_WANTED, Accepted, Refused
from makegood.config.mailing import read_mail_service
from makegood.config.values import BadSetting
from makegood.conversation.queries import SendsAs
from makegood.platform.anymailing import ServiceMail, service_mail
from makegood.platform.mail_service import SERVICES, MailService
from makegood.worker.carriers import carriers
from tests.doors.test_hook import a_receiver
from tests.installations import free_port

pytestmark = pytest.mark.enable_socket
DESK, MARA, BO = "desk@desk.example", "mara@example.com", "bo@example.com"
TAKEN = {"ErrorCode": 0, "Message": "OK", "To": MARA, "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"}


def written(**other: Any) -> bytes:
    usual: dict[str, Any] = {
        "sender": Address('Hill & Söhne, "Support"', DESK), "to": (Address("Mara Müller", MARA),),
        "subject": "Ihre Lieferung – wir sind spät", "text": "Grüß Gott,\n\nsie kommt morgen.\n",
        "at": datetime(2026, 11, 22, 14, 0, tzinfo=UTC), "message_id": "mg1.7.9.abc@desk.example",
        "answers": "b@example.com", "references": ("a@example.com", "b@example.com"), "automatic": "auto-replied",
    }  # fmt: skip
    return compose(Outgoing(**usual | other))


def a_test_service() -> ServiceMail:
    return ServiceMail(
        get_connection("anymail.backends.test.EmailBackend"), title="Test", headers={"X-PM-KeepID": "true"}
    )


def send(carrier: ServiceMail, raw: bytes, *to: str, handing: Callable[[], bool] = lambda: True) -> Accepted | Refused:
    return carrier.send(raw, sender=DESK, to=to or (MARA,), handing=handing)


def test_a_message_arrives_in_its_parts(mailoutbox: list[Any]) -> None:
    attachment = Attachment("Rechnung März.pdf", "application/pdf", bytes(range(256)))
    raw = written(attachments=(attachment,), reply_to=Address("Hill", "desk+7@desk.example"))
    assert send(a_test_service(), raw) == Accepted("0")
    told = mailoutbox[0].anymail_test_params
    assert (told["from"].display_name, told["from"].addr_spec) == ('Hill & Söhne, "Support"', DESK)
    assert [(one.display_name, one.addr_spec) for one in told["to"]] == [("Mara Müller", MARA)]
    assert [one.addr_spec for one in told["reply_to"]] == ["desk+7@desk.example"]
    assert told["subject"] == "Ihre Lieferung – wir sind spät"
    assert told["text_body"].replace("\r\n", "\n") == "Grüß Gott,\n\nsie kommt morgen.\n"
    assert "<p>Grüß Gott,</p>" in told["html_body"]
    (enclosed,) = told["attachments"]
    assert (enclosed.name, enclosed.content, enclosed.mimetype) == (
        attachment.name,
        attachment.content,
        "application/pdf",
    )
    assert dict(told["extra_headers"]) == {
        "Message-ID": "<mg1.7.9.abc@desk.example>",
        "In-Reply-To": "<b@example.com>",
        "References": "<a@example.com> <b@example.com> <mg1.7.9.abc@desk.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Makegood-Loop": "<mg1.7.9.abc@desk.example>",
        "X-PM-KeepID": "true",
    }


def test_it_goes_to_whom_it_is_for_and_nobody_else(mailoutbox: list[Any]) -> None:
    raw = written(to=(Address("", MARA), Address("", BO)), copies=(Address("", "kim@example.com"),))
    send(a_test_service(), raw, MARA, "secret@example.com")
    told = mailoutbox[0].anymail_test_params
    assert [one.addr_spec for one in told["to"]] == [MARA]
    assert [one.addr_spec for one in told["bcc"]] == ["secret@example.com"]
    assert told["cc"] == []


def test_what_is_no_longer_wanted_is_not_handed_over(mailoutbox: list[Any]) -> None:
    assert send(a_test_service(), written(), handing=lambda: False) is NOT_WANTED
    assert mailoutbox == []


def test_whom_the_service_does_not_write_to(monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]) -> None:
    refused = {"recipient_status": {MARA: AnymailRecipientStatus(message_id=None, status="rejected")}}
    monkeypatch.setattr(
        "makegood.platform.anymailing.EmailMultiAlternatives.anymail_test_response", refused, raising=False
    )
    told = send(a_test_service(), written())
    assert told == Refused(f"Test does not send to {MARA}: it bounced there before.", temporary=False)


def postmark(address: str) -> ServiceMail:
    return service_mail(MailService(name="postmark", arguments={"server_token": "k3y", "api_url": address}))


def answered(status: int, answer: object) -> Accepted | Refused:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    with a_receiver(status, body=body, headers={"Content-Length": str(len(body))}) as (address, taken):
        carrier = postmark(address)
        told = send(carrier, written())
        carrier.close()
    assert len(taken) == 1
    assert "k3y" not in str(told)
    return told


def test_what_a_service_takes_has_its_reference() -> None:
    with a_receiver(200, body=json.dumps(TAKEN).encode()) as (address, taken):
        carrier = postmark(address)
        assert send(carrier, written()) == Accepted(TAKEN["MessageID"])
        carrier.close()
    ((headers, body),) = taken
    asked = json.loads(body)
    assert headers["X-Postmark-Server-Token"] == "k3y"
    assert {"Name": "X-PM-KeepID", "Value": "true"} in asked["Headers"]
    assert asked["To"] == "Mara Müller <mara@example.com>"


@pytest.mark.parametrize(
    ("status", "answer", "temporary", "perhaps_sent", "words"),
    [
        (401, {"ErrorCode": 10, "Message": "no"}, True, False, "does not accept the key"),
        (429, {"Message": "slowly"}, True, False, "takes nothing now"),
        (500, b"oh", True, False, "takes nothing now. It said: 500 oh"),
        (504, b"gone", True, True, "takes nothing now"),
        (400, {"Message": "no such sender"}, False, False, "refuses this message"),
        (422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}, False, False, "Invalid 'From' address"),
        (200, b"<html>", True, True, "cannot be read"),
    ],
)
def test_what_a_service_refuses(status: int, answer: object, temporary: bool, perhaps_sent: bool, words: str) -> None:
    told = answered(status, answer)
    assert isinstance(told, Refused)
    assert (told.temporary, told.perhaps_sent) == (temporary, perhaps_sent)
    assert words in told.words


def test_a_service_that_cannot_be_reached_keeps_the_message() -> None:
    told = send(postmark(f"http://127.0.0.1:{free_port()}"), written())
    assert told == Refused(
        "Postmark could not be reached, or did not answer: the connection broke.", temporary=True, perhaps_sent=False
    )


def test_a_connection_that_breaks_under_the_message_may_have_brought_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_receiver(200, body=b"{", headers={"Content-Length": "999"}) as (address, taken):
        told = send(postmark(address), written())
    assert isinstance(told, Refused)
    assert (told.temporary, told.perhaps_sent, len(taken)) == (True, True, 1)


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_can_be_set_up_and_makes_something_of_our_message(name: str) -> None:
    offered = SERVICES[name]
    options = {word: "https://mail.example.com" if word == "api_url" else "given" for word in offered.needs}
    service = read_mail_service({
        "MAKEGOOD_MAIL_SERVICE": name, "MAKEGOOD_MAIL_KEY": ":".join("k3y" for _ in offered.key),
        "MAKEGOOD_MAIL_OPTIONS": ",".join(f"{word}={value}" for word, value in options.items()),
    })  # fmt: skip
    assert service is not None
    assert "k3y" not in repr(service)
    carrier = service_mail(service)
    tried: list[Any] = []

    def stop(payload: Any, _message: Any) -> None:
        tried.append(payload.get_request_params("https://mail.example.com/"))
        raise AnymailAPIError("far enough")

    carrier._service.post_to_esp = stop
    send(carrier, written(attachments=(Attachment("a.pdf", "application/pdf", b"1"),)))
    assert len(tried) == 1
    assert "mg1.7.9.abc@desk.example" in str(tried[0]), "our id goes along"


def test_a_mailbox_without_a_mail_server_sends_by_the_service_or_waits() -> None:
    box = SendsAs(1, "Support", DESK, "Hill", "", 0, "tls", "", "", "")
    service = read_mail_service({"MAKEGOOD_MAIL_SERVICE": "postmark", "MAKEGOOD_MAIL_KEY": "k3y"})
    assert isinstance(carriers([], service, folder=Path("never"))(box), ServiceMail)
    waits = carriers([], None, folder=Path("never"))(box).send(written(), sender=DESK, to=[MARA], handing=lambda: True)
    assert isinstance(waits, Refused)
    assert waits.temporary
    assert "MAKEGOOD_MAIL_SERVICE" in waits.words


def test_without_a_service_there_is_none() -> None:
    assert read_mail_service({}) is None


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"MAKEGOOD_MAIL_KEY": "x"}, "MAKEGOOD_MAIL_SERVICE is not"),
        ({"MAKEGOOD_MAIL_SERVICE": "pigeon", "MAKEGOOD_MAIL_KEY": "x"}, "Give one of: brevo, "),
        ({"MAKEGOOD_MAIL_SERVICE": "postmark"}, "MAKEGOOD_MAIL_KEY is missing"),
        ({"MAKEGOOD_MAIL_SERVICE": "amazon_ses"}, "Name its mail server"),
        ({"MAKEGOOD_MAIL_SERVICE": "mailjet", "MAKEGOOD_MAIL_KEY": "one"}, "has two keys"),
        ({"MAKEGOOD_MAIL_SERVICE": "postal", "MAKEGOOD_MAIL_KEY": "x"}, "Postal needs api_url="),
        (
            {"MAKEGOOD_MAIL_SERVICE": "mailgun", "MAKEGOOD_MAIL_KEY": "x", "MAKEGOOD_MAIL_OPTIONS": "region=eu"},
            "Mailgun takes api_url=…, sender_domain=…",
        ),
        (
            {"MAKEGOOD_MAIL_SERVICE": "resend", "MAKEGOOD_MAIL_KEY": "x", "MAKEGOOD_MAIL_OPTIONS": "a=b"},
            "Leave it out",
        ),
    ],
)
def test_a_service_that_is_named_wrongly_is_refused(variables: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        read_mail_service(variables)
