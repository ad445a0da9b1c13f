"""A case becomes a scene that can be played, and nobody in it can be known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makegood.kernel.refusals import Refusal
from makegood.practice.rules.checking import check
from makegood.practice.rules.from_case import MOST_QUOTED, CaseTold, draft, known_in, require_nobody
from makegood.practice.rules.redacting import Secrets
from makegood.practice.rules.scene_file import scene_of
from makegood.practice.rules.scene_form import faults
from makegood.practice.rules.values import End, Mood
from tests.rules.test_practice_redacting import told

DANA = Secrets(customer=("Dana Okafor",), staff=("Mara Lindqvist",), words=("D-1", "dana@okafor.example"))
CASE = CaseTold(
    kind="delivery", kind_name="Delivery", promise="Six chairs for Dana Okafor, order N-58213, by 3 December",
    happened="Two of six pieces were missing", late=timedelta(hours=26), means="Dana has guests on Saturday.",
    wrote=("Hello, this is Dana. Two chairs are missing from N-58213. Ring me: 01392 555 010.", "Mara, I still wait!"),
    given=("A voucher of £20 for Ms Okafor",), times=2,
)  # fmt: skip


def test_a_case_becomes_a_scene_that_can_be_played_in_every_role() -> None:
    text = draft(CASE, DANA, name="Two chairs short")
    assert faults(text) == ()
    scene = scene_of(text)
    found = check(scene)
    assert (found.wrong, found.ends, found.moods) == ((), frozenset(End), frozenset(Mood))
    assert (scene.id, scene.name, scene.about) == ("two-chairs-short", "Two chairs short", ("delivery",))
    first = scene.customer.split()[0]
    assert scene.happened == "Two of six pieces were missing. It came 1 day late."
    assert scene.means == f"{first} has guests on Saturday."
    assert next(iter(scene.openings.values())) == (
        f"Hello, this is {first}. Two chairs are missing from A-1. Ring me: my number."
    )
    assert "A voucher of £20 for Ms" in text
    for gone in ("Dana", "Okafor", "Mara", "Lindqvist", "N-58213", "555", "December"):
        assert gone not in text


names = st.text("qxzQÄ", min_size=3, max_size=8)
"""Such as no word of a scene's frame is."""
strangers = st.builds(
    Secrets, customer=st.tuples(names), staff=st.tuples(names),
    words=st.tuples(st.from_regex(r"QX-[0-9]{5,8}|\+[0-9]{9,12}|[qx]{3,8}@qx\.example", fullmatch=True)),
)  # fmt: skip
cases = strangers.flatmap(
    lambda one: st.tuples(st.just(one), *(told(one) for _ in range(4)), st.lists(told(one), max_size=3))
)


@settings(max_examples=40, deadline=None)
@given(cases, st.integers(1, 5), st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=90)))
def test_whatever_stands_in_a_case_nobody_is_known_by_the_scene(
    given: tuple[Secrets, str, str, str, str, list[str]], times: int, late: timedelta | None
) -> None:
    secrets, promise, happened, means, gift, wrote = given
    case = CaseTold(
        kind="delivery", kind_name="Delivery", promise=promise, happened=happened, late=late, means=means,
        wrote=tuple(wrote), given=(gift,), times=times,
    )  # fmt: skip
    assert known_in(draft(case, secrets, name="A hard day"), secrets) == ()


def test_a_name_that_comes_back_is_refused_and_said_where() -> None:
    text = draft(CASE, DANA, name="Two chairs short")
    require_nobody(text, DANA)
    with pytest.raises(Refusal, match="“Okafor”") as no:
        require_nobody(text.replace("guests", "guests of the Okafors, says Okafor,"), DANA)
    assert (no.value.code, no.value.field) == ("practice.knows_somebody", "means")


def test_a_long_letter_ends_with_a_sentence() -> None:
    long = CASE.__class__(**{name: getattr(CASE, name) for name in CASE.__slots__} | {
        "wrote": (("It has been a long week. " * 30),)})  # fmt: skip
    opening = next(iter(scene_of(draft(long, DANA, name="Long")).openings.values()))
    assert len(opening) <= MOST_QUOTED
    assert opening.endswith("week.")


def test_what_every_draft_says_is_nobodys() -> None:
    good = Secrets(customer=("Jane Good",))
    text = draft(CASE, good, name="Two chairs short")
    assert known_in(text, good) == ()
    assert known_in(text.replace("- Good.", "- Good for you."), good) == (("Good", "says.warming"),)


def test_it_is_said_where_in_the_form_somebody_could_be_known() -> None:
    text = (
        draft(CASE, DANA, name="Two chairs short")
        .replace("I am still waiting.", "Dana is still waiting.")
        .replace("Send a voucher for the next time", "Send Mara")
    )
    assert known_in(text, DANA) == (("Mara", "options.4.label"), ("Dana", "says.upset"))
    assert known_in(": not a scene, says Dana", DANA) == (("Dana", ""),)
