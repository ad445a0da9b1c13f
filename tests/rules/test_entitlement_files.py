"""A policy file that is wrong is refused with file, line, key and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.entitlements import check, find, load, policy_from, work_out
from tests.rules.entitling import FACTS, policy, text

RULE = "it:\n  owed: [{flat: 40}]"
GOOD = text(RULE)


def refusal(content: str) -> str:
    with pytest.raises(Refusal) as refused:
        policy_from(content, "ours.yaml")
    assert refused.value.code == "policy.invalid"
    assert refused.value.message.startswith("ours.yaml, line ")
    return refused.value.message


def test_the_good_file_is_good() -> None:
    assert policy_from(GOOD).name == "ours"


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("currency: GBP", "curency: GBP", "there is no such key. Did you mean `currency`?"),
        ("currency: GBP", "currency: pounds", "three capital letters such as GBP were expected"),
        ("name: ours", "name: Our Policy", "small letters, digits and dashes"),
        (
            "checked_on: 2026-11-22",
            "checked_on: last week",
            "a date such as 2026-04-01 was expected, found 'last week'",
        ),
        ("sources: [our own]", "", "the key `sources` is missing: where the amounts were read"),
        ("Europe/London", "Europe/Londn", "is not a time zone"),
        ("GB-ENG", "GB-XXX", "No public holidays are known for 'GB-XXX'"),
        ("kind: money", "kind: cash", "'cash' is not one of instant, date"),
        ("of: [plain, special]", "of: []", "a choice needs its words"),
        ("between: [began_at, ended_at]", "between: [began_at]", "name two facts"),
        ("between: [began_at, ended_at]", "between: [began_at, endd_at]", "Did you mean `ended_at`?"),
        ("between: [began_at, ended_at]", "between: [began_at, price]", "the fact `price` is money"),
        ("unit: hours", "unit: fortnights", "'fortnights' is not one of minutes, hours, days"),
        ("owed: [{flat: 40}]", "owed: [{flat: forty}]", "a number such as 40 or 9.76 was expected"),
        ("owed: [{flat: 40}]", "owed: [{flt: 40}]", "Did you mean `flat`?"),
        ("owed: [{flat: 40}]", "owed: [{flat: 40, share: 5}]", "say exactly one of flat, per, share, first_of"),
        ("owed: [{flat: 40}]", "owed: [{flat: 40, each: 1}]", "`each` does not go with `flat`"),
        ("owed: [{flat: 40}]", "owed: [{per: 40, each: 1, of: late}]", "the key `counted` is missing: which periods"),
        ("owed: [{flat: 40}]", "owed: [{per: 40, each: 0, of: late, counted: started}]", "a period cannot be nothing"),
        ("owed: [{flat: 40}]", "owed: [{per: 4, each: 1, of: late, counted: begun}]", "'begun' is not one of started"),
        ("owed: [{flat: 40}]", "owed: [{share: 5, of: late}]", "the fact `late` is duration; money was expected"),
        ("owed: [{flat: 40}]", "owed_when: {lat: {more_than: 1}}\n    owed: [{flat: 4}]", "Did you mean `late`?"),
        ("owed: [{flat: 40}]", "owed_when: {late: {over: 1}}\n    owed: [{flat: 4}]", "Known here: more_than"),
        ("owed: [{flat: 40}]", "owed_when: {late: 12}\n    owed: [{flat: 4}]", "hold it against something"),
        ("owed: [{flat: 40}]", "owed_when: {kind_of: plian}\n    owed: [{flat: 4}]", "Did you mean `plain`?"),
        ("owed: [{flat: 40}]", "owed_when: {price: {times: 2}}\n    owed: [{flat: 4}]", "only occasions are counted"),
        ("from: 2020-01-01", "from: 2020-01-01, until: 2019-01-01", "a version ends after it has begun"),
        ("facts: {late: 0", "facts: {lat: 0", "Did you mean `late`?"),
        ("owed: 0}", "owed: none}", "a number such as 40 or 9.76 was expected"),
        ("owed: 0}", "owed: 0, standing: free}", "'free' is not one of owed, nothing"),
    ],
)
def test_mistakes_are_taught(written: str, instead: str, told: str) -> None:
    assert written in GOOD
    assert told in refusal(GOOD.replace(written, instead, 1))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("payment: {within: {working_days: 10}}", "the key `from` is missing"),
        ("payment: {within: {weeks: 2}, from: [began_at]}", "there is no such key"),
        ("payment: {within: {hours: 2, cut_off: '17:00'}, from: [began_at]}", "only working days have a cut-off"),
        ("payment: {within: {hours: 2}, from: [late]}", "the fact `late` is duration; instant or date was expected"),
        ("claim: sometimes", "'sometimes' is not one of automatic, on_request"),
        ("exemptions: {flood: {when: {sorry: yes}}}", "the key `tell_customer` is missing"),
        ("exemptions: {flood: {when: {sorry: yes}, tell_customer: x, rules: [its]}}", "Did you mean `it`?"),
        ("paid_as: {means: gold}", "'gold' is not one of cash"),
    ],
)
def test_mistakes_in_the_terms_are_taught(more: str, told: str) -> None:
    assert told in refusal(text(RULE, more=more))


@pytest.mark.parametrize(
    ("versions", "told"),
    [
        ('"1": {from: 2020-01-01}\n  "2": {from: 2020-01-01}', "begins on the same day as `1`"),
        ('"1": {figures: {a: 1}}\n  "2": {indexed: {of: "3", by: 2, nearest: 1}}', "'3' is not one of 1"),
        ('"1": {figures: {a: 1}}\n  "2": {indexed: {of: "1", nearest: 1}}', "say either `by`"),
        (
            '"1": {figures: {a: 10}}\n  "2": {indexed: {of: "1", by: 1.1, nearest: 1}, figures: {a: 12}}',
            "the index makes it 11, but 12 is written",
        ),
    ],
)
def test_mistakes_in_versions_are_taught(versions: str, told: str) -> None:
    assert told in refusal(text(RULE, versions=f"versions:\n  {versions}\n"))


def test_a_fact_of_every_policy_is_not_given_again() -> None:
    facts = FACTS + "  already_paid: {kind: money, says: what was paid}\n"
    assert "every policy that needs it has this fact already" in refusal(text(RULE, facts=facts))


def test_a_case_that_does_not_hold_is_told_with_its_arithmetic() -> None:
    ours = policy(RULE, vectors="vectors:\n  - {says: wrong, facts: {}, on: 2026-01-01, owed: 41, standing: nothing}\n")
    (checked,) = check(ours)
    assert checked.wrong == (
        "owed: £41 was expected, £40 came out.",
        "standing: nothing was expected, owed came out.",
    )
    assert checked.found is not None
    lacking = policy(
        "it:\n  owed_when: {late: {more_than: 1}}\n  owed: [{flat: 40}]",
        vectors="vectors: [{facts: {}, on: 2026-01-01, owed: 0}]",
    )
    assert "needs to know `late`" in check(lacking)[0].wrong[0]


def test_own_policies_stand_beside_the_shipped_ones_or_in_their_place(tmp_path: Path) -> None:
    assert load(tmp_path / "none").keys() == load().keys()
    (tmp_path / "ours.yaml").write_text(GOOD)
    (tmp_path / "storm.yml").write_text(GOOD.replace("name: ours", "name: gb-storm"))
    shelf = load(tmp_path)
    assert find(shelf, "ours").title == find(shelf, "gb-storm").title == "Our policy"
    assert shelf["gb-storm"].own
    assert not shelf["eu-261"].own
    (tmp_path / "twin.yaml").write_text(GOOD)
    with pytest.raises(Refusal, match=r"twin\.yaml and ours\.yaml are both named ours"):
        load(tmp_path)
    with pytest.raises(Refusal, match="Did you mean gb-storm"):
        find(shelf, "gb-strom")


@pytest.mark.parametrize(
    ("fact", "value", "told"),
    [
        ("late", "soon", "“soon” is not late (how late). Give a length of time"),
        ("began_at", "yesterday", "Give an instant such as"),
        ("price", "12 USD", "Give an amount of money"),
        ("price", "-1", "Give an amount of money"),
        ("pieces", "many", "Give a number of pieces"),
        ("kind_of", "plian", "Did you mean plain?"),
        ("sorry", "perhaps", "Give yes or no"),
        ("lat", "1", "Did you mean `late`?"),
    ],
)
def test_facts_that_are_wrong_are_taught(fact: str, value: str, told: str) -> None:
    with pytest.raises(Refusal) as refused:
        work_out(policy(RULE), {fact: value}, version="1")
    assert told in refused.value.message
    assert refused.value.field == fact
