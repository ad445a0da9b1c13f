"""Whether a person or a machine wrote it, and what a machine reports."""

from __future__ import annotations

import pytest

from makegood.adapters.mail.kinds import is_automatic
from makegood.adapters.mail.letter import Kind, Weight
from makegood.adapters.mail.reading import read_mail
from tests.rules.mailing import message, multipart, part

DSN = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; dana@customer.example\r\nAction: {action}\r\n"
RETURNED = "Message-ID: <ours@desk.example>\r\nReferences: <first@desk.example>\r\nSubject: Your case\r\n\r\nHello"


def report(action: str, status: str, said: str) -> bytes:
    fields = DSN.format(action=action) + f"Status: {status}\r\nDiagnostic-Code: smtp; {said}\r\n"
    return multipart(
        part("text/plain", "It was not delivered."),
        part("message/delivery-status", fields),
        part("message/rfc822", RETURNED),
        kind="report; report-type=delivery-status; x=y",
        From="MAILER-DAEMON@mx.example",
        Return_Path="<>",
    )


def kind(raw: bytes) -> Kind:
    return read_mail(raw).kind


@pytest.mark.parametrize(
    ("action", "status", "said", "weight"),
    [
        ("failed", "5.1.1", "550 5.1.1 User unknown", Weight.HARD),
        ("failed", "5.0.0", "550 No such user here", Weight.HARD),
        ("failed", "5.2.2", "552 5.2.2 Mailbox full", Weight.SOFT),
        ("failed", "5.7.1", "550 5.7.1 Message content rejected as spam", Weight.SOFT),
        ("failed", "4.4.1", "connection timed out", Weight.SOFT),
        ("failed", "5.0.0", "554 Go away", Weight.OTHER),
        ("delayed", "4.4.1", "connection timed out", Weight.DELAYED),
    ],
)
def test_a_bounce_says_whom_why_and_about_what(action: str, status: str, said: str, weight: Weight) -> None:
    letter = read_mail(report(action, status, said))
    assert letter.kind is Kind.BOUNCE
    (bounce,) = letter.report.bounces
    assert (bounce.recipient, bounce.weight, bounce.status, bounce.words) == (
        "dana@customer.example",
        weight,
        status,
        said,
    )
    assert (letter.report.about, letter.report.references) == ("ours@desk.example", ("first@desk.example",))
    assert is_automatic(letter)


def test_delivered_and_opened_are_receipts() -> None:
    assert kind(report("delivered", "2.0.0", "250 ok")) is Kind.RECEIPT
    opened = "Final-Recipient: rfc822; dana@customer.example\r\nOriginal-Message-ID: <ours@desk.example>\r\n"
    raw = multipart(part("text/plain", "Read"), part("message/disposition-notification", opened), kind="report")
    letter = read_mail(raw)
    assert (letter.kind, letter.report.about) == (Kind.RECEIPT, "ours@desk.example")


def test_a_complaint_names_the_message() -> None:
    raw = multipart(
        part("text/plain", "spam"), part("message/feedback-report", "Feedback-Type: abuse"),
        part("message/rfc822", RETURNED), kind="report; report-type=feedback-report",
    )  # fmt: skip
    letter = read_mail(raw)
    assert (letter.kind, letter.report.about) == (Kind.COMPLAINT, "ours@desk.example")


BELOW = (
    "\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <ours@desk.example>\nTo: dana@customer.example\n"
)


@pytest.mark.parametrize(
    ("sender", "subject", "said", "weight"),
    [
        (
            "MAILER-DAEMON@mx.example",
            "failure notice",
            "<dana@customer.example>: Sorry, no mailbox here (#5.1.1)",
            Weight.HARD,
        ),
        ("postmaster@mx.example", "Unzustellbar: Ihr Fall", "dana@customer.example\nMailbox full", Weight.SOFT),
        (
            "Mail Delivery System <x@mx.example>",
            "Mail delivery failed",
            "dana@customer.example: user unknown",
            Weight.HARD,
        ),
        (
            "postmaster@mx.example",
            "Hello",
            "Your message to dana@customer.example could not be delivered.",
            Weight.OTHER,
        ),
        (
            "mailer-daemon@mx.example",
            "Delivery delayed",
            "dana@customer.example: delayed, will be retried",
            Weight.DELAYED,
        ),
    ],
)
def test_a_bounce_in_words_alone_is_one(sender: str, subject: str, said: str, weight: Weight) -> None:
    letter = read_mail(message(said + BELOW, From=sender, Subject=subject))
    assert (letter.kind, letter.report.about) == (Kind.BOUNCE, "ours@desk.example")
    assert [(one.recipient, one.weight) for one in letter.report.bounces] == [("dana@customer.example", weight)]


@pytest.mark.parametrize(
    "headers",
    [
        {"From": "no-reply@courier.example", "Subject": "Delivery failed"},
        {"From": "delivery@courier.example", "Subject": "Delivery notification", "Return_Path": "<>"},
        {
            "From": "bounces@courier.example",
            "Subject": "Undeliverable parcel",
            "Return_Path": "<bounces+1@courier.example>",
        },
        {"From": "dana@customer.example", "Subject": "Undeliverable: your mail"},
        {"From": "dana@customer.example", "Subject": "Out of office", "Return_Path": "<>"},
    ],
)
def test_a_parcel_that_was_not_delivered_is_no_bounce(headers: dict[str, str]) -> None:
    assert kind(message("Your parcel could not be delivered.\n> was not delivered", **headers)) is not Kind.BOUNCE


def test_a_bounce_that_a_customer_passes_on_is_their_own_message() -> None:
    raw = multipart(
        part("text/plain", "I wrote to you and got this: 550 5.1.1 user unknown"), part("message/rfc822", RETURNED)
    )
    assert kind(raw) is Kind.ORDINARY


@pytest.mark.parametrize(
    ("headers", "kind_of"),
    [
        ({}, Kind.ORDINARY),
        ({"Auto_Submitted": "no"}, Kind.ORDINARY),
        ({"Subject": "Re: Automatic door reply broken"}, Kind.ORDINARY),
        ({"Auto_Submitted": "auto-replied (vacation)"}, Kind.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, Kind.AUTO_REPLY),
        ({"X_Autoreply": "yes"}, Kind.AUTO_REPLY),
        ({"Subject": "Automatic reply: Your case"}, Kind.AUTO_REPLY),
        ({"Subject": "Abwesenheitsnotiz: Ihr Fall"}, Kind.AUTO_REPLY),
        ({"Subject": "=?utf-8?Q?Respuesta_autom=C3=A1tica?=: caso"}, Kind.AUTO_REPLY),
        ({"Return_Path": "<>", "In_Reply_To": "<ours@desk.example>"}, Kind.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated"}, Kind.MACHINE),
        ({"Return_Path": "<>"}, Kind.MACHINE),
        ({"X_Auto_Response_Suppress": "OOF, AutoReply"}, Kind.MACHINE),
        ({"List_Id": "<news.example>"}, Kind.BULK),
        ({"Precedence": "bulk"}, Kind.BULK),
        ({"List_Unsubscribe": "<mailto:x@x.example>"}, Kind.BULK),
        ({"Precedence": "bulk", "Auto_Submitted": "auto-replied"}, Kind.AUTO_REPLY),
    ],
)
def test_the_kind_is_told_by_the_headers(headers: dict[str, str], kind_of: Kind) -> None:
    letter = read_mail(message(**headers))
    assert letter.kind is kind_of
    assert is_automatic(letter) is (kind_of is not Kind.ORDINARY)


def test_our_own_mark_makes_it_automatic() -> None:
    letter = read_mail(message(X_Makegood_Loop="desk-1"))
    assert (letter.kind, letter.envelope.loop, is_automatic(letter)) == (Kind.ORDINARY, "desk-1", True)
