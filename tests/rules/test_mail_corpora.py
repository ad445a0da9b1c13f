"""Real mail, as broken as it comes: all of it goes through, and says what others found in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from makegood.adapters.mail.letter import Kind, Letter, Weight
from makegood.adapters.mail.reading import read_mail
from tests.rules.mailing import corpora, files, messages, with_corpora
from tests.rules.storable import check

pytestmark = with_corpora

# The only two of that corpus that are none: a complaint, and somebody who is away.
NO_BOUNCES = {"arf-01.eml": Kind.COMPLAINT, "rfc3834-01.eml": Kind.AUTO_REPLY}
BOUNCES_ELSEWHERE = {
    "msg_05.txt", "msg_16.txt", "msg_25.txt", "msg_43.txt", "raw_email_with_mimepart_without_content_type.eml",
    "multi_address_bounce1.eml", "multi_address_bounce2.eml", "multipart_report_multiple_status.eml", "report_422.eml",
    "report_530.eml",
}  # fmt: skip


def letters(corpus: str) -> list[tuple[str, Letter]]:
    return [(name.rpartition("/")[2], read_mail(raw)) for name, raw in messages(corpus)]


@pytest.mark.parametrize("corpus", corpora())
def test_all_of_it_goes_through_and_can_be_stored(corpus: str) -> None:
    read = [(name, check(raw)) for name, raw in messages(corpus)]
    assert read
    # Some parser tests are headers and boundaries alone.
    silent = [name for name, letter in read if not letter.words.text and not letter.attachments]
    assert len(silent) <= len(read) / 5, silent


def test_every_bounce_of_its_corpus_is_one() -> None:
    read = letters("sisimai_bounces_crlf")
    assert len(read) == 80
    assert {name: letter.kind for name, letter in read if letter.kind is not Kind.BOUNCE} == NO_BOUNCES


def test_every_bounce_says_whom_it_did_not_reach() -> None:
    bounces = [(name, letter) for name, letter in letters("sisimai_bounces_crlf") if letter.kind is Kind.BOUNCE]
    assert [name for name, letter in bounces if not all(one.recipient for one in letter.report.bounces)] == []
    told = [letter for _name, letter in bounces if letter.report.bounces[0].weight is not Weight.OTHER]
    named = [letter for _name, letter in bounces if letter.report.about]
    assert len(told) >= 70
    assert len(named) >= 63


@pytest.mark.parametrize("corpus", ["cpython_test_email", "email_reply_parser", "mikel_mail", "stalwart_rfc_malformed"])
def test_no_ordinary_message_is_taken_for_a_bounce(corpus: str) -> None:
    bounces = {name for name, letter in letters(corpus) if letter.kind is Kind.BOUNCE}
    assert bounces <= BOUNCES_ELSEWHERE


# Where we read otherwise, and mean to: what others drop or show raw.
OTHERWISE = {"malformed/019.eml", "malformed/020.eml", "rfc/001.eml"}


def test_subjects_authors_and_files_are_what_another_parser_finds() -> None:
    held = dict(files("stalwart_rfc_malformed"))
    compared = 0
    for name in sorted(held.keys() - OTHERWISE):
        if not name.endswith(".eml"):
            continue
        expected, letter = json.loads(held[f"{name[:-4]}.json"]), read_mail(held[name])
        compared += 1
        headers = {one["name"]: one["value"] for one in expected["parts"][0]["headers"] if isinstance(one["name"], str)}
        assert letter.envelope.subject == (headers.get("subject") or {}).get("Text", ""), name
        author = address(headers.get("from"))
        assert author in {"", letter.author.email}, name
        for text in inline_texts(expected):
            assert text.split()[0] in letter.words.text, name
        assert file_names(expected) <= {attachment.name for attachment in letter.attachments}, name
    assert compared == 30


def address(value: dict[str, Any] | None) -> str:
    listed = ((value or {}).get("Address") or {}).get("List") or [{}]
    return listed[0].get("address") or ""


def inline_texts(expected: dict[str, Any]) -> list[str]:
    bodies = [expected["parts"][number]["body"] for number in expected["text_body"]]
    return [body["Text"].strip() for body in bodies if isinstance(body.get("Text"), str) and body["Text"].strip()]


def file_names(expected: dict[str, Any]) -> set[str]:
    named = set()
    for number in expected["attachments"]:
        for header in expected["parts"][number]["headers"]:
            value = header["value"]
            said = value.get("ContentType") if isinstance(value, dict) else None
            named |= {one["value"] for one in (said or {}).get("attributes") or [] if one["name"] == "filename"}
    return named
