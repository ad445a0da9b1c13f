"""A playbook: for each kind of failure, what may be offered, in what words, at what cost, and what to ask first.

These are plain values. They are read from YAML (`playbooks_file`), written back (`playbooks_dump`) and asked for the
options of a failure (`playbooks_match`). A `Span` is a length of time: hours, days, months, working days or working
time. Amounts are in the playbook's `currency`; without one, in the organisation's. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum

import msgspec

from makegood.cases.rules import FailureClass
from makegood.kernel.phrases import Span
from makegood.people.rules import LADDER, Role
from makegood.remedies.rules.fit import FailureKind, RemedyKind

NOW = Span("time", 0)
USED = "used"
"""The question whose answer picks the curve of compensation: "did you use it anyway?"."""
PLACES = ("amount", "by", "customer")
"""What words for a customer may leave open: {amount}, {by}, {customer}."""


class Words(msgspec.Struct, frozen=True):
    """One text in several languages, English always among them. Keys are language tags such as "en", "pt-BR"."""

    texts: dict[str, str]

    def speaks(self, language: str) -> bool:
        """Whether it is written in a language, be it in its plain form."""
        return language in self.texts or language.partition("-")[0] in self.texts

    def in_(self, language: str) -> str:
        """The text in a language, else in its plain form ("de" for "de-AT"), else in English."""
        for tag in (language, language.partition("-")[0]):
            if tag in self.texts:
                return self.texts[tag]
        return self.texts.get("en", "")

    def __str__(self) -> str:
        return self.in_("en")


def fill(text: str, **known: str) -> str:
    """A text for a customer with what it leaves open filled in; what is not known stays as it is."""
    for place in PLACES:
        text = text.replace(f"{{{place}}}", known.get(place, f"{{{place}}}"))
    return text


class Range(msgspec.Struct, frozen=True):
    """Whole numbers from `low` to `high`, both counted; without `high`, all from `low` on."""

    low: int
    high: int | None = None

    def holds(self, number: int) -> bool:
        """Whether a number lies in it."""
        return self.low <= number and (self.high is None or number <= self.high)


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a rule holds. What is left out does not matter; of a list, any one is enough.

    `repeat` counts the similar failures of this customer, this one included. `about` are words or tags of the
    failure. `customer` maps an attribute to the values it may have; a value such as "1000+" is a range.
    """

    failure: tuple[FailureKind, ...] = ()
    failure_class: FailureClass | None = None
    promise: tuple[str, ...] = ()
    severity: Range | None = None
    repeat: Range | None = None
    double_deviation: bool | None = None
    customer: dict[str, tuple[str, ...]] = {}
    about: tuple[str, ...] = ()


class PerPeriod(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So much for each full period of lateness (each one begun, if `begun`): an amount, a share of the value."""

    every: Span
    amount: Decimal = Decimal(0)
    share: Decimal = Decimal(0)
    at_most: Decimal | None = None
    begun: bool = False


class Cost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an option costs: the sum of its parts. `share` 0.1 is 10 % of the value of what failed.

    `asked` names questions whose answers are amounts.
    """

    fixed: Decimal = Decimal(0)
    share: Decimal = Decimal(0)
    late: PerPeriod | None = None
    asked: tuple[str, ...] = ()
    at_most: Decimal | None = None


class AskKind(StrEnum):
    """What sort of answer a question has."""

    CHOICE = "choice"
    AMOUNT = "amount"
    TEXT = "text"


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer and what it does to the options, named by their slugs.

    An option that some answer `includes` is offered only after such an answer. `costs` replace an option's own.
    """

    answer: str
    says: Words
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    costs: dict[str, Cost] = {}


class Ask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question to be asked before options can be judged.

    It is answered by itself when the customer has the `attribute`. `only_if` names answers to earlier questions
    without which it is not asked. `default` is assumed for an amount nobody knows.
    """

    ask: str
    question: Words
    kind: AskKind = AskKind.CHOICE
    answers: tuple[Answer, ...] = ()
    attribute: str = ""
    default: Decimal | None = None
    only_if: dict[str, tuple[str, ...]] = {}
    note: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to be done on the way, with how it is done, line by line."""

    do: str
    how: tuple[str, ...] = ()
    tool: str = ""
    only_if: dict[str, tuple[str, ...]] = {}


class Who(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may grant an option: whoever has this role or a higher one, and this grade or a higher one."""

    role: Role = Role.AGENT
    grade: int = 1


class Commits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an option commits us to: a promise of this kind, due so long after it was agreed."""

    promise: str
    within: Span
    title: Words


CHANNELS = ("phone", "email", "sms", "person")
"""How we may come back to a customer."""


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One time we come back to the customer, so long after what was agreed is done. `channel` is one of `CHANNELS`, ""
    for whichever the customer prefers."""

    after: Span
    what: Words
    channel: str = ""


MOST_TOGETHER = 5
"""How many things come together with one, at most."""


class Giving(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One remedy. `title` names it at the desk and on the customer's page, `words` are what is said to the customer."""

    remedy: RemedyKind
    title: Words
    words: Words
    cost: Cost = Cost()
    commits: Commits | None = None


class Option(Giving, frozen=True, kw_only=True, omit_defaults=True):
    """What may be offered: one remedy, and what is given together with it.

    `proof` is what must be seen or kept, `because` the reason of whoever wrote it.
    """

    option: str
    also: tuple[Giving, ...] = ()
    who: Who = Who()
    asks: tuple[str, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()
    proof: str = ""
    because: str = ""

    @property
    def gives(self) -> tuple[Giving, ...]:
        """Each remedy of it, the first in front."""
        return (self, *self.also)

    def name_in(self, language: str) -> str:
        """All of it by name, in a language."""
        return joined(one.title.in_(language) for one in self.gives)

    @property
    def name(self) -> str:
        """All of it by name, in English."""
        return self.name_in("en")


def joined(titles: Iterable[str]) -> str:
    """Things that are given together, in one line."""
    return " + ".join(titles)


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is done about one kind of failure. `treat_as` says what kind it is when the failure itself does not."""

    rule: str
    name: str
    when: When = When()
    treat_as: FailureKind | None = None
    note: str = ""
    asks: tuple[Ask, ...] = ()
    steps: tuple[Step, ...] = ()
    options: tuple[Option, ...] = ()
    follow_up: tuple[FollowUp, ...] = ()


class Playbook(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A set of rules under one name."""

    playbook: str
    name: str
    description: str = ""
    currency: str = ""
    follow_up: tuple[FollowUp, ...] = ()
    """When we come back, for rules that do not say."""
    rules: tuple[Rule, ...] = ()


def read_by_customers(playbook: Playbook) -> Iterator[tuple[str, Words]]:
    """All that customers may read of a playbook, each with where it stands."""
    yield from (("When we come back", one.what) for one in playbook.follow_up)
    for rule in playbook.rules:
        yield from ((f"When we come back after the rule {rule.rule}", one.what) for one in rule.follow_up)
        for option in rule.options:
            where = f"The option {option.option} of the rule {rule.rule}"
            yield from ((where, one.what) for one in option.follow_up)
            yield from ((where, said) for one in option.gives for said in _said_in(one))


def _said_in(giving: Giving) -> tuple[Words, ...]:
    return (giving.title, giving.words, *([giving.commits.title] if giving.commits else []))


def may_grant(who: Who, *, role: str, grade: int) -> bool:
    """Whether somebody of this role and grade may give an option; how much is a matter of authority, not of this."""
    order = (*LADDER, Role.ADMINISTRATOR)
    held = Role(role)
    return held in order and order.index(held) >= order.index(who.role) and grade >= who.grade


def kept_for(playbooks: Iterable[Playbook], chosen: Collection[tuple[str, str, str]]) -> tuple[Who, ...]:
    """Who may give these options (playbook, rule, option); one that is in no playbook binds nobody."""
    return tuple(
        option.who
        for playbook in playbooks
        for rule in playbook.rules
        for option in rule.options
        if (playbook.playbook, rule.rule, option.option) in chosen
    )


USED_ASK = Ask(
    ask=USED,
    question=Words({
        "en": "Did you use it anyway?", "de": "Haben Sie es trotzdem benutzt?",
        "es": "¿Lo ha usado de todos modos?", "pt": "Usou-o mesmo assim?",
    }),
    answers=(
        Answer(answer="no", says=Words({"en": "No", "de": "Nein", "es": "No", "pt": "Não"})),
        Answer(answer="yes", says=Words({"en": "Yes", "de": "Ja", "es": "Sí", "pt": "Sim"})),
    ),
    note="Used, the first money counts most; not used, 60 to 120 % of the loss does most good.",
)  # fmt: skip


def encode(playbook: Playbook) -> str:
    """A playbook as JSON, as it is stored."""
    return msgspec.json.encode(playbook).decode()


def decode(content: str) -> Playbook:
    """A playbook from its JSON."""
    return msgspec.json.decode(content, type=Playbook)
