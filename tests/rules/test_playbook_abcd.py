"""A real retailer's guidelines become playbooks: all of them, nothing lost, their conditions at work."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from makegood.kernel.refusals import Refusal
from makegood.remedies.rules.playbooks import Rule
from makegood.remedies.rules.playbooks_abcd import Converted, convert
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_dump import dump
from makegood.remedies.rules.playbooks_file import playbook_from
from makegood.remedies.rules.playbooks_match import Matched, Situation, match

GUIDELINES = Path(__file__).parents[3] / "shared" / "data" / "playbook_abcd" / "guidelines.json"
MISSING = f"The guidelines are not here ({GUIDELINES.name} of ABCD): what is said of them is SKIPPED."
with_guidelines = pytest.mark.skipif(not GUIDELINES.exists(), reason=MISSING)


@cache
def converted() -> Converted:
    return convert(GUIDELINES.read_text(encoding="utf-8"))


def rules() -> dict[str, Rule]:
    return {rule.name: rule for playbook in converted().playbooks for rule in playbook.rules}


def asked(subflow: str, **answers: str) -> Matched:
    given = {name.replace("_", "-"): answer for name, answer in answers.items()}
    loss = Loss(value=Decimal(80), currency="USD")
    return match(converted().playbooks, Situation(words=f"About: {subflow}", answers=given, loss=loss))


def offered(subflow: str, **answers: str) -> set[str]:
    found = asked(subflow, **answers)
    return {offer.option.option for offer in found.offers if not offer.ask_first or offer.ask_first == ("amount",)}


@with_guidelines
def test_every_flow_and_subflow_is_there_and_is_found_by_its_name() -> None:
    told = json.loads(GUIDELINES.read_text(encoding="utf-8"))
    assert len(converted().playbooks) == len(told) == 10
    names = [name for flow in told.values() for name in flow["subflows"]]
    assert sorted(rules()) == sorted(names)
    assert len(names) == 55
    for name in names:
        assert name in [one.rule.name for one in asked(name).rules]


@with_guidelines
def test_not_a_word_is_lost() -> None:
    for flow in json.loads(GUIDELINES.read_text(encoding="utf-8")).values():
        for name, subflow in flow["subflows"].items():
            rule = rules()[name]
            kept = [*rule.note.splitlines(), *(line for step in rule.steps for line in (step.do, *step.how, step.tool))]
            said = [*subflow["instructions"]]
            for action in subflow["actions"]:
                said += [action["text"], *action["subtext"], *([action["button"]] if action["button"] != "N/A" else [])]
            lost = {" ".join(line.split()) for line in said} - {"x", ""} - set(kept)
            assert lost == set(), name
            assert len(rule.steps) == len(subflow["actions"])


@with_guidelines
def test_what_became_of_each_is_told() -> None:
    became = converted().became
    assert len(became) == 55
    assert sum(one.steps for one in became) == 255
    assert sum(bool(one.options) for one in became) == 35
    assert all(one.steps and one.words > one.steps for one in became)


@with_guidelines
def test_they_are_files_like_any_other() -> None:
    for playbook in converted().playbooks:
        assert playbook_from(dump(playbook)) == playbook


@with_guidelines
@pytest.mark.parametrize(
    ("subflow", "answers", "options"),
    [
        ("Return Due to Color", {"membership": "gold"}, {"return"}),
        ("Return Due to Color", {"membership": "silver", "silver_terms": "yes"}, {"return"}),
        ("Return Due to Color", {"membership": "guest", "guest_terms": "no"}, set()),
        ("Status Mystery Fee", {"system_says": "yes"}, {"remove-fee"}),
        ("Status Mystery Fee", {"system_says": "no", "membership": "silver"}, {"remove-fee"}),
        ("Status Mystery Fee", {"system_says": "no", "membership": "guest"}, set()),
        ("Status Quantity", {"system_says": "yes", "shipping_status": "in transit"}, set()),
        ("Manage Cancel", {"shipping_status": "order received"}, {"refund"}),
        ("Manage Cancel", {"shipping_status": "delivered", "membership": "bronze"}, {"refund"}),
        ("Manage Cancel", {"shipping_status": "delivered", "membership": "guest"}, set()),
        ("Manage Create", {"shipping_status": "in transit", "membership": "bronze"}, set()),
        ("Manage Downgrade", {"shipping_status": "order received", "membership": "guest"}, {"change-order"}),
        ("Manage Downgrade", {"shipping_status": "delivered", "membership": "gold"}, {"shipping-credit"}),
        ("Manage Downgrade", {"shipping_status": "delivered", "membership": "guest"}, set()),
        ("Mistimed Billing Already Returned", {"waited": "more than 7 days"}, {"give-credit"}),
        ("Mistimed Billing Already Returned", {"waited": "7 days or less", "membership": "silver"}, set()),
        ("Missing Item", {"waited": "more than 7 days"}, {"send"}),
        ("Missing Item", {"waited": "7 days or less"}, set()),
        ("Shipping Cost", {"shipping_status": "in transit"}, {"waive-fee"}),
        ("Shipping Cost", {"shipping_status": "delivered"}, {"refund"}),
        ("Promo Code Invalid", {"system_says": "no", "membership": "guest"}, set()),
        ("Bad Price Yesterday", {"still_unhappy": "yes"}, {"promo-code"}),
        ("Manage Extension", {"membership": "gold"}, {"extend"}),
        ("Manage Extension", {"membership": "silver", "silver_terms": "no"}, {"manager-calls"}),
        ("Manage Extension", {"membership": "bronze"}, {"manager-calls"}),
        ("Manage Dispute Bill", {"membership": "bronze", "system_says": "no"}, set()),
        ("Manage Dispute Bill", {"membership": "guest", "system_says": "yes"}, {"refund"}),
    ],
)
def test_the_conditions_of_the_guidelines_hold(subflow: str, answers: dict[str, str], options: set[str]) -> None:
    assert offered(subflow, **answers) == options


@with_guidelines
def test_amounts_are_those_of_the_guidelines() -> None:
    assert asked("Initiate Refund").offers[0].cost == 50
    assert asked("Initiate Refund", amount="80").offers[0].cost == 80
    assert {offer.option.option: offer.cost for offer in asked("Status Service Added").offers}["refund"] == 40
    gold = {"shipping_status": "order received", "membership": "gold"}
    assert asked("Manage Upgrade", **gold).offers[0].cost == 20
    assert asked("Manage Upgrade", **gold | {"membership": "guest"}).offers[0].cost == 0


@with_guidelines
def test_the_level_is_taken_from_what_is_known_of_the_customer() -> None:
    known = Situation(words="Return due to color", customer={"Membership": "Gold"})
    assert match(converted().playbooks, known).offers[0].ask_first == ("amount",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "our.json, line 1 is not JSON"),
        ("[]", "the file should be an object"),
        ('{"A": {"subflows": []}}', "`A`.subflows should be an object"),
        ('{"A": {"subflows": {"B": {"actions": {}}}}}', "`B`.actions should be a list"),
        ('{"A": {"subflows": {"B": {"actions": [{"subtext": [1]}]}}}}', "should be a list of texts"),
    ],
)
def test_what_is_no_guidelines_file(text: str, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        convert(text, "our.json")
    assert says in refused.value.message
