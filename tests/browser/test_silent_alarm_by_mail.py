"""The silent alarm (article 2), by mail and telephone: she writes, and is promised a call that does not come, three
times. The manager rings, comes herself, writes how it came about; asked by mail, she answers, and again a day later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.mailing import LEAVES, WORDS, a_letter, a_mailbox
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.imap_server import ImapBox
from tests.installations import wait_until
from tests.smtp_server import SmtpServer
from tests.stories.deeds import a_stranger_reads_nothing, closes, the_case

pytestmark = pytest.mark.browser
Seat = Callable[..., Person]
NORA, ALARMS = "Nora Whitfield", "alarms@desk.example"
HOW_IT_CAME = (
    "You reported at eight that your alarm had lost its line, and nobody rang you. You had a house without a guard, and"
    " that is our failure: I take it on myself. I am sorry. The report was handed on here, and nobody was told to ring."
    " Your line works again since I was with you."
)


@pytest.fixture
def mailbox(stage: Stage, imap_server: ImapBox, smtp_server: SmtpServer) -> Iterator[dict[str, Any]]:
    with a_mailbox(stage, imap_server, smtp_server, name="Alarms", address=ALARMS, kind="callback") as made:
        yield made


def her_letter(text: str, *, answers: str = "") -> bytes:
    return a_letter(text, "Failure to communicate", writer=f"{NORA} <nora@house.example>", to=ALARMS, answers=answers)


def test_the_silent_alarm_by_mail_and_telephone(
    stage: Stage, seat: Seat, mailbox: dict[str, Any], imap_server: ImapBox, smtp_server: SmtpServer
) -> None:
    orders = stage.api()
    imap_server.deliver(her_letter("An alert flashes on my panel: failure to communicate. When do you come?"))
    number = the_case(orders)
    stage.make_it_midday()
    owner = seat(orders.get(f"/cases/{number}")["owner"]["name"].split()[0].lower())
    owner.open(f"/cases/SR-{number}/")
    owner.sees("failure to communicate", within="#case .msg")

    # She is rung, and the call is logged; what was said in it is promised with one tick.
    logs_a_call(owner, "I am Mara, it is mine. We will ring you within 30 minutes.", promising=True)
    assert [one["promise"]["state"] for one in hers(orders, number)] == ["open"]
    stage.pass_time(minutes=25)
    expect(owner.page.locator("#case")).to_contain_text("30 min", timeout=LEAVES)
    wait_until(lambda: states(orders, number) == ["at_risk"], what="the warning that nobody has rung yet")

    # Nobody rings. The lead is drawn in, and after her the manager, each by name.
    stage.pass_time(minutes=10)
    drawn_in(orders, number, 1)
    imap_server.deliver(her_letter("I waited all day. Am I to pay for a guard that is not there?"))
    owner.sees("I waited all day", within="#case")
    stage.pass_time(minutes=31)
    drawn_in(orders, number, 2)

    greta = seat("greta")
    greta.open(f"/cases/SR-{number}/")
    greta.click("Take it in charge")
    greta.sees("took it in charge")
    logs_a_call(greta, "It was my fault. I come myself with my own tools.")
    greta.records("commitments", what="Greta comes herself and repairs the line", when="in 60 min")
    stage.pass_time(minutes=50)
    greta.open(greta.page.url)
    letter = writes(greta, smtp_server)
    assert letter["To"] == f"{NORA} <nora@house.example>"
    for one in hers(orders, number):
        greta.keeps(one["promise"]["title"])

    # All is done: the question goes out by itself, once, and what she answers is offered.
    question = the_question(smtp_server, "Are you satisfied, or do you want something more?")
    imap_server.deliver(her_letter("Yes, all good now. You came yourself!", answers=question["Message-ID"]))
    records_what_she_wrote(greta, "Yes, all good now.")
    closes(greta, "handoff-nobody-told", "Handed on, and nobody told the customer")

    # A day later she is asked once more, and says so by mail again.
    (later,) = [one for one in planned(orders, number) if one["after"] == "1 day"]
    stage.pass_time(seconds=(datetime.fromisoformat(later["asks_at"]) - datetime.now(UTC)).total_seconds() + 30)
    again = the_question(smtp_server, "Is it still right")
    imap_server.deliver(her_letter("Yes, still fine.", answers=again["Message-ID"]))
    records_what_she_wrote(greta, "Yes, still fine.")
    told = orders.get(f"/cases/{number}")
    assert (told["stage"], told["outcome"]) == ("closed", "satisfied")
    assert [one["after"] for one in planned(orders, number)] == ["7 days", "1 month"]
    a_stranger_reads_nothing(seat("sam"), f"SR-{number}", NORA)


def logs_a_call(person: Person, words: str, *, promising: bool = False) -> None:
    # Anew, so that no word about the deed before lies over the box.
    person.open(person.page.url)
    person.page.locator("[data-composer]").get_by_text("Log a call").click()
    person.page.locator(WORDS).fill(words)
    person.page.locator("#call-minutes").fill("4")
    if promising:
        person.sees("Promise it too:", within="#dated")
        person.page.locator("#dated input[type=checkbox]").first.check()
    person.page.locator("[data-composer] .btn.add").click()
    person.sees(words[:30], within="#case .tl")
    person.settles()


def writes(person: Person, server: SmtpServer) -> Any:
    """How it came about, in writing; what the next server has."""
    person.press("m")
    person.page.locator(WORDS).fill(HOW_IT_CAME)
    person.press("Control+Enter")
    expect(person.page.locator("#case .msg", has_text="our failure")).to_contain_text("Sent", timeout=LEAVES)
    return message_from_bytes(server.received[-1].raw, policy=policy.default)


def the_question(server: SmtpServer, words: str) -> Any:
    """The one letter that asks so; it leads to her own page, and no machine answers it."""

    def found() -> list[Any]:
        letters = [message_from_bytes(one.raw, policy=policy.default) for one in server.received]
        return [one for one in letters if words in one.get_body(("plain",)).get_content()]

    wait_until(lambda: bool(found()), seconds=40, what=f"the letter that asks: {words}")
    (letter,) = found()
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "/p/" in letter.get_body(("plain",)).get_content()
    return letter


def records_what_she_wrote(person: Person, words: str) -> None:
    """Her answer is offered, and taken with one press."""
    offer = person.page.locator(".notice", has_text="This may be the answer.")

    def heard() -> bool:
        person.open(person.page.url)
        return offer.count() > 0

    wait_until(heard, seconds=40, what="her answer to be offered")
    expect(offer).to_contain_text(words)
    offer.get_by_role("button", name="Record: satisfied").click()
    expect(offer).to_have_count(0)
    person.settles()


def hers(orders: Any, number: int) -> list[Any]:
    """What was promised to her in the case."""
    return [one for one in orders.get(f"/cases/{number}")["commitments"] if one["purpose"] == "commitment"]


def states(orders: Any, number: int) -> list[str]:
    return [one["promise"]["state"] for one in hers(orders, number)]


def drawn_in(orders: Any, number: int, many: int) -> None:
    wait_until(lambda: len(orders.get(f"/cases/{number}")["escalations"]) == many, what=f"{many} to be drawn in")


def planned(orders: Any, number: int) -> list[Any]:
    items = orders.get(f"/cases/{number}/followups")["items"]
    return [one for one in items if one["state"] in ("open", "at_risk") and one["attempt"] is None]
