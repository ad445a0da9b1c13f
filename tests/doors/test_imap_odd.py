"""Servers that say the same in other words than Dovecot, and some that do not keep to the rules."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from makegood.adapters.imap import Fetched, Mailbox
from makegood.adapters.mailserver import MailServer, MailTrouble

USUAL = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN IDLE\r\nTAG OK done\r\n",
    "AUTHENTICATE": "+ \r\n",
    "SELECT": "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n* OK [UIDNEXT 9] next\r\nTAG OK [READ-WRITE] done\r\n",
    "UID SEARCH": "* SEARCH 8\r\nTAG OK done\r\n",
    "UID FETCH (UID": '* 2 FETCH (UID 8 INTERNALDATE " 1-Nov-2026 09:30:00 +0100" RFC822.SIZE 5)\r\nTAG OK done\r\n',
    "UID FETCH (BODY.PEEK[])": "* 2 FETCH (UID 8 BODY[] {5}\r\nhello)\r\nTAG OK done\r\n",
    "LOGOUT": "* BYE bye\r\nTAG OK done\r\n",
}


@contextmanager
def a_server(**other: str) -> Iterator[Mailbox]:
    """A mailbox whose server answers as is usual, but for `other` commands."""
    says: Mapping[str, str] = USUAL | {name.replace("_", " "): words for name, words in other.items()}

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(says.get("GREETING", "* OK ready\r\n").encode())
            while line := self.rfile.readline().decode().strip():
                tag, _, command = line.partition(" ")
                if not command:  # what was shown to sign in, or the end of a wait
                    self.wfile.write(f"{self.tag} OK done\r\n".encode())
                    continue
                self.tag = tag
                plain = re.sub(r"^UID FETCH [\d,:*]+ ", "UID FETCH ", command.upper())
                words = next(
                    (says[name] for name in sorted(says, reverse=True) if plain.startswith(name)), "TAG BAD\r\n"
                )
                self.wfile.write(words.replace("TAG", tag).encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        how = MailServer(host="127.0.0.1", port=server.server_address[1], security="none", user="desk", password="word")
        try:
            with Mailbox(how, networks=["127.0.0.0/8"], seconds=2, most=1000) as box:
                yield box
        finally:
            server.shutdown()
            thread.join()


def fetched(**other: str) -> Fetched:
    with a_server(**other) as box:
        (one,) = box.fetch(None)
    return one


BODY = "UID_FETCH_(BODY.PEEK[])"
HEADER = "UID_FETCH_(BODY.PEEK[HEADER]"


def test_the_usual() -> None:
    one = fetched()
    assert (one.raw, one.problem, one.at.uid, one.at.validity, one.size) == (b"hello", "", 8, 7, 5)
    assert one.arrived_at.isoformat() == "2026-11-01T08:30:00+00:00"


@pytest.mark.parametrize(
    "answer",
    [
        '* 2 FETCH (UID 8 BODY[] "hello")\r\nTAG OK done\r\n',
        "* 2 FETCH (BODY[] {5}\r\nhello UID 8 FLAGS (\\Seen))\r\nTAG OK done\r\n",
        "* 1 FETCH (UID 3 FLAGS (\\Seen))\r\n* 2 FETCH (UID 8 BODY[] {5}\r\nhello)\r\n* 3 EXISTS\r\nTAG OK done\r\n",
    ],
)
def test_the_same_in_other_words(answer: str) -> None:
    assert fetched(**{BODY: answer}).raw == b"hello"


def test_a_quoted_answer_has_its_signs_back() -> None:
    assert fetched(**{BODY: '* 2 FETCH (BODY[] "a\\"b\\\\c")\r\nTAG OK done\r\n'}).raw == b'a"b\\c'


def test_a_message_that_the_server_cannot_hand_over_does_not_hold_up_the_others() -> None:
    header = "* 2 FETCH (BODY[HEADER]<0> {2}\r\nX:)\r\nTAG OK done\r\n"
    one = fetched(**{BODY: "TAG NO [SERVERBUG] cannot read it\r\n", HEADER: header})
    assert one.raw == b"X:"
    assert "The server does not hand it over. It said: [SERVERBUG] cannot read it" in one.problem


def test_a_message_that_was_deleted_meanwhile_is_left_out() -> None:
    with a_server(**{BODY: "TAG OK done\r\n"}) as box:
        assert list(box.fetch(None)) == []


@pytest.mark.parametrize("told", ['INTERNALDATE "some day" RFC822.SIZE 5', "RFC822.SIZE 5", "FLAGS ()"])
def test_a_message_of_which_the_server_says_little_is_fetched_all_the_same(told: str) -> None:
    one = fetched(**{"UID_FETCH_(UID": f"* 2 FETCH (UID 8 {told})\r\nTAG OK done\r\n"})
    assert (one.raw, one.arrived_at) == (b"hello", None)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"GREETING": "* BYE too many connections\r\n"}, "too many connections"),
        ({"GREETING": "220 mail.example ESMTP\r\n"}, "is no IMAP server"),
        ({BODY: "* 2 FETCH (BODY[] {9999999999}\r\n"}, "bytes, which nobody asked for"),
        (
            {"AUTHENTICATE": "TAG NO [UNAVAILABLE] busy\r\n"},
            "lets nobody in at the moment. It said: [UNAVAILABLE] busy",
        ),
        ({"AUTHENTICATE": "TAG NO [ALERT] Use an app password\r\n"}, "does not accept the password of desk. It said: "),
        ({"UID_SEARCH": "TAG NO no\r\n"}, "127.0.0.1 refuses what was asked"),
    ],
)
def test_what_breaks_the_rules_is_said(other: dict[str, str], words: str) -> None:
    with pytest.raises(MailTrouble, match=re.escape(words)):
        fetched(**other)


def test_a_server_that_offers_idle_and_refuses_it() -> None:
    with a_server(IDLE="TAG NO not now\r\n") as box, pytest.raises(MailTrouble, match="refuses IDLE"):
        box.wait(5, asked_to_stop=lambda: False)


def test_a_server_that_says_goodbye_while_we_wait() -> None:
    with a_server(IDLE="+ idling\r\n* OK still here\r\n* 3 EXISTS\r\n") as box:
        assert box.wait(5, asked_to_stop=lambda: False)


def test_mail_that_is_told_beside_another_answer_is_not_waited_for() -> None:
    """It came while the server searched: the search does not have it, and IDLE does not tell of it again."""
    late = "* SEARCH 8\r\n* 3 EXISTS\r\nTAG OK done\r\n"
    idle = {"IDLE": "+ idling\r\n"}
    with a_server(**idle, UID_SEARCH=late) as box:
        assert len(list(box.fetch(None))) == 1
        assert box.wait(0.1, asked_to_stop=lambda: False)
    with a_server(**idle) as box:
        assert len(list(box.fetch(None))) == 1
        assert not box.wait(0.1, asked_to_stop=lambda: False)
