"""Who calls: the bearer of a token, for whom it stands, and what they may see and do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid, missing
from makegood.people.queries import (
    Proof,
    StaffFacts,
    TokenFacts,
    read_token,
    staff_by_email,
    token_digest,
    unknown_token,
)
from makegood.people.rules import Ability, Scope


@dataclass(frozen=True, slots=True)
class Acting:
    """Who does it, as the journal names them, and what they may see and do."""

    by: Actor
    scope: Scope


@dataclass(frozen=True, slots=True)
class Caller(Acting):
    """The bearer of a token: the token's person, else the token itself."""

    token: TokenFacts


class ApiRequest(HttpRequest):
    """A request that was let in: who calls, and the instant at which they do.

    `proof` is there while nobody has looked whether the token still stands as it was last read: the first statement of
    what answers the request is to look (see `recognise`).
    """

    caller: Caller
    proof: Proof | None
    now: datetime


def identify(request: ApiRequest) -> None:
    """Look up the caller by the bearer token of the request. Raises Refusal "token.missing", "token.unknown" (401)."""
    shown = _shown(request)
    if not shown:
        raise Refusal("token.missing", "Send your token in the header Authorization: Bearer mg_…", status=401)
    found = read_token(shown)
    if found is None:
        raise unknown_token()
    token, proof = found
    request.caller, request.proof = Caller(_actor(token), token.sight, token), None
    if len(_last_read) > _MOST_KEPT:
        _last_read.clear()
    _last_read[proof.digest] = request.caller, proof


# Callers as they were last read here, by what is kept of their tokens. Nothing rests on it: the statement that writes
# what such a caller wants writes nothing unless their token stands just so.
_last_read: dict[str, tuple[Caller, Proof]] = {}
_MOST_KEPT = 1_000


def recognise(request: ApiRequest) -> bool:
    """Take the caller for who they were when they last called, and say whether they ever did.

    Only for what hands the request's `proof` to its first statement; whatever asks anything before calls `prove`.
    """
    known = _last_read.get(token_digest(_shown(request)))
    if known is not None:
        request.caller, request.proof = known
    return known is not None


def prove(request: ApiRequest) -> None:
    """Look up who calls, if that was left to a statement, and let only those pass who may change things."""
    if request.proof is not None:
        identify(request)
        let_write(request.caller)


def _shown(request: HttpRequest) -> str:
    """The token that a request shows; empty when it shows none."""
    scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return plain.strip() if scheme.lower() == "bearer" else ""


def let_write(caller: Caller, *, measuring: bool = False) -> None:
    """Let only those pass who may change things; to what is `measuring`, those as well who do no work but measure.

    Raises Refusal "token.read_only", "people.not_allowed".
    """
    if not caller.token.may_write:
        raise forbidden(
            "token.read_only", "This token reads only. Make one that writes: `makegood token create --scope write`."
        )
    may = caller.scope.may(Ability.WORK) or (measuring and caller.scope.may(Ability.MEASURE))
    if caller.scope.sees_customers and not may:
        raise forbidden("people.not_allowed", "The person this token stands for reads the work and does not do it.")


def let_in(request: ApiRequest) -> None:
    """A process owner does what is asked of them, and finds nothing else. Raises Refusal "people.nothing_here"."""
    path = request.path_info
    if not (request.caller.scope.sees_customers or path.startswith(_FOR_OWNERS) or _OF_A_PROCESS.fullmatch(path)):
        raise missing("people.nothing_here", "There is nothing here for a process owner.")


_FOR_OWNERS = ("/api/v1/improvements", "/api/v1/line-up", "/api/v1/signals", "/api/v1/notices", "/api/v1/closures")
# What they say after a case; who may is asked by the query, and it tells them nothing of its customer.
_OF_A_PROCESS = re.compile(r"/api/v1/cases/[^/]+/closures(/process|/change)?")


def let_see_all(caller: Caller) -> None:
    """Let only those pass who see the work of every team. Raises Refusal "people.not_allowed"."""
    if not caller.scope.sees_all:
        raise forbidden(
            "people.not_allowed", "This shows the work of every team; the person this token stands for sees one team."
        )


def person(request: ApiRequest, email: str | None) -> Acting:
    """The member of staff who does it: named in the body by e-mail, else the one the token stands for.

    Raises Refusal "token.no_staff" when there is neither, "token.other_staff", "people.unknown".
    """
    caller = request.caller
    if email is None:
        if caller.by.kind is not ActorKind.STAFF:
            raise invalid(
                "token.no_staff",
                'A person must do this. Name them in the body, "staff": "mara@example.com", or use a token'
                " that stands for somebody: `makegood token create --staff`.",
                field="staff",
            )
        return caller
    named = colleague(email, field="staff", now=request.now, proof=request.proof)
    request.proof = None
    if caller.token.staff_id not in (None, named.id):
        raise forbidden("token.other_staff", "This token stands for somebody else, and only for them.")
    return Acting(Actor(ActorKind.STAFF, named.id, named.name), named.scope)


def acting(request: ApiRequest, email: str | None) -> Acting:
    """Who does it, when no person has to: the one named, else whoever calls. Raises Refusal as `person` does."""
    return request.caller if email is None else person(request, email)


def colleague(email: str, *, field: str, now: datetime, proof: Proof | None = None) -> StaffFacts:
    """An active member of staff by e-mail; nobody when the `proof` fails. Raises Refusal "people.unknown" that names
    the `field`."""
    found = staff_by_email(email, now, proof=proof)
    if found is None or not found.is_active:
        raise invalid("people.unknown", "There is no active member of staff with this e-mail address.", field=field)
    return found


def _actor(token: TokenFacts) -> Actor:
    if token.staff_id is None:
        return token.actor
    return Actor(ActorKind.STAFF, token.staff_id, token.staff_name)
