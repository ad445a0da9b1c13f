"""Everything that writes links."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from makegood.cases.actions import ask_for_link
from makegood.cases.actions.holding import entry, hold, person, tell
from makegood.cases.models import Case
from makegood.cases.queries import case_for
from makegood.conversation.queries import phrase_for
from makegood.conversation.rules.phrases import fields_of, fill
from makegood.customers.queries import customer_for
from makegood.journal.actions import record_many
from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import first_name
from makegood.links.models import Link
from makegood.links.queries import LinkFacts, link_by_token
from makegood.links.rules import BYTES, LIMITS, WINDOW, Tried, Way
from makegood.people.queries import token_digest
from makegood.people.rules import Scope
from makegood.remedies.queries.plan import said_due, zone_of
from makegood.remedies.rules.plan import language_of

_FORGOTTEN = timedelta(days=1)


@transaction.atomic
def make_link(number: int, *, scope: Scope, by: Actor, now: datetime) -> str:
    """Make a link to the customer's page of a case. Returns its token in plain; it cannot be shown again.

    Links that were sent before go on working. Raises Refusal "case.unknown", "case.may_not_work".
    """
    case = hold(number, scope=scope, closed=None)
    token = secrets.token_urlsafe(BYTES)
    Link.objects.create(case=case, digest=token_digest(token), made_at=now, made_by=by.name[:120])
    tell("link_made", case, by=by, at=now)
    return token


@transaction.atomic
def fill_phrase(number: int, phrase_id: int, *, base_url: str, scope: Scope, by: Actor, now: datetime) -> str:
    """Ready words with their fields filled by what is known of a case, as its customer reads it. A link below
    `base_url` is made only where one of the fields is a link.

    Raises Refusal "phrase.unknown", "phrase.not_known", and as `make_link` does.
    """
    text = phrase_for(phrase_id).text
    case = case_for(scope, number)
    customer = customer_for(scope, case.customer_id)
    facts: Mapping[str, Callable[[], str]] = {
        "first_name": lambda: first_name(customer.name),
        "promise": lambda: case.promise.title if case.promise else "",
        "due": lambda: said_due(case, zone_of(customer), language_of(customer.language)),
        "owner": lambda: case.owner_name,
        "number": lambda: case.ref,
        "link": lambda: f"{base_url}/p/{make_link(number, scope=scope, by=by, now=now)}/",
    }
    return fill(text, {name: facts[name]() for name in fields_of(text)})


@transaction.atomic
def make_links(cases: Mapping[int, int], *, by: Actor, now: datetime) -> dict[int, str]:
    """Make a link to each of these cases, given as their numbers and customers, for rooms downstream that have checked
    who asks. Returns the tokens in plain by case; they cannot be shown again."""
    tokens = {number: secrets.token_urlsafe(BYTES) for number in cases}
    rows = [
        Link(case_id=number, digest=token_digest(token), made_at=now, made_by=by.name[:120])
        for number, token in tokens.items()
    ]
    Link.objects.bulk_create(rows, batch_size=1_000)
    record_many(entry("link_made", number, customer, by=by, at=now, data={}) for number, customer in cases.items())
    return tokens


@transaction.atomic
def link_of_message(number: int, message_id: int, *, way: str, now: datetime) -> str:
    """The token of the link that a message to the customer of a case carries, made when it is asked for first.

    It is worked out anew each time from the installation's key, so that a message tried again is the same message and
    no token is kept in plain.
    """
    token = _token_of(message_id)
    made = {"case_id": number, "made_at": now, "given_at": now, "given_by": way if way in list(Way) else ""}
    Link.objects.get_or_create(digest=token_digest(token), defaults=made)
    return token


def _token_of(message_id: int) -> str:
    whole = salted_hmac("makegood.links.message", str(message_id), algorithm="sha256").digest()
    return urlsafe_b64encode(whole).decode().rstrip("=")


@transaction.atomic
def note_given(number: int, *, way: str, scope: Scope, by: Actor, now: datetime) -> None:
    """Staff gave the customer the newest link: what it shows has been disclosed to them. That it was spoken about is a
    step of the conversation, and recorded as such. Raises Refusal "link.none", "link.bad_way", and as `hold` does.
    """
    if way not in list(Way):
        raise invalid("link.bad_way", f"Say how it was given: {', '.join(Way)}.", field="way")
    case = hold(number, scope=scope, closed=None)
    person(by)
    newest = Link.objects.filter(case=case, revoked_at=None).first()
    if newest is None:
        raise Refusal("link.none", "There is no link to give. Make one first.")
    newest.given_at, newest.given_by = now, way
    newest.save(update_fields=["given_at", "given_by"])
    tell("link_given", case, by=by, at=now, data={"way": way})


@transaction.atomic
def revoke_links(number: int, *, scope: Scope, by: Actor, now: datetime) -> None:
    """End every link to a case at once. Raises Refusal "link.none" when there is none, "case.unknown"."""
    case = hold(number, scope=scope, closed=None)
    if not Link.objects.filter(case=case, revoked_at=None).update(revoked_at=now):
        raise Refusal("link.none", "There is no link to take back.")
    tell("link_revoked", case, by=by, at=now)


@transaction.atomic
def mark_opened(link: LinkFacts, *, by: Actor, now: datetime) -> None:
    """The customer did something on the page: they have it before them. Told once for each link."""
    if Link.objects.filter(pk=link.id, opened_at=None).update(opened_at=now):
        tell("link_opened", Case.objects.get(pk=link.case), by=by, at=now)


def ask_anew(token: str, *, now: datetime) -> None:
    """Somebody who holds a link, live or not, wants a new one: its owner is told, and sends one to the customer.

    Nothing says whether the token meant anything.
    """
    link = link_by_token(token, now=now)
    if link is not None:
        by = Actor(ActorKind.CUSTOMER, link.customer_id, link.customer_name[:120])
        ask_for_link(link.case, by=by, now=now)


# In one statement, so that two requests at once count as two.
_COUNT = """
WITH forgotten AS (DELETE FROM links_attempt WHERE since < %(forgotten)s AND who <> %(who)s)
INSERT INTO links_attempt (who, since, tries) VALUES (%(who)s, %(now)s, 1)
ON CONFLICT (who) DO UPDATE
SET tries = CASE WHEN links_attempt.since < %(window)s THEN 1 ELSE links_attempt.tries + 1 END,
    since = CASE WHEN links_attempt.since < %(window)s THEN %(now)s ELSE links_attempt.since END
RETURNING tries
"""


def count_try(what: Tried, who: str, *, now: datetime) -> None:
    """Count one try. Raises Refusal "link.too_often" past the limit of an hour."""
    key = salted_hmac("makegood.links", f"{what}:{who}", algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"who": key, "now": now, "window": now - WINDOW, "forgotten": now - _FORGOTTEN}
        cursor.execute(_COUNT, asked)
        (tries,) = cursor.fetchone()
    if tries > LIMITS[what]:
        raise Refusal("link.too_often", "That was too often. Please try again in an hour.", status=429)
