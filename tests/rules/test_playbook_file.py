"""Playbooks as files: read, written, read again; and what is said of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from makegood.kernel.phrases import Span
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role
from makegood.remedies.rules.fit import FailureKind
from makegood.remedies.rules.playbooks import USED_ASK, Playbook, Range, Who, decode, encode
from makegood.remedies.rules.playbooks_dump import dump
from makegood.remedies.rules.playbooks_file import ASK_AGAIN, load_playbook, playbook_from
from tests.rules.playing import playbooks

WHOLE = """\
playbook: wrong-colour
name: Wrong goods
currency: GBP
rules:
  - rule: trousers
    name: The wrong colour came
    when:
      failure: wrong
      severity: 2-4
      repeat: again
      customer: {tier: [gold, silver]}
      about: [wrong colour, return-due-to-color]
    asks:
      - used
      - ask: price
        kind: amount
        default: 50
        question: {en: "What did it cost?", de: "Was hat es gekostet?"}
      - ask: receipt
        question: Is the receipt there?
        answers:
          - answer: "yes"
            includes: swap
          - answer: "no"
            excludes: [refund]
            costs: {swap: {fixed: 5}}
    steps:
      - Look the order up
      - do: Book the courier
        only_if: {receipt: "yes"}
        how: [Ask for the address]
    options:
      - option: swap
        remedy: exchange
        title: The right colour by tomorrow
        words: We will bring {by} what you ordered.
        who: agent
        cost: £12.50
        commits: {promise: delivery, within: 1 working day}
        follow_up: [at once, 1 day, 1 month]
      - option: refund
        remedy: refund
        title: The money back
        words:
          en: You get {amount} back.
          de: Sie bekommen {amount} zurück.
        who: lead of grade 3
        asks: receipt
        cost: {asked: price, share: 10%, late: {every: 1 day, amount: 5, at_most: 40}, at_most: 200}
        proof: A photo of the label
"""


def test_every_key_is_read() -> None:
    (rule,) = playbook_from(WHOLE).rules
    swap, refund = rule.options
    assert rule.when.failure == (FailureKind.WRONG,)
    assert (rule.when.severity, rule.when.repeat) == (Range(2, 4), Range(2))
    assert rule.when.customer == {"tier": ("gold", "silver")}
    assert rule.asks[0] == USED_ASK
    assert [(ask.ask, len(ask.answers)) for ask in rule.asks[1:]] == [("price", 0), ("receipt", 2)]
    assert rule.steps[1].only_if == {"receipt": ("yes",)}
    assert str(swap.cost.fixed) == "12.50"
    assert swap.commits is not None
    assert (swap.commits.within, swap.commits.title) == (Span("workdays", 1), swap.title)
    assert [(plan.after.number, plan.what) for plan in swap.follow_up] == [
        (0, ASK_AGAIN),
        (1, ASK_AGAIN),
        (1, ASK_AGAIN),
    ]
    assert refund.who == Who(Role.LEAD, 3)
    assert refund.cost.late is not None
    assert refund.words.in_("de") == "Sie bekommen {amount} zurück."


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    read = playbook_from(WHOLE)
    file = tmp_path / "wrong.yaml"
    file.write_text(dump(read))
    assert load_playbook(file) == read
    assert dump(load_playbook(file)) == dump(read)


@given(playbooks())
def test_any_playbook_is_the_same_after_its_file_and_after_its_json(playbook: Playbook) -> None:
    assert playbook_from(dump(playbook)) == playbook
    assert decode(encode(playbook)) == playbook


@pytest.mark.parametrize(
    ("old", "new", "up", "says"),
    [
        (
            "remedy: exchange",
            "remedi: exchange",
            0,
            "`rules[1].options[1].remedi`: there is no such key. Did you mean `remedy`?",
        ),
        ("remedy: exchange", "remedy: exchagne", 0, "Did you mean `exchange`?"),
        ("currency: GBP", "currency: pounds", 0, "three capital letters"),
        ("playbook: wrong-colour", "playbook: try", 0, "choose another name"),
        ("£12.50", "12.50 EUR", 0, "one currency: it counts in GBP"),
        ("£12.50", "-3", 0, "never below nothing"),
        ("£12.50", "110 %x", 0, "not an amount"),
        ("share: 10%", "share: 0.1", 0, "“10%” was expected"),
        ("1 working day", "soon", 0, "is not a length of time"),
        ("{by}", "{bye}", 0, "Known: {amount}, {by}, {customer}."),
        ("includes: swap", "includes: swop", 0, "this rule has no option `swop`. Did you mean `swap`?"),
        ("asks: receipt", "asks: reciept", 0, "no question `reciept`. Did you mean `receipt`?"),
        ("asked: price", "asked: receipt", 0, "give it `kind: amount`"),
        ('receipt: "yes"', 'receipt: "ja"', 0, "no answer `ja`"),
        ("severity: 2-4", "severity: 2-5", 0, "numbers from 1 to 4"),
        ("severity: 2-4", "severity: 4-2", 0, "runs backwards"),
        ("who: lead of grade 3", "who: boss", 0, "say who may grant it"),
        ("option: refund", "option: swap", 0, "there is a option named `swap` already"),
        ("rule: trousers", "rule: The trousers", 0, "Write `the-trousers`."),
        ("every: 1 day", "every: 2 working days", 0, "minutes, hours, days or weeks"),
        ("        who: agent\n", "", 4, "the key `who` is missing"),
        ("failure: wrong", "failure: [wrong, nice]", 0, "'nice' is not one of"),
        ("{en: ", "{english: ", 0, "'english' is not a language"),
        ("      - used\n", "      - use\n", 0, "only `used` is known"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, up: int, says: str) -> None:
    line = WHOLE[: WHOLE.index(old)].count("\n") + 1 - up
    with pytest.raises(Refusal) as refused:
        playbook_from(WHOLE.replace(old, new, 1), "our.yaml")
    assert refused.value.code == "playbook.invalid"
    assert f"our.yaml, line {line}:" in refused.value.message
    assert says in refused.value.message


def test_what_is_no_yaml_and_no_file() -> None:
    with pytest.raises(Refusal, match="line 2: this is not YAML"):
        playbook_from("rules: [\n  - }")
    with pytest.raises(Refusal, match="is empty"):
        playbook_from("")
    with pytest.raises(Refusal, match="cannot be read"):
        load_playbook(Path("nowhere.yaml"))
