"""Lines by page, API and command: tried in plain words before anything is sent, and never a token in what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from makegood.conversation.models import Line
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_hook import a_receiver
from tests.doors.test_mailboxes import hills  # noqa: F401 - a fixture
from tests.doors.test_telling import LOOPBACK
from tests.factories import Cast, make_cast
from tests.installations import Installation
from tests.text_service import ACCOUNT, NUMBER, TOKEN, TextService, a_text_service

pytestmark = pytest.mark.enable_socket
MINE = "+44 7946 011899"


@pytest.fixture
def service() -> Iterator[TextService]:
    with a_text_service() as ours:
        yield ours


@pytest.fixture
def cast(db: None, settings: Any) -> Cast:
    settings.PRIVATE_NETWORKS = LOOPBACK
    return make_cast()


def said(service: TextService, **more: str) -> dict[str, str]:
    """What somebody says of a line by this service."""
    return {
        "name": "Texts", "number": "+44 20 7946 0118", "account": ACCOUNT, "base_url": service.address, "secret": TOKEN,
        "kind": "delivery",
    } | more  # fmt: skip


class TestByApi:
    def test_one_is_tried_added_changed_paused_and_removed(self, cast: Cast, service: TextService) -> None:
        ada = Api(staff=cast.ada)
        tried = ada.post("/lines/test", said(service))
        assert (tried.status, tried.body["works"]) == (200, True), tried.text
        assert [one["tried"] for one in tried.body["sending"]] == ["Sign in at 127.0.0.1", "Send as +44 20 7946 0118"]
        assert service.taken == []
        made = ada.post("/lines", said(service))
        assert (made.status, made.body["how"], made.body["channel"]) == (201, "twilio", "sms"), made.text
        assert TOKEN not in tried.text + made.text
        path = f"/lines/{made.body['id']}"
        assert f"/hooks/text/{made.body['id']}/" in made.body["hook"]
        assert ada.post(path, {"name": "SMS"}).body["name"] == "SMS"
        assert ada.post(path, {"base_url": "https://evil.example"}).code == "line.needs_secret"
        assert ada.post(f"{path}/pause").body["paused_at"]
        assert ada.post(f"{path}/pause").code == "line.paused"
        assert ada.post(f"{path}/resume").body["paused_at"] is None
        assert ada.post(f"{path}/resume").code == "line.running"
        assert [one["name"] for one in ada.get("/lines").body["items"]] == ["SMS"]
        assert ada.post(f"{path}/remove").body["items"] == []
        assert ada.get(path).code == "line.unknown"

    def test_nobody_else_may(self, cast: Cast, service: TextService) -> None:
        Api(staff=cast.ada).post("/lines", said(service))
        number = Line.objects.get().pk
        for api in (Api(), Api(staff=cast.mara), Api(staff=cast.greta), Api(staff=cast.stranger)):
            for answer in (
                api.get("/lines"), api.get(f"/lines/{number}"), api.post("/lines", said(service)),
                api.post("/lines/test", said(service)), api.post(f"/lines/{number}", {"name": "Mine"}),
                *(api.post(f"/lines/{number}/{deed}", {}) for deed in ("test", "pause", "resume", "remove")),
            ):  # fmt: skip
                assert answer.code == "people.not_allowed"
        assert Line.objects.get().name == "Texts"


class TestTrying:
    def tried(self, cast: Cast, service: TextService, **more: str) -> dict[str, Any]:
        return Api(staff=cast.ada).post("/lines/test", said(service, **more)).body

    def wrong(self, cast: Cast, service: TextService, **more: str) -> str:
        tried = self.tried(cast, service, **more)
        assert not tried["works"]
        return str(tried["sending"][-1]["words"])

    def test_each_thing_that_is_wrong_is_said_in_words(self, cast: Cast, service: TextService) -> None:
        assert "does not accept the account AC1 with this token" in self.wrong(cast, service, secret="wrong")
        assert "Nothing answers at that address" in self.wrong(cast, service, base_url="http://127.0.0.1:1")
        assert "no number +442079460119" in self.wrong(cast, service, number="+44 20 7946 0119")
        service.sms = False
        assert "cannot send text messages" in self.wrong(cast, service)
        service.status = "suspended"
        assert "is suspended" in self.wrong(cast, service)

    def test_what_is_no_such_service_is_told_so(self, cast: Cast, service: TextService) -> None:
        with a_receiver(200, body=b"<p>Welcome</p>", gets=True) as (address, _taken):
            assert "does not speak like Twilio" in self.wrong(cast, service, base_url=address)

    def test_a_service_that_does_not_tell_its_numbers_is_not_called_wrong(
        self, cast: Cast, service: TextService
    ) -> None:
        service.tells_numbers = False
        tried = self.tried(cast, service)
        assert (tried["works"], "the first message shows it" in tried["sending"][-1]["words"]) == (True, True)

    def test_a_few_words_go_to_a_number_of_ones_own(self, cast: Cast, service: TextService) -> None:
        assert self.tried(cast, service, to=MINE)["works"]
        assert [(one["To"], one["From"]) for one in service.taken] == [("+447946011899", NUMBER)]

    def test_of_an_address_of_apprise_its_service_is_told_and_only_a_message_shows_more(self, cast: Cast) -> None:
        ada = Api(staff=cast.ada)
        line = {"name": "Chat", "channel": "chat", "how": "apprise"}
        with a_receiver(200) as (address, taken):
            asked = line | {"secret": f"json://{address.removeprefix('http://')}/{{to}}"}
            only = ada.post("/lines/test", asked).body
            assert (only["works"], taken) == (True, [])
            assert "only a message shows" in only["sending"][-1]["words"]
            assert ada.post("/lines/test", asked | {"to": MINE}).body["works"]
            assert len(taken) == 1
        wrong = ada.post("/lines/test", line | {"secret": "nonsense://{to}"}).body
        assert not wrong["works"]


class TestAtTheDesk:
    def test_it_is_tried_with_and_without_script_and_nothing_is_saved(self, cast: Cast, service: TextService) -> None:
        ada = AtDesk(cast.ada)
        form = {"channel": "sms", "how": "twilio"} | said(service)
        for page in (
            ada.press("/settings/lines/try/", **form), ada.post("/settings/lines/new/", **form, do="test"),
        ):  # fmt: skip
            assert "What was tried works" in text(page)
            assert TOKEN not in page.content.decode()
        wrong = text(ada.press("/settings/lines/try/", **form | {"secret": "wrong"}))
        assert "does not accept the account" in wrong
        assert "Call it something" in text(ada.press("/settings/lines/try/", **form | {"name": ""}))
        assert not Line.objects.exists()

    def test_what_is_kept_is_tried_with_its_token(self, cast: Cast, service: TextService) -> None:
        ada = AtDesk(cast.ada)
        form = {"channel": "sms", "how": "twilio"} | said(service)
        ada.post("/settings/lines/new/", **form)
        number = Line.objects.get().pk
        kept = form | {"secret": "", "line": str(number)}
        assert "What was tried works" in text(ada.press("/settings/lines/try/", **kept))
        moved = kept | {"base_url": "https://evil.example"}
        assert "Give the token" in text(ada.press("/settings/lines/try/", **moved))
        for person in (cast.mara, cast.greta, cast.stranger):
            assert "What was tried works" not in text(AtDesk(person).press("/settings/lines/try/", **kept))


class TestByCommand:
    def test_one_is_added_listed_tried_and_paused(self, hills: Installation, tmp_path: Path) -> None:  # noqa: F811
        secret = tmp_path / "secret"
        secret.write_text(f"{TOKEN}\n")
        assert "There is no line yet" in hills.run("line", "list").stderr
        added = hills.must(
            "line", "add", "--name", "Texts", "--number", NUMBER, "--account", ACCOUNT, "--url", "http://127.0.0.1:1",
            "--secret-file", str(secret),
        )  # fmt: skip
        assert "/hooks/text/" in added
        assert NUMBER in hills.must("line", "list")
        tried = hills.run("line", "test", "Texts")
        assert (tried.returncode, "wrong  Sign in at 127.0.0.1" in tried.stdout) == (1, True), tried.stdout
        assert TOKEN not in tried.stdout + tried.stderr
        assert "paused" in hills.must("line", "pause", "Texts")
        assert "paused at" in hills.must("line", "list")
        assert "goes on" in hills.must("line", "resume", "Texts")
        assert hills.run("line", "test", "Nobody").returncode != 0
