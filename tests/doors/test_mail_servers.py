"""The mail servers that tests talk to do what they say."""

from __future__ import annotations

import imaplib
import smtplib
import ssl

import pytest

from tests.imap_server import ImapBox
from tests.smtp_server import SmtpServer


def test_a_mailbox_takes_mail_and_can_be_numbered_anew(imap_server: ImapBox) -> None:
    imap_server.deliver(b"Subject: one\r\n\r\nfirst\r\n")
    numbered = []
    for _ in range(2):
        with imaplib.IMAP4(imap_server.host, imap_server.port) as link:
            link.login(imap_server.user, imap_server.password)
            link.select()
            assert link.fetch("1", "(BODY.PEEK[TEXT])")[1][0][1] == b"first\r\n"
            numbered.append(link.response("UIDVALIDITY")[1][0])
        imap_server.renumber()
    assert len(set(numbered)) == 2


def test_a_token_opens_a_mailbox(imap_server: ImapBox) -> None:
    trust = ssl.create_default_context(cafile=imap_server.server.certificate)
    with imaplib.IMAP4_SSL(imap_server.host, imap_server.tls_port, ssl_context=trust) as link:
        words = f"user={imap_server.user}\1auth=Bearer {imap_server.token}\1\1".encode()
        assert link.authenticate("XOAUTH2", lambda _challenge: words)[0] == "OK"


def test_a_mail_server_takes_mail_and_loses_the_connection_when_told(smtp_server: SmtpServer) -> None:
    trust = ssl.create_default_context(cafile=smtp_server.certificate)
    with smtplib.SMTP_SSL(smtp_server.host, smtp_server.tls_port, context=trust) as link:
        link.login(smtp_server.name, smtp_server.password)
        link.sendmail("desk@example.com", ["mara@example.com"], b"Subject: one\r\n\r\nfirst\r\n")
        smtp_server.mode = "drop"
        with pytest.raises(smtplib.SMTPServerDisconnected):
            link.sendmail("desk@example.com", ["mara@example.com"], b"Subject: two\r\n\r\nsecond\r\n")
    assert smtp_server.receivers == ["mara@example.com", "mara@example.com"], "it was taken, and nobody was told"
