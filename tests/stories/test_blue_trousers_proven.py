"""A0 goes on: the cause is found, changed by whoever owns the shelves, proven over the promises that follow, and those
whom it had failed are told, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest

from tests.browser.mailing import a_mailbox
from tests.browser.person import Person
from tests.browser.stage import Api, Stage, at
from tests.imap_server import ImapBox
from tests.installations import wait_until
from tests.smtp_server import SmtpServer
from tests.stories.deeds import end

Seat = Callable[..., Person]
SHOP = "shop@desk.example"
CHANGE, AS_TOLD = "Two colours never lie in one shelf place", "Each colour has a shelf place of its own now"
HURT, UNHURT, SINCE = 12, 48, 60
WRONG = "The wrong colour came"
WAITS = 30
"""Seconds: the worker counts a change and tells a batch every ten."""


@pytest.fixture
def mailbox(stage: Stage, imap_server: ImapBox, smtp_server: SmtpServer) -> Iterator[dict[str, Any]]:
    with a_mailbox(stage, imap_server, smtp_server, name="Shop", address=SHOP, kind="delivery") as made:
        yield made


def parcels(stage: Stage, name: str, many: int, *, days: float) -> None:
    """So many parcels, each to a customer of its own, that were due some days ago and came in time."""
    orders = stage.api()
    orders.post("/facts", [
        {"source": "orders", "reference": f"{name}-{at_:02}", "kind": "delivery", "title": f"Parcel {name}-{at_:02}",
         "customer": {"key": f"{name}-{at_:02}", "name": f"Ruth {name} {at_}",
                      "email": f"{name.lower()}{at_}@home.example"},
         "made_at": at(days=-days - 2), "due_at": at(days=-days), "kept_at": at(days=-days, hours=-1)}
        for at_ in range(many)
    ])  # fmt: skip


def a_dozen_were_failed_alike(stage: Stage) -> list[int]:
    """Twelve of sixty parcels held the wrong colour. Each is put right and ended, and says what caused it."""
    parcels(stage, "Hurt", HURT, days=3)
    parcels(stage, "Fine", UNHURT, days=3)
    mara, numbers = stage.api("mara"), []
    for at_ in range(HURT):
        promise = mara.promise(f"Hurt-{at_:02}")
        told = {"customer": {"key": f"Hurt-{at_:02}"}, "what": WRONG, "promise": promise["id"]}
        number = mara.post("/cases", told, 201)["number"]
        mara.post(f"/cases/{number}/take")
        for step in ("own", "listen", "empathise", "apologise"):
            mara.post(f"/cases/{number}/steps", {"step": step, "words": "We are sorry.", "channel": "phone"})
        mara.post(f"/cases/{number}/commitments", {"title": "The right one comes", "due_at": at(days=1)}, 201)
        for one in mara.get(f"/cases/{number}")["commitments"]:
            if one["promise"]["state"] in ("open", "at_risk"):
                mara.post(f"/promises/{one['promise']['id']}/keep")
        assert end(mara, number, "wrong-item", "They fit.")["outcome"] == "satisfied"
        numbers.append(number)
    return numbers


def the_change(reader: Api) -> dict[str, Any]:
    (found,) = reader.get("/improvements")["items"]
    return dict(found)


def heard_of_it(smtp: SmtpServer) -> list[str]:
    """To whom a mail says what was changed, however often."""
    mails = [message_from_bytes(one.raw, policy=policy.default) for one in smtp.received]
    return sorted(parseaddr(str(one["To"]))[1] for one in mails if AS_TOLD in _said(one))


def _said(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return " ".join(body.get_content().split()) if body is not None else ""


@pytest.mark.browser
def test_at_the_desk(stage: Stage, seat: Seat, mailbox: dict[str, Any], smtp_server: SmtpServer) -> None:
    numbers = a_dozen_were_failed_alike(stage)
    greta, sam = seat("greta"), seat("sam")

    # The few causes that make most of what fails stand on one page; this one has no owner, and gets one.
    greta.open("/causes/")
    greta.sees("Wrong item")
    greta.open("/improvements/new/?cause=wrong-item")
    greta.page.get_by_label("What changes").fill(CHANGE)
    greta.page.get_by_label("Who makes it").select_option(label=sam.name)
    greta.page.get_by_label("Live by").fill("in 5 days")
    greta.page.locator('[name="exposure"]').fill(str(SINCE))
    greta.click("Begin")
    sam.open("/improvements/")
    sam.page.get_by_role("link", name=CHANGE).click()
    sam.click("It is live")
    sam.sees("Live. Failures are counted from now on.")

    # A week on, sixty more parcels came, each as it was ordered: so much better is no chance.
    stage.pass_time(days=7)
    parcels(stage, "After", SINCE, days=3)
    stage.pass_time(days=1)
    wait_until(lambda: the_change(stage.api("greta"))["state"] == "held", seconds=WAITS, what="the change to have held")
    greta.open("/improvements/")
    greta.page.get_by_role("link", name=CHANGE).click()
    greta.sees("Held")
    greta.sees("It held: failures are fewer by as much as was meant, beyond chance.")

    # Those whom it failed learn it: read first as each would read it, then sent, once.
    stage.make_it_midday()
    greta.open(f"{greta.page.url}telling/")
    greta.page.locator('[name="changed-en"]').fill(AS_TOLD)
    greta.click("Keep the words")
    greta.sees(f"{HURT} customers would be told")
    greta.sees(AS_TOLD, within="ol.letters")
    greta.click("Tell them")
    wait_until(lambda: len(heard_of_it(smtp_server)) >= HURT, seconds=WAITS, what="everybody to have heard of it")
    assert heard_of_it(smtp_server) == sorted(f"hurt{at_}@home.example" for at_ in range(HURT))
    greta.open(f"/cases/SR-{numbers[0]}/")
    greta.sees(AS_TOLD, within="#case .tl")


def test_by_the_api(stage: Stage, mailbox: dict[str, Any], smtp_server: SmtpServer) -> None:
    a_dozen_were_failed_alike(stage)
    greta = stage.api("greta")
    assert greta.get("/report/causes")["items"][0]["cause"] == "wrong-item"
    begun = {
        "cause": "wrong-item",
        "change": CHANGE,
        "owner": "sam@shop.example",
        "due_at": at(days=5),
        "exposure": SINCE,
    }
    number = greta.post("/improvements", begun, 201)["number"]
    assert greta.post(f"/improvements/{number}/telling/begin", status=409)["code"] == "telling.not_changed"
    stage.api("sam").post(f"/improvements/{number}/live")

    stage.pass_time(days=7)
    parcels(stage, "After", SINCE, days=3)
    stage.pass_time(days=1)
    wait_until(lambda: the_change(greta)["state"] == "held", seconds=WAITS, what="the change to have held")
    held = the_change(greta)
    assert (held["before"]["failed"], held["since"]) == (HURT, {"due": SINCE, "failed": 0, "per_thousand": 0.0})
    assert held["ratio"]["high"] < 1

    stage.make_it_midday()
    greta.post(f"/improvements/{number}/telling/words", {"language": "en", "changed": AS_TOLD})
    assert greta.get(f"/improvements/{number}/telling/dry-run")["told"] == HURT
    greta.post(f"/improvements/{number}/telling/begin")
    wait_until(lambda: len(heard_of_it(smtp_server)) >= HURT, seconds=WAITS, what="everybody to have heard of it")
    told = greta.get(f"/improvements/{number}/telling")
    assert told["told"] == HURT
    assert len(heard_of_it(smtp_server)) == HURT, "once each"
    stranger = stage.api("mara")
    stranger.post(f"/improvements/{number}/telling/begin", status=403)
