"""Bearer tokens of integrations."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from makegood.journal.actions import record
from makegood.journal.actors import Actor
from makegood.kernel.refusals import Refusal, invalid, missing
from makegood.people.actions.finding import clean_name
from makegood.people.models import ApiToken, Staff
from makegood.people.queries import require, token_digest
from makegood.people.rules import Ability, TokenScope

PREFIX = "mg_"
_BYTES = 32


@transaction.atomic
def create_token(name: str, scope: str, *, staff_id: int | None = None, by: Actor, now: datetime) -> str:
    """Make a token, which may stand for a member of staff. Returns it in plain; it cannot be shown again.

    Raises Refusal("token.unknown_scope"), ("token.unknown_staff"), ("people.bad_name"), ("people.not_allowed").
    """
    require(by, Ability.ADMINISTER)
    if scope not in list(TokenScope):
        raise invalid(
            "token.unknown_scope", "Choose what the token is for: read, or write (which reads too).", field="scope"
        )
    if staff_id is not None and not Staff.objects.filter(pk=staff_id, is_active=True).exists():
        raise invalid("token.unknown_staff", "A token can only stand for an active member of staff.", field="staff")
    plain = PREFIX + secrets.token_urlsafe(_BYTES)
    token = ApiToken.objects.create(
        name=clean_name(name, limit=80, what="the token"),
        scope=scope,
        digest=token_digest(plain),
        staff_id=staff_id,
        made_at=now,
    )
    record("token.created", by=by, at=now, subject=("token", token.pk), data={"name": token.name, "scope": token.scope})
    return plain


@transaction.atomic
def revoke_token(token_id: int, *, by: Actor, now: datetime) -> None:
    """End a token at once. Raises Refusal("token.unknown"), ("token.revoked"), ("people.not_allowed")."""
    require(by, Ability.ADMINISTER)
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise missing("token.unknown", "There is no such token.")
    if token.revoked_at is not None:
        raise Refusal("token.revoked", f"The token {token.name} is revoked already.")
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record("token.revoked", by=by, at=now, subject=("token", token.pk), data={"name": token.name})
