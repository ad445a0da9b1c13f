"""Mailboxes by API and by command: the same as at the desk, and never a password in what is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from makegood.conversation.models import Mailbox
from tests.doors.api_client import Api
from tests.doors.test_telling import LOOPBACK
from tests.factories import Cast, make_cast
from tests.imap_server import ImapBox
from tests.installations import Installation, an_installation
from tests.smtp_server import SmtpServer
from tests.token_server import CLIENT, REFRESH, SECRET, a_token_server

CARE = {"name": "Care", "address": "care@desk.example", "kind": "delivery"}


@pytest.fixture(scope="module")
def hills() -> Iterator[Installation]:
    """An installation that is set up."""
    with an_installation() as ours:
        ours.must("init", "--name", "Hill", "--email", "ann@hill.example", "--password", "correct horse battery")
        yield ours


@pytest.mark.django_db
@pytest.mark.enable_socket
class TestByApi:
    @pytest.fixture
    def cast(self, settings: Any) -> Cast:
        settings.PRIVATE_NETWORKS = LOOPBACK
        return make_cast()

    @pytest.fixture
    def said(self, imap_server: ImapBox, smtp_server: SmtpServer) -> dict[str, Any]:
        return CARE | {
            "imap_host": imap_server.host, "imap_port": imap_server.port, "imap_security": "none",
            "imap_user": imap_server.user, "imap_secret": imap_server.password, "smtp_host": smtp_server.host,
            "smtp_port": smtp_server.port, "smtp_security": "none",
        }  # fmt: skip

    def test_one_is_tried_connected_changed_paused_and_removed(self, cast, said) -> None:
        ada = Api(staff=cast.ada)
        tried = ada.post("/mailboxes/test", said)
        assert (tried.status, tried.body["works"]) == (200, True), tried.text
        assert said["imap_secret"] not in tried.text
        made = ada.post("/mailboxes", said)
        assert (made.status, made.body["has_imap_secret"]) == (201, True)
        assert said["imap_secret"] not in made.text
        path = f"/mailboxes/{made.body['id']}"
        wrong = ada.post(f"{path}/test", {"folder": "Post"}).body
        assert (wrong["works"], wrong["reading"][-1]["ok"]) == (False, False)
        assert "There is no folder Post" in wrong["reading"][-1]["words"]
        assert ada.post(path, {"name": "Help"}).body["name"] == "Help"
        assert ada.post(path, {"imap_host": "evil.example"}).code == "mailbox.needs_secret"
        assert ada.post(path, {"hook_service": "pigeon"}).code == "mailbox.bad_service"
        assert ada.post(path, {"hook_service": "amazon_ses"}).body["hook_service"] == "amazon_ses"
        assert ada.post(f"{path}/pause").body["paused_at"]
        assert ada.post(f"{path}/pause").code == "mailbox.paused"
        assert ada.post(f"{path}/resume").body["paused_at"] is None
        assert ada.post(path, {"imap_secret": None}).body["has_imap_secret"] is False
        ada.post(path, {"hook_service": "postmark"})
        assert f"/hooks/mail/postmark/{made.body['id']}/" in ada.post(f"{path}/hook").body["mail"]
        assert ada.post(f"{path}/remove").body["items"] == []
        assert ada.get(path).code == "mailbox.unknown"

    def test_nobody_else_may(self, cast, said) -> None:
        Api(staff=cast.ada).post("/mailboxes", said)
        number = Mailbox.objects.get().pk
        for api in (Api(), Api(staff=cast.mara), Api(staff=cast.greta), Api(staff=cast.stranger)):
            assert api.get("/mailboxes").code == "people.not_allowed"
            assert api.post("/mailboxes", CARE).code == "people.not_allowed"
            assert api.post("/mailboxes/test", said).code == "people.not_allowed"
            for deed in ("pause", "resume", "hook", "remove"):
                assert api.post(f"/mailboxes/{number}/{deed}").code == "people.not_allowed"


class TestByCommand:
    def test_one_is_added_listed_tried_and_paused(self, hills: Installation, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("s3cret-word\n")
        hills.must(
            "mailbox", "add", "--name", "Care", "--address", "care@hill.example", "--imap", "localhost", "--imap-port",
            "1", "--imap-security", "none", "--imap-password-file", str(secret),
        )  # fmt: skip
        listed = hills.must("mailbox", "list")
        assert "care@hill.example" in listed
        assert "nothing read yet" in listed
        tried = hills.run("mailbox", "test", "Care")
        assert (tried.returncode, "wrong  Reach localhost, port 1" in tried.stdout) == (1, True), tried.stdout
        assert "s3cret-word" not in tried.stdout + tried.stderr
        assert "paused" in hills.must("mailbox", "pause", "Care")
        assert "goes on" in hills.must("mailbox", "resume", "care@hill.example")
        assert hills.run("mailbox", "test", "Nobody").returncode != 0

    def test_a_refused_token_is_replaced_and_the_rest_stays(self, hills: Installation, tmp_path: Path) -> None:
        for name, word in (("secret", SECRET), ("revoked", "another"), ("refresh", REFRESH)):
            (tmp_path / name).write_text(f"{word}\n")
        here = {"MAKEGOOD_PRIVATE_NETWORKS": "127.0.0.0/8"}
        with a_token_server() as tokens:
            hills.must(
                "mailbox", "add", "--name", "Cloud", "--address", "cloud@hill.example", "--imap", "localhost",
                "--imap-port", "1", "--imap-security", "none", "--oauth", tokens.address, "--oauth-client", CLIENT,
                "--oauth-secret-file", f"{tmp_path}/secret", "--oauth-refresh-file", f"{tmp_path}/revoked",
            )  # fmt: skip
            assert "expired or revoked" in hills.run("mailbox", "test", "Cloud", **here).stdout
            changed = hills.run("mailbox", "change", "Cloud", "--oauth-refresh-file", f"{tmp_path}/refresh")
            assert "Cloud is changed" in changed.stderr
            tried = hills.run("mailbox", "test", "cloud@hill.example", **here).stdout
        assert tokens.asked[-1]["refresh_token"] == REFRESH
        assert "revoked" not in tried
        assert "wrong  Reach localhost, port 1" in tried
        assert hills.run("mailbox", "change", "Nobody", "--folder", "X").returncode == 1
        wrong = hills.run("mailbox", "change", "Cloud", "--imap-port", "0")
        assert (wrong.returncode, "Traceback" in wrong.stderr) == (1, False)

    def test_beside_a_demo_the_test_says_what_its_page_says(self, hills: Installation) -> None:
        hills.run("mailbox", "add", "--name", "Invented", "--address", "invented@hill.example")
        alone = hills.run("mailbox", "test", "Invented")
        assert (alone.returncode, "wrong  Send as" in alone.stdout) == (1, True)
        assert "MAKEGOOD_MAIL_SERVICE" in alone.stderr
        mark = hills.home / "demo.json"
        mark.write_text("{}")
        try:
            tried = hills.run("mailbox", "test", "Invented")
        finally:
            mark.unlink()
        assert (tried.returncode, "It goes to nobody" in tried.stdout) == (0, True), tried.stdout

    def test_a_service_is_given_its_address_once(self, hills: Installation) -> None:
        said = hills.must("mailbox", "add", "--name", "Help", "--address", "help@hill.example", "--service", "postmark")
        assert "/hooks/mail/postmark/" in said
