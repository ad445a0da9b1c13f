"""The ladder as it was set: who is drawn in, how long they have, and what is asked of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from makegood.cases import actions, queries
from makegood.cases.models import Case, Commitment, Escalation
from makegood.cases.rules import Purpose
from makegood.followups import actions as followups
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people.ladder import USUAL, Rung
from makegood.people.models import Staff
from makegood.people.rules import Role
from makegood.promises.actions import make_calendar
from makegood.promises.models import Promise
from tests.factories import NOW, Cast, actor, make_absence, make_customer
from tests.rooms.casework import HOUR, MINUTE, Hand, callback, cast, mara, watch

__all__ = ["cast", "mara"]
pytestmark = pytest.mark.django_db
BROKE = NOW + 31 * MINUTE


def set_ladder(cast: Cast, *rungs: Rung, team: int | None = None, by: Staff | None = None) -> None:
    actions.set_ladder(team, rungs, by=actor(by or cast.greta), now=NOW)


def drawn() -> list[str]:
    return list(Escalation.objects.order_by("id").values_list("person__name", flat=True))


def personal() -> Promise:
    return Promise.objects.get(kind__slug="personal-contact")


def opened(mara: Hand) -> int:
    """A case of a broken callback."""
    callback(mara)
    watch(BROKE)
    return Case.objects.get().pk


def silent(mara: Hand) -> int:
    """A case in which nobody spoke to the customer in time, so that the first rung was climbed."""
    number = opened(mara)
    watch(BROKE + 16 * MINUTE)
    return number


def test_nothing_set_is_a_lead_and_then_a_manager(cast: Cast) -> None:
    assert queries.ladders().of(cast.care.pk) == USUAL
    assert [rung.role for rung in USUAL] == [Role.LEAD, Role.MANAGER]


def test_a_ladder_of_the_team_names_a_person_and_gives_them_their_time(cast: Cast, mara: Hand) -> None:
    set_ladder(cast, Rung(person_id=cast.tomas.pk), team=None)
    set_ladder(cast, Rung(person_id=cast.otto.pk, wait_minutes=10, contact_minutes=45), team=cast.care.pk)
    number = silent(mara)
    assert drawn() == ["Otto Falk"]
    charge = Promise.objects.get(kind__slug="take-in-charge")
    assert charge.due_at - Escalation.objects.get().at == 10 * MINUTE
    now = BROKE + 20 * MINUTE
    actions.take_in_charge(number, **Hand(cast.otto).at(now))
    assert (personal().owner_id, personal().due_at) == (cast.otto.pk, now + 45 * MINUTE)


def test_the_time_of_a_rung_may_count_in_working_hours(cast: Cast, mara: Hand) -> None:
    week = {day: ["09:00-12:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    office = make_calendar(
        name="Mornings", time_zone="America/New_York", week=week, holidays_of="", by=actor(cast.ada), now=NOW
    )
    # Ten in the morning in New York on a Monday: two hours are left of the day, the third is the next day's first.
    set_ladder(cast, Rung(role=Role.LEAD, wait_minutes=180, calendar_id=office.pk))
    silent(mara)
    due = Promise.objects.get(kind__slug="take-in-charge").due_at
    assert due == Escalation.objects.get().at + timedelta(days=1)


def test_a_grave_case_and_a_second_failure_begin_higher(cast: Cast, mara: Hand) -> None:
    set_ladder(
        cast, Rung(role=Role.LEAD), Rung(role=Role.MANAGER, second_failure=True),
        Rung(role=Role.ADMINISTRATOR, from_severity=4),
    )  # fmt: skip
    customer = make_customer("Dana Okafor").pk
    for severity, who in ((1, []), (1, ["Greta Moreau"]), (4, ["Greta Moreau", "Ada Osei"])):
        number = actions.report_failure(
            customer_id=customer, kind="delivery", what="Not here", severity=severity, **mara.at(NOW)
        ).number
        assert drawn() == who
        Case.objects.filter(pk=number).update(closed_at=NOW, outcome="satisfied")


def test_a_second_failure_names_a_sponsor_at_once_who_must_take_it_in_charge(cast: Cast, mara: Hand) -> None:
    customer = make_customer("Dana Okafor").pk
    told: dict[str, Any] = {"customer_id": customer, "kind": "delivery", "what": "Not here", "severity": 1}
    first = actions.report_failure(**told, **mara.at(NOW)).number
    assert not Escalation.objects.exists()
    again = actions.report_failure(**told, **mara.at(NOW + HOUR)).number
    assert (again, drawn(), Case.objects.get().sponsor_id) == (first, ["Lena Brandt"], cast.lena.pk)
    case = queries.case_for(mara.scope, first)
    assert (case.escalations[0].because, case.escalations[0].due_at) == ("", NOW + HOUR + 30 * MINUTE)
    entry = Entry.objects.get(verb="case.escalated")
    assert (entry.data["name"], entry.data["purpose"]) == ("Lena Brandt", "second_failure")
    actions.report_failure(**told, **mara.at(NOW + 2 * HOUR))
    assert drawn() == ["Lena Brandt"], "one sponsor, however often it is told"
    watch(NOW + 3 * HOUR)
    assert "Greta Moreau" in drawn(), "and when they do not take it in charge, it climbs"


def test_the_personal_contact_is_kept_by_that_very_person_and_nothing_else(cast: Cast, mara: Hand) -> None:
    number, lena = silent(mara), Hand(cast.lena)
    now = BROKE + 20 * MINUTE
    actions.take_in_charge(number, **lena.at(now))
    promise = personal()
    assert promise.title == "Lena Brandt speaks to Dana Okafor in person"
    actions.note(number, text="I will ring", **lena.at(now))
    actions.record_step(number, step="listen", words="She told me", channel="phone", **mara.at(now))
    for move in (actions.keep_commitment, actions.release_commitment):
        more = {"reason": "no"} if move is actions.release_commitment else {}
        with pytest.raises(Refusal) as no:
            move(number, promise_id=promise.pk, **more, **lena.at(now))  # type: ignore[operator]
        assert no.value.code == "case.charge_is_personal"
    with pytest.raises(Refusal, match="Only the person drawn in"):
        actions.keep_promise(promise.pk, **lena.at(now))
    assert personal().state == "open"
    actions.record_step(number, step="empathise", words="I heard", channel="phone", **lena.at(now + 5 * MINUTE))
    assert personal().state == "kept"


def test_whoever_speaks_to_the_customer_has_taken_it_in_charge(cast: Cast, mara: Hand) -> None:
    number, now = silent(mara), BROKE + 20 * MINUTE
    actions.record_step(number, step="listen", words="He cannot work", channel="phone", **Hand(cast.lena).at(now))
    assert Escalation.objects.get().taken_at == now
    assert Case.objects.get().sponsor_id == cast.lena.pk
    assert personal().state == "kept"
    assert not queries.desk_rows(Hand(cast.lena).scope, who="me").groups[2].rows


def test_no_personal_word_climbs_the_ladder(cast: Cast, mara: Hand) -> None:
    number, now = silent(mara), BROKE + 20 * MINUTE
    actions.take_in_charge(number, **Hand(cast.lena).at(now))
    rows = queries.desk_rows(Hand(cast.lena).scope, who="me").groups[2].rows
    assert [row.why for row in rows] == ["Speak to the customer yourself"]
    severity = Case.objects.get().severity
    watch(now + 2 * HOUR + MINUTE)
    assert drawn() == ["Lena Brandt", "Greta Moreau"]
    assert Case.objects.get().severity == severity, "what breaks among colleagues is no further failure"


def test_a_step_taken_back_promises_the_personal_word_anew(cast: Cast, mara: Hand) -> None:
    number, now, lena = silent(mara), BROKE + 20 * MINUTE, Hand(cast.lena)
    actions.take_in_charge(number, **lena.at(now))
    due_at = personal().due_at
    actions.record_step(number, step="listen", words="Wrong case", channel="phone", **lena.at(now + MINUTE))
    entry = Entry.objects.filter(verb="case.step").latest("id")
    followups.undo(number, entry=entry.pk, **lena.at(now + 2 * MINUTE))
    live = Promise.objects.get(kind__slug="personal-contact", state="open")
    assert (live.owner_id, live.due_at) == (cast.lena.pk, due_at)


def test_closing_lets_go_of_the_personal_word(cast: Cast, mara: Hand) -> None:
    number, now = silent(mara), BROKE + 20 * MINUTE
    actions.take_in_charge(number, **Hand(cast.lena).at(now))
    followups.ask(number, **mara.at(now))
    followups.answer(number, answer="satisfied", **mara.at(now))
    actions.record_cause(number, cause="forgotten", **mara.at(now))
    followups.close(number, **mara.at(now))
    assert personal().state == "withdrawn"


def test_whoever_sees_to_a_cause_need_not_trouble_the_customer(cast: Cast, mara: Hand) -> None:
    number = opened(mara)
    actions.record_step(number, step="listen", words="She told me", channel="phone", **mara.at(BROKE))
    actions.name_cause_finder(number, staff_id=mara.id, due_at=BROKE + HOUR, **mara.at(BROKE))
    watch(BROKE + HOUR + MINUTE)
    assert drawn() == ["Lena Brandt"]
    actions.take_in_charge(number, **Hand(cast.lena).at(BROKE + 2 * HOUR))
    assert not Commitment.objects.filter(purpose=Purpose.PERSONAL_CONTACT).exists()


def test_nobody_absent_or_gone_is_named(cast: Cast, mara: Hand) -> None:
    make_absence(cast.lena, deputy=cast.tomas)  # who is away himself
    Staff.objects.filter(pk=cast.otto.pk).update(is_active=False)
    silent(mara)
    assert drawn() == ["Greta Moreau"]


def test_with_the_whole_ladder_away_it_goes_to_whoever_is_there_and_says_so(cast: Cast, mara: Hand) -> None:
    for person in (cast.lena, cast.otto, cast.greta):
        make_absence(person)
    number = silent(mara)
    assert drawn() == ["Ada Osei"], "the administrator may give work to others"
    entry = Entry.objects.get(verb="case.escalated")
    assert entry.data["beyond"] is True
    watch(BROKE + 2 * HOUR)
    assert drawn() == ["Ada Osei"], "somebody who is there knows: nobody else is troubled"
    assert Case.objects.get(pk=number).owner_id == mara.id


def test_who_may_set_it_and_what_is_refused(cast: Cast, mara: Hand) -> None:
    for person in (cast.mara, cast.lena, cast.anil):
        with pytest.raises(Refusal) as no:
            set_ladder(cast, Rung(role=Role.LEAD), by=person)
        assert no.value.code == "people.not_allowed"
    bad: list[tuple[tuple[Rung, ...], str, str | None]] = [
        ((Rung(),), "ladder.bad_value", "1-role"),
        ((Rung(role=Role.LEAD), Rung(role=Role.AGENT)), "ladder.bad_value", "2-role"),
        ((Rung(role=Role.LEAD, person_id=cast.mara.pk),), "ladder.bad_value", "1-role"),
        ((Rung(person_id=cast.anil.pk),), "ladder.nobody", "1-person_id"),
        ((Rung(person_id=0),), "ladder.nobody", "1-person_id"),
        ((Rung(role=Role.LEAD, wait_minutes=0),), "ladder.bad_value", "1-wait_minutes"),
        ((Rung(role=Role.LEAD, contact_minutes=99_999),), "ladder.bad_value", "1-contact_minutes"),
        ((Rung(role=Role.LEAD, calendar_id=99),), "ladder.bad_value", "1-calendar_id"),
        ((Rung(role=Role.LEAD, from_severity=1),), "ladder.bad_value", "1-from_severity"),
        ((Rung(role=Role.LEAD),) * 7, "ladder.too_many", None),
    ]
    for rungs, code, field in bad:
        with pytest.raises(Refusal) as no:
            set_ladder(cast, *rungs)
        assert (no.value.code, no.value.field) == (code, field)
    with pytest.raises(Refusal, match="no such team"):
        set_ladder(cast, Rung(role=Role.LEAD), team=99_999)


def test_changes_are_journalled_and_without_rungs_it_is_taken_away(cast: Cast) -> None:
    set_ladder(cast, Rung(role=Role.MANAGER, wait_minutes=15), team=cast.care.pk)
    set_ladder(cast, Rung(role=Role.MANAGER, wait_minutes=15), team=cast.care.pk)
    set_ladder(cast, team=cast.care.pk, by=cast.ada)
    told = list(Entry.objects.filter(verb="ladder.set").order_by("id"))
    assert [(one.actor_name, one.data) for one in told] == [
        ("Greta Moreau", {"rungs": [{"role": "manager", "wait_minutes": 15}], "before": []}),
        ("Ada Osei", {"rungs": [], "before": [{"role": "manager", "wait_minutes": 15}]}),
    ]
    assert queries.ladders().of(cast.care.pk) == USUAL
