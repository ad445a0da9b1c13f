"""A playbook in YAML, read into a `Playbook`. Every mistake is a sentence with its line. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from makegood.cases.rules import FailureClass
from makegood.kernel.nodes import Part, parse, read, required
from makegood.kernel.texts import nearest
from makegood.remedies.rules import playbooks_parts as parts
from makegood.remedies.rules.fit import FailureKind, RemedyKind
from makegood.remedies.rules.playbooks import (
    CHANNELS,
    MOST_TOGETHER,
    USED,
    USED_ASK,
    Answer,
    Ask,
    AskKind,
    Commits,
    Cost,
    FollowUp,
    Giving,
    Option,
    PerPeriod,
    Playbook,
    Range,
    Rule,
    Step,
    When,
    Words,
)

T = TypeVar("T")
SHIPPED = Path(__file__).parents[1] / "playbooks"
WHAT = "playbook"
_TOP = ("playbook", "name", "description", "currency", "follow_up", "rules")
_RULE = ("rule", "name", "when", "treat_as", "note", "asks", "steps", "options", "follow_up")
_WHEN = ("failure", "class", "promise", "severity", "repeat", "double_deviation", "customer", "about")
_ASK = ("ask", "question", "kind", "answers", "attribute", "default", "only_if", "note")
_ANSWER = ("answer", "says", "includes", "excludes", "costs")
_STEP = ("do", "how", "tool", "only_if")
_GIVING = ("remedy", "title", "words", "cost", "commits")
_OPTION = ("option", *_GIVING, "also", "who", "asks", "follow_up", "proof", "because")
_COST = ("fixed", "share", "late", "asked", "at_most")
_LATE = ("every", "amount", "share", "at_most", "begun")
_TAKEN = frozenset({"new", "try", "import"})
_REPEAT = {"first": Range(1, 1), "again": Range(2)}
ASK_AGAIN = Words({
    "en": "Ask whether it is right now, or whether there is something more.",
    "de": "Fragen, ob es jetzt in Ordnung ist oder ob noch etwas fehlt.",
    "es": "Preguntar si ya está bien o si falta algo más.",
    "pt": "Perguntar se agora está certo ou se falta mais alguma coisa.",
})  # fmt: skip


def shipped() -> list[Playbook]:
    """The playbooks that come with Makegood."""
    return [playbook for _text, playbook in shipped_texts()]


def shipped_texts() -> list[tuple[str, Playbook]]:
    """The playbooks that come with Makegood, each with the text it is written in."""
    texts = [(path.read_text(encoding="utf-8"), path.name) for path in sorted(SHIPPED.glob("*.yaml"))]
    return [(text, playbook_from(text, name)) for text, name in texts]


def tidy(source: str) -> str:
    """A text as it is kept: a browser's line ends made plain, one at its end."""
    text = source.replace("\r\n", "\n").strip("\n")
    return f"{text}\n" if text else ""


def load_playbook(path: Path) -> Playbook:
    """A playbook from its file. Raises Refusal("playbook.not_found", "playbook.invalid")."""
    return build(read(path, WHAT))


def playbook_from(text: str, file: str = "playbook.yaml") -> Playbook:
    """A playbook from its text. Raises Refusal("playbook.invalid") with file, line and key."""
    return build(parse(text, file, WHAT))


def build(root: Part) -> Playbook:
    """The playbook that a YAML document describes."""
    top = root.entries(_TOP)
    currency = parts.opt(top, "currency", _currency, "")
    rules = required(root, top, "rules", "what is done about which failure").items()
    return Playbook(
        playbook=_name(required(root, top, "playbook", "its short name, such as `half-furniture`")),
        name=parts.line(required(root, top, "name", "what it is called"), 120),
        description=parts.opt(top, "description", lambda part: " ".join(part.text().split()), ""),
        currency=currency,
        follow_up=parts.opt(top, "follow_up", _follow_ups, ()),
        rules=_once([(part, _rule(part, currency)) for part in rules], lambda rule: rule.rule, "rule"),
    )


def _name(part: Part) -> str:
    found = parts.slug(part)
    if found in _TAKEN:
        raise part.wrong(f"{found!r} is a page of its own at the desk; choose another name.")
    return found


def _currency(part: Part) -> str:
    code = part.text().strip()
    if len(code) != 3 or not code.isascii() or not code.isupper():
        raise part.wrong(f"a currency is three capital letters such as EUR, found {code!r}.")
    return code


def _once(read_: Iterable[tuple[Part, T]], name: Callable[[T], str], what: str) -> tuple[T, ...]:
    """Each thing of a list, whose names must differ."""
    found: dict[str, T] = {}
    for part, thing in read_:
        if name(thing) in found:
            raise part.wrong(f"there is a {what} named `{name(thing)}` already; give each its own name.")
        found[name(thing)] = thing
    return tuple(found.values())


def _rule(part: Part, currency: str) -> Rule:
    given = part.entries(_RULE)
    asks = _asks(given["asks"], currency) if "asks" in given else ()
    known = {ask.ask: ask for ask in asks}
    options = (
        tuple((item, _option(item, currency, known)) for item in given["options"].items()) if "options" in given else ()
    )
    kept = _once(options, lambda option: option.option, "option")
    if "asks" in given:
        _check_touched(given["asks"], [option.option for option in kept])
    return Rule(
        rule=parts.slug(required(part, given, "rule", "its short name, such as `part-missing`")),
        name=parts.line(required(part, given, "name", "what kind of failure it is for"), 200),
        when=parts.opt(given, "when", _when, When()),
        treat_as=parts.opt(given, "treat_as", lambda item: FailureKind(item.word(list(FailureKind))), None),
        note=parts.opt(given, "note", lambda item: item.text().strip(), ""),
        asks=asks,
        steps=tuple(_step(item, known) for item in given["steps"].items()) if "steps" in given else (),
        options=kept,
        follow_up=parts.opt(given, "follow_up", _follow_ups, ()),
    )


def _when(part: Part) -> When:
    given = part.entries(_WHEN)
    customer = given["customer"].any_entries() if "customer" in given else {}
    return When(
        failure=parts.opt(given, "failure", _failures, ()),
        failure_class=parts.opt(given, "class", lambda item: FailureClass(item.word(list(FailureClass))), None),
        promise=tuple(parts.slug(item) for item in given["promise"].items()) if "promise" in given else (),
        severity=parts.opt(given, "severity", lambda item: parts.number_range(item, 1, 4), None),
        repeat=parts.opt(given, "repeat", _repeat, None),
        double_deviation=parts.opt(given, "double_deviation", lambda item: item.yes(), None),
        customer={name: parts.names(item) for name, item in customer.items()},
        about=parts.opt(given, "about", parts.names, ()),
    )


def _failures(part: Part) -> tuple[FailureKind, ...]:
    return tuple(FailureKind(item.word(list(FailureKind))) for item in part.items())


def _repeat(part: Part) -> Range:
    return _REPEAT.get(part.text().strip()) or parts.number_range(part, 1)


def _asks(part: Part, currency: str) -> tuple[Ask, ...]:
    """Questions in their order; each may wait only for those before it."""
    asks: dict[str, Ask] = {}
    for item in part.items():
        ask = _ask(item, currency, asks)
        if ask.ask in asks:
            raise item.wrong(f"there is a question named `{ask.ask}` already; give each its own name.")
        asks[ask.ask] = ask
    return tuple(asks.values())


def _ask(part: Part, currency: str, before: Mapping[str, Ask]) -> Ask:
    if part.is_text():
        if part.text().strip() != USED:
            raise part.wrong(f"a question is a block with `ask` and `question`; only `{USED}` is known by its name.")
        return USED_ASK
    given = part.entries(_ASK)
    name = parts.slug(required(part, given, "ask", "its short name, such as `receipt`"))
    kind = parts.opt(given, "kind", lambda item: AskKind(item.word(list(AskKind))), AskKind.CHOICE)
    answers = tuple((item, _answer(item, currency)) for item in given["answers"].items()) if "answers" in given else ()
    if (kind is AskKind.CHOICE) != bool(answers):
        raise part.wrong("a question of `kind: choice` needs `answers`; one of amount or text has none.")
    if name == USED and {answer.answer for _item, answer in answers} != {"yes", "no"}:
        raise part.wrong(f"the question `{USED}` is answered by `yes` and `no`.")
    return Ask(
        ask=name,
        question=parts.words(required(part, given, "question", "what is asked")),
        kind=kind,
        answers=_once(answers, lambda answer: answer.answer, "answer"),
        attribute=parts.opt(given, "attribute", lambda item: parts.line(item, 60), ""),
        default=parts.opt(given, "default", lambda item: parts.amount(item, currency), None),
        only_if=parts.opt(given, "only_if", lambda item: _only_if(item, before), {}),
        note=parts.opt(given, "note", lambda item: item.text().strip(), ""),
    )


def _answer(part: Part, currency: str) -> Answer:
    if part.is_text():
        return Answer(answer=parts.line(part, 120), says=Words({"en": parts.line(part, 120)}))
    given = part.entries(_ANSWER)
    answer = parts.line(required(part, given, "answer", "its short form, such as `yes`"), 120)
    costs = given["costs"].any_entries() if "costs" in given else {}
    return Answer(
        answer=answer,
        says=parts.opt(given, "says", parts.words, Words({"en": answer})),
        includes=parts.opt(given, "includes", parts.names, ()),
        excludes=parts.opt(given, "excludes", parts.names, ()),
        costs={name: _cost(item, currency, None) for name, item in costs.items()},
    )


def _check_touched(part: Part, options: list[str]) -> None:
    """Answers bear on options of their own rule only."""
    for item in part.items():
        given = item.any_entries() if not item.is_text() else {}
        for answer in given["answers"].items() if "answers" in given else ():
            bears = answer.any_entries() if not answer.is_text() else {}
            named = [one for key in ("includes", "excludes") if key in bears for one in bears[key].items()]
            for one in named:
                _known(one, one.text().strip(), options, "option")
            for name, one in (bears["costs"].any_entries() if "costs" in bears else {}).items():
                _known(one, name, options, "option")


def _known(part: Part, name: str, among: Iterable[str], what: str) -> str:
    if name not in (known := list(among)):
        near = nearest(name, known)
        advice = f"Did you mean `{near}`?" if near else f"This rule has {', '.join(known) or f'no {what} at all'}."
        raise part.wrong(f"this rule has no {what} `{name}`. {advice}")
    return name


def _only_if(part: Part, asks: Mapping[str, Ask]) -> dict[str, tuple[str, ...]]:
    """Answers that must have been given, by question."""
    found = {}
    for name, item in part.any_entries().items():
        ask = asks[_known(item, name, asks, "question")]
        if ask.kind is not AskKind.CHOICE:
            raise item.wrong(f"the question `{name}` has no answers to choose from.")
        answers = [answer.answer for answer in ask.answers]
        found[name] = tuple(_known(one, one.text().strip(), answers, "answer") for one in item.items())
    return found


def _step(part: Part, asks: Mapping[str, Ask]) -> Step:
    if part.is_text():
        return Step(do=parts.line(part, 1000))
    given = part.entries(_STEP)
    return Step(
        do=parts.line(required(part, given, "do", "what is done"), 1000),
        how=tuple(parts.line(item, 1000) for item in given["how"].items()) if "how" in given else (),
        tool=parts.opt(given, "tool", lambda item: parts.line(item, 60), ""),
        only_if=parts.opt(given, "only_if", lambda item: _only_if(item, asks), {}),
    )


def _option(part: Part, currency: str, asks: Mapping[str, Ask]) -> Option:
    given = part.entries(_OPTION)
    return Option(
        option=parts.slug(required(part, given, "option", "its short name, such as `full-refund`")),
        **_giving(part, given, currency, asks),
        also=parts.opt(given, "also", lambda item: _also(item, currency, asks), ()),
        who=parts.who(required(part, given, "who", "who may grant it, such as `agent`, `lead` or `grade 2`")),
        asks=tuple(_known(item, item.text().strip(), asks, "question") for item in given["asks"].items())
        if "asks" in given
        else (),
        follow_up=parts.opt(given, "follow_up", _follow_ups, ()),
        proof=parts.opt(given, "proof", lambda item: parts.line(item, 500), ""),
        because=parts.opt(given, "because", lambda item: parts.line(item, 500), ""),
    )


def _giving(part: Part, given: Mapping[str, Part], currency: str, asks: Mapping[str, Ask]) -> dict[str, Any]:
    """What is given, in what words, at what cost."""
    title = parts.words(required(part, given, "title", "what it is called"), most=200)
    return {
        "remedy": RemedyKind(required(part, given, "remedy", "what is given").word(list(RemedyKind))),
        "title": title,
        "words": parts.words(required(part, given, "words", "what is said to the customer")),
        "cost": parts.opt(given, "cost", lambda item: _cost(item, currency, asks), Cost()),
        "commits": parts.opt(given, "commits", lambda item: _commits(item, title), None),
    }


def _also(part: Part, currency: str, asks: Mapping[str, Ask]) -> tuple[Giving, ...]:
    """What is given together with an option."""
    items = part.items()
    if len(items) > MOST_TOGETHER:
        raise items[MOST_TOGETHER].wrong(f"{MOST_TOGETHER} things at most come together with an option.")
    return tuple(Giving(**_giving(item, item.entries(_GIVING), currency, asks)) for item in items)


def _cost(part: Part, currency: str, asks: Mapping[str, Ask] | None) -> Cost:
    """What something costs: an amount, a share of the value, or a block of several parts.

    `asks` are the questions of the rule as far as they are known; None before they are, when all names pass.
    """
    if parts.is_share(part):
        return Cost(share=parts.share(part))
    if part.is_text():
        return Cost(fixed=parts.amount(part, currency))
    given = part.entries(_COST)
    if not set(given) - {"at_most"}:
        raise part.wrong("a cost is made of fixed, share, late or asked.")
    asked = tuple(_amount_asked(item, asks) for item in given["asked"].items()) if "asked" in given else ()
    return Cost(
        fixed=parts.opt(given, "fixed", lambda item: parts.amount(item, currency), Cost().fixed),
        share=parts.opt(given, "share", parts.share, Cost().share),
        late=parts.opt(given, "late", lambda item: _late(item, currency), None),
        asked=asked,
        at_most=parts.opt(given, "at_most", lambda item: parts.amount(item, currency), None),
    )


def _amount_asked(part: Part, asks: Mapping[str, Ask] | None) -> str:
    name = parts.slug(part)
    if asks is not None and asks[_known(part, name, asks, "question")].kind is not AskKind.AMOUNT:
        raise part.wrong(f"the question `{name}` does not ask for an amount: give it `kind: amount`.")
    return name


def _late(part: Part, currency: str) -> PerPeriod:
    given = part.entries(_LATE)
    every = parts.span(need := required(part, given, "every", "how long a period is, such as “1 day”"))
    if every.kind not in ("time", "days") or not every.number:
        raise need.wrong("lateness is counted in minutes, hours, days or weeks.")
    if not {"amount", "share"} & set(given):
        raise part.wrong("say what each period costs: an `amount`, a `share` or both.")
    return PerPeriod(
        every=every,
        amount=parts.opt(given, "amount", lambda item: parts.amount(item, currency), Cost().fixed),
        share=parts.opt(given, "share", parts.share, Cost().share),
        at_most=parts.opt(given, "at_most", lambda item: parts.amount(item, currency), None),
        begun=parts.opt(given, "begun", lambda item: item.yes(), False),
    )


def _commits(part: Part, title: Words) -> Commits:
    given = part.entries(("promise", "within", "title"))
    return Commits(
        promise=parts.slug(required(part, given, "promise", "the kind of promise, such as `delivery`")),
        within=parts.span(required(part, given, "within", "by when, such as “1 working day”")),
        title=parts.opt(given, "title", lambda item: parts.words(item, most=200), title),
    )


def _follow_ups(part: Part) -> tuple[FollowUp, ...]:
    return tuple(_follow_up(item) for item in part.items())


def _follow_up(part: Part) -> FollowUp:
    if part.is_text():
        return FollowUp(after=parts.span(part), what=ASK_AGAIN)
    given = part.entries(("after", "channel", "what"))
    return FollowUp(
        after=parts.span(required(part, given, "after", "how long after, such as “1 day” or “at once”")),
        channel=parts.opt(given, "channel", lambda item: item.word(CHANNELS), ""),
        what=parts.opt(given, "what", parts.words, ASK_AGAIN),
    )
