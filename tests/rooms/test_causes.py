"""The tree of causes belongs to the organisation; a case is put down to one of it, never to a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from makegood.cases import actions
from makegood.cases.causes import CauseSaid, Controllability, Stability
from makegood.cases.causes_file import causes_from, text_of
from makegood.cases.models import Case
from makegood.cases.queries import case_for, cause_named, causes, likeliest
from makegood.followups.actions import undo
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.remedies.queries import blame_in
from tests.factories import NOW, Cast, actor, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara
from tests.rooms.test_ending import reported

__all__ = ["cast", "mara"]

pytestmark = pytest.mark.django_db


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


def test_the_first_tree_says_of_each_cause_what_customers_judge_by() -> None:
    tree = causes()
    assert len(tree) > 35
    assert all(one.controllability and one.stability for one in tree if not one.parent or one.own_stability)
    carrier = cause_named("carrier-late")
    assert (carrier.controllability, carrier.stability) == (Controllability.PARTLY, Stability.LASTING)
    assert (carrier.own_controllability, carrier.ours) == ("", True)
    assert cause_named("weather").ours is False
    parents = [one.slug for one in tree if not one.parent]
    assert parents[0] == "we-promised-too-much"
    assert parents[-1] == "outside"


def test_the_organisation_writes_its_own_tree(cast: Cast) -> None:
    by = actor(cast.greta)
    said = CauseSaid(name="Labels  look alike", parent="work-went-wrong", stability="lasting", function="Warehouse")
    slug = actions.save_cause(said, by=by, now=NOW)
    assert slug == "labels-look-alike"
    made = cause_named(slug)
    assert (made.name, made.function, made.controllability) == ("Labels look alike", "Warehouse", Controllability.OURS)
    assert [one.slug for one in causes() if one.parent == "work-went-wrong"][-1] == slug

    actions.move_cause(slug, up=True, by=by, now=NOW)
    assert [one.slug for one in causes() if one.parent == "work-went-wrong"][-2] == slug
    actions.save_cause(CauseSaid(name="Twin labels"), slug=slug, by=by, now=NOW)
    assert (cause_named(slug).name, cause_named(slug).parent) == ("Twin labels", "")
    verbs = Entry.objects.filter(subject_kind="cause").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["cause.saved", "cause.moved", "cause.saved"]


def test_what_is_no_cause_is_refused(cast: Cast, mara: Hand) -> None:
    by = actor(cast.greta)
    make_customer("Dana Okafor")

    def save(name: str, **said: str) -> Callable[[], object]:
        return lambda: actions.save_cause(CauseSaid(name=name, **said), by=by, now=NOW)

    assert code(save("  ")) == "cause.no_name"
    assert code(save("Weather")) == "cause.taken"
    assert code(save("Tomás Reyes forgot")) == "cause.names_a_person"
    assert code(save("It was Dana Okafor again")) == "cause.names_a_person"
    assert code(save("Snow", parent="weather")) == "cause.bad_parent"
    assert code(save("Snow", stability="often")) == "cause.bad_value"
    assert code(lambda: actions.save_cause(CauseSaid(name="Snow"), slug="none", by=by, now=NOW)) == "cause.unknown"
    assert code(lambda: actions.save_cause(CauseSaid(name="Snow"), by=mara.by, now=NOW)) == "people.not_allowed"
    assert code(lambda: actions.retire_cause("weather", by=mara.by, now=NOW)) == "people.not_allowed"


def test_a_retired_cause_stays_with_its_cases_and_is_offered_no_more(cast: Cast, mara: Hand) -> None:
    by, number = actor(cast.greta), reported(mara)
    actions.record_cause(number, cause="carrier-late", **mara.at(NOW))
    actions.retire_cause("supplier-or-carrier", by=by, now=NOW)
    assert not {"supplier-or-carrier", "carrier-late"} & {one.slug for one in causes()}
    assert case_for(mara.scope, number).cause_name == "Carrier late"
    actions.retire_cause("weather", by=by, now=NOW)
    assert code(lambda: actions.record_cause(reported(mara), cause="weather", **mara.at(NOW))) == "cause.retired"
    assert code(lambda: actions.retire_cause("weather", by=by, now=NOW)) == "cause.retired"
    actions.restore_cause("weather", by=by, now=NOW)
    assert "weather" in {one.slug for one in causes()}


def test_a_tree_leaves_and_comes_back_as_a_file(cast: Cast) -> None:
    by = actor(cast.greta)
    said = [
        (one.slug, CauseSaid(name=one.name, parent=one.parent, stability=one.own_stability, function=one.own_function))
        for one in causes()
    ]
    assert causes_from(text_of(said)) == said
    text = 'causes:\n  - cause: our-own\n    name: "Ours: 1"\n    below:\n      - {cause: deeper, name: Deeper}\n'
    assert actions.bring_causes(causes_from(text), by=by, now=NOW) == 2
    assert cause_named("deeper").parent == "our-own"
    assert actions.bring_causes(causes_from(text), by=by, now=NOW) == 2
    with pytest.raises(Refusal, match=r"line 2.*short name"):
        causes_from("causes:\n  - cause: Not This\n    name: x\n")


def test_a_chain_of_whys_is_kept_and_taken_back(cast: Cast, mara: Hand) -> None:
    number = reported(mara)
    whys = ["The van was full", " ", "Two depots share\none van"]
    actions.record_cause(number, cause="no-capacity", note="Not loaded", whys=whys, **mara.at(NOW))
    assert case_for(mara.scope, number).whys == ("The van was full", "Two depots share one van")
    entry = Entry.objects.get(verb="case.cause")
    assert entry.data["whys"] == ["The van was full", "Two depots share one van"]
    undo(number, entry=entry.pk, **mara.at(NOW + HOUR))
    assert case_for(mara.scope, number).whys == ()

    def why(*whys: str) -> str:
        return code(lambda: actions.record_cause(number, cause="no-capacity", whys=whys, **mara.at(NOW)))

    assert why(*"123456") == "cause.too_many_whys"
    assert why("Otto Falk said no") == "cause.names_a_person"
    customer = Case.objects.get(pk=number).customer.name
    assert why(f"{customer} wrote the wrong street") == "cause.names_a_person"


def test_words_that_blame_are_pointed_at(cast: Cast) -> None:
    assert blame_in(["The night shift forgot to book the van."], "en", now=NOW)[0].code == "cause.blames"
    assert "“Tomás”" in blame_in(["Then Tomás did not call"], "en", now=NOW)[0].sentence
    assert blame_in(["Two bins carry the same label", "The list had no owner"], "en", now=NOW) == ()


def test_what_was_often_the_cause_of_a_kind_comes_first(mara: Hand) -> None:
    numbers = [reported(mara) for _ in range(3)]
    for number, cause in zip(numbers, ("forgotten", "weather", "forgotten"), strict=True):
        actions.record_cause(number, cause=cause, **mara.at(NOW))
    kind = case_for(mara.scope, numbers[0]).kind
    assert [(one.slug, one.times) for one in likeliest(causes(kind=kind))] == [("forgotten", 2), ("weather", 1)]
    assert likeliest(causes()) == ()
