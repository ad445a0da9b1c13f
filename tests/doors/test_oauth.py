"""Mailboxes without a password: let in by tokens, fetched before they end, at real servers; and by signing in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from makegood.adapters.files import FileStore
from makegood.adapters.mailserver import MailTrouble
from makegood.adapters.oauth import Client, sign_in_at, token_url
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Mailbox, Message
from makegood.conversation.rules.messages import State
from makegood.notices.models import Notice
from makegood.platform.sealing import unseal
from makegood.web.settings import entering
from makegood.worker import carrying, mailer, reader
from makegood.worker.carriers import carriers
from makegood.worker.mailer import Mailer
from tests.arriving import all_sorted
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_telling import LOOPBACK
from tests.factories import NOW, actor
from tests.imap_server import ImapBox
from tests.rooms.casework import Cast, cast, mara  # noqa: F401 - fixtures
from tests.rooms.test_conversation import mail
from tests.smtp_server import NAME, SmtpServer
from tests.token_server import CLIENT, CODE, REFRESH, SECRET, TokenServer, a_token_server

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
HOME = "/settings/mailboxes/"
GOOGLE = Client(token_url=token_url("google"), client=CLIENT)


@pytest.fixture(autouse=True)
def _reached(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = LOOPBACK


@pytest.fixture
def tokens(imap_server: ImapBox, smtp_server: SmtpServer) -> Iterator[TokenServer]:
    """Gives out what both servers take."""
    with a_token_server() as ours:

        def made() -> str:
            smtp_server.tokens.add(imap_server.token)
            return imap_server.token

        ours.makes = made
        yield ours


@pytest.fixture
def said(imap_server: ImapBox, smtp_server: SmtpServer, tokens: TokenServer) -> dict[str, Any]:
    return {
        "name": "Care", "address": "care@desk.example", "kind": "delivery", "imap_host": imap_server.host,
        "imap_port": imap_server.port, "imap_security": "none", "imap_user": imap_server.user,
        "smtp_host": smtp_server.host, "smtp_port": smtp_server.port, "smtp_security": "none", "smtp_user": NAME,
        "oauth_url": tokens.address, "oauth_client": CLIENT, "oauth_secret": SECRET, "oauth_refresh": REFRESH,
    }  # fmt: skip


@pytest.fixture
def box(cast: Cast, said: dict[str, Any]) -> Mailbox:  # noqa: F811
    return Mailbox.objects.get(pk=actions.add_mailbox(**said, by=actor(cast.ada), now=NOW))


def token(box: Mailbox, after: timedelta = timedelta()) -> str:
    return actions.access_token(box.pk, networks=LOOPBACK, now=NOW + after)


class TestTokens:
    def test_one_is_fetched_before_it_ends_and_kept_sealed(self, box: Mailbox, tokens: TokenServer) -> None:
        tokens.makes = iter(["first", "second"]).__next__
        minutes = [0, 30, 54, 56]
        assert [token(box, timedelta(minutes=one)) for one in minutes] == ["first", "first", "first", "second"]
        box.refresh_from_db()
        assert ("second" in box.oauth_access, unseal(box.oauth_access)) == (False, "second")
        assert REFRESH not in box.oauth_refresh

    def test_a_refresh_token_that_is_changed_is_kept(self, box: Mailbox, tokens: TokenServer) -> None:
        tokens.changes = True
        for hours in range(3):
            token(box, timedelta(hours=hours))
        box.refresh_from_db()
        assert unseal(box.oauth_refresh) == tokens.refresh == f"{REFRESH}+++"

    def test_a_refusal_says_to_sign_in_again_and_is_told_once(self, cast, box: Mailbox, tokens: TokenServer) -> None:  # noqa: F811
        tokens.refresh = "another"
        for _twice in range(2):
            with pytest.raises(MailTrouble, match="sign in again there") as trouble:
                token(box)
            assert trouble.value.lasting
        notice = Notice.objects.get(topic="mailbox_signed_out")
        assert (notice.staff_id, notice.link) == (cast.ada.pk, f"{HOME}{box.pk}/")

    def test_a_server_that_is_away_is_no_refusal(self, box: Mailbox) -> None:
        Mailbox.objects.update(oauth_url="http://127.0.0.1:1/token")
        with pytest.raises(MailTrouble, match="Nothing answers") as trouble:
            token(box)
        assert not trouble.value.lasting
        assert not Notice.objects.exists()


class TestMail:
    @pytest.fixture
    def files(self, tmp_path: Path) -> FileStore:
        return FileStore(tmp_path / "files")

    def reads(self, files: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reader, "now", lambda: NOW)
        asked = iter([False])
        found = actions.take_mailbox(now=NOW)
        assert found is not None
        reader.read(found, files, networks=LOOPBACK, asked_to_stop=lambda: next(asked, True))

    def test_mail_comes_and_goes_by_the_token(
        self, box, tokens, mara, imap_server, smtp_server, files, monkeypatch  # noqa: F811
    ) -> None:  # fmt: skip
        imap_server.deliver(mail())
        self.reads(files, monkeypatch)
        assert Arrival.objects.count() == 1
        all_sorted(files)
        actions.write_message(Case.objects.get().pk, channel="email", words="I am sorry.", **mara.at(NOW))
        for module in (carrying, mailer):
            monkeypatch.setattr(module, "now", lambda: NOW + timedelta(minutes=1))
        sender = Mailer(
            files, carriers(LOOPBACK, None, folder=Path("never")), networks=LOOPBACK, asked_to_stop=lambda: False
        )  # fmt: skip
        while sender.turn():
            pass
        sender.leave()
        assert Message.objects.get(inward=False).state == State.SENT
        assert len([one for one in tokens.asked if one["grant_type"] == "refresh_token"]) == 1

    def test_what_is_refused_stands_on_the_page_and_mail_waits(
        self, cast, box, tokens, files, monkeypatch  # noqa: F811
    ) -> None:  # fmt: skip
        tokens.refresh = "another"
        self.reads(files, monkeypatch)
        page = text(AtDesk(cast.ada).get(f"{HOME}{box.pk}/"))
        assert ("Cannot be read" in page, "sign in again" in page, "Sign in again" in page) == (True, True, True)


class TestSettingUp:
    def test_it_is_tried_with_the_token_and_nothing_secret_is_told(self, cast, said, tokens) -> None:  # noqa: F811
        ada = Api(staff=cast.ada)
        tried = ada.post("/mailboxes/test", said)
        assert (tried.body["works"], tried.body["reading"][0]["tried"]) == (True, "Ask 127.0.0.1 for a token"), (
            tried.text
        )
        wrong = ada.post("/mailboxes/test", said | {"oauth_refresh": "wrong"}).body
        assert (wrong["works"], "sign in again" in wrong["reading"][0]["words"]) == (False, True)
        client = ada.post("/mailboxes/test", said | {"oauth_secret": "wrong"}).body
        assert "does not know the client" in client["reading"][0]["words"]
        made = ada.post("/mailboxes", said)
        assert (made.body["has_oauth_secret"], made.body["has_oauth_refresh"]) == (True, True)
        assert not any(secret in made.text for secret in (SECRET, REFRESH))
        tokens.changes = True
        assert ada.post(f"/mailboxes/{made.body['id']}/test", {}).body["works"]
        assert unseal(Mailbox.objects.get().oauth_refresh) == tokens.refresh

    def test_secrets_go_to_no_other_provider(self, cast, box: Mailbox) -> None:  # noqa: F811
        ada = Api(staff=cast.ada)
        told = ada.post(f"/mailboxes/{box.pk}", {"oauth_url": "https://evil.example/token"}).body
        assert (told["has_oauth_secret"], told["has_oauth_refresh"]) == (False, False)

    def test_what_cannot_be_is_refused(self, cast, said) -> None:  # noqa: F811
        ada = Api(staff=cast.ada)
        assert ada.post("/mailboxes", said | {"oauth_url": "yahoo"}).code == "mailbox.bad_server"
        assert ada.post("/mailboxes", said | {"oauth_client": ""}).code == "mailbox.bad_server"


class TestSigningIn:
    def begun(self, cast: Cast, box: Mailbox, tokens: TokenServer, monkeypatch) -> tuple[AtDesk, str]:  # noqa: F811
        """Somebody who was sent on to sign in, and the state with which they come back."""
        monkeypatch.setattr(
            entering, "sign_in_address",
            lambda scope, number, *, back, state, verifier: sign_in_at(
                GOOGLE, back=back, state=state, verifier=verifier, user="care@desk.example"
            ),
        )  # fmt: skip
        desk = AtDesk(cast.ada)
        asked = parse_qs(urlsplit(desk.get(f"{HOME}{box.pk}/sign-in/")["Location"]).query)
        tokens.challenge = asked["code_challenge"][0]
        assert asked["redirect_uri"][0].endswith("/settings/mailboxes/signed-in/")
        return desk, asked["state"][0]

    def test_a_person_signs_in_and_is_back_with_a_token(self, cast, box, tokens, monkeypatch) -> None:  # noqa: F811
        Mailbox.objects.update(oauth_refresh="", problem="sign in again", problem_at=NOW)
        desk, state = self.begun(cast, box, tokens, monkeypatch)
        there = desk.get(f"{HOME}signed-in/?code={CODE}&state={state}")
        assert there["Location"] == f"{HOME}{box.pk}/"
        box.refresh_from_db()
        assert (unseal(box.oauth_refresh), box.problem) == (REFRESH, "")
        again = desk.get(f"{HOME}signed-in/?code={CODE}&state={state}")
        assert again["Location"] == HOME

    @pytest.mark.parametrize("back", ["?code=a-code&state=forged", "?code=a-code", ""])
    def test_who_comes_back_from_elsewhere_changes_nothing(self, cast, box, tokens, back, monkeypatch) -> None:  # noqa: F811
        desk, _state = self.begun(cast, box, tokens, monkeypatch)
        before = Mailbox.objects.values_list("oauth_refresh", flat=True).get()
        assert desk.get(f"{HOME}signed-in/{back}")["Location"] == HOME
        assert Mailbox.objects.values_list("oauth_refresh", flat=True).get() == before

    def test_a_no_is_told_in_the_providers_words(self, cast, box, tokens, monkeypatch) -> None:  # noqa: F811
        desk, state = self.begun(cast, box, tokens, monkeypatch)
        desk.get(f"{HOME}signed-in/?error=access_denied&state={state}")
        assert "We were not let in. access_denied" in text(desk.get(f"{HOME}{box.pk}/"))

    def test_nobody_else_signs_in(self, cast, box) -> None:  # noqa: F811
        for person in (cast.mara, cast.greta, cast.stranger):
            assert AtDesk(person).get(f"{HOME}{box.pk}/sign-in/").status_code == 403


def test_providers_are_known_by_name() -> None:
    assert token_url("Google") == "https://oauth2.googleapis.com/token"
    assert token_url("microsoft/contoso.com").endswith("/contoso.com/oauth2/v2.0/token")
    assert token_url("microsoft/../evil") == token_url("yahoo") == token_url("ftp://x") == ""
    client = Client(token_url=token_url("microsoft"), client=CLIENT)
    asked = sign_in_at(client, back="https://desk.example/b", state="s", verifier="v" * 43, user="care@desk.example")
    assert asked.startswith("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?")
    assert "offline_access" in asked
