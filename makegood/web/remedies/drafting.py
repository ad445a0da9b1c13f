"""What is ticked and typed in the picker, read as choices: each thing that is to be given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec.structs import asdict

from makegood.customers.queries import CustomerFacts
from makegood.kernel.money import parse_money
from makegood.kernel.refusals import Refusal, invalid
from makegood.portal.languages import language_of
from makegood.portal.moments import Moments
from makegood.remedies.queries import Pick, PickPart
from makegood.remedies.rules.entitlements import at_least
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.granting import Choice, Remedy
from makegood.remedies.rules.playbooks import Words, fill
from makegood.web.desk import Desk
from makegood.web.promises.deadlines import read_plain

T = TypeVar("T")
_ANSWER = "answer-"


@dataclass(slots=True)
class Draft:
    """A picker as somebody left it. `errors` are what could not be read, by the name of the field."""

    typed: QueryDict
    desk: Desk
    customer: CustomerFacts
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, str]:
        """The playbook's questions that were answered."""
        return {
            name.removeprefix(_ANSWER): value
            for name, value in self.typed.items()
            if name.startswith(_ANSWER) and isinstance(value, str) and value
        }

    def choices(self, picks: Sequence[Pick], currency: str) -> list[Choice]:
        """What is ticked, and what was typed beside it; what cannot be read goes to `errors`."""
        ticked = set(self.typed.getlist("pick"))
        due_at = self._read("when", self._due)
        made = [self._picked(pick, currency, due_at) for pick in picks if key_of(pick) in ticked]
        return made if not self.typed.get("other", "").strip() else [*made, self._other(currency, due_at)]

    @property
    def until(self) -> datetime | None:
        """Until when the customer may choose, where that was typed."""
        return self._read("until", self._due)

    @property
    def _is_offer(self) -> bool:
        """Whether the customer is to choose: what is owed is then given beside it, and no part of what is chosen."""
        return self.typed.get("deed") == "let_choose"

    def check(self) -> None:
        """Raises Refusal for the first thing that could not be read."""
        for name, sentence in self.errors.items():
            raise invalid("grant.bad_choice", sentence, field=name)

    def _picked(self, pick: Pick, currency: str, due_at: datetime | None) -> Choice:
        offer = pick.offer
        first, *rest = [
            self._remedy(one, amount_key(pick, place), currency, due_at) for place, one in enumerate(pick.parts)
        ]
        return Choice(
            **asdict(first), also=tuple(rest), playbook=offer.playbook, rule=offer.rule, option=offer.option.option
        )

    def _remedy(self, one: PickPart, key: str, currency: str, due_at: datetime | None) -> Remedy:
        giving, due, amount = one.giving, due_at or one.due_at, one.amount
        if one.cost is None:
            # What is typed is all of it; what is owed is part of that, and given even when less was typed.
            amount = at_least(one.owed, self._amount(key, currency)).goodwill
        return Remedy(
            remedy=giving.remedy, title=giving.title.in_(self.customer.language or "en"), due_at=due, amount=amount,
            words=self._said(giving.words, amount if self._is_offer else one.owed + amount, currency, due),
            with_owed=bool(one.owed),
        )  # fmt: skip

    def _said(self, words: Words, amount: Decimal, currency: str, due: datetime) -> str:
        """The words to the customer with what they leave open, as one writes it in their language, on their clock."""
        speaks = words.speaks(self.customer.language or "en")
        zone = ZoneInfo(self.customer.time_zone or self.desk.organisation.time_zone)
        moments = Moments(language_of("", self.customer.language if speaks else "", "").locale, zone, self.desk.now)
        return fill(
            words.in_(self.customer.language or "en"), amount=moments.money(amount, currency), by=moments.exactly(due),
            customer=self.customer.name,
        )  # fmt: skip

    def _other(self, currency: str, due_at: datetime | None) -> Choice:
        kind = self.typed.get("other_kind", "")
        if due_at is None and "when" not in self.errors:
            self.errors["when"] = _("Say by when. Write “in 30 min”, “tomorrow 10:00” or “Fri 17:00”.")
        return Choice(
            remedy=RemedyKind(kind) if kind in list(RemedyKind) else RemedyKind.GESTURE,
            title=self.typed.get("other", "").strip()[:300],
            due_at=due_at or self.desk.now,
            amount=self._amount("other_amount", currency),
        )

    def _amount(self, name: str, currency: str) -> Decimal:
        found = self._read(name, lambda text: parse_money(text, currency=currency))
        if found is None:
            return Decimal(0)
        if found[1] != currency:
            self.errors[name] = _("This case counts in {}.").format(currency)
            return Decimal(0)
        if found[0] < 0:
            self.errors[name] = _("An amount is nothing or more. Write it without a minus, as in “12.50”.")
            return Decimal(0)
        return found[0]

    def _due(self, text: str) -> datetime:
        return read_plain(text, self.desk).due_at

    def _read(self, name: str, reader: Callable[[str], T]) -> T | None:
        text = self.typed.get(name, "").strip()
        if not text:
            return None
        try:
            return reader(text)
        except Refusal as no:
            self.errors[name] = no.message
            return None


def key_of(pick: Pick) -> str:
    """How a form names an option."""
    return f"{pick.offer.playbook}/{pick.offer.rule}/{pick.offer.option.option}"


def amount_key(pick: Pick, place: int) -> str:
    """How a form names what the remedy at a place of an option costs; the first is at 0."""
    return f"amount-{key_of(pick)}" + (f"/{place}" if place else "")
