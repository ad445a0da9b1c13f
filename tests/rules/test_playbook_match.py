"""Options of a failure: which, in which order, at what cost against the loss, and why."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from makegood.kernel.phrases import Span
from makegood.people.rules import Role
from makegood.remedies.rules.fit import FailureKind, RemedyKind, failure_kind
from makegood.remedies.rules.playbooks import (
    USED,
    USED_ASK,
    Answer,
    Ask,
    AskKind,
    Cost,
    Giving,
    PerPeriod,
    Playbook,
    Range,
    When,
    Who,
    Words,
    fill,
    may_grant,
)
from makegood.remedies.rules.playbooks_cost import Loss
from makegood.remedies.rules.playbooks_match import Matched, Situation, match
from tests.rules.playing import SITUATIONS, option, playbook, playbooks, rule

R = RemedyKind
HUNDRED = Loss(value=Decimal(100), currency="GBP")
LATE = Situation(failure=FailureKind.LATE, promise="delivery", loss=HUNDRED)
EVERY = [option(kind.value, kind, "10") for kind in RemedyKind]


# Books are big; on a busy machine to draw them takes long, which says nothing about them.
any_books = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def order(found: Matched) -> list[str]:
    return [offer.option.option for offer in found.offers]


def asked(slug: str, **more: object) -> Ask:
    return Ask(ask=slug, question=Words({"en": f"{slug}?"}), **more)  # type: ignore[arg-type]


def answered(name: str, **more: object) -> Answer:
    return Answer(answer=name, says=Words({"en": name}), **more)  # type: ignore[arg-type]


# Match, then modest


@pytest.mark.parametrize(
    ("failure", "first"),
    [
        (FailureKind.MONEY, R.REFUND),
        (FailureKind.WRONG, R.EXCHANGE),
        (FailureKind.LATE, R.RE_PERFORMANCE),
        (FailureKind.ATTENTION, R.PERSONAL_CONTACT),
        (FailureKind.SILENCE, R.PERSONAL_CONTACT),
        (FailureKind.RECOVERY, R.PERSONAL_CONTACT),
        (FailureKind.REQUEST, R.RE_PERFORMANCE),
        (FailureKind.CUSTOMER, R.RE_PERFORMANCE),
    ],
)
def test_what_was_lost_decides_what_is_given(failure: FailureKind, first: RemedyKind) -> None:
    found = match([playbook(rule("any", *EVERY))], replace(LATE, failure=failure))
    assert found.offers[0].option.remedy is first
    assert found.offers[0].matches
    assert len(found.offers) == len(EVERY)


def test_credit_leads_when_nothing_matches() -> None:
    only = playbook(rule("any", option("flowers", R.GESTURE, "5"), option("voucher", R.CREDIT, "20")))
    found = match([only], replace(LATE, failure=FailureKind.WRONG))
    assert order(found) == ["voucher", "flowers"]
    assert "Nothing here matches" in found.offers[0].why
    assert found.offers[0].source == "Mix & Match 2020"


@pytest.mark.parametrize("failure", list(FailureKind))
def test_money_now_comes_before_a_voucher_later(failure: FailureKind) -> None:
    found = match([playbook(rule("any", *EVERY))], replace(LATE, failure=failure))
    assert order(found).index("refund") < order(found).index("credit")


def test_of_two_that_fit_alike_the_cheaper_leads() -> None:
    two = playbook(rule("any", option("all-of-it", R.REFUND, "100"), option("a-tenth", R.REFUND, "10%")))
    assert order(match([two], LATE)) == ["a-tenth", "all-of-it"]


def test_a_second_failure_wants_a_person_and_amends_together() -> None:
    found = match([playbook(rule("any", *EVERY))], replace(LATE, double_deviation=True))
    assert found.offers[0].option.remedy is R.PERSONAL_CONTACT
    assert {offer.source for offer in found.offers if offer.matches} == {"Joireman et al. 2013"}


def test_what_the_customer_brought_about_is_helped_not_paid() -> None:
    found = match([playbook(rule("any", *EVERY))], replace(LATE, failure=FailureKind.CUSTOMER))
    assert order(found)[-3:] == ["gesture", "refund", "credit"]
    assert "not owed" in found.offers[-1].why


def test_whether_it_was_used_picks_the_curve() -> None:
    amounts = [option(f"back-{share}", R.REFUND, f"{share}%") for share in (10, 80, 150)]
    book = playbook(rule("any", *amounts, asks=(USED_ASK,)))
    assert order(match([book], LATE)) == ["back-10", "back-80", "back-150"]
    rejected = match([book], replace(LATE, answers={USED: "no"}))
    assert order(rejected) == ["back-80", "back-10", "back-150"]
    assert "60 % and 120 %" in rejected.offers[1].why
    accepted = match([book], replace(LATE, answers={USED: "yes"}))
    assert order(accepted) == ["back-10", "back-80", "back-150"]
    assert "first money counts most" in accepted.offers[0].why


# The most specific rule


def test_the_rule_that_names_most_comes_first() -> None:
    general = rule("general", option("general", R.RE_PERFORMANCE))
    late = rule("late", option("late", R.GESTURE, "90"), when=When(promise=("delivery",)))
    grave = rule("grave", option("grave", R.CREDIT, "50"), when=When(promise=("delivery",), severity=Range(3)))
    book = playbook(general, late, grave)
    assert order(match([book], replace(LATE, severity=4))) == ["grave", "late", "general"]
    assert order(match([book], LATE)) == ["late", "general"]
    assert match([book], replace(LATE, severity=4)).rules[0].names == ("the promise", "the severity")


def test_of_rules_that_name_as_much_the_more_telling_comes_first_and_a_second_failure_before_all() -> None:
    kind = rule("kind", option("kind", R.CREDIT), when=When(failure=(FailureKind.LATE,)))
    words = rule("words", option("words", R.CREDIT), when=When(about=("keys", "locked in", "locked out")))
    both = rule("both", option("both", R.CREDIT), when=When(failure=(FailureKind.LATE,), about=("locked in",)))
    again = rule("again", option("again", R.CREDIT), when=When(double_deviation=True))
    situation = replace(LATE, words="The keys are locked in", double_deviation=True)
    assert order(match([playbook(kind, words, both, again)], situation)) == ["again", "both", "words", "kind"]


def test_a_more_specific_rule_says_what_an_option_is_and_the_other_is_told() -> None:
    plain = rule("plain", option("call", R.PERSONAL_CONTACT, "5"))
    gold = rule("gold", option("call", R.PERSONAL_CONTACT, "50"), when=When(customer={"Tier": ("gold",)}))
    found = match([playbook(plain, gold)], replace(LATE, customer={"tier": "GOLD"}))
    assert [(offer.rule, offer.cost) for offer in found.offers] == [("gold", 50)]
    assert [(out.rule, out.why) for out in found.left_out] == [
        ("plain", "A more specific rule of the same playbook says it.")
    ]


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        (When(), True),
        (When(failure=(FailureKind.LATE, FailureKind.WRONG)), True),
        (When(failure=(FailureKind.WRONG,)), False),
        (When(about=("half the furniture",)), True),
        (When(about=("furnit",)), False),
        (When(about=("back-order",)), True),
        (When(customer={"value": ("1000+",)}), True),
        (When(customer={"value": ("2000+",)}), False),
        (When(customer={"tier": ("gold",)}), False),
        (When(repeat=Range(2)), True),
        (When(repeat=Range(1, 1)), False),
        (When(double_deviation=True), False),
    ],
)
def test_a_rule_holds_by_what_it_names(when: When, holds: bool) -> None:
    situation = replace(
        LATE, repeat=2, words="Half the FURNITURE came", about=frozenset({"back-order"}), customer={"value": "1200"}
    )
    assert bool(match([playbook(rule("any", option("call", R.CREDIT), when=when))], situation).offers) is holds


# What is asked first

RETURN = rule(
    "return",
    option("refund", R.REFUND, "100%"),
    option("voucher", R.CREDIT, "20"),
    asks=(
        asked("receipt", answers=(answered("yes"), answered("no"))),
        asked(
            "tier",
            attribute="membership",
            only_if={"receipt": ("no",)},
            answers=(
                answered("gold", includes=("refund",)),
                answered("guest", excludes=("voucher",), costs={"refund": Cost(share=Decimal("0.5"))}),
            ),
        ),
    ),
)


def test_an_answer_may_rule_an_option_out_and_says_so() -> None:
    book = [playbook(RETURN)]
    open_ = match(book, LATE)
    assert [offer.ask_first for offer in open_.offers] == [("receipt",), ("receipt",)]
    assert [ask.ask for ask in open_.asks] == ["receipt"]
    assert match(book, replace(LATE, answers={"receipt": "yes"})).offers[0].ask_first == ()
    without = replace(LATE, answers={"receipt": "no"})
    assert match(book, without).offers[0].ask_first == ("tier",)
    assert order(match(book, replace(without, customer={"Membership": "Gold"}))) == ["refund", "voucher"]
    guest = match(book, replace(without, answers={"receipt": "no", "tier": "Guest"}))
    assert not guest.offers
    assert [out.why for out in guest.left_out] == ["“tier?” was answered “guest”."] * 2


def test_an_answer_to_a_question_that_is_not_asked_counts_for_nothing() -> None:
    found = match([playbook(RETURN)], replace(LATE, answers={"receipt": "yes", "tier": "guest"}))
    assert order(found) == ["refund", "voucher"]


# What it costs


def test_an_amount_that_is_asked_for() -> None:
    asks = (asked("price", kind=AskKind.AMOUNT, default=Decimal(50)), asked("before", kind=AskKind.AMOUNT))
    more = option("more", R.REFUND)
    more = msgspec.structs.replace(more, cost=Cost(asked=("price", "before")))
    book = [playbook(rule("any", more, asks=asks))]
    assert match(book, LATE).offers[0].cost is None
    assumed = match(book, replace(LATE, answers={"before": "100"})).offers[0]
    assert (assumed.cost, [note.code for note in assumed.notes]) == (150, ["remedy.cost_assumed", "remedy.over_loss"])
    assert match(book, replace(LATE, answers={"before": "100", "price": "30"})).offers[0].cost == 130


@pytest.mark.parametrize(("late", "begun", "cost"), [(59, True, 5), (60, False, 5), (130, False, 10), (900, False, 40)])
def test_so_much_for_each_hour_of_lateness(late: int, begun: bool, cost: int) -> None:
    per = PerPeriod(every=Span("time", 3600), amount=Decimal(5), at_most=Decimal(40), begun=begun)
    paid = msgspec.structs.replace(option("time", R.REFUND), cost=Cost(late=per))
    loss = replace(HUNDRED, late=timedelta(minutes=late))
    assert match([playbook(rule("any", paid))], replace(LATE, loss=loss)).offers[0].cost == cost


@pytest.mark.parametrize("late", [0, 59])
def test_what_comes_to_nothing_is_not_offered_and_told(late: int) -> None:
    per = PerPeriod(every=Span("time", 3600), amount=Decimal(5))
    paid = msgspec.structs.replace(option("time", R.REFUND), cost=Cost(late=per))
    share = option("share", R.REFUND, "10%")
    both = option("both", R.RE_PERFORMANCE, "5", also=(share,))
    book = playbook(rule("any", paid, share, both, option("a-call", R.PERSONAL_CONTACT)))
    found = match([book], replace(LATE, loss=Loss(value=Decimal(0), currency="GBP", late=timedelta(minutes=late))))
    assert order(found) == ["a-call"]
    assert {(one.option.option, one.why) for one in found.left_out} == {
        (name, "As things stand it comes to nothing.") for name in ("time", "share", "both")
    }  # fmt: skip


def test_what_cannot_be_worked_out_is_said_and_comes_after_what_can() -> None:
    book = playbook(rule("any", option("a-share", R.REFUND, "10%"), option("sum", R.REFUND, "900")))
    found = match([book], replace(LATE, loss=Loss(currency="GBP")))
    assert order(found) == ["sum", "a-share"]
    assert found.offers[1].notes[0].sentence == "What it costs is open: the value of what failed is not known."
    other = match([playbook(rule("any", option("sum", R.REFUND, "9")), currency="EUR")], LATE).offers[0]
    assert "counts in EUR" in other.notes[0].sentence


def test_what_comes_together_is_priced_together_and_asks_what_any_of_it_asks() -> None:
    fee = Giving(
        remedy=RemedyKind.REFUND, title=Words({"en": "The fee back", "de": "Gebühr zurück"}),
        words=Words({"en": "{amount}"}), cost=Cost(share=Decimal("0.1"), asked=("fee",)),
    )  # fmt: skip
    ask = Ask(ask="fee", question=Words({"en": "What was the fee?"}), kind=AskKind.AMOUNT)
    books = [playbook(rule("late", option("van", RemedyKind.RE_PERFORMANCE, "40", also=(fee,)), asks=(ask,)))]
    at = Situation(failure=FailureKind.LATE, loss=Loss(value=Decimal(100), currency="GBP"))

    (offer,) = match(books, at).offers
    assert (offer.cost, offer.ask_first, offer.share) == (None, ("fee",), None)
    (offer,) = match(books, replace(at, answers={"fee": "5"})).offers
    assert [one.price.amount for one in offer.parts] == [40, 15]
    assert (offer.cost, offer.share, offer.ask_first) == (55, Decimal("0.55"), ())
    assert (offer.option.name, offer.option.name_in("de")) == ("Van + The fee back", "Van + Gebühr zurück")


def test_more_than_the_loss_warns_and_past_the_cap_needs_a_reason() -> None:
    amounts = [option(f"back-{share}", R.CREDIT, f"{share}%") for share in (100, 101, 150, 151)]
    found = match([playbook(rule("any", *amounts))], LATE)
    told = [([note.code for note in offer.notes], offer.needs_reason) for offer in found.offers]
    assert told == [
        ([], False), (["remedy.over_loss"], False), (["remedy.over_loss"], False), (["remedy.over_cap"], True),
    ]  # fmt: skip
    strict = match([playbook(rule("any", *amounts))], LATE, cap=Decimal(1))
    assert [offer.needs_reason for offer in strict.offers] == [False, True, True, True]


# Who, and in what words


def test_a_higher_role_and_grade_may_grant_too() -> None:
    lead = Who(Role.LEAD, 2)
    assert not may_grant(lead, role="agent", grade=9)
    assert not may_grant(lead, role="lead", grade=1)
    assert may_grant(lead, role="manager", grade=2)
    assert may_grant(lead, role="administrator", grade=3)
    assert not may_grant(Who(), role="analyst", grade=9)


def test_words_stand_in_for_each_other_and_are_filled_in() -> None:
    said = Words({"en": "You get {amount} by {by}.", "de": "Sie bekommen {amount}."})
    assert fill(said.in_("de-AT"), amount="5 €") == "Sie bekommen 5 €."
    assert fill(said.in_("fr"), amount="£5") == "You get £5 by {by}."


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"promise": "delivery"}, FailureKind.LATE),
        ({"promise": "callback"}, FailureKind.SILENCE),
        ({"promise": "delivery", "words": "The trousers are the wrong colour"}, FailureKind.WRONG),
        ({"promise": "delivery", "words": "Blue trousers came instead of black ones"}, FailureKind.WRONG),
        ({"promise": "callback", "words": "I was billed twice"}, FailureKind.MONEY),
        ({"words": "Your driver was rude"}, FailureKind.ATTENTION),
        ({"promise": "delivery", "second": True}, FailureKind.RECOVERY),
    ],
)
def test_the_likely_kind_of_a_failure(told: dict[str, str], kind: FailureKind) -> None:
    assert failure_kind(**told) is kind  # type: ignore[arg-type]


# Whatever the playbooks and the situation are

BOOKS = st.tuples(playbooks("one"), playbooks("two"))


@any_books
@given(BOOKS, SITUATIONS, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_playbooks_changes_nothing(
    books: tuple[Playbook, ...], situation: Situation, chance: random.Random
) -> None:
    shuffled = [
        msgspec.structs.replace(book, rules=tuple(chance.sample(book.rules, len(book.rules)))) for book in books
    ]
    chance.shuffle(shuffled)
    once, again = match(books, situation), match(shuffled, situation)
    assert once.offers == again.offers == match(books, situation).offers
    assert once.left_out == again.left_out
    assert once.asks == again.asks


@any_books
@given(BOOKS, SITUATIONS)
def test_no_option_falls_away_in_silence(books: tuple[Playbook, ...], situation: Situation) -> None:
    found = match(books, situation)
    there = sorted(
        (one.playbook.playbook, one.rule.rule, option.option) for one in found.rules for option in one.rule.options
    )
    told = [(one.playbook, one.rule, one.option.option) for one in (*found.offers, *found.left_out)]
    assert sorted(told) == there
    assert all(out.why for out in found.left_out)
    assert all(offer.why for offer in found.offers)


@any_books
@given(BOOKS, SITUATIONS)
def test_a_cost_is_never_below_nothing_and_its_share_is_right(
    books: tuple[Playbook, ...], situation: Situation
) -> None:
    for offer in match(books, situation).offers:
        assert offer.cost is None or offer.cost >= 0
        if offer.cost is not None and situation.loss.value:
            assert offer.share == offer.cost / situation.loss.value
            assert offer.needs_reason == (offer.cost > Decimal("1.5") * situation.loss.value)
            assert any(note.code.startswith("remedy.over") for note in offer.notes) == (
                offer.cost > situation.loss.value
            )
        else:
            assert offer.share is None
            assert not offer.needs_reason


@any_books
@given(BOOKS, SITUATIONS)
def test_every_open_question_is_one_that_may_be_asked_now(books: tuple[Playbook, ...], situation: Situation) -> None:
    found = match(books, situation)
    asks = {ask.ask for ask in found.asks}
    assert all(set(offer.ask_first) <= asks for offer in found.offers)
