"""Composing: whatever is given, one message comes out, and it says what was given."""

from __future__ import annotations

import email
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.adapters.mail.compose import BadAddress, Outgoing, bare_address, compose, simple_html
from makegood.adapters.mail.letter import Address, Attachment

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
DESK, MARA = Address("Hill & Sons", "desk@desk.example"), Address("Mara", "mara@example.com")
ANYTHING = st.text(max_size=60)
NASTY = st.sampled_from(
    ["\r\nBcc: all@example.com", "\nX: 1", "=?utf-8?q?x?=", "\x00", "\u2028To: b@c", '"', "\\", "é" * 99]
)
WORDS = st.lists(st.one_of(ANYTHING, NASTY), max_size=3).map("".join)


def written(**other: Any) -> Outgoing:
    usual: dict[str, Any] = {
        "sender": DESK, "to": (MARA,), "subject": "Your blue trousers", "at": AT,
        "text": "Hello Mara,\n\nthey come on Tuesday.\n", "message_id": "mg1.7.9.abc@desk.example",
    }  # fmt: skip
    return Outgoing(**usual | other)


def read(message: Outgoing) -> Message:
    return email.message_from_bytes(compose(message))


def shown(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def visible(text: str) -> str:
    return " ".join(re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text).split())


def texts(message: Message) -> list[str]:
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
    return [part.get_payload(decode=True).decode() for part in parts]


def test_a_plain_message_in_full() -> None:
    message = written(
        reply_to=Address("", "desk+7@desk.example"), answers="b@example.com",
        references=("a@example.com", "b@example.com"), language="en-GB",
        automatic="auto-replied", copies=(Address("Bo", "bo@example.com"),),
    )  # fmt: skip
    head = compose(message).decode().partition("\r\n\r\n")[0].replace("\r\n ", " ").split("\r\n")
    assert head == [
        "From: Hill & Sons <desk@desk.example>",
        "Reply-To: desk+7@desk.example",
        "To: Mara <mara@example.com>",
        "Cc: Bo <bo@example.com>",
        "Subject: Your blue trousers",
        "Date: Sun, 22 Nov 2026 14:00:00 +0000",
        "Message-ID: <mg1.7.9.abc@desk.example>",
        "In-Reply-To: <b@example.com>",
        "References: <a@example.com> <b@example.com>",
        "Content-Language: en-GB",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
        "X-Makegood-Loop: <mg1.7.9.abc@desk.example>",
        "MIME-Version: 1.0",
        head[-1],
    ]
    plain, page = texts(read(message))
    assert plain.replace("\r\n", "\n") == message.text
    assert "<p>Hello Mara,</p>" in page


@settings(max_examples=150, deadline=None)
@given(subject=WORDS, name=WORDS, text=WORDS, language=WORDS, file_name=WORDS)
def test_whatever_is_given_nothing_more_comes_out(
    subject: str, name: str, text: str, language: str, file_name: str
) -> None:
    attachment = Attachment(file_name, "text/plain\r\nX: 1", b"content")
    message = written(
        subject=subject, sender=Address(name, DESK.email), to=(Address(name, MARA.email),), text=text,
        language=language, attachments=(attachment,), references=("a@b",) * 60,
    )  # fmt: skip
    raw = compose(message)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    got = email.message_from_bytes(raw)
    names = [name.lower() for name in got.keys()]  # noqa: SIM118 - a message has a key as often as it stands
    assert len(names) == len(set(names))
    assert set(names) <= {
        "from", "to", "subject", "date", "message-id", "references", "content-language", "mime-version", "content-type",
    }  # fmt: skip
    ((seen, address),) = getaddresses([got["To"].replace("\r\n", "")])
    assert (visible(str(make_header(decode_header(seen)))), address) == (visible(name), MARA.email)
    assert visible(shown(got["Subject"])) == visible(subject)
    assert compose(message) == raw, "the same message is the same bytes"
    assert visible(texts(got)[0]) == visible(text.replace("\x00", "\ufffd"))
    assert [part.get_payload(decode=True) for part in got.walk() if part.get_filename()] == [b"content"]


@given(st.text(max_size=400))
def test_html_shows_the_text_and_nothing_else(text: str) -> None:
    tags = set(re.findall(r"<(/?[a-z!]+)", simple_html(text)))
    assert tags <= {"!", "html", "/html", "head", "/head", "meta", "body", "/body", "p", "/p", "br", "a", "/a"}


def test_links_can_be_pressed_and_end_before_the_full_stop() -> None:
    page = simple_html('See https://x.example/a?b=1&c="2". <b>Not</b> javascript:alert(1)')
    assert '<a href="https://x.example/a?b=1&amp;c=">https://x.example/a?b=1&amp;c=</a>' in page
    assert "&lt;b&gt;Not&lt;/b&gt; javascript:alert(1)" in page


def test_a_name_beyond_english_is_read_back() -> None:
    for name in ("Müller, Jörg", "王小明", 'Mara "the" O\'Neil', "Обслуживание клиентов и возврат товаров", "🙂 " * 30):
        got = shown(read(written(to=(Address(name, MARA.email),)))["To"])
        assert visible(got.rpartition("<")[0]).strip('"').replace('\\"', '"') == visible(name)


def test_many_receivers_stand_one_below_the_other() -> None:
    people = tuple(Address(f"Customer Number {one}", f"customer{one}@example.com") for one in range(300))
    got = read(written(to=people))
    assert [one[1] for one in getaddresses([got["To"]])] == [one.email for one in people]


@pytest.mark.parametrize(
    ("given_", "used"),
    [
        ("mara@EXAMPLE.com", "mara@example.com"),
        ("m@straße.de", "m@xn--strae-oqa.de"),
        ("m@例え.jp", "m@xn--r8jz45g.jp"),
    ],
)
def test_domains_of_the_world(given_: str, used: str) -> None:
    assert bare_address(given_) == used


@pytest.mark.parametrize(
    "strange",
    ["", "mara", "@", "mara@", "a b@c.de", "a@b\r\nBcc: c@d.e", "a@b>,<c@d.e", "mära@x.de", "a,b@c.de", "a@b..c"],
)
def test_what_mail_cannot_be_sent_to(strange: str) -> None:
    with pytest.raises(BadAddress, match="can be sent to"):
        compose(written(to=(Address("Mara", strange),)))


def test_a_message_is_for_somebody() -> None:
    with pytest.raises(BadAddress, match="nobody"):
        compose(written(to=()))


@pytest.mark.parametrize("strange", ["", "two words@x", "a@b>\r\nBcc: c@d.e", "é@x"])
def test_an_id_is_one(strange: str) -> None:
    with pytest.raises(ValueError, match="no Message-ID"):
        compose(written(message_id=strange))


def test_attachments_go_as_they_are() -> None:
    attachments = (
        Attachment("Rechnung März.pdf", "application/pdf", bytes(range(256)) * 50),
        Attachment("../../etc/passwd", "text/plain", b"\xff\r\nFrom me\n.\n"),
        Attachment("letter.eml", "message/rfc822", b"Subject: x\r\n\r\nHello"),
        Attachment("", "multipart/mixed", b""),
        Attachment("x" * 400 + ".txt", "nonsense", b"y"),
    )
    got = [part for part in read(written(attachments=attachments)).walk() if part.get_filename()]
    assert [part.get_payload(decode=True) for part in got] == [one.content for one in attachments]
    assert [part.get_filename() for part in got][:4] == [
        "Rechnung März.pdf", ".._.._etc_passwd", "letter.eml", "attachment",
    ]  # fmt: skip
    assert [part.get_content_type() for part in got][2:] == ["application/octet-stream"] * 3
