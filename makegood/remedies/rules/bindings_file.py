"""A binding in YAML, read into a `Binding`. Every mistake is a sentence with its line. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from makegood.kernel.nodes import Part, parse, read, required
from makegood.kernel.texts import one_line
from makegood.remedies.rules.bindings import Binding, Clock, OfCustomer, OfPromise, Source
from makegood.remedies.rules.entitlements.policyfile import ALREADY_PAID
from makegood.remedies.rules.entitlements.shelf import Shelf, find
from makegood.remedies.rules.entitlements.spec import FactKind, FactSpec, Policy

Word = TypeVar("Word", bound=StrEnum)
SHIPPED = Path(__file__).parents[1] / "bindings"
WHAT = "binding"
TOP = ("binding", "policy", "promise", "when", "facts", "note")
WHEN = ("feed", "attributes")
SOURCES = ("attribute", "clock", "promise", "customer", "always", "told")
FACT = (*SOURCES, "words", "else", "ask")
_TAKEN = frozenset({"new", "import"})
_KIND = "[KIND]"
# What a clock or a sum can be told as; a source of any other sort is text, and the policy reads it.
_INSTANTS = frozenset({FactKind.INSTANT, FactKind.DATE})
_NUMBERS = frozenset({FactKind.MONEY, FactKind.NUMBER})


def binding_from(text: str, name: str, shelf: Shelf) -> Binding:
    """A binding from its text, checked against the policy it names. Raises Refusal("binding.invalid")."""
    return build(parse(text, name, WHAT), shelf)


def load_binding(path: Path, shelf: Shelf) -> tuple[str, Binding]:
    """A binding from its file, with its text. Raises Refusal("binding.not_found", "binding.invalid")."""
    root = read(path, WHAT)
    return path.read_text(encoding="utf-8-sig"), build(root, shelf)


def ready_made(policy: str, kind: str) -> str | None:
    """The binding that comes with Makegood for a policy, as text for a kind of promise; None when none does."""
    path = SHIPPED / f"{policy}.yaml"
    return path.read_text(encoding="utf-8").replace(_KIND, f"[{kind}]") if path.is_file() else None


def begun(policy: Policy, kind: str) -> str:
    """A binding to go on from: the one that comes with Makegood, else every fact of the policy, to be asked."""
    made = ready_made(policy.name, kind)
    if made is not None:
        return made
    facts = [
        f'  {name}: {{ask: "{spec.says[:1].upper()}{spec.says[1:]}?"}}'
        for name, spec in policy.facts.items()
        if name not in (ALREADY_PAID.name, "evidence") and spec.between is None
    ]
    return "\n".join([f"binding: {policy.name}", f"policy: {policy.name}", f"promise: [{kind}]", "facts:", *facts, ""])


def build(root: Part, shelf: Shelf) -> Binding:
    """The binding that a YAML document describes."""
    top = root.entries(TOP)
    name = required(root, top, "binding", "how this binding is called, in small letters and dashes")
    policy = find(shelf, required(root, top, "policy", "the policy, such as eu-261").word(shelf))
    kinds = required(root, top, "promise", "the kinds of promise it speaks of, such as [arrival]")
    when = top["when"].entries(WHEN) if "when" in top else {}
    return Binding(
        binding=_slug(name),
        policy=policy.name,
        promise=_some(kinds),
        feeds=_some(when["feed"]) if "feed" in when else (),
        attributes={key: _some(part) for key, part in when["attributes"].any_entries().items()}
        if "attributes" in when
        else {},
        facts=_facts(top["facts"], policy) if "facts" in top else {},
        note=one_line(top["note"].text()) if "note" in top else "",
    )


def _slug(part: Part) -> str:
    found = part.text()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", found) or found in _TAKEN:
        raise part.wrong("a binding is named in small letters, digits and dashes, such as flights-refund.")
    return found


def _some(part: Part) -> tuple[str, ...]:
    found = tuple(one_line(one.text()) for one in part.items())
    if not found or not all(found):
        raise part.wrong("name at least one.")
    return found


def _facts(part: Part, policy: Policy) -> dict[str, Source]:
    known = {name: spec for name, spec in policy.facts.items() if name not in (ALREADY_PAID.name, "evidence")}
    return {name: _source(one, known[name], known) for name, one in part.entries(known).items()}


def _source(part: Part, spec: FactSpec, known: Mapping[str, FactSpec]) -> Source:
    given = part.entries(FACT)
    named = [key for key in SOURCES if key in given]
    if len(named) > 1:
        raise given[named[1]].wrong(f"a fact has one source, and this one has `{named[0]}` already.")
    if not named and "ask" not in given:
        raise part.wrong(f"say where it comes from: one of {', '.join(SOURCES)}, or `ask`.")
    for key in ("words", "else"):
        if key in given and "attribute" not in given:
            raise given[key].wrong(f"`{key}` goes with `attribute`.")
    source = Source(
        attribute=_text(given, "attribute"), clock=_word(given, "clock", Clock),
        promise=_word(given, "promise", OfPromise), customer=_word(given, "customer", OfCustomer),
        always=_meaning(given.get("always"), spec),
        told=given["told"].word(known) if "told" in given else "",
        words={word: _meaning(one, spec) for word, one in given["words"].any_entries().items()}
        if "words" in given
        else {},
        otherwise=_meaning(given.get("else"), spec), ask=_text(given, "ask"),
    )  # fmt: skip
    _check_fits(part, source, spec)
    return source


def _text(given: Mapping[str, Part], key: str) -> str:
    return one_line(given[key].text()) if key in given else ""


def _word(given: Mapping[str, Part], key: str, words: type[Word]) -> Word | None:
    return words(given[key].word(words)) if key in given else None


def _meaning(part: Part | None, spec: FactSpec) -> str:
    """A word of the policy's own: one of a choice, yes or no, else as it is written."""
    if part is None:
        return ""
    if spec.kind is FactKind.CHOICE:
        return part.word(spec.choices)
    return part.word(("yes", "no")) if spec.kind is FactKind.YES_NO else part.text()


def _check_fits(part: Part, source: Source, spec: FactSpec) -> None:
    """A clock is no name and an amount no date: said when it is written, not when a customer waits."""
    lateness = source.clock is Clock.LATE
    fits = {
        "clock": spec.kind is FactKind.DURATION if lateness else spec.kind in _INSTANTS,
        "told": spec.kind in _INSTANTS,
        "amount": spec.kind in _NUMBERS,
    }
    used = {
        "clock": source.clock is not None, "told": bool(source.told),
        "amount": source.promise is OfPromise.AMOUNT,
    }  # fmt: skip
    for key, fit in fits.items():
        if used[key] and not fit:
            raise part.wrong(f"`{spec.name}` is {_a(spec.kind)} ({spec.says}), and this source is not.")


def _a(kind: FactKind) -> str:
    return {FactKind.INSTANT: "an instant", FactKind.YES_NO: "yes or no"}.get(kind, f"a {kind.replace('_', ' ')}")
