"""The late unit (article 3), by mail and telephone: the customer writes, is answered, thanks for it and is rung."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_string
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.mailing import LEAVES, WORDS, a_letter, a_mailbox
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.imap_server import ImapBox
from tests.installations import wait_until
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
BOB, CARE = "Bob Reyes <bob@site.example>", "care@desk.example"
ANSWER = (
    "We promised you the unit for today and it has not come. That holds up your job site, and it is our failure: I"
    " take it on myself. I am sorry. I will ring you within 30 minutes with the two ways to get it there."
    " Does that suit you?"
)


@pytest.fixture
def mailbox(stage: Stage, imap_server: ImapBox, smtp_server: SmtpServer) -> Iterator[dict[str, Any]]:
    with a_mailbox(stage, imap_server, smtp_server, name="Care", address=CARE, kind="delivery") as made:
        yield made


def his_letter(text: str, subject: str, *, answers: str = "") -> bytes:
    return a_letter(text, subject, writer=BOB, to=CARE, answers=answers)


def test_the_late_unit_by_mail_and_telephone(
    stage: Stage, seat: Seat, mailbox: dict[str, Any], imap_server: ImapBox, smtp_server: SmtpServer
) -> None:
    orders = stage.api()
    imap_server.deliver(
        his_letter("The unit was due today at our job site. My crew stands still.", "Where is our unit")
    )
    wait_until(lambda: bool(orders.get("/cases")["items"]), what="the case of the mail")
    case = orders.get("/cases")["items"][0]
    owner = seat(case["owner"]["name"].split()[0].lower())
    owner.open(f"/cases/{case['ref']}/")
    owner.sees("My crew stands still.", within="#case .msg")

    owner.press("m")
    owner.page.locator(WORDS).fill(ANSWER)
    owner.sees("Promise it too:", within="#dated")
    owner.page.locator("#dated input[type=checkbox]").first.check()
    owner.page.locator(WORDS).focus()
    owner.press("Control+Enter")
    owner.sees("It leaves in a moment.")
    expect(owner.page.locator("#case .msg", has_text="I take it on myself")).to_contain_text("Sent", timeout=LEAVES)
    (sent,) = map(message_from_string, smtp_server.messages)
    assert sent["To"] == BOB
    told = orders.get(f"/cases/{case['ref']}")
    assert {"own", "apologise"} <= {step["step"] for step in told["steps"]}
    promised = [one for one in told["commitments"] if one["purpose"] == "commitment"]
    assert len(promised) == 1

    imap_server.deliver(his_letter("Thanks, OK.", f"Re: {sent['Subject']}", answers=sent["Message-ID"]))
    expect(owner.page.locator("#case")).to_contain_text("Thanks, OK.", timeout=LEAVES)
    after = orders.get(f"/cases/{case['ref']}")
    assert [one["promise"]["state"] for one in after["commitments"] if one["purpose"] == "commitment"] == ["open"]

    owner.page.locator("[data-composer]").get_by_text("Log a call").click()
    owner.page.locator(WORDS).fill("I told him the loan unit is on a van and there by four. He can go on.")
    owner.page.locator("#call-minutes").fill("6")
    owner.page.locator("[data-composer] .btn.add").click()
    owner.sees("there by four", within="#case")
