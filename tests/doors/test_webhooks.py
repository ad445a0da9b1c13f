"""Webhooks by API and at the desk: set by administrators only, the secret shown once, a test sent for real; and the
page that tells receivers how to verify a message is true."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import makegood
from makegood.adapters.hooks import Hook
from makegood.remedies import actions as remedies
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice
from makegood.webhooks.actions import try_webhook
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.rules import EVENTS
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_hook import a_receiver
from tests.doors.test_telling import LOOPBACK
from tests.factories import Cast, actor, make_cast
from tests.rooms.casework import Hand

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
PAGE = (Path(makegood.__file__).parents[1] / "docs" / "webhooks.md").read_text()
URL = "https://shop.example/hooks"


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.PRIVATE_NETWORKS = LOOPBACK
    return make_cast()


def shown_secret(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    return found[0] if found else ""


def test_by_api_one_is_added_tried_paused_and_removed(cast: Cast) -> None:
    ada = Api(staff=cast.ada)
    with a_receiver(200, body=b"Taken") as (address, taken):
        made = ada.post("/webhooks", {"name": "Payments", "url": f"{address}/hooks"})
        assert (made.status, made.body["verbs"]) == (201, list(EVENTS))
        assert made.body["secret"].startswith("whsec_")
        path = f"/webhooks/{made.body['id']}"
        assert "secret" not in ada.get(path).body
        tried = ada.post(f"{path}/test")
    assert (tried.status, tried.body["status"], tried.body["answer"], tried.body["problem"]) == (200, 200, "Taken", "")
    assert taken[0][0]["webhook-id"] == tried.body["message_id"]
    assert "Nothing answers" in ada.post(f"{path}/test").body["problem"]
    assert [one["status"] for one in ada.get(f"{path}/deliveries").body["items"]] == [None, 200]

    assert ada.post(f"{path}/pause").body["paused_at"]
    assert ada.post(f"{path}/pause").code == "webhook.paused"
    assert ada.post(f"{path}/resume").body["paused_at"] is None
    assert ada.post(f"{path}/rotate").body["secret"] != made.body["secret"]
    changed = ada.post(path, {"name": "Shop", "url": URL, "verbs": ["promise.*"]}).body
    assert (changed["name"], changed["verbs"]) == ("Shop", ["promise.*"])
    assert ada.post(path, {"name": "Shop", "url": "shop"}).code == "webhook.bad_url"
    assert ada.post(f"{path}/remove").body["items"] == []
    assert ada.get(path).code == "webhook.unknown"


def test_nobody_else_sees_or_sets_them(cast: Cast) -> None:
    Api(staff=cast.ada).post("/webhooks", {"name": "Payments", "url": URL})
    number = Endpoint.objects.get().pk
    for api in (Api(), Api(staff=cast.mara), Api(staff=cast.greta), Api(staff=cast.stranger)):
        assert api.get("/webhooks").code == "people.not_allowed"
        assert api.get(f"/webhooks/{number}/deliveries").code == "people.not_allowed"
        assert api.post("/webhooks", {"name": "Mine", "url": URL}).code == "people.not_allowed"
        for deed in ("test", "pause", "rotate", "remove", "again", "again/msg_1"):
            assert api.post(f"/webhooks/{number}/{deed}").code == "people.not_allowed"
    for person in (cast.mara, cast.greta):
        assert AtDesk(person).get("/settings/webhooks/").status_code == 403
        AtDesk(person).post(f"/settings/webhooks/{number}/remove/")
        assert AtDesk(person).post(f"/settings/webhooks/{number}/rotate/").status_code == 303
    row = Endpoint.objects.get()
    assert (row.name, row.old_secret) == ("Payments", "")


def test_at_the_desk_the_secret_is_shown_once_and_a_test_says_what_came_of_it(cast: Cast) -> None:
    ada = AtDesk(cast.ada)
    with a_receiver(500, body=b"Oh no") as (address, _taken):
        form = {"name": "Payments", "url": address, "verb": ["case.granted"], "others": "promise.*, case.step"}
        made = ada.post("/settings/webhooks/", **form)
        assert shown_secret(made.content.decode())
        row = Endpoint.objects.get()
        assert row.verbs == ["case.granted", "promise.*", "case.step"]
        here = f"/settings/webhooks/{row.pk}/"
        assert shown_secret(text(ada.get(here))) == ""
        assert ada.post(f"{here}test/").status_code == 303
    shown = text(ada.get(here))
    assert "The test was not accepted. It answered 500." in shown
    assert re.search(r"webhook.test .* It answered 500. “Oh no”", shown)
    rotated = shown_secret(ada.post(f"{here}rotate/").content.decode())
    assert rotated == Endpoint.objects.get().secret
    assert "Paused at" in text(ada.client.post(f"{here}pause/", follow=True))  # type: ignore[arg-type]
    assert "goes on from where" in text(ada.client.post(f"{here}resume/", follow=True))  # type: ignore[arg-type]
    bad = ada.post("/settings/webhooks/", name="", url="x", others="what")
    assert bad.status_code == 422
    assert "There is a problem" in text(bad)
    assert ada.post(f"{here}remove/")["Location"] == "/settings/webhooks/"
    assert "Who is told" not in text(ada.get("/settings/webhooks/"))


def test_one_that_gave_up_is_said_everywhere(cast: Cast) -> None:
    Api(staff=cast.ada).post("/webhooks", {"name": "Payments", "url": URL})
    Endpoint.objects.update(paused_at="2026-11-23T15:00Z", gave_up=True, problem="It answered 500.")
    assert "not accepted for days: Payments" in text(AtDesk(cast.mara).get("/health/"))
    figures = Client().get("/metrics").content.decode()
    assert 'makegood_webhooks_in_trouble{state="gave_up"} 1.0' in figures
    assert "Switched off: it accepted nothing for days. It answered 500." in text(
        AtDesk(cast.ada).get("/settings/webhooks/")
    )


def a_lost_message(cast: Cast, **more: Any) -> Delivery:
    made = Api(staff=cast.ada).post("/webhooks", {"name": "Payments", "url": URL}).body["id"]
    now = datetime.now(UTC)
    facts = {"verb": "case.closed", "entry_id": 5, "tried_at": now, "failed_at": now, "problem": "It answered 500."}
    return Delivery.objects.create(endpoint_id=made, message_id="msg_5", attempts=11, **facts | more)


def test_what_was_set_aside_is_shown_and_sent_again_by_page_and_api(cast: Cast) -> None:
    lost = a_lost_message(cast)
    ada, api, here = AtDesk(cast.ada), Api(staff=cast.ada), f"/webhooks/{lost.endpoint_id}"
    shown = text(ada.get(f"/settings{here}/"))
    assert re.search(r"Set aside .* case.closed .* Tried 11 times until .* It answered 500.", shown)
    assert "1 message was set aside" in text(ada.get("/settings/webhooks/"))
    assert "set aside: Payments" in text(AtDesk(cast.mara).get("/health/"))
    assert [one["message_id"] for one in api.get(f"{here}/deliveries?set_aside=true").body["items"]] == ["msg_5"]
    for person in (cast.mara, cast.stranger):
        AtDesk(person).post(f"/settings{here}/again/msg_5/")
        AtDesk(person).post(f"/settings{here}/again/")
    assert api.get(here).body["set_aside"] == 1

    ada.post(f"/settings{here}/again/msg_5/")
    assert "Send again" not in text(ada.get(f"/settings{here}/"))
    Delivery.objects.update(next_at=None, failed_at=lost.failed_at)
    assert api.post(f"{here}/again/msg_5").body["set_aside"] == 0
    assert api.post(f"{here}/again/msg_5").code == "webhook.not_set_aside"
    assert api.post(f"{here}/again/msg_6").code == "webhook.unknown_message"
    Delivery.objects.update(next_at=None, failed_at=lost.failed_at)
    assert "1 message is sent again." in text(ada.client.post(f"/settings{here}/again/", follow=True))  # type: ignore[arg-type]
    assert api.post(f"{here}/again").body["set_aside"] == 0


def test_a_case_says_that_a_system_was_never_told_of_a_remedy(cast: Cast) -> None:
    case = a_delivery(cast, taken=True).pk
    now = datetime.now(UTC)
    choice = Choice(remedy=RemedyKind.GESTURE, title="Flowers", due_at=now + timedelta(hours=4))
    (grant,) = remedies.grant(case, [choice], **Hand(cast.mara).at(now))
    a_lost_message(cast, verb="case.granted", about_kind="grant", about_id=grant, case_id=case)
    assert "Payments never accepted word of it" in text(AtDesk(cast.mara).get(f"/cases/SR-{case}/remedies/"))
    (sent,) = Api(staff=cast.mara).get(f"/cases/SR-{case}/grants").body["items"][0]["sent_to"]
    assert (sent["name"], sent["word"]) == ("Payments", "set_aside")


def examples() -> list[dict[str, Any]]:
    """The two ways to verify that the page shows, run as they stand there."""
    found = []
    for block in re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        names: dict[str, Any] = {}
        exec(block, names)
        found.append(names)
    return found


@pytest.mark.parametrize("example", examples(), ids=["library", "by hand"])
def test_the_page_tells_how_to_verify_a_message(cast: Cast, example: dict[str, Any]) -> None:
    with a_receiver() as (address, taken):
        made = Api(staff=cast.ada).post("/webhooks", {"name": "Payments", "url": address}).body
        try_webhook(made["id"], Hook(LOOPBACK), by=actor(cast.ada), now=datetime.now(UTC))
    ((headers, body),) = taken
    known = {name.lower(): value for name, value in headers.items()}
    assert example["message"](body, known, made["secret"])["type"] == "webhook.test"
    for forged in (body + b" ", body.replace(b"test", b"best")):
        assert not _trusted(example, forged, known, made["secret"])
    assert not _trusted(example, body, known | {"webhook-timestamp": "1700000000"}, made["secret"])
    assert not _trusted(example, body, known, "whsec_" + "QUJD" * 8)


def _trusted(example: dict[str, Any], body: bytes, headers: dict[str, str], secret: str) -> bool:
    try:
        return example["message"](body, headers, secret) is not None
    except Exception:
        return False


def test_the_page_tells_what_is_sent() -> None:
    assert [verb for verb in EVENTS if f"`{verb}`" not in PAGE] == []
