"""Who calls: the bearer of a token, for whom it stands, and what they may see and do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, forbidden, invalid
from makegood.people.queries import StaffFacts, TokenFacts, authenticate_token, staff_by_email
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
    """A request that was let in: who calls, and the instant at which they do."""

    caller: Caller
    now: datetime


def identify(request: HttpRequest) -> Caller:
    """The caller, by the bearer token of the request. Raises Refusal "token.missing", "token.unknown" (both 401)."""
    scheme, _, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not plain.strip():
        raise Refusal("token.missing", "Send your token in the header Authorization: Bearer mg_…", status=401)
    token = authenticate_token(plain.strip())
    if token is None:
        raise Refusal(
            "token.unknown",
            "This token is not known, or it was revoked. `makegood token create` makes a new one.",
            status=401,
        )
    return Caller(_actor(token), token.sight, token)


def let_write(caller: Caller) -> None:
    """Let only those pass who may change things. Raises Refusal "token.read_only", "people.not_allowed"."""
    if not caller.token.may_write:
        raise forbidden(
            "token.read_only", "This token reads only. Make one that writes: `makegood token create --scope write`."
        )
    if not caller.scope.may(Ability.WORK):
        raise forbidden("people.not_allowed", "The person this token stands for reads the work and does not do it.")


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
    named = colleague(email, field="staff", now=request.now)
    if caller.token.staff_id not in (None, named.id):
        raise forbidden("token.other_staff", "This token stands for somebody else, and only for them.")
    return Acting(Actor(ActorKind.STAFF, named.id, named.name), named.scope)


def acting(request: ApiRequest, email: str | None) -> Acting:
    """Who does it, when no person has to: the one named, else whoever calls. Raises Refusal as `person` does."""
    return request.caller if email is None else person(request, email)


def colleague(email: str, *, field: str, now: datetime) -> StaffFacts:
    """An active member of staff by e-mail. Raises Refusal "people.unknown" that names the `field`."""
    found = staff_by_email(email, now)
    if found is None or not found.is_active:
        raise invalid("people.unknown", "There is no active member of staff with this e-mail address.", field=field)
    return found


def _actor(token: TokenFacts) -> Actor:
    if token.staff_id is None:
        return token.actor
    return Actor(ActorKind.STAFF, token.staff_id, token.staff_name)
