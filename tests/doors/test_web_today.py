"""Today: what happens while it is being read is news to it, and how long the work waits."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.conversation import actions as conversation
from makegood.conversation.models import Mailbox
from makegood.followups import actions as followups
from makegood.promises import actions as promises
from makegood.promises.models import Kind, Promise
from makegood.web import desk
from makegood.web.today import views
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_customer, make_staff
from tests.rooms.casework import HOUR, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


def test_the_cursor_of_a_page_is_read_before_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    groups_for = views.groups_for

    def cursor() -> str:
        order.append("cursor")
        return "7-7"

    def groups(*asked: Any) -> Any:
        order.append("groups")
        return groups_for(*asked)

    monkeypatch.setattr(desk, "latest_cursor", cursor)
    monkeypatch.setattr(views, "groups_for", groups)
    page = AtDesk(make_staff()).client.get("/today/", headers={"accept": "text/html,*/*;q=0.8"})
    assert order == ["cursor", "groups"]
    assert 'data-cursor="7-7"' in page.content.decode()


def test_no_cursor_is_read_for_a_fragment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "latest_cursor", lambda: pytest.fail("not needed"))
    assert AtDesk(make_staff()).client.get("/today/queue/", headers={"accept": "*/*"}).status_code == 200


def test_what_waits_counts_from_the_opening_of_its_case(cast: Cast, mara: Hand) -> None:
    """A promise that was noticed an hour late waits since it was noticed."""
    now = datetime.now(UTC)
    callback(mara, now=now - 3 * HOUR)
    watch(now - HOUR)
    case = Case.objects.get()
    followups.ask(case.pk, **mara.at(now))
    followups.answer(case.pk, answer="more", **mara.at(now))
    page = text(AtDesk(cast.mara).get("/today/"))
    assert "Waiting on you 1 oldest 1 h" in page


def test_every_number_of_the_day_line_leads_to_as_many_promises(cast: Cast, mara: Hand) -> None:
    """Clocks of cases, what was called off and what others hold are counted neither here nor there."""
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0)
    for owner, title in ((mara.id, "Mine"), (cast.tomas.pk, "His"), (cast.stranger.pk, "Theirs"), (None, "Nobody's")):
        for kind in ("callback", "delivery", "commitment"):
            promises.make(
                customer_id=make_customer().pk, kind=kind, title=title, due_at=noon, owner_id=owner, by=mara.by,
                now=noon - 3 * HOUR,
            )  # fmt: skip
    gone = promises.make(
        customer_id=make_customer().pk, kind="callback", title="Off", due_at=noon, owner_id=mara.id, by=mara.by,
        now=noon - 3 * HOUR,
    )  # fmt: skip
    promises.withdraw(gone.pk, reason="No need", by=mara.by, now=noon - 2 * HOUR)
    desk = AtDesk(cast.mara)
    for who, many in (("me", 2), ("team", 6)):
        page = desk.get("/today/", who=who).content.decode()
        url, count = re.search(r'class="legend"><a href="([^"]+)"><b>(\d+)</b>', page).groups()  # type: ignore[union-attr]
        listed = desk.client.get(html.unescape(url))
        assert int(count) == many
        assert f"{many} promises" in text(listed)  # type: ignore[arg-type]


def test_the_heading_of_a_group_shows_the_clock_of_a_row(cast: Cast, mara: Hand) -> None:
    """A promise for a day is late by days of the calendar: the heading counts none otherwise than its row."""
    now = datetime.now(UTC)
    promise = callback(mara, now=now - 80 * HOUR)
    Promise.objects.filter(pk=promise.pk).update(
        due_on=(now - 96 * HOUR).date(), due_at=now - 75 * HOUR, breaks_at=now - 75 * HOUR
    )
    watch(now)
    page = text(AtDesk(cast.mara).get("/today/"))
    assert "Broken 1 oldest 4 d late" in page
    assert page.count("4 d late") >= 2


def test_the_rail_says_what_it_counts(cast: Cast, mara: Hand) -> None:
    callback(mara, now=datetime.now(UTC) - 3 * HOUR)
    watch(datetime.now(UTC))
    page = text(AtDesk(cast.mara).get("/today/"))
    for said in ("Today 1 broken, yours", "Cases 1 open, yours", "Promises 2 not kept yet, yours"):
        assert said in page


def test_a_message_that_did_not_reach_the_customer_waits_for_its_owner(cast: Cast, mara: Hand) -> None:
    now = datetime.now(UTC)
    callback(mara, customer=make_customer("Dana Okafor", email="dana@home.example").pk, now=now - 3 * HOUR)
    watch(now - HOUR)
    number = Case.objects.get().pk
    kind = Kind.objects.get(slug="delivery")
    Mailbox.objects.create(name="Care", address="c@desk.example", kind=kind, made_at=now, smtp_host="mail.example")
    conversation.write_message(number, channel="email", words="I own this.", **mara.at(now - HOUR))
    (carried,) = conversation.take_messages(channels=["email"], now=now)
    conversation.mark_refused(carried, "550 no such user", for_good=True, now=now)
    page = AtDesk(cast.mara).get("/today/")
    assert "Waiting on you 1" in text(page)
    assert "A message did not reach them" in text(page)
    assert "Waiting on you 0" in text(AtDesk(cast.tomas).get("/today/?who=me"))
