"""What the sentences of the ABCD guidelines mean: conditions, questions and what is given. Pure.

The sentences are English, written by people for people. Each pattern here takes one turn of phrase of theirs; what
matches none has no effect beyond its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from makegood.people.rules import Role
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.playbooks import Answer, Ask, AskKind, Cost, Option, Who, Words

OnlyIf = Mapping[str, tuple[str, ...]]
LEVELS = ("gold", "silver", "bronze", "guest")
PLACES = ("order received", "in transit", "out for delivery", "delivered")
SHORT, LONG = "7 days or less", "more than 7 days"
MEMBERSHIP, SYSTEM, PARCEL, WAITED, UNHAPPY = "membership", "system-says", "shipping-status", "waited", "still-unhappy"
AMOUNT = "amount"


class Action(NamedTuple):
    """One action of a subflow: the button it presses ("" for none), what it says, and its lines."""

    button: str
    text: str
    lines: tuple[str, ...]

    @property
    def whole(self) -> str:
        """All that it says."""
        return " ".join((self.text, *self.lines))


def slug(name: str) -> str:
    """A name as a slug."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]


def follows_on(action: Action) -> bool:
    """Whether an action goes on with what the one before it began, under the same condition."""
    return action.text.startswith("Finally")


# Conditions

_SAYS = re.compile(r"oracle (?:says|returns) (yes|no)", re.IGNORECASE)


def waits_for(action: Action, asks: Mapping[str, Ask]) -> OnlyIf:
    """The answers that an action waits for, by what its own sentence says and the questions asked so far."""
    waits = {name: answers for name, answers in _named(action.text).items() if name in asks or name == UNHAPPY}
    if PARCEL in asks and action.button == "Membership Privileges":
        waits |= _sent_on(asks[PARCEL])
    return waits


_NAMED = (
    (MEMBERSHIP, r"[Ii]f Bronze or Guest members", ("bronze", "guest")),
    (SYSTEM, r"legitimate error", ("yes",)),
    (PARCEL, r"not yet been shipped", PLACES[:1]),
    (WAITED, r"less than (?:7 days|a week)", (SHORT,)),
    (WAITED, r"a week or longer", (LONG,)),
    (UNHAPPY, r"still (?:unhappy|not satisfied)|is not satisfied with", ("yes",)),
)
"""Question, turn of phrase, and the answers that it means."""


def _named(said: str) -> dict[str, tuple[str, ...]]:
    """The answers that a sentence names as its condition."""
    named: dict[str, tuple[str, ...]] = {name: found for name, turn, found in _NAMED if re.search(turn, said)}
    if says := _SAYS.search(said):
        named[SYSTEM] = (says[1].lower(),)
    if places := _places(said):
        named[PARCEL] = places
    return named


def _sent_on(parcel: Ask) -> dict[str, tuple[str, ...]]:
    """Where the parcel must be for the membership level to matter, when its question says so."""
    line = next((line for line in parcel.note.splitlines() if "membership level" in line), "")
    found = tuple(place for place in PLACES if place in line.lower())
    return {PARCEL: found} if found else {}


def _places(said: str) -> tuple[str, ...]:
    """Where the parcel must be, when a sentence with "status is" names it."""
    if not re.search(r"status is", said):
        return ()
    return tuple(place for place in PLACES if place in said.lower())


# Questions


def _choice(name: str, question: str, *answers: str, only_if: OnlyIf, note: str = "", attribute: str = "") -> Ask:
    return Ask(
        ask=name, question=Words({"en": question}), only_if=dict(only_if), note=note, attribute=attribute,
        answers=tuple(Answer(answer=one, says=Words({"en": one.capitalize()})) for one in answers),
    )  # fmt: skip


def asks_of(action: Action, waits: OnlyIf) -> Iterator[Ask]:
    """The questions that an action puts."""
    if UNHAPPY in waits:
        yield _choice(UNHAPPY, "Is the customer still unhappy?", "yes", "no", only_if={})
    yield from _by_button(action, {name: answers for name, answers in waits.items() if name != UNHAPPY})
    if "amount" in _cost(_given(action), action).asked:
        question = Words({"en": "How much is it?"})
        yield Ask(ask=AMOUNT, question=question, kind=AskKind.AMOUNT, default=_default(action), note=_note(action))


_ASKS_FOR = re.compile(r"Get|You will need|Since the customer|Add in")


def _by_button(action: Action, waits: OnlyIf) -> Iterator[Ask]:
    match action.button:
        case "Membership Privileges":
            yield from _membership(action, waits)
        case "Ask the Oracle":
            yield _choice(SYSTEM, "What does the system say?", "yes", "no", only_if=waits, note=_note(action))
        case "Shipping Status":
            yield _choice(PARCEL, "Where is the parcel?", *PLACES, only_if=waits, note=_note(action))
        case "Record Reason":
            yield _reason(action, waits)
        case "Enter Details" if _ASKS_FOR.match(action.text):
            yield _open("details", action, waits)


def _note(action: Action) -> str:
    return "\n".join(action.lines)


def _open(name: str, action: Action, waits: OnlyIf) -> Ask:
    question = Words({"en": action.text})
    return Ask(ask=name, question=question, kind=AskKind.TEXT, note=_note(action), only_if=dict(waits))


def _reason(action: Action, waits: OnlyIf) -> Ask:
    if re.search(r"waiting|waited", action.whole):
        return _choice(WAITED, "How long has the customer waited?", SHORT, LONG, only_if=waits, note=_note(action))
    listed = re.search(r"\[('[^\]]+')\]|Either ('[^.]+')", action.whole)
    named = re.findall(r"'([^']+)'", listed[0]) if listed else []
    named = named or re.findall(r"^([A-Z][a-z]+ [a-z]+) - ", _note(action), re.MULTILINE)
    if len(named) < 2:
        return _open("reason", action, waits)
    return _choice("reason", action.text, *map(str.lower, named), only_if=waits, note=_note(action))


def _membership(action: Action, waits: OnlyIf) -> Iterator[Ask]:
    """The level, then for each level that has terms whether they are met."""
    question = "Which membership level does the customer have?"
    ask = _choice(MEMBERSHIP, question, *LEVELS, only_if=waits, note=_note(action), attribute=MEMBERSHIP)
    fee = re.search(r"charge \$(\d+)", action.whole)
    if fee and "fee waived" in action.whole:
        waived = replace(ask.answers[0], costs={"change-order": Cost(fixed=Decimal(fee[1]))})
        ask = replace(ask, answers=(waived, *ask.answers[1:]))
    yield ask
    for level, terms in _terms(action).items():
        asked = f"Are the terms for {level} members met?"
        yield _choice(f"{level}-terms", asked, "yes", "no", only_if={MEMBERSHIP: (level,)}, note=terms)


def _terms(action: Action) -> dict[str, str]:
    """The levels that get something on terms of their own, with the terms."""
    on_terms = re.compile(r"Ask for the purchase date|if they are only|if the amount")
    return {levels[0]: line for line in action.lines if (levels := _levels(line)) and on_terms.search(line)}


def _levels(line: str) -> tuple[str, ...]:
    """The levels that a line is about: those it begins with, before what is said of them."""
    head = re.split(r":|>|members?\b|all qualify|If not", line, maxsplit=1)[0].lower()
    return tuple(level for level in LEVELS if re.search(rf"\b{level}\b", head))


_REFUSES = re.compile(
    r"cannot|can not|nothing (?:you|we) can do|there is nothing|stays|must wait|[Uu]nfortunately|too late|does not get"
)


def refusing_answers(action: Action) -> dict[str, tuple[str, ...]]:
    """For each question of an action the answers after which what it is about is refused."""
    match action.button:
        case "Membership Privileges":
            terms = {f"{level}-terms": ("no",) for level in _terms(action)}
            return {MEMBERSHIP: _refused_levels(action), **terms}
        case "Ask the Oracle":
            return {SYSTEM: tuple(answer for answer in ("yes", "no") if _says_refuses(action, answer))}
        case "Shipping Status":
            return {PARCEL: tuple(place for place in PLACES if _place_refuses(action, place))}
        case _:
            return {}


def _refused_levels(action: Action) -> tuple[str, ...]:
    refused: set[str] = set()
    for line in action.lines:
        levels = set(_levels(line))
        only = re.search(r"only works for (\w+) members", line)
        if only:
            refused |= set(LEVELS) - {only[1].lower()}
        elif _REFUSES.search(line) and "if already shipped" not in line.lower():
            refused |= levels
    special = re.search(r"(\w+) and (\w+) members get special treatment", action.text)
    if special:
        refused |= set(LEVELS) - {special[1].lower(), special[2].lower()}
    return tuple(level for level in LEVELS if level in refused)


def _says_refuses(action: Action, answer: str) -> bool:
    """Whether the system's answer ends the matter: the line that names it says so."""
    for line in action.lines:
        says = _SAYS.search(line)
        if says and says[1].lower() == answer and re.search(r"End Conversation|does not get", line):
            return True
    return False


def _place_refuses(action: Action, place: str) -> bool:
    return any(place in line.lower() and re.search(r"End Conversation|must wait", line) for line in action.lines)


# What is given

FOR_REFUSED = frozenset({"manager-calls"})
"""Given to those to whom something was refused, and to nobody else."""
ONLY_WITH: dict[str, dict[str, tuple[str, ...]]] = {"shipping-credit": {PARCEL: PLACES[1:], MEMBERSHIP: LEVELS[:3]}}
"""What waits for answers that stand within one line, each for a part of it."""
_GIVEN = (
    ("Offer Refund", r"", "refund"),
    ("Promo Code", r"credit to add", "add-credit"),
    ("Promo Code", r"", "promo-code"),
    ("Update Order", r"remove fee", "remove-fee"),
    ("Update Order", r"waive (?:the )?fee", "waive-fee"),
    ("Update Order", r"give credit", "give-credit"),
    ("Update Order", r"process their return", "return"),
    ("Update Order", r"full address in one line", ""),
    ("Update Order", r"", "change-order"),
    ("Update Account", r"remove service", "remove-service"),
    ("Update Account", r"add service", "restore-service"),
    ("Update Account", r"extend subscription", "extend"),
    ("Make Purchase", r"resend|back-order", "send"),
    ("Make Purchase", r"", "buy-for-them"),
    ("Membership Privileges", r"add a credit back", "shipping-credit"),
    ("Notify Internal Team", r"'manager'", "manager"),
    ("Enter Details", r"escalate to the manager", "manager-calls"),
)
"""Button, what its action says, and the option that it gives; the first that fits, "" for none."""
_R = RemedyKind
_OFFERED = {
    "refund": (_R.REFUND, "Refund", "You get {amount} back."),
    "add-credit": (_R.CREDIT, "Credit on the account", "Your {amount} of credit comes to you as a code."),
    "promo-code": (_R.CREDIT, "Promo code", "Here is a code for your next purchase."),
    "remove-fee": (_R.REFUND, "Take the fee off", "The fee of {amount} is taken off."),
    "waive-fee": (_R.REFUND, "Waive the shipping fee", "You pay nothing for shipping."),
    "give-credit": (_R.REFUND, "Credit the bill", "{amount} is credited to your bill."),
    "return": (_R.REFUND, "Take it back", "You can send it back; the label comes to you."),
    "change-order": (_R.RE_PERFORMANCE, "Change the order", "Your order is changed as you wish."),
    "remove-service": (_R.RE_PERFORMANCE, "Remove the service", "The service is removed."),
    "restore-service": (_R.RE_PERFORMANCE, "Restore the service", "Your service is back."),
    "extend": (_R.GESTURE, "Extend the subscription", "Your subscription is extended."),
    "send": (_R.RE_PERFORMANCE, "Send it", "It is sent to you."),
    "buy-for-them": (_R.RE_PERFORMANCE, "Place the order for them", "I place the order for you."),
    "shipping-credit": (_R.CREDIT, "Credit the shipping fee", "The shipping fee is credited to your account."),
    "manager": (_R.PERSONAL_CONTACT, "Draw in the manager", "A manager looks at this for you."),
    "manager-calls": (_R.PERSONAL_CONTACT, "A manager calls back", "A manager calls you."),
}
"""What the options are, in words of ours."""


def option_of(action: Action) -> Option | None:
    """What an action gives, if it gives anything."""
    name = _given(action)
    if not name:
        return None
    remedy, title, words = _OFFERED[name]
    role = Role.LEAD if remedy is RemedyKind.PERSONAL_CONTACT else Role.AGENT
    return Option(
        option=name, remedy=remedy, title=Words({"en": title}), words=Words({"en": words}), cost=_cost(name, action),
        who=Who(role),
    )  # fmt: skip


def _given(action: Action) -> str:
    fits = (name for button, says, name in _GIVEN if button == action.button and re.search(says, action.whole))
    return next(fits, "")


_COSTLY = frozenset(
    {"refund", "add-credit", "promo-code", "remove-fee", "waive-fee", "give-credit", "return", "shipping-credit"}
)
_FIXED = re.compile(r"amount should be for \$(\d+)|[Ss]tandard shipping is \$(\d+)")
_DEFAULT = re.compile(r"(?:default|standard) amount is \$(\d+)")


def _cost(option: str, action: Action) -> Cost:
    """What an option costs: as its action says, else what asking tells. A code of so much off is a share."""
    if fixed := _FIXED.search(action.whole):
        return Cost(fixed=Decimal(fixed[1] or fixed[2]))
    if share := re.search(r"(\d+)% off", action.whole):
        return Cost(share=Decimal(share[1]) / 100)
    return Cost(asked=(AMOUNT,)) if option in _COSTLY else Cost()


def _default(action: Action) -> Decimal | None:
    found = _DEFAULT.search(action.whole)
    return Decimal(found[1]) if found else None
