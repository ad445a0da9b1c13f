"""A customer is asked after a case, by mail, and answers on a phone without script: once, and lightly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.axe import judged
from tests.browser.mailing import a_mailbox
from tests.browser.stage import Stage, at
from tests.browser.test_customer_page import SIDEWAYS, Phone, a_case, phone
from tests.imap_server import ImapBox
from tests.installations import wait_until
from tests.smtp_server import SmtpServer

pytestmark = pytest.mark.browser
__all__ = ["phone"]
ALL_TIME = {"since": "2020-01-01T00:00:00Z", "before": "2100-01-01T00:00:00Z"}


@pytest.fixture
def mailbox(stage: Stage, imap_server: ImapBox, smtp_server: SmtpServer) -> Iterator[dict[str, Any]]:
    with a_mailbox(
        stage, imap_server, smtp_server, name="Surveys", address="how@desk.example", kind="delivery"
    ) as made:
        yield made


def closed(stage: Stage) -> None:
    """Dana's case, put right and closed with her word."""
    ref, mara = a_case(stage), stage.api("mara")
    stage.make_it_midday()
    stage.api().tell(reference="1", kept_at=at())
    for deed, body in (
        ("steps", {"step": "apologise", "words": "I am sorry.", "channel": "phone"}),
        ("ask", {"channel": "phone"}), ("answer", {"answer": "satisfied", "words": "Fine now."}),
        ("cause", {"cause": "forgotten"}), ("close", {}),
    ):  # fmt: skip
        mara.post(f"/cases/{ref}/{deed}", body)


def the_survey(smtp: SmtpServer) -> str:
    """The address in the message that asked."""
    letters = [message_from_bytes(one.raw, policy=policy.default) for one in smtp.received]
    words = [str(one.get_body(("plain",)).get_content()) for one in letters]  # type: ignore[union-attr]
    return next((found[0] for text in words if (found := re.search(r"https?://\S+/s/[\w-]{43}/", text))), "")


def test_from_the_close_to_thank_you(
    stage: Stage, mailbox: dict[str, Any], smtp_server: SmtpServer, phone: Phone
) -> None:
    ada = stage.api("ada")
    ada.post("/surveys/settings", {"is_on": True, "wait_days": 0, "pulse_percent": 0})
    closed(stage)
    wait_until(lambda: bool(the_survey(smtp_server)), what="the message that asks", seconds=60)
    dana = phone(java_script_enabled=True)
    dana.goto(stage.url + "/" + the_survey(smtp_server).split("/", 3)[3])
    expect(dana.locator("h1")).to_have_text("How was it for you?")
    assert judged(dana) == []
    assert dana.evaluate(SIDEWAYS) == 0
    dana.get_by_role("button", name="Send").click()
    expect(dana.get_by_role("alert")).to_contain_text("Mark at least one answer")

    for name, number in (("fair", 5), ("right", 4), ("soon", 4), ("heard", 5), ("csat", 4)):
        dana.locator(f'[name="{name}"][value="{number}"]').check()
    dana.get_by_label("Anything you want to say? (optional)").fill("You rang back. Thank you.")
    dana.get_by_role("button", name="Send").click()
    expect(dana.locator("h1")).to_have_text("Thank you.")
    assert judged(dana) == []
    dana.goto(stage.url + "/" + the_survey(smtp_server).split("/", 3)[3])
    expect(dana.locator("h1")).to_have_text("Thank you.")
    (rate,) = ada.get("/surveys/rates?since={since}&before={before}".format(**ALL_TIME))["items"]
    assert (rate["occasion"], rate["asked"], rate["answered"]) == ("case", 1, 1)
    dana.get_by_role("button", name="Never ask me again").click()
    expect(dana.get_by_role("status").last).to_contain_text("We never ask you such questions again.")
    ada.post("/surveys/settings", {"is_on": False})


def test_the_page_weighs_no_more_than_60_kb(
    stage: Stage, mailbox: dict[str, Any], smtp_server: SmtpServer, phone: Phone
) -> None:
    ada = stage.api("ada")
    ada.post("/surveys/settings", {"is_on": True, "wait_days": 0, "pulse_percent": 0})
    closed(stage)
    wait_until(lambda: bool(the_survey(smtp_server)), what="the message that asks", seconds=60)
    dana, weights = phone(), []
    dana.on("requestfinished", lambda one: weights.append(sum(one.sizes()[part] for part in PARTS)))
    dana.goto(stage.url + "/" + the_survey(smtp_server).split("/", 3)[3], wait_until="networkidle")
    assert 5_000 < sum(weights) < 60 * 1024
    ada.post("/surveys/settings", {"is_on": False})


PARTS = ("responseBodySize", "responseHeadersSize")
