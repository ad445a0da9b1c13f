"""Settings, mailboxes: connected, tried and changed by those who administer; no secret is ever shown again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from makegood.conversation import actions
from makegood.conversation.models import Mailbox
from makegood.notices.models import Notice
from makegood.platform.mail_service import MailService
from makegood.platform.sealing import unseal
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_telling import LOOPBACK
from tests.factories import NOW, Cast, actor, make_cast
from tests.imap_server import ImapBox
from tests.smtp_server import SmtpServer

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
HOME = "/settings/mailboxes/"


@pytest.fixture
def cast(settings: Any) -> Cast:
    settings.PRIVATE_NETWORKS = LOOPBACK
    return make_cast()


@pytest.fixture
def ada(cast: Cast) -> AtDesk:
    return AtDesk(cast.ada)


def typed(imap: ImapBox, smtp: SmtpServer, **more: str) -> dict[str, str]:
    """What an administrator types for the servers of the tests."""
    return {
        "name": "Care", "address": "care@desk.example", "kind": "delivery", "acknowledges": "on",
        "imap_host": imap.host, "imap_port": str(imap.port), "imap_security": "none", "imap_user": imap.user,
        "imap_secret": imap.password, "smtp_host": smtp.host, "smtp_port": str(smtp.port), "smtp_security": "none",
    } | more  # fmt: skip


def test_one_is_connected_changed_paused_and_removed(ada, imap_server, smtp_server) -> None:
    assert "No mailbox is connected yet" in text(ada.get(HOME))
    form = typed(imap_server, smtp_server)
    made = ada.post(f"{HOME}new/", **form)
    row = Mailbox.objects.get()
    here = f"{HOME}{row.pk}/"
    assert (made["Location"], unseal(row.imap_secret), row.kind.slug) == (here, imap_server.password, "delivery")
    page = ada.get(here)
    assert imap_server.password not in page.content.decode()
    assert "Nothing was read yet" in text(page)

    assert ada.post(here, **form | {"name": "Help", "imap_secret": ""})["Location"] == here
    row.refresh_from_db()
    assert (row.name, unseal(row.imap_secret)) == ("Help", imap_server.password)

    ada.post(f"{here}pause/")
    assert "Paused at" in text(ada.get(HOME))
    ada.post(f"{here}resume/")
    assert ada.post(f"{here}remove/")["Location"] == HOME
    assert not Mailbox.objects.exists()


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(ada, imap_server, smtp_server) -> None:
    bad = ada.post(f"{HOME}new/", **typed(imap_server, smtp_server, imap_port="many"))
    assert bad.status_code == 422
    assert "A port is a number from 1 to 65535" in text(bad)
    assert b"care@desk.example" in bad.content
    assert imap_server.password.encode() not in bad.content
    assert ada.post(f"{HOME}new/", **typed(imap_server, smtp_server, address="care")).status_code == 422


class TestTrying:
    def test_all_that_works_is_said_step_by_step_and_nothing_is_saved(self, ada, imap_server, smtp_server) -> None:
        tried = ada.press(f"{HOME}try/", **typed(imap_server, smtp_server))
        for words in (
            "What was tried works",
            f"Reach {imap_server.host}",
            "Sign in",
            "Open INBOX",
            "Send as care@desk",
        ):
            assert words in text(tried)
        assert imap_server.password not in tried.content.decode()
        assert not Mailbox.objects.exists()

    def test_what_does_not_work_is_said_in_words(self, ada, imap_server, smtp_server) -> None:
        said = text(ada.press(f"{HOME}try/", **typed(imap_server, smtp_server, imap_secret="wrong", folder="Post")))
        assert "Something does not work yet" in said
        assert "Open Post" not in said
        gone = text(ada.press(f"{HOME}try/", **typed(imap_server, smtp_server, smtp_port="1")))
        assert "Something does not work yet" in gone
        assert "A port is a number" in text(ada.press(f"{HOME}try/", **typed(imap_server, smtp_server, imap_port="x")))

    def test_it_is_tried_without_script_too(self, ada, imap_server, smtp_server) -> None:
        page = ada.post(f"{HOME}new/", **typed(imap_server, smtp_server, do="test"))
        assert (page.status_code, "What was tried works" in text(page)) == (200, True)
        assert not Mailbox.objects.exists()

    def test_what_is_kept_is_tried_with_its_password(self, ada, imap_server, smtp_server) -> None:
        ada.post(f"{HOME}new/", **typed(imap_server, smtp_server))
        number = str(Mailbox.objects.get().pk)
        form = typed(imap_server, smtp_server, imap_secret="", mailbox=number)
        assert "What was tried works" in text(ada.press(f"{HOME}try/", **form))

    def test_a_password_goes_to_no_other_server_than_its_own(self, ada, imap_server, smtp_server) -> None:
        ada.post(f"{HOME}new/", **typed(imap_server, smtp_server))
        row = Mailbox.objects.get()
        form = typed(imap_server, smtp_server, imap_secret="", imap_host="evil.example", mailbox=str(row.pk))
        assert "Give the password again" in text(ada.press(f"{HOME}try/", **form))
        assert "Give the password again" in text(ada.post(f"{HOME}{row.pk}/", **form))
        row.refresh_from_db()
        assert row.imap_host == imap_server.host

    def test_where_there_is_nothing_to_try_it_does_not_say_that_it_works(self, ada, settings) -> None:
        form = {"name": "Care", "address": "care@desk.example"}
        settings.MAIL_SERVICE = MailService(name="folder", arguments={})
        kept = text(ada.press(f"{HOME}try/", **form))
        assert ("There is nothing to try" in kept, "It goes to nobody" in kept, "works" in kept) == (True, True, False)
        settings.MAIL_SERVICE = MailService(name="postmark", arguments={"server_token": "k3y"})
        assert "Send by Postmark" in text(ada.press(f"{HOME}try/", **form))
        settings.MAIL_SERVICE = None
        assert "Something does not work yet" in text(ada.press(f"{HOME}try/", **form))


def test_the_address_for_a_service_is_shown_once(ada, settings) -> None:
    form = {"name": "Care", "address": "care@desk.example", "hook_service": "mailgun", "hook_key": "signs-it"}
    shown = text(ada.post(f"{HOME}new/", **form))
    row = Mailbox.objects.get()
    assert f"/hooks/mail/mailgun/{row.pk}/" in shown
    again = ada.get(f"{HOME}{row.pk}/").content.decode()
    assert ("/hooks/mail/" in again, "signs-it" in again) == (False, False)
    anew = text(ada.post(f"{HOME}{row.pk}/address/"))
    assert f"/hooks/mail/mailgun/{row.pk}/" in anew


def test_nobody_else_sees_or_sets_them(cast: Cast, imap_server, smtp_server) -> None:
    form = typed(imap_server, smtp_server)
    AtDesk(cast.ada).post(f"{HOME}new/", **form)
    number = Mailbox.objects.get().pk
    for person in (cast.mara, cast.greta, cast.stranger):
        desk = AtDesk(person)
        for path in (HOME, f"{HOME}new/", f"{HOME}{number}/"):
            assert desk.get(path).status_code == 403
        assert "Mailboxes" not in text(desk.get("/health/"))
        assert "What was tried works" not in text(desk.press(f"{HOME}try/", **form))
        for deed in ("pause", "remove", "address"):
            desk.post(f"{HOME}{number}/{deed}/")
    row = Mailbox.objects.get()
    assert (row.paused_at, row.hook_digest) == (None, "")


class TestFailing:
    def fails(self, cast: Cast) -> Mailbox:
        number = actions.add_mailbox(
            name="Care", address="care@desk.example", imap_host="mail.example", smtp_host="mail.example",
            by=actor(cast.ada), now=NOW,
        )  # fmt: skip
        for minutes in (0, 30, 59):
            at = NOW + timedelta(minutes=minutes)
            actions.note_trouble(number, "Nothing answers there.", lasting=False, now=at)
            actions.rest_sending("It takes nothing.", mailbox_id=number, until=at, now=at)
        return Mailbox.objects.get()

    def test_who_administers_is_told_after_an_hour_and_once(self, cast: Cast) -> None:
        row = self.fails(cast)
        actions.tell_of_failing(now=NOW + timedelta(minutes=59))
        assert not Notice.objects.exists()
        for minutes in (60, 61):
            actions.tell_of_failing(now=NOW + timedelta(minutes=minutes))
        assert {(one.staff_id, one.topic) for one in Notice.objects.all()} == {
            (cast.ada.pk, "mailbox_unread"), (cast.ada.pk, "mailbox_silent"),
        }  # fmt: skip
        assert Notice.objects.count() == 2
        assert Notice.objects.first().link == f"{HOME}{row.pk}/"

    def test_the_list_and_health_say_so(self, cast: Cast, ada: AtDesk) -> None:
        self.fails(cast)
        assert "Nothing answers there." in text(ada.get(HOME))
        assert "Nothing answers there." in text(ada.get("/health/"))
