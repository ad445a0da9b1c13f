"""What a case shows that the coach has to know before it judges what we are about to say in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from makegood.cases.queries import CaseFacts, is_improved
from makegood.conversation.coach import Context, Finding, languages, read
from makegood.customers.queries import CustomerFacts, ids_of
from makegood.customers.rules import Channel
from makegood.kernel.texts import first_name
from makegood.people.queries import roster
from makegood.promises.rules import State
from makegood.remedies.queries.grants import GrantFacts, grants_of
from makegood.remedies.queries.plan import apologies_to, known_of
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import GrantState
from makegood.remedies.rules.mending import Heard, hear
from makegood.remedies.rules.plan import APOLOGY_WINDOW, Caution, language_of, lines

_KEPT = frozenset({State.KEPT, State.KEPT_LATE})
# What may be said to be done once a remedy of this kind is given, in the coach's own names of facts.
_SHOWS = {
    RemedyKind.REFUND: {"refund"},
    RemedyKind.CREDIT: {"credit"},
    RemedyKind.GESTURE: {"credit", "dispatch"},
    RemedyKind.EXCHANGE: {"replacement", "dispatch"},
    RemedyKind.RE_PERFORMANCE: {"repair", "replacement", "dispatch"},
    RemedyKind.PERSONAL_CONTACT: {"call"},
}
# What was promised and is done could be any of these; only people know which, so none is doubted.
_DELIVERED = frozenset({"repair", "replacement", "dispatch"})


def coaching(case: CaseFacts, *, now: datetime) -> Context:
    """What the coach has to know of a case: apologies within the window, what is done, what the customer said."""
    made = apologies_to(ids_of(case.customer_id), now=now)
    return Context(
        apologies=sum(now - one.at < APOLOGY_WINDOW for one in made),
        improved=is_improved(case),
        done=frozenset(_done(case, grants_of(case.number))),
        customer_words=" ".join((case.title, case.harm, case.needs)),
    )


def _done(case: CaseFacts, grants: Iterable[GrantFacts]) -> Iterator[str]:
    for grant in grants:
        if grant.state == GrantState.GIVEN:
            yield from _SHOWS[RemedyKind(grant.remedy)]
    if any(step.channel == Channel.PHONE for step in case.steps):
        yield "call"
    promises = [one.promise for one in case.failures] + [one.promise for one in case.commitments]
    if any(one is not None and one.state in _KEPT for one in promises):
        yield from _DELIVERED


def faults_in(text: str, case: CaseFacts, customer: CustomerFacts, *, now: datetime) -> tuple[Finding, ...]:
    """What the coach finds wrong with words to the customer of a case; nothing in a language it has no rules for."""
    language = language_of(customer.language)
    if language not in languages():
        return ()
    return read(text, language=language, context=coaching(case, now=now)).faults


def hear_words(
    text: str, case: CaseFacts, customer: CustomerFacts, *, writer: int | None, now: datetime
) -> Heard | None:  # fmt: skip
    """What the coach says of words to the customer of a case, in their language, with words for `writer` to use: None
    when there is nothing to judge, or when it has no rules for that language."""
    language = language_of(customer.language)
    if language not in languages():
        return None
    context = coaching(case, now=now)
    # What may be offered takes longer to find than a key is pressed.
    known = replace(
        known_of(case, customer, language, writer=writer, now=now), said_already=bool(context.apologies)
    )  # fmt: skip
    return hear(text, language=language, context=context, lines=lines(language, known))


def blame_in(texts: Iterable[str], language: str, *, now: datetime) -> tuple[Caution, ...]:
    """What there is to heed about the words to a cause: the coach's rule against blaming colleagues reads them, and
    first names of staff are pointed at. It stops nothing; a full name is refused before."""
    said = " ".join(texts)
    tongue = language_of(language)
    found = read(said, language=tongue).faults if tongue in languages() else ()
    blamed = [one.words for one in found if one.code == "blames-colleague"]
    called = {first_name(one.name) for one in roster(now).people.values() if one.name.strip()}
    words = [*blamed, *sorted(called & set(re.findall(r"\w+", said)))]
    if not words:
        return ()
    return (Caution("cause.blames", f"“{words[0]}”: a cause is never a person. Say what let it happen."),)
