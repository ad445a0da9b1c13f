"""The bytes of a message become what it says."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import pytest

from makegood.adapters.mail.letter import Address, Letter
from makegood.adapters.mail.reading import read_mail
from tests.rules.mailing import message, multipart, nested, part


def text(raw: bytes) -> str:
    return read_mail(raw).words.text


def names(letter: Letter) -> list[str]:
    return [attachment.name for attachment in letter.attachments]


def test_the_headers_are_read() -> None:
    letter = read_mail(
        message(
            Message_ID="<m1@customer.example>", In_Reply_To="<a@desk.example>",
            References="<x@desk.example> (words)\r\n <a@desk.example>", Date="Mon, 23 Nov 2026 10:00:00 +0100 (CET)",
            Cc="Sam <sam@customer.example>, Team: lena@desk.example;", Reply_To="other@customer.example",
            Delivered_To="help+case@desk.example", Return_Path="<dana@customer.example>",
        )
    )  # fmt: skip
    envelope = letter.envelope
    assert envelope.message_id == "m1@customer.example"
    assert letter.answers_to == ("a@desk.example", "x@desk.example")
    assert envelope.sent_at == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert letter.author == Address("Dana Okafor", "dana@customer.example")
    assert [one.email for one in envelope.cc] == ["sam@customer.example", "lena@desk.example"]
    assert envelope.reply_to == (Address("", "other@customer.example"),)
    assert envelope.delivered_to == ("help+case@desk.example",)
    assert envelope.return_path == "dana@customer.example"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?R3LDvMOfZQ==?= und =?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße und Grüße"),
        # A character cut in two, as some write it.
        ("=?utf-8?B?R3LD?= =?utf-8?B?vMOfZQ==?=", "Grüße"),
        ("=?UTF-8?Q?Caf=C3=A9_?=\r\n =?UTF-8?Q?ol=C3=A9?=", "Café olé"),
        ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?nonsense?B?R3LDvMOfZQ==?=", "Grüße"),
        ("=?utf-8?B?R3LDvMOfZQ=?=", "Grüße"),
        ("Plain: =?not an encoded word?=", "Plain: =?not an encoded word?="),
        ("Grüße direkt", "Grüße direkt"),
        ("one\x00 two\x07", "one two"),
        ("invoice \u202efdp.exe", "invoice fdp.exe"),
    ],
)
def test_a_subject_is_read_however_it_is_written(written: str, read: str) -> None:
    assert read_mail(message(Subject=written)).envelope.subject == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"Okafor, Dana" <dana@Customer.EXAMPLE>', Address("Okafor, Dana", "dana@customer.example")),
        ("dana@customer.example (Dana Okafor)", Address("Dana Okafor", "dana@customer.example")),
        ("=?utf-8?Q?J=C3=BCrgen?= <j@customer.example>", Address("Jürgen", "j@customer.example")),
        ("Dana Okafor dana@customer.example", Address("Dana Okafor", "dana@customer.example")),
        ("Dana <dana@customer.example", Address("Dana", "dana@customer.example")),
        ("'Dana' <<dana@customer.example>>", Address("Dana", "dana@customer.example")),
    ],
)
def test_an_address_is_read_however_it_is_written(written: str, read: Address) -> None:
    assert read_mail(message(From=written)).author == read


@pytest.mark.parametrize("written", ["", "yesterday", "Mon, 99 Foo 2026", "Thu, 01 Jan 99999 00:00:00 +0000", "()(((("])
def test_a_date_that_is_none_is_none(written: str) -> None:
    assert read_mail(message(Date=written)).envelope.sent_at is None


@pytest.mark.parametrize(
    ("content", "charset", "said"),
    [
        ("Grüße, wo bleibt die Lieferung?", "latin-1", "iso-8859-1"),
        ("Grüße, wo bleibt die Lieferung?", "utf-8", "iso-8859-1"),
        ("Grüße, wo bleibt die Lieferung? – “bald”", "cp1252", "us-ascii"),
        ("Здравствуйте, мой заказ не пришёл. Когда он будет доставлен?", "koi8-r", ""),
        ("Здравствуйте, мой заказ не пришёл. Когда он будет доставлен?", "cp1251", "utf-8x"),
        ("注文した商品がまだ届いていません。いつ届きますか？", "shift_jis", ""),
        ("注文した商品がまだ届いていません。いつ届きますか？", "iso-2022-jp", "iso-2022-jp"),
        ("주문한 상품이 아직 도착하지 않았습니다.", "euc-kr", "ks_c_5601-1987"),
        ("您好，我的订单还没有到。", "gb2312", "gb2312"),
    ],
)
def test_the_character_set_is_found_also_when_it_is_said_wrongly(content: str, charset: str, said: str) -> None:
    kind = f"text/plain; charset={said}" if said else ""
    assert text(message(content, charset=charset, Content_Type=kind)) == content


@pytest.mark.parametrize("said", ["idna", "punycode", "unicode_escape", "hex", "rot13", "\x00", "x" * 500, "utf-16"])
def test_a_character_set_that_is_none_does_no_harm(said: str) -> None:
    assert "Hello" in text(message("Hello", Content_Type=f"text/plain; charset={said}"))


def test_one_of_two_alternatives_is_the_text() -> None:
    letter = read_mail(
        multipart(part("text/plain", "plain words"), part("text/html", "<p>html <b>words</b>"), kind="alternative")
    )
    assert (letter.words.text, letter.words.html) == ("plain words", "<p>html <b>words</b></p>")
    assert letter.attachments == ()


def test_parts_are_found_at_any_depth() -> None:
    inner = nested(part("text/plain", "deep"), part("text/html", "<p>deep</p>"), kind="alternative", boundary="b3")
    picture = part("image/png", b"\x89PNG", Content_ID="<pic@x>", Content_Disposition="inline; filename=p.png")
    related = nested(inner, picture, kind="related", boundary="b2")
    letter = read_mail(multipart(related, part("text/plain", "below"), part("application/pdf; name=a.pdf", b"%PDF")))
    assert letter.words.text == "deep\n\nbelow"
    assert [(one.name, one.content_id, one.inline, one.content) for one in letter.attachments] == [
        ("p.png", "pic@x", True, b"\x89PNG"),
        ("a.pdf", "", False, b"%PDF"),
    ]


def test_html_alone_is_read_as_text() -> None:
    html = "<p>It is <b>still</b> broken.<br>Really.</p><ul><li>one</li><li>two</li></ul><blockquote>old</blockquote>"
    words = read_mail(message(html, Content_Type="text/html; charset=utf-8")).words
    assert words.text == "It is still broken.\nReally.\n\n- one\n- two\n\n> old"
    assert words.fresh == "It is still broken.\nReally.\n\n- one\n- two"


def test_flowed_lines_are_joined() -> None:
    raw = message("This is one \nline.\n> and one \n> quoted", Content_Type="text/plain; format=flowed")
    assert text(raw) == "This is one line.\n> and one quoted"


def test_a_multipart_that_does_not_say_its_boundary_is_read_all_the_same() -> None:
    raw = message("--x\nContent-Type: text/plain\n\nfound\n--x--\n", Content_Type="multipart/mixed")
    assert text(raw).strip() == "found"


def test_lines_among_the_headers_that_are_none_do_not_end_them() -> None:
    raw = b"\r\nFrom: dana@customer.example\r\nwhat is this\r\nSubject : Hi\r\n\r\nbody"
    letter = read_mail(raw)
    assert (letter.author.email, letter.envelope.subject, letter.words.text) == ("dana@customer.example", "Hi", "body")


def test_a_forwarded_message_is_an_attachment_that_says_what_it_is() -> None:
    forwarded = part("message/rfc822", "From: shop@shop.example\r\nSubject: Your order\r\n\r\nIt is on its way.")
    letter = read_mail(multipart(part("text/plain", "See below"), forwarded))
    (attachment,) = letter.attachments
    assert (attachment.name, attachment.content_type) == ("Your order.eml", "message/rfc822")
    assert attachment.summary == "Your order from shop@shop.example"
    assert read_mail(attachment.content).words.text == "It is on its way."


def test_an_invitation_says_what_and_when() -> None:
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Site visit\\, gate 4\r\n"
        "DTSTART;TZID=Europe/Berlin:20261130T140000\r\nLOCATION:Depot\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    letter = read_mail(multipart(part("text/calendar; charset=utf-8; method=REQUEST", calendar), kind="alternative"))
    (attachment,) = letter.attachments
    assert attachment.summary == "Invitation: Site visit, gate 4, 2026-11-30 14:00 Europe/Berlin, Depot"
    assert (attachment.name, letter.words.text) == ("part-1.ics", attachment.summary)


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("name=../../etc/passwd", "passwd"),
        ('name="C:\\temp\\bill.pdf"', "bill.pdf"),
        ("name*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("name*0=long; name*1=name.pdf", "longname.pdf"),
        ('name="=?utf-8?B?R3LDvMOfZS5wZGY=?="', "Grüße.pdf"),
        ("name=con.txt", "_con.txt"),
        ("name=..", "part-1.pdf"),
        ('name="a\x00b<c>.pdf"', "ab_c_.pdf"),
        (f"name={'n' * 300}.pdf", f"{'n' * 116}.pdf"),
    ],
)
def test_file_names_are_safe(written: str, safe: str) -> None:
    raw = multipart(part(f"application/pdf; {written}", b"x", Content_Disposition="attachment"))
    assert names(read_mail(raw)) == [safe]


def test_attachments_of_40_mb_go_through_and_more_is_told() -> None:
    most = b"\x01" * (40 * 1024 * 1024 - 10)
    raw = multipart(
        part("text/plain", "see the scans"),
        part("image/tiff; name=a.tif", most),
        part("image/tiff; name=b.tif", b"2" * 20),
    )
    letter = read_mail(raw)
    assert [(one.name, one.content == most) for one in letter.attachments] == [("a.tif", True)]
    assert letter.words.text == "see the scans"
    assert [(problem.code, "b.tif" in problem.words) for problem in letter.problems] == [("attachment.too-large", True)]


@pytest.mark.parametrize("length", range(70_000, 70_060))
def test_a_large_attachment_comes_back_whole_wherever_its_last_line_ends(length: int) -> None:
    content = bytes(number % 251 for number in range(length))
    raw = multipart(part("text/plain", "scan"), part("image/tiff; name=a.tif", content))
    tight = raw.replace(b"\n\r\n--b1--", b"\r\n--b1--")
    assert tight != raw
    assert [one.content for one in read_mail(tight).attachments] == [content]
    assert [one.content for one in read_mail(raw.replace(b"\r\n", b"\n")).attachments] == [content]


def tnef_object(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def winmail(*objects: bytes) -> bytes:
    return struct.pack("<IH", 0x223E9F78, 1) + b"".join(objects)


def test_a_winmail_dat_is_unpacked() -> None:
    packed = winmail(
        tnef_object(1, 0x9006, struct.pack("<I", 0x10000)),
        tnef_object(2, 0x9002, b"\0" * 14), tnef_object(2, 0x8010, b"bill.pdf\0"), tnef_object(2, 0x800F, b"%PDF-1"),
    )  # fmt: skip
    raw = multipart(part("text/plain", "the bill"), part("application/ms-tnef; name=winmail.dat", packed))
    letter = read_mail(raw)
    assert [(one.name, one.content_type, one.content) for one in letter.attachments] == [
        ("bill.pdf", "application/pdf", b"%PDF-1")
    ]


@pytest.mark.parametrize(
    "packed",
    [
        b"no tnef at all",
        winmail(tnef_object(2, 0x9005, struct.pack("<I", 0xFFFFFFFF) + b"\x02\x10" * 10)),
        winmail(tnef_object(1, 0x9003, struct.pack("<IHHI", 1, 0x1002, 0x3001, 0xFFFFFFFF) + b"\0" * 50)),
        winmail(tnef_object(2, 0x800F, b"without a beginning")),
    ],
)
def test_a_hostile_winmail_dat_ends_at_once_and_is_kept(packed: bytes) -> None:
    letter = read_mail(multipart(part("text/plain", "hi"), part("application/ms-tnef; name=winmail.dat", packed)))
    assert letter.words.text == "hi"
    assert names(letter) in (["winmail.dat"], [])


def test_nothing_is_lost_of_a_message_that_is_put_together_wrongly() -> None:
    letter = read_mail(message("--a--\nodd words\n", Content_Type='multipart/mixed; boundary="a--"'))
    assert "odd words" in letter.words.text


@pytest.mark.parametrize("raw", [b"", b"\n", b"\0", b"just words", b"From: x", b"\xff\xfe\xfd", b":\n\n:"])
def test_what_is_no_message_is_read_too(raw: bytes) -> None:
    assert read_mail(raw).envelope.message_id == ""
