"""Whatever the bytes, reading them raises nothing, ends in time and gives text that can be stored."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.adapters.mail.folding import fold
from tests.rules.mailing import corpora, message, messages, multipart, nested, part, with_corpora
from tests.rules.storable import check

PIECES = (
    b"\r\n", b"\n\n", b"--", b"Content-Type: ", b'multipart/mixed; boundary="', b"base64\n", b"=?utf-8?B?", b"?=",
    b"\x00",
    b"\xff\xfe", b"\xed\xa0\x80", b"; charset=idna", b"; charset=utf-7", b"message/rfc822", b"filename*0*=", b"''%00",
    b"On 1 May 2026 wrote:\n", b"From: ", b"((((", b'"', b"Content-Transfer-Encoding: quoted-printable\n", b"=ZZ",
    b"format=flowed", b"application/ms-tnef", b"Return-Path: <>\n", b"<blockquote><b>", b"Action: failed\n",
    b"BEGIN:VEVENT\n",
)  # fmt: skip
few = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def real() -> list[bytes]:
    return [raw for corpus in corpora() for _name, raw in messages(corpus) if 0 < len(raw) < 40_000]


@few
@given(st.binary(max_size=2_000))
def test_random_bytes_are_read(raw: bytes) -> None:
    check(raw)


@few
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=60))
def test_pieces_of_mail_in_any_order_are_read(pieces: list[bytes]) -> None:
    check(b"".join(pieces))
    check(message(b"".join(pieces), Content_Type="multipart/report; boundary=--"))


@with_corpora
@few
@given(st.data())
def test_real_messages_that_were_damaged_are_read(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(real())))
    for _time in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(st.sampled_from(PIECES), st.binary(max_size=30))
        )
    check(bytes(raw))


kinds = st.sampled_from(["mixed", "alternative", "related", "report", "digest", "signed", "parallel", "x"])
leaves = st.one_of(
    st.builds(
        part,
        st.sampled_from(["text/plain", "text/html; charset=utf-16", "message/rfc822", "x/y"]),
        st.text(max_size=40),
    ),
    st.builds(
        part,
        st.sampled_from(["text/plain", "application/ms-tnef", "image/png", "text/calendar"]),
        st.binary(max_size=40),
    ),
)
trees = st.recursive(
    leaves,
    lambda inside: st.builds(
        lambda parts, kind, boundary: nested(*parts, kind=kind, boundary=boundary),
        st.lists(inside, max_size=4), kinds, st.sampled_from(["a", "ab", "a-", "b"]),
    ),
    max_leaves=20,
)  # fmt: skip


@few
@given(st.lists(trees, max_size=4), kinds)
def test_parts_in_any_nesting_are_read(parts: list[bytes], kind: str) -> None:
    check(multipart(*parts, kind=kind, boundary="top"))


@few
@given(st.text(alphabet="ab>:- \n@2wrote", max_size=400))
def test_folding_loses_no_line(text: str) -> None:
    folded = fold(text)
    kept = {line.strip() for piece in folded for line in piece.split("\n")}
    assert {line.strip() for line in text.split("\n")} - {""} <= kept


@pytest.mark.parametrize("depth", [10, 90, 300])
def test_a_deep_nesting_ends(depth: int) -> None:
    raw = part("text/plain", "hi")
    for level in range(depth):
        raw = f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode() + raw + b"\r\n"
    assert "hi" in check(b"From: dana@customer.example\r\n" + raw).words.text
