"""People in the database: who may change what, who is there, tokens and views."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.people import actions, queries
from makegood.people.models import Absence, ApiToken, Staff
from makegood.people.rules import Ability, Role, Scope
from tests.factories import NOW, PASSWORD, Cast, actor, make_absence, make_cast, make_staff, make_team

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def refusal_of(call: Any, *args: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args, **named)
    return caught.value


# Staff


def test_a_new_member_of_staff_is_found_by_email_in_any_case(cast: Cast) -> None:
    number = actions.add_staff(
        email=" Nia.Okafor@Desk.Example ",
        name="Nia  Okafor",
        role="agent",
        team_id=cast.care.pk,
        grade=2,
        time_zone="Africa/Lagos",
        week={"mon": ["08:00-16:00"]},
        by=actor(cast.ada),
        now=NOW,
    )
    found = queries.staff_by_email("NIA.OKAFOR@desk.example", NOW)
    assert found is not None
    assert (found.id, found.name, found.initials, found.team_name) == (number, "Nia Okafor", "NO", "Care")
    assert not found.in_hours
    assert not Staff.objects.get(pk=number).has_usable_password()
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject_id, entry.actor_name) == ("staff.added", number, "Ada Osei")


def test_a_password_given_can_be_used_and_a_weak_one_is_refused() -> None:
    number = actions.add_staff(email="nia@desk.example", name="Nia", password=PASSWORD, by=SYSTEM, now=NOW)
    assert Staff.objects.get(pk=number).check_password(PASSWORD)
    weak = refusal_of(actions.set_password, number, "nia", by=SYSTEM, now=NOW)
    assert (weak.code, weak.field) == ("people.weak_password", "password")
    assert "too short" in weak.message


@pytest.mark.parametrize(
    ("details", "code", "field"),
    [
        ({"email": "nobody"}, "people.bad_email", "email"),
        ({"name": " "}, "people.bad_name", "name"),
        ({"name": "A\0B"}, "people.bad_name", "name"),
        ({"role": "boss"}, "people.unknown_role", "role"),
        ({"team_id": 0}, "people.unknown_team", "team"),
        ({"grade": 0}, "people.bad_grade", "grade"),
        ({"time_zone": "Mars/Olympus"}, "calendar.unknown_zone", "time_zone"),
        ({"language": "x"}, "people.bad_language", "language"),
        ({"week": {"mon": ["09:00-17:00"]}}, "people.hours_without_zone", "time_zone"),
        ({"week": {"mon": ["17:00-09:00"]}, "time_zone": "UTC"}, "calendar.bad_interval", "week"),
        ({"deputy_id": 0}, "people.unknown_deputy", "deputy"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(details: dict[str, Any], code: str, field: str) -> None:
    no = refusal_of(actions.add_staff, **{"email": "nia@desk.example", "name": "Nia", **details}, by=SYSTEM, now=NOW)
    assert (no.code, no.field, no.status) == (code, field, 422)
    assert not Staff.objects.exists()


def test_an_email_serves_one_person_only(cast: Cast) -> None:
    taken = cast.mara.email.upper()
    assert refusal_of(actions.add_staff, email=taken, name="N", by=SYSTEM, now=NOW).code == "people.email_taken"
    assert refusal_of(actions.change_staff, cast.tomas.pk, email=taken, by=SYSTEM, now=NOW).field == "email"


@pytest.mark.parametrize("who", ["mara", "lena", "greta", "anil", "stranger"])
def test_only_administrators_administer(cast: Cast, who: str) -> None:
    by = actor(getattr(cast, who))
    for call in (
        lambda: actions.add_staff(email="n@desk.example", name="N", by=by, now=NOW),
        lambda: actions.change_staff(cast.tomas.pk, role="manager", by=by, now=NOW),
        lambda: actions.deactivate(cast.tomas.pk, by=by, now=NOW),
        lambda: actions.add_team("Night", by=by, now=NOW),
        lambda: actions.create_token("shop", "write", by=by, now=NOW),
        lambda: actions.set_password(cast.tomas.pk, PASSWORD, by=by, now=NOW),
    ):
        assert refusal_of(call).code == "people.not_allowed"


def test_everybody_changes_their_own_preferences_but_not_their_own_role(cast: Cast) -> None:
    by = actor(cast.mara)
    actions.change_staff(cast.mara.pk, single_keys=False, deputy_id=cast.tomas.pk, by=by, now=NOW)
    mara = queries.staff_by_id(cast.mara.pk, NOW)
    assert mara is not None
    assert (mara.single_keys, mara.deputy_id) == (False, cast.tomas.pk)
    assert refusal_of(actions.change_staff, cast.mara.pk, role="manager", by=by, now=NOW).status == 403
    assert refusal_of(actions.change_staff, cast.mara.pk, deputy_id=cast.mara.pk, by=by, now=NOW).code == (
        "people.own_deputy"
    )


def test_a_change_is_journalled_with_what_was_and_one_that_changes_nothing_is_not(cast: Cast) -> None:
    for _ in range(2):
        actions.change_staff(cast.mara.pk, grade=3, team_id=cast.billing.pk, by=actor(cast.ada), now=NOW)
    assert Entry.objects.get().data == {"grade": [1, 3], "team_id": [cast.care.pk, cast.billing.pk]}


def test_the_gone_are_not_there_and_may_do_nothing(cast: Cast) -> None:
    actions.deactivate(cast.greta.pk, by=actor(cast.ada), now=NOW)
    assert cast.greta.pk not in {one.id for one in queries.present(NOW)}
    assert queries.abilities_of(actor(cast.greta)) == frozenset()
    assert refusal_of(actions.deactivate, cast.greta.pk, by=SYSTEM, now=NOW).code == "people.already_gone"
    actions.reactivate(cast.greta.pk, by=actor(cast.ada), now=NOW)
    assert cast.greta.pk in {one.id for one in queries.present(NOW)}
    assert refusal_of(actions.reactivate, cast.greta.pk, by=SYSTEM, now=NOW).code == "people.still_here"


def test_the_last_administrator_stays(cast: Cast) -> None:
    for call in (
        lambda: actions.deactivate(cast.ada.pk, by=SYSTEM, now=NOW),
        lambda: actions.change_staff(cast.ada.pk, role="agent", by=SYSTEM, now=NOW),
    ):
        assert refusal_of(call).code == "people.last_administrator"
    make_staff("Otto Second", role=Role.ADMINISTRATOR)
    actions.deactivate(cast.ada.pk, by=SYSTEM, now=NOW)


def test_a_team_has_one_name_and_an_active_lead(cast: Cast) -> None:
    number = actions.add_team("Night", lead_id=cast.greta.pk, by=actor(cast.ada), now=NOW)
    lead = queries.lead_for(number, NOW)
    assert lead is not None
    assert lead.id == cast.greta.pk
    assert refusal_of(actions.add_team, "Care", by=SYSTEM, now=NOW).code == "people.team_taken"
    assert refusal_of(actions.change_team, number, lead_id=0, by=SYSTEM, now=NOW).code == "people.unknown_lead"
    assert refusal_of(actions.change_team, 0, name="X", by=SYSTEM, now=NOW).code == "people.unknown_team"
    actions.change_team(number, name="Nights", by=SYSTEM, now=NOW)
    assert [(team.name, team.lead_name, team.members) for team in queries.teams()] == [
        ("Billing", "Otto Falk", 2),
        ("Care", "Lena Brandt", 3),
        ("Nights", "Greta Moreau", 0),
    ]


# Presence


def test_somebody_away_is_replaced_by_the_deputy_of_the_absence_first(cast: Cast) -> None:
    actions.change_staff(cast.mara.pk, deputy_id=cast.lena.pk, by=SYSTEM, now=NOW)
    actions.set_absence(
        cast.mara.pk, starts_at=NOW, ends_at=NOW + DAY, deputy_id=cast.tomas.pk, by=actor(cast.mara), now=NOW
    )
    mara = queries.staff_by_id(cast.mara.pk, NOW)
    assert mara is not None
    assert (mara.away_until, mara.deputy_ids) == (NOW + DAY, (cast.tomas.pk, cast.lena.pk))
    make_absence(cast.tomas)
    deputy = queries.deputy_for(cast.mara.pk, NOW)
    assert deputy is not None
    assert deputy.id == cast.lena.pk
    back = queries.staff_by_id(cast.mara.pk, NOW + DAY)
    assert back is not None
    assert back.is_present


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (0, None, "absence.no_end"),
        (1, 1, "absence.ends_first"),
        (2, 1, "absence.ends_first"),
        (-2, -1, "absence.over"),
    ],
)
def test_an_absence_has_an_end_after_its_start(cast: Cast, starts: int, ends: int | None, code: str) -> None:
    no = refusal_of(
        actions.set_absence,
        cast.mara.pk,
        starts_at=NOW + starts * DAY,
        ends_at=None if ends is None else NOW + ends * DAY,
        by=SYSTEM,
        now=NOW,
    )
    assert (no.code, no.field) == (code, "ends_at")


def test_text_that_cannot_be_stored_is_refused_or_finds_nobody(cast: Cast) -> None:
    no = refusal_of(
        actions.set_absence, cast.mara.pk, starts_at=NOW, ends_at=NOW + DAY, reason="a\0", by=SYSTEM, now=NOW
    )
    assert (no.code, no.field) == ("absence.bad_reason", "reason")
    assert queries.staff_by_email("a\0@desk.example", NOW) is None
    assert queries.authenticate_token("mg_\ud800") is None


def test_an_absence_is_noted_by_oneself_ones_lead_or_an_administrator(cast: Cast) -> None:
    span = {"starts_at": NOW, "ends_at": NOW + DAY, "now": NOW}
    for one in (cast.mara, cast.lena, cast.ada):
        actions.set_absence(cast.mara.pk, **span, by=actor(one))
    for one in (cast.tomas, cast.otto, cast.stranger, cast.anil):
        assert refusal_of(actions.set_absence, cast.mara.pk, **span, by=actor(one)).code == "people.not_allowed"


def test_coming_back_early_ends_an_absence_and_cancels_one_to_come(cast: Cast) -> None:
    by = actor(cast.mara)
    running = make_absence(cast.mara).pk
    coming = make_absence(cast.mara, starts_at=NOW + 2 * DAY, ends_at=NOW + 3 * DAY).pk
    for number in (running, coming):
        actions.end_absence(number, by=by, now=NOW)
    assert Absence.objects.get().ends_at == NOW
    assert cast.mara.pk in {one.id for one in queries.present(NOW)}
    assert refusal_of(actions.end_absence, running, by=by, now=NOW).code == "absence.over"
    assert refusal_of(actions.end_absence, coming, by=by, now=NOW).code == "absence.unknown"


def test_the_ladder_reaches_people_who_are_there(cast: Cast) -> None:
    make_absence(cast.lena, deputy=cast.tomas)
    rungs = [queries.roster(NOW).next_up(cast.mara.pk, role=role) for role in (Role.LEAD, Role.MANAGER)]
    assert [one and one.id for one in rungs] == [cast.tomas.pk, cast.greta.pk]
    chief = queries.executive(NOW)
    assert chief is not None
    assert chief.id == cast.greta.pk


def test_thousands_of_cases_are_given_out_evenly_without_more_queries(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        router = queries.router(NOW, {cast.mara.pk: 10})
        given = Counter(router.route(cast.care.pk, Role.AGENT) for _ in range(2000))
    assert given == {cast.mara.pk: 995, cast.tomas.pk: 1005}


def test_without_staff_work_cannot_be_given() -> None:
    assert refusal_of(queries.route, None, Role.AGENT, NOW, {}).code == "people.nobody"


# Pages


def test_all_staff_know_their_colleagues_and_only_some_may_open_one(cast: Cast) -> None:
    scopes = {name: Scope(Role(one.role), one.pk, one.team_id) for name, one in vars_of(cast).items()}
    page = queries.people_page(scopes["stranger"], NOW)
    assert len(page.staff) == 8
    assert not page.may_change
    assert queries.people_page(scopes["ada"], NOW).may_change
    assert queries.staff_for(scopes["ada"], cast.mara.pk, NOW).may_change
    assert queries.staff_for(scopes["mara"], cast.mara.pk, NOW).facts.name == "Mara Silva"
    for name in ("stranger", "lena", "anil"):
        no = refusal_of(queries.staff_for, scopes[name], cast.mara.pk, NOW)
        assert (no.code, no.status) == ("people.unknown", 404)


def vars_of(cast: Cast) -> dict[str, Staff]:
    names = ("mara", "tomas", "lena", "stranger", "otto", "greta", "anil", "ada")
    return {name: getattr(cast, name) for name in names}


def test_the_card_of_a_person_shows_absences_that_are_not_over(cast: Cast) -> None:
    make_absence(cast.mara, starts_at=NOW - 3 * DAY, ends_at=NOW - DAY)
    make_absence(cast.mara, deputy=cast.tomas)
    card = queries.staff_for(Scope(Role.AGENT, cast.mara.pk), cast.mara.pk, NOW)
    assert [absence.deputy_name for absence in card.absences] == ["Tomás Reyes"]


# Tokens


def test_a_token_is_shown_once_kept_as_a_hash_and_read_in_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    plain = actions.create_token("The shop", "write", by=actor(cast.ada), now=NOW)
    assert plain.startswith("mg_")
    assert len(plain) > 40
    assert plain not in str(ApiToken.objects.values())
    with django_assert_num_queries(1):
        token = queries.authenticate_token(plain)
    assert token is not None
    assert (token.name, token.may_write, token.sight) == ("The shop", True, Scope(Role.MANAGER))
    assert queries.authenticate_token(plain + "x") is None
    assert queries.abilities_of(token.actor) >= {Ability.WORK, Ability.SEE_ALL}


def test_a_token_to_read_changes_nothing(cast: Cast) -> None:
    token = queries.authenticate_token(actions.create_token("Wall", "read", by=SYSTEM, now=NOW))
    assert token is not None
    assert not token.may_write
    assert token.sight.sees_all
    assert queries.abilities_of(token.actor) == frozenset()


def test_a_token_of_a_person_ends_with_them(cast: Cast) -> None:
    plain = actions.create_token("Mara's script", "write", staff_id=cast.mara.pk, by=SYSTEM, now=NOW)
    token = queries.authenticate_token(plain)
    assert token is not None
    assert token.sight == Scope(Role.AGENT, cast.mara.pk, cast.care.pk)
    actions.deactivate(cast.mara.pk, by=SYSTEM, now=NOW)
    assert queries.authenticate_token(plain) is None
    assert queries.abilities_of(token.actor) == frozenset()


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    plain = actions.create_token("The shop", "read", by=SYSTEM, now=NOW)
    number = ApiToken.objects.get().pk
    actions.revoke_token(number, by=actor(cast.ada), now=NOW)
    assert queries.authenticate_token(plain) is None
    assert refusal_of(actions.revoke_token, number, by=SYSTEM, now=NOW).code == "token.revoked"
    assert refusal_of(actions.revoke_token, 0, by=SYSTEM, now=NOW).code == "token.unknown"
    assert [token.revoked_at for token in queries.tokens(Scope(Role.ADMINISTRATOR))] == [NOW]
    assert refusal_of(queries.tokens, Scope(Role.MANAGER)).status == 403


def test_a_token_has_a_scope_and_stands_for_somebody_active(cast: Cast) -> None:
    assert refusal_of(actions.create_token, "x", "all", by=SYSTEM, now=NOW).code == "token.unknown_scope"
    assert refusal_of(actions.create_token, "x", "read", staff_id=0, by=SYSTEM, now=NOW).code == "token.unknown_staff"


def test_customers_administer_nothing() -> None:
    by = Actor(ActorKind.CUSTOMER, 1, "Priya Nair")
    assert refusal_of(actions.add_team, "Night", by=by, now=NOW).code == "people.not_allowed"


# Saved views


def test_a_view_is_opened_by_anyone_changed_by_its_maker_and_removed_by_few(cast: Cast) -> None:
    by = actor(cast.mara)
    slug = actions.save_view("Late today", "/promises/", "state=broken", by=by, now=NOW)
    assert actions.save_view("Late today", "/promises/", "state=broken&kind=call", by=by, now=NOW) == slug
    other = actions.save_view("Late today", "/cases/", "", by=actor(cast.tomas), now=NOW)
    assert (slug, other) == ("late-today", "late-today-2")
    assert [view.address for view in queries.views()] == ["/promises/?state=broken&kind=call", "/cases/"]
    assert refusal_of(actions.remove_view, slug, by=actor(cast.tomas), now=NOW).code == "people.not_allowed"
    actions.remove_view(slug, by=actor(cast.ada), now=NOW)
    assert refusal_of(queries.view_by_slug, slug).status == 404
    assert queries.view_by_slug(other).made_by_id == cast.tomas.pk


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "x", "/" + "a" * 40])
def test_a_view_opens_a_page_of_this_desk(cast: Cast, path: str) -> None:
    assert refusal_of(actions.save_view, "Here", path, "", by=actor(cast.mara), now=NOW).code == "view.bad_address"


def test_an_integration_saves_no_view() -> None:
    assert refusal_of(actions.save_view, "Here", "/cases/", "", by=SYSTEM, now=NOW).code == "view.no_maker"


def test_the_roster_takes_one_query_however_many_there_are(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(20):
        make_absence(make_staff(f"Agent {number}", team=make_team()))
    with django_assert_num_queries(1):
        assert len(queries.present(NOW)) == 8
