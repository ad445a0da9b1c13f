"""What somebody wrote now is kept apart from what they quote and how they sign."""

from __future__ import annotations

import time

import pytest

from makegood.adapters.mail.folding import fold
from tests.rules.mailing import files, with_corpora

REPLIES = {
    "de": (
        "alles gut jetzt.",
        "Am Mo., 3. Nov. 2025 um 10:12 Uhr schrieb Desk <help@desk.example>:",
        "Viele Grüße\nDana",
    ),
    "en": ("All good now.", "On Mon, 3 Nov 2025 at 10:12, Desk <help@desk.example> wrote:", "Best regards,\nDana"),
    "es": ("Sigue roto.", "El lun, 3 nov 2025 a las 10:12, Desk (<help@desk.example>) escribió:", "Un saludo,\nDana"),
    "fr": ("Oui merci.", "Le lun. 3 nov. 2025 à 10:12, Desk <help@desk.example> a écrit :", "Cordialement\nDana"),
    "it": (
        "Tutto bene.",
        "Il giorno lun 3 nov 2025 alle ore 10:12 Desk <help@desk.example> ha scritto:",
        "Cordiali saluti",
    ),
    "nl": ("Nog niet.", "Op ma 3 nov 2025 om 10:12 schreef Desk <help@desk.example>:", "Met vriendelijke groet,\nDana"),
    "pt": (
        "Ainda não.",
        "Em seg., 3 de nov. de 2025 às 10:12, Desk <help@desk.example>\nescreveu:",
        "Atenciosamente,\nDana",
    ),
    "ru": ("Всё хорошо.", "пн, 3 нояб. 2025 г. в 10:12, Desk <help@desk.example>:", "--\nДана"),
    "zh": ("好的", "在 2025年11月3日，Desk <help@desk.example> 写道：", "--\nDana"),
    "pl": ("Dobrze.", "pon., 3 lis 2025 o 10:12 Desk <help@desk.example> napisał(a):", "Pozdrawiam\nDana"),
    "sv": ("Bra nu.", "Den mån 3 nov. 2025 kl 10:12 skrev Desk <help@desk.example>:", "Mvh\nDana"),
}


@pytest.mark.parametrize("language", REPLIES)
def test_a_reply_is_folded_in_its_language(language: str) -> None:
    said, heading, signed = REPLIES[language]
    folded = fold(f"{said}\n\n{signed}\n\n{heading}\n\n> Is it right now?\n> Desk\n")
    assert folded.fresh == said
    assert folded.signature == signed
    assert folded.quoted.startswith(heading)


@pytest.mark.parametrize(
    ("heading", "below"),
    [
        (
            "________________________________\nFrom: Desk <h@d.example>\nSent: Monday, 3 November 2025 10:12\nTo: Dana",
            "",
        ),
        ("Von: Desk <h@d.example>\nGesendet: Montag, 3. November 2025 10:12\nAn: Dana\nBetreff: AW: Fall 12", ""),
        ("De: Desk <h@d.example>\nEnviado: lunes, 3 de noviembre de 2025 10:12\nPara: Dana\nAsunto: Caso 12", ""),
        ("*From:* Desk <h@d.example>\n*Sent:* Monday 3 November 2025\n*To:* Dana\n*Subject:* Case 12", ""),
        ("-------- Original message --------\nFrom: Desk <h@d.example>\nDate: 11/3/25 10:12", ""),
        ("-----Ursprüngliche Nachricht-----\nVon: Desk", ""),
        ("##- Please type your reply above this line -##", ""),
        ("On 3 Nov 2025, at 10:12, Desk <h@d.example> wrote:", "\n\nNot marked at all"),
    ],
)
def test_the_headings_of_programs_begin_a_quotation(heading: str, below: str) -> None:
    folded = fold(f"Still broken.\n\n{heading}{below}\n\nIs it right now?\nIt should be.")
    assert folded.fresh == "Still broken."
    assert "It should be." in folded.quoted


def test_answers_between_the_lines_are_what_is_new() -> None:
    folded = fold("On 3 Nov 2025 Desk wrote:\n> Is it fixed?\nYes.\n\n> And the key?\nNo, still missing.")
    assert folded.fresh == "Yes.\n\nNo, still missing."


@pytest.mark.parametrize(
    "text",
    [
        "Hello\n\nThanks, but it is still broken and nobody called.",
        "On Monday you promised two things:\nfirst, the refund by 12:30; second:\na new key",
        "My list:\nFrom: the shop\nTo: me\nneeded: 2 keys",
        "It works.\n\nBest regards\nDana\n\nPS: what about the refund you promised me last week?",
        "- one\n- two\n- three",
        "> all of it\n> is quoted",
        "Sent from my iPhone",
        "---------- Forwarded message ---------\nFrom: Shop <s@x.example>\nDate: 3 Nov 2025\nSubject: x\n\nYour order",
        "Take this back\n\nTak for it",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert fold(text) == (text, "", "")


@pytest.mark.parametrize(
    ("text", "fresh", "signature"),
    [
        ("It came.\n\nSent from my iPhone", "It came.", "Sent from my iPhone"),
        (
            "It came.\n\nGet Outlook for iOS<https://aka.example>",
            "It came.",
            "Get Outlook for iOS<https://aka.example>",
        ),
        ("It came.\n-- \nDana\nAcme", "It came.", "--\nDana\nAcme"),
        ("It came.\n\n-Dana", "It came.", "-Dana"),
        (
            "It came.\n______________________\nlist\nhttps://l.example",
            "It came.",
            "______________________\nlist\nhttps://l.example",
        ),
        (
            "Gone.\n\nKind regards,\n\nDana Okafor\nAcme Ltd | 12 High St\n+44 20 1",
            "Gone.",
            "Kind regards,\n\nDana Okafor\nAcme Ltd | 12 High St\n+44 20 1",
        ),
    ],
)
def test_signatures_are_folded(text: str, fresh: str, signature: str) -> None:
    assert fold(text) == (fresh, "", signature)


FRESH = {
    "email_1_2": "Hi,",
    "email_1_3": "Oh thanks.",
    "email_1_4": "Awesome! I haven't had another problem with it.",
    "email_1_6": "I get proper rendering as well.",
    "email_1_7": ":+1:",
    "email_1_8": "I will reply under this one",
    "email_2_1": "Outlook with a reply",
    "email_2_2": "Outlook with a reply directly above line",
    "email_2_3": "Outlook with a reply",
    "email_BlackBerry": "Here is another email",
    "email_iPhone": "Here is another email",
    "email_multi_word_sent_from_my_mobile_device": "Here is another email",
    "email_bullets": "test 2 this should list second",
    "email_one_is_not_on": "Thank, this is really helpful.",
    "greedy_on": "On your remote host you can run:",
    "pathological": "I think you're onto something. I will try",
    "correct_sig": "this is an email with a correct -- signature.",
    "email_gmail": "This is a test for inbox replying",
    "email_headers_no_delimiter": "And another reply!",
    "email_partial_quote_header": "On your remote host you can run:",
    "email_sent_from_my_not_signature": "Here is another email\n\nSent from my desk",
    "email_1_1": "Hi folks",
    "email_1_5": "One: Here's what I've got.",
    "email_long_quote": "On Tue, Apr 29, 2014",
    "email_sig_delimiter_in_middle_of_line": "Hi there!",
}
QUOTED = (
    "wrote:\n>",
    "\n> ",
    "riak-users@lists",
    "*From:*",
    "\nFrom: CRM",
    "Sent from my iPhone",
    "Sent from my Black",
)


@with_corpora
def test_the_known_replies_are_folded() -> None:
    seen = set()
    for name, raw in files("email_reply_parser"):
        stem = name.rpartition("/")[2].removesuffix(".txt")
        folded = fold(raw.decode("utf-8").replace("\r\n", "\n").strip("\n"))
        if stem == "email_long_quote":
            # A megabyte of quotation: what counts is that it is over soon, and loses nothing.
            continue
        seen.add(stem)
        assert folded.fresh.lstrip().startswith(FRESH[stem]), name
        assert not [mark for mark in QUOTED if mark in folded.fresh], name
    assert seen == FRESH.keys() - {"email_long_quote"}


@pytest.mark.parametrize(
    "text",
    [
        "On " + "a " * 100_000,
        "On 2026 a wrote\n" * 20_000,
        ("On 2026 " + "wrote " * 40 + ":\n") * 2_000,
        "> a\nb\n" * 50_000,
        "From: 2026\n" * 20_000,
        " " * 200_000 + "x",
        "\n \n" * 100_000,
        "-- \nBest regards\n" * 20_000,
        "_" * 200_000,
    ],
)
def test_hostile_text_is_folded_in_time(text: str) -> None:
    began = time.monotonic()
    fold(text)
    assert time.monotonic() - began < 3
