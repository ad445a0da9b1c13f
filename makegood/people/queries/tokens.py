"""The tokens of integrations: whose one is that somebody shows, and whether it is still as it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope, TokenScope, token_role
from makegood.platform.rows import fetch_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """A token of an integration, and for whom it stands (`staff_id` None: for nobody)."""

    id: int
    name: str
    scope: TokenScope
    role: Role
    staff_id: int | None
    staff_name: str
    team_id: int | None
    made_at: datetime
    revoked_at: datetime | None

    @property
    def may_write(self) -> bool:
        """Whether it may change anything."""
        return self.scope == TokenScope.WRITE

    @property
    def sight(self) -> Scope:
        """What its bearer may see and do."""
        return Scope(self.role, self.staff_id, self.team_id)

    @property
    def actor(self) -> Actor:
        """Its bearer, as the journal names them."""
        return Actor(ActorKind.TOKEN, self.id, self.name)


def token_digest(plain: str) -> str:
    """What is kept of a token. It is long and random, so that a fast hash is enough."""
    return hashlib.sha256(plain.encode(errors="replace")).hexdigest()


# Asked in every request to the API: by hand, because putting the statement together took longer than asking it. The
# mark is of all that is known of the token and its person.
_MARK = "md5((t, s)::text)"
_SHOWN = f"""
SELECT t.id, t.name, t.scope, s.role, t.staff_id, s.name, s.team_id, t.made_at, {_MARK}
FROM people_apitoken t LEFT JOIN people_staff s ON s.id = t.staff_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND s.is_active IS NOT FALSE
"""  # noqa: S608 - the words above


class Proof(NamedTuple):
    """What a statement needs to see for itself that a token is as it was read (`STANDS`)."""

    digest: str
    mark: str


# For a statement of a room downstream that writes only while a token is as it was read: `stands` gives its parameters.
# Without a proof there is nothing to see.
STANDS = f"""
(%(digest)s::text IS NULL OR EXISTS (
    SELECT FROM people_apitoken t LEFT JOIN people_staff s ON s.id = t.staff_id
    WHERE t.digest = %(digest)s AND {_MARK} = %(mark)s
))
"""


def stands(proof: Proof | None) -> dict[str, str | None]:
    """The parameters of `STANDS`."""
    return {"digest": proof.digest, "mark": proof.mark} if proof else {"digest": None, "mark": None}


def unknown_token() -> Refusal:
    """No to whoever shows a token that does not stand."""
    told = "This token is not known, or it was revoked. `makegood token create` makes a new one."
    return Refusal("token.unknown", told, status=401)


def authenticate_token(plain: str) -> TokenFacts | None:
    """The token somebody shows, if it is one of ours, not revoked, and its person (if any) still active."""
    read = read_token(plain)
    return read[0] if read else None


def read_token(plain: str) -> tuple[TokenFacts, Proof] | None:
    """The same with what shows later that it stands as it was read."""
    digest = token_digest(plain)
    shown = fetch_rows(_SHOWN, [digest])
    if not shown:
        return None
    number, name, scope, role, staff_id, staff_name, team_id, made_at, mark = shown[0]
    facts = TokenFacts(
        id=number,
        name=name,
        scope=TokenScope(scope),
        role=token_role(scope, role),
        staff_id=staff_id,
        staff_name=staff_name or "",
        team_id=team_id,
        made_at=made_at,
        revoked_at=None,
    )
    return facts, Proof(digest, mark)
