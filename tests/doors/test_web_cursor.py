"""What happens while a page is being read is news to that page."""

from __future__ import annotations

from typing import Any

import pytest

from makegood.web import desk
from makegood.web.today import views
from tests.doors.desk_client import AtDesk
from tests.factories import make_staff

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
    mara = AtDesk(make_staff())
    page = mara.client.get("/today/", headers={"accept": "text/html,*/*;q=0.8"})
    assert order == ["cursor", "groups"]
    assert 'data-cursor="7-7"' in page.content.decode()


def test_no_cursor_is_read_for_a_fragment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "latest_cursor", lambda: pytest.fail("not needed"))
    assert AtDesk(make_staff()).client.get("/today/queue/", headers={"accept": "*/*"}).status_code == 200
