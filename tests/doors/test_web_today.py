"""Today: what happens while it is being read is news to it, and how long the work waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from makegood.cases.models import Case
from makegood.followups import actions as followups
from makegood.web import desk
from makegood.web.today import views
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_staff
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
