"""An administrator connects a mailbox, tries it, and mail that comes in becomes a case."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

import pytest

from tests.browser.axe import judged
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.imap_server import ImapBox
from tests.installations import wait_until
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]


def a_letter() -> bytes:
    made = EmailMessage()
    made["From"], made["To"] = "Dana Okafor <dana@home.example>", "care@desk.example"
    made["Subject"], made["Message-ID"] = "Where is my parcel", "<browser@home.example>"
    made.set_content("It has not come.")
    return made.as_bytes()


def test_a_mailbox_is_connected_and_its_mail_becomes_a_case(
    stage: Stage, seat: Seat, imap_server: ImapBox, smtp_server: SmtpServer
) -> None:
    ada = seat("ada")
    ada.open("/settings/mailboxes/")
    ada.page.get_by_role("link", name="Connect a mailbox").click()
    ada.sees("Comes in by IMAP")
    for name, words in (
        ("address", "care@desk.example"), ("name", "Care"), ("imap_host", imap_server.host),
        ("imap_port", str(imap_server.port)), ("imap_user", imap_server.user), ("imap_secret", "wrong"),
        ("smtp_host", smtp_server.host), ("smtp_port", str(smtp_server.port)),
    ):  # fmt: skip
        ada.page.locator(f"#f-{name}").fill(words)
    for name, choice in (("imap_security", "none"), ("smtp_security", "none"), ("kind", "delivery")):
        ada.page.locator(f"#f-{name}").select_option(choice)

    ada.click("Test")
    ada.sees("Something does not work yet", within="#tried")
    ada.page.locator("#f-imap_secret").fill(imap_server.password)
    ada.click("Test")
    ada.sees("What was tried works", within="#tried")
    assert judged(ada.page) == []

    ada.page.get_by_role("button", name="Connect", exact=True).click()
    ada.sees("Connected.")
    assert judged(ada.page) == []
    number = int(ada.page.url.rstrip("/").rpartition("/")[2])
    try:
        imap_server.deliver(a_letter())
        orders = stage.api()
        wait_until(lambda: bool(orders.get("/cases")["items"]), what="the case of the mail")
        assert orders.get("/cases")["items"][0]["title"] == "Where is my parcel"
        ada.open("/settings/mailboxes/")
        ada.sees("Read at")
        assert judged(ada.page) == []
    finally:
        stage.api("ada").post(f"/mailboxes/{number}/remove")
