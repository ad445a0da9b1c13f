"""Recognition: who told the customer first, who saw it through, what they said; for whom, and for nobody else."""

from __future__ import annotations

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.followups import actions
from makegood.followups.models import Recognition
from makegood.followups.queries import recognition_of
from makegood.journal.actors import Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.models import Staff
from tests.factories import Cast, actor, make_absence
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch
from tests.rooms.test_cases_ladder import BROKE

__all__ = ["cast", "mara"]
pytestmark = pytest.mark.django_db
NOW = BROKE + 2 * MINUTE
SAID = "You rang before I knew. Thank you."


def content(cast: Cast, mara: Hand, *, who: Hand | None = None, answer: str = "satisfied") -> int:
    """A case that Mara owns and closes; `who` speaks to the customer first."""
    callback(mara)
    watch(BROKE)
    number = Case.objects.latest("pk").pk
    cases.take(number, **mara.at(NOW))
    cases.record_step(number, step="listen", words="I see", channel="phone", **(who or mara).at(NOW))
    cases.record_step(number, step="apologise", words="I am sorry", **mara.at(NOW))
    actions.ask(number, **mara.at(NOW))
    actions.answer(number, answer=answer, words=SAID, **mara.at(NOW))
    cases.record_cause(number, cause="forgotten", **mara.at(NOW))
    actions.close(number, **mara.at(NOW))
    return number


def told(person: Staff) -> list[str]:
    return list(Notice.objects.filter(staff=person, topic="staff.recognised").values_list("words", flat=True))


def test_who_told_first_and_saw_it_through_reads_what_the_customer_said(cast: Cast, mara: Hand) -> None:
    number = content(cast, mara)
    (row,) = recognition_of(mara.scope, mara.id, NOW).rows
    assert (row.deeds, row.said) == ("told them before they had to ask and saw it through", SAID)
    assert (row.case, row.customer) == (number, "Dana Okafor")
    does = "told them before they had to ask and saw it through."
    assert told(cast.mara) == [f"The customer of SR-{number} says it is right. You {does}"]
    assert told(cast.lena) == [f"The customer of SR-{number} says it is right. Mara Silva {does}"]
    assert all(SAID not in words and "Dana" not in words for words in told(cast.mara) + told(cast.lena))


def test_each_is_recognised_for_their_own_part(cast: Cast, mara: Hand) -> None:
    content(cast, mara, who=Hand(cast.lena))
    lena = recognition_of(Hand(cast.lena).scope, cast.lena.pk, NOW).rows
    assert [row.deeds for row in lena] == ["told them before they had to ask"]
    assert [row.deeds for row in recognition_of(mara.scope, mara.id, NOW).rows] == ["saw it through"]


def test_a_lead_is_led_by_a_manager_and_one_who_is_away_reads_it_later(cast: Cast, mara: Hand) -> None:
    make_absence(cast.lena, deputy=cast.stranger, ends_at=NOW + HOUR)
    actions.thank(mara.id, words="For the keys", by=actor(cast.ada), now=NOW)
    actions.thank(cast.lena.pk, words="For the keys", by=actor(cast.ada), now=NOW)
    actions.thank(cast.greta.pk, words="For the keys", by=actor(cast.ada), now=NOW)
    assert sorted(told(cast.lena)) == ["Ada Osei thanks Mara Silva.", "Ada Osei thanks you."]
    assert sorted(told(cast.greta)) == ["Ada Osei thanks Lena Brandt.", "Ada Osei thanks you."]
    assert told(cast.stranger) == []


def test_a_customer_who_had_to_ask_was_not_told_first(cast: Cast, mara: Hand) -> None:
    callback(mara)
    watch(BROKE)
    number = Case.objects.get().pk
    cases.take(number, **mara.at(BROKE + MINUTE))
    dana = Case.objects.get().customer
    cases.write(number, words="Where are you?", by=Actor(ActorKind.CUSTOMER, dana.pk, dana.name), now=BROKE + MINUTE)
    cases.record_step(number, step="apologise", words="Sorry", channel="phone", **mara.at(NOW))
    actions.ask(number, **mara.at(NOW))
    actions.answer(number, answer="satisfied", **mara.at(NOW))
    cases.record_cause(number, cause="forgotten", **mara.at(NOW))
    actions.close(number, **mara.at(NOW))
    assert [row.deeds for row in recognition_of(mara.scope, mara.id, NOW).rows] == ["saw it through"]


def test_a_sponsor_who_spoke_in_person_is_recognised(cast: Cast, mara: Hand) -> None:
    callback(mara)
    watch(BROKE)
    number, now, lena = Case.objects.get().pk, BROKE + 20 * MINUTE, Hand(cast.lena)
    watch(BROKE + 16 * MINUTE)
    cases.take(number, **mara.at(now))
    cases.take_in_charge(number, **lena.at(now))
    cases.record_step(number, step="apologise", words="I came myself", channel="visit", **lena.at(now))
    actions.ask(number, **mara.at(now))
    actions.answer(number, answer="satisfied", **mara.at(now))
    cases.record_cause(number, cause="forgotten", **mara.at(now))
    actions.close(number, **mara.at(now))
    (row,) = recognition_of(lena.scope, lena.id, now).rows
    assert row.deeds == "told them before they had to ask and spoke to them in person"


def test_what_ended_otherwise_is_kept_of_nobody(cast: Cast, mara: Hand) -> None:
    content(cast, mara, answer="not_satisfied")
    assert not Recognition.objects.exists()


def test_taking_the_close_back_takes_it_away_and_thanks_stay(cast: Cast, mara: Hand) -> None:
    number = content(cast, mara)
    actions.thank(mara.id, words="For staying late", by=actor(cast.tomas), now=NOW)
    closed = Entry.objects.filter(case_id=number, verb="case.closed").latest("id")
    actions.undo(number, entry=closed.pk, **mara.at(NOW))
    assert [row.by for row in recognition_of(mara.scope, mara.id, NOW).rows] == ["Tomás Reyes"]


def test_the_person_their_lead_and_managers_read_it_and_nobody_else(cast: Cast, mara: Hand) -> None:
    content(cast, mara)
    for reader in (cast.mara, cast.lena, cast.greta, cast.ada):
        assert recognition_of(Hand(reader).scope, mara.id, NOW).rows
    for reader in (cast.tomas, cast.stranger, cast.otto, cast.anil):
        with pytest.raises(Refusal) as no:
            recognition_of(Hand(reader).scope, mara.id, NOW)
        assert no.value.code == "people.unknown"


def test_thanks_are_for_colleagues_and_say_what_for(cast: Cast, mara: Hand) -> None:
    actions.thank(mara.id, words=" For the  keys ", by=actor(cast.stranger), now=NOW)
    (row,) = recognition_of(mara.scope, mara.id, NOW).rows
    assert (row.said, row.by, row.deeds, row.case) == ("For the keys", "Sam Stranger", "", None)
    assert told(cast.mara) == ["Sam Stranger thanks you."]
    assert told(cast.lena) == ["Sam Stranger thanks Mara Silva."]
    for who, words, code in (
        (cast.mara, "Me", "recognition.own"), (cast.tomas, " ", "recognition.no_words"),
        (cast.tomas, "x" * 501, "recognition.no_words"), (cast.anil, "Good", "people.not_allowed"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as no:
            actions.thank(mara.id, words=words, by=actor(who), now=NOW)
        assert no.value.code == code
