"""Whom typed words mean: the one chosen, the only one who fits, somebody new, or several to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from makegood.customers.actions import add
from makegood.customers.queries import CustomerLine, customer_for, search
from makegood.kernel.refusals import invalid
from makegood.kernel.texts import fold
from makegood.promises.queries import PromiseFacts, newest_of_each
from makegood.web.desk import Desk
from makegood.web.tables import Choice, number_or_none

FITTING = 8
NEW = "new"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The customer, or why there is none yet and who might be meant. `new` is the name of one to be taken in."""

    customer_id: int | None
    error: str = ""
    choices: tuple[Choice, ...] = ()
    new: str = ""


def choose(text: str, chosen: str, desk: Desk) -> Chosen:
    """The customer that `text` means; `chosen` is the one picked among choices shown before, or "new". Nobody is taken
    in by this: see `taken_in`."""
    if not text:
        return Chosen(None, _("Say to whom. A name, a number or an e-mail address finds them."))
    if chosen == NEW:
        return Chosen(None, choices=(_new(text),), new=text)
    found = search(desk.scope, text, limit=FITTING + 1)
    meant = _meant(found, chosen, text)
    if meant is not None:
        return Chosen(meant.id, choices=tuple(as_choices([meant], desk)))
    words = _("Several customers fit “{}”. Choose one of them, or write more of the name.")
    none = _("Nobody is called “{}”. Check the spelling, or add a new customer.")
    choices = (*as_choices(found[:FITTING], desk), _new(text))
    return Chosen(None, (words if found else none).format(text), choices)


def taken_in(chosen: Chosen, desk: Desk) -> int:
    """The customer that was chosen; somebody new is taken in now, once all the rest of a form is right.

    Raises Refusal "customer.unknown" for nobody, at the field "who", and as `customers.actions.add` does.
    """
    if chosen.new:
        return add(chosen.new, by=desk.actor, now=desk.now)
    if chosen.customer_id is None:
        raise invalid("customer.unknown", chosen.error, field="who")
    return chosen.customer_id


def _new(name: str) -> Choice:
    return Choice(NEW, _("New customer"), name)


def as_choices(found: Sequence[CustomerLine], desk: Desk) -> list[Choice]:
    """Customers as options: the name, and what tells them from others of that name. Of several it is also what was
    promised to each last: that is what somebody on the phone can say of themselves."""
    newest = newest_of_each(desk.scope, [line.id for line in found]) if len(found) > 1 else {}
    return [Choice(str(line.id), line.name, _told_apart(line, newest.get(line.id))) for line in found]


def _told_apart(line: CustomerLine, promise: PromiseFacts | None) -> str:
    return " · ".join(filter(None, (line.key, line.contact, promise.title if promise else "")))


def named(customer_id: int | None, desk: Desk) -> tuple[Choice, ...]:
    """The one customer that a page was opened for, as the only choice; nothing when it was opened for nobody."""
    if customer_id is None:
        return ()
    found = customer_for(desk.scope, customer_id)
    return (Choice(str(found.id), found.name, ", ".join(found.keys)),)


def _meant(found: tuple[CustomerLine, ...], chosen: str, text: str) -> CustomerLine | None:
    number = number_or_none(chosen)
    if number is not None:
        return next((line for line in found if line.id == number), None)
    if len(found) == 1:
        return found[0]
    same = [line for line in found if fold(line.name) == fold(text) or line.key == text]
    return same[0] if len(same) == 1 else None
