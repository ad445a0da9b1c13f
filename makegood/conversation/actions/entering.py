"""How a mailbox without a password is let in: its access token, fetched anew before it ends, and by whose leave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from makegood.adapters.mailserver import MailTrouble
from makegood.adapters.oauth import Granted, redeem, refresh
from makegood.conversation.models import Mailbox
from makegood.conversation.queries.mailboxes import client_of, unknown_mailbox
from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import invalid
from makegood.notices.actions import tell_administrators
from makegood.people.queries import require
from makegood.people.rules import Ability
from makegood.platform.sealing import SealBroken, seal, unseal

_BEFORE = timedelta(minutes=5)
"""A token is fetched anew so long before it ends."""


def access_token(mailbox_id: int, *, networks: Iterable[str], now: datetime) -> str:
    """The access token of a mailbox, "" of one that signs in by password. Any number may ask at once: one of them
    fetches it. `networks` of ours may be reached.

    Raises MailTrouble that says what is wrong; who administers is told when somebody must sign in again.
    """
    row = Mailbox.objects.filter(pk=mailbox_id).exclude(oauth_url="").first()
    if row is None:
        return ""
    try:
        return _fetched(mailbox_id, tuple(networks), now)
    except SealBroken as broken:
        raise MailTrouble(str(broken), lasting=True) from broken
    except MailTrouble as trouble:
        if trouble.lasting:
            _tell(row, now)
        raise


@transaction.atomic
def _fetched(mailbox_id: int, networks: tuple[str, ...], now: datetime) -> str:
    row = Mailbox.objects.select_for_update(no_key=True).get(pk=mailbox_id)
    if row.oauth_access and row.oauth_until is not None and row.oauth_until > now + _BEFORE:
        return unseal(row.oauth_access)
    granted = refresh(client_of(row), unseal(row.oauth_refresh), networks=networks)
    _keep(row, granted, now)
    return granted.token


@transaction.atomic
def let_in(
    mailbox_id: int, code: str, *, back: str, verifier: str, networks: Iterable[str], by: Actor, now: datetime
) -> None:
    """A person let us in at the provider of a mailbox, which sent them `back` with a code.

    Raises Refusal "mailbox.unknown", "mailbox.not_let_in", "people.not_allowed".
    """
    require(by, Ability.ADMINISTER)
    row = Mailbox.objects.select_for_update().filter(pk=mailbox_id).first()
    if row is None:
        raise unknown_mailbox()
    try:
        granted = redeem(client_of(row), code, back=back, verifier=verifier, networks=networks)
    except (MailTrouble, SealBroken) as trouble:
        raise invalid("mailbox.not_let_in", str(trouble), field="oauth_url") from trouble
    _keep(row, granted, now)
    row.problem, row.problem_at, row.leased_until = "", None, None
    row.sending_problem, row.sending_problem_at, row.sending_next_at = "", None, None
    row.save()
    record("mailbox.let_in", by=by, at=now, subject=("mailbox", row.pk), data={"name": row.name})


def _keep(row: Mailbox, granted: Granted, now: datetime) -> None:
    row.oauth_access, row.oauth_until = seal(granted.token), now + timedelta(seconds=granted.seconds)
    row.oauth_refresh = seal(granted.refresh)
    row.save(update_fields=["oauth_access", "oauth_until", "oauth_refresh"])


def _tell(row: Mailbox, now: datetime) -> None:
    """Once for each time that somebody had signed in."""
    tell_administrators(
        ("mailbox", row.pk), topic="mailbox_signed_out",
        occasion=hashlib.sha256(row.oauth_refresh.encode()).hexdigest()[:16],
        words=f"The mailbox {row.name} is not let in any more: sign in again.",
        link=f"/settings/mailboxes/{row.pk}/", now=now,
    )  # fmt: skip


def asked_of(row: Mailbox, *, networks: Iterable[str], now: datetime) -> str:
    """The access token of a mailbox as it would be, of which nothing is kept. Raises MailTrouble, SealBroken."""
    if row.pk is not None and Mailbox.objects.filter(
        pk=row.pk, oauth_url=row.oauth_url, oauth_client=row.oauth_client, oauth_secret=row.oauth_secret,
        oauth_refresh=row.oauth_refresh,
    ).exists():  # fmt: skip
        # As it is kept: what it is given anew must be kept too, or the next time it would not be let in.
        return access_token(row.pk, networks=networks, now=now)
    return refresh(client_of(row), unseal(row.oauth_refresh), networks=networks).token
