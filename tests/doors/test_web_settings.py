"""Customers and settings at the desk: reading, changing, and who may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.customers import actions as customers
from makegood.customers.models import Customer
from makegood.customers.queries import customer_for
from makegood.people.models import Absence, Staff, Team
from makegood.people.rules import Role, Scope
from makegood.promises.models import Calendar, Kind
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, actor, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


@pytest.fixture
def ada(cast: Cast) -> AtDesk:
    return AtDesk(cast.ada)


def known(cast: Cast, name: str = "Dana Okafor", key: str | None = None) -> int:
    return customers.add(name, key=key, by=actor(cast.mara), now=datetime.now(UTC))


# Customers


def test_customers_are_found_by_their_words(cast: Cast, mara: AtDesk) -> None:
    known(cast, key="A-17")
    known(cast, "Ines Duarte")
    assert "Dana Okafor A-17" in text(mara.get("/customers/", q="a17"))
    assert "Ines" not in text(mara.beside("/customers/", "results", q="dana"))
    assert "Nobody matches" in text(mara.get("/customers/", q="zzz"))


def test_a_customer_is_changed_and_what_is_wrong_comes_back(cast: Cast, mara: AtDesk) -> None:
    number = known(cast)
    typed = {"name": "Dana Okafor", "key": "A-1", "language": "es", "time_zone": "Europe/Madrid", "value": "1,200"}
    typed |= {"preferred_channel": "phone", "cadence_minutes": "120", "currency": "EUR"}
    assert mara.post(f"/customers/{number}/change/", **typed)["Location"] == f"/customers/{number}/"
    shown = text(mara.get(f"/customers/{number}/"))
    for words in ("every 120 min", "€1,200", "Europe/Madrid", "Likes to be reached by Phone"):
        assert words in shown
    refused = mara.post(f"/customers/{number}/change/", **typed | {"time_zone": "Mars/Base"})
    assert refused.status_code == 422
    assert "“Mars/Base” is not a time zone" in text(refused)
    assert 'value="Mars/Base"' in refused.content.decode()
    assert mara.post(f"/customers/{number}/change/", **typed | {"cadence_minutes": "often"}).status_code == 422
    assert mara.post(f"/customers/{number}/change/", **typed | {"value": "much"}).status_code == 422


def test_ways_to_reach_a_customer_come_and_go(cast: Cast, mara: AtDesk) -> None:
    number = known(cast)
    other = known(cast, "Ines")
    mara.post(f"/customers/{number}/contacts/", channel="email", contact="dana@example.com")
    assert mara.post(f"/customers/{number}/contacts/", channel="email", contact="dana at home").status_code == 422
    (contact,) = customer_for(Scope(Role.MANAGER), number).contacts
    mara.post(f"/customers/{other}/contacts/{contact.id}/remove/")
    assert "dana@example.com" in text(mara.get(f"/customers/{number}/")), "not taken away from somebody else's page"
    mara.post(f"/customers/{number}/contacts/{contact.id}/remove/")
    assert "dana@example.com" not in text(mara.get(f"/customers/{number}/"))


def test_two_rows_of_one_person_become_one(cast: Cast, mara: AtDesk) -> None:
    keep, gone = known(cast, key="A-1"), known(cast, "D. Okafor", key="B-1")
    assert "D. Okafor" in text(mara.get(f"/customers/{keep}/merge/", q="okafor"))
    assert mara.post(f"/customers/{keep}/merge/", other="").status_code == 422
    mara.post(f"/customers/{keep}/merge/", other=str(gone), q="okafor")
    assert Customer.objects.get(pk=gone).merged_into_id == keep
    assert "B-1" in text(mara.get(f"/customers/{gone}/"))


def test_an_analyst_changes_no_customer(cast: Cast) -> None:
    number = known(cast)
    anil = AtDesk(cast.anil)
    shown = anil.get(f"/customers/{number}/").content.decode()
    assert "/merge/" not in shown
    assert 'id="new-promise"' not in shown
    assert anil.post(f"/customers/{number}/change/", name="Nobody").status_code == 422
    assert Customer.objects.get(pk=number).name == "Dana Okafor"


# People


def test_an_administrator_takes_somebody_in(cast: Cast, ada: AtDesk) -> None:
    typed = {"name": "Noor Haddad", "email": "noor@desk.example", "role": "agent", "team": str(cast.care.pk)}
    typed |= {"grade": "1", "time_zone": "Europe/London", "language": "en", "week": "mon-fri 09:00-17:00"}
    assert ada.post("/settings/people/add/", **typed, password="short").status_code == 422
    assert ada.post("/settings/people/add/", **typed, password="much-longer-words").status_code == 303
    noor = Staff.objects.get(name="Noor Haddad")
    assert noor.week["fri"] == ["09:00-17:00"]
    again = ada.post("/settings/people/add/", **typed, password="")
    assert again.status_code == 422
    assert "signs in with noor@desk.example already" in text(again)
    typed |= {"week": "mon 9-17"}
    assert "is not opening hours" in text(ada.post(f"/settings/people/{noor.pk}/", **typed))
    ada.post(f"/settings/people/{noor.pk}/deactivate/")
    assert "Deactivated" in text(ada.get("/settings/people/"))
    ada.post(f"/settings/people/{noor.pk}/reactivate/")
    noor.refresh_from_db()
    assert noor.is_active


def test_nobody_makes_themselves_more(cast: Cast, mara: AtDesk) -> None:
    mara.post(f"/settings/people/{cast.mara.pk}/", name="Queen", role="administrator", language="es", deputy="")
    cast.mara.refresh_from_db()
    assert (cast.mara.name, cast.mara.role, cast.mara.language) == ("Mara Silva", "agent", "es")
    assert mara.get(f"/settings/people/{cast.tomas.pk}/").status_code == 404
    mara.post(f"/settings/people/{cast.tomas.pk}/deactivate/")
    cast.tomas.refresh_from_db()
    assert cast.tomas.is_active


def test_being_away_is_noted_by_oneself_and_by_the_lead(cast: Cast, mara: AtDesk) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
    assert mara.post(f"/settings/people/{cast.mara.pk}/absence/", to="").status_code == 422
    mara.post(f"/settings/people/{cast.mara.pk}/absence/", to=until, deputy=str(cast.tomas.pk), reason="Ill")
    assert "Away until" in text(mara.get("/settings/people/"))
    absence = Absence.objects.get()
    assert "Ill" in text(mara.get(f"/settings/people/{cast.mara.pk}/absence/"))
    mara.post(f"/settings/people/{cast.mara.pk}/absence/{absence.pk}/back/")
    assert "Away until" not in text(mara.get("/settings/people/"))
    assert AtDesk(cast.lena).post(f"/settings/people/{cast.tomas.pk}/absence/", to=until).status_code == 303
    assert AtDesk(cast.stranger).post(f"/settings/people/{cast.tomas.pk}/absence/", to=until).status_code == 422


def test_teams_are_made_and_led(cast: Cast, ada: AtDesk) -> None:
    ada.post("/settings/people/teams/", name="Night", lead=str(cast.lena.pk))
    team = Team.objects.get(name="Night")
    ada.post(f"/settings/people/teams/{team.pk}/", name="Late", lead="")
    shown = text(ada.get("/settings/people/"))
    assert "Late" in shown
    assert "Nobody leads it" in shown


# Kinds and one's own desk


def test_a_policy_is_changed_in_words(cast: Cast, ada: AtDesk, mara: AtDesk) -> None:
    typed = {"name": "Call back", "warning": "20 min", "grace": "0 m", "allowance": "1 d", "severity": "3"}
    typed |= {"role": "agent", "team": "", "calendar": ""}
    mara.post("/settings/kinds/callback/", **typed)
    assert Kind.objects.get(slug="callback").severity == 2
    assert ada.post("/settings/kinds/callback/", **typed).status_code == 303
    kind = Kind.objects.get(slug="callback")
    assert (kind.warning, kind.allowance, kind.opens_case) == (timedelta(minutes=20), timedelta(days=1), False)
    assert "1 d" in text(ada.get("/settings/kinds/"))
    refused = ada.post("/settings/kinds/callback/", **typed | {"warning": "a while"})
    assert refused.status_code == 422
    assert "Write a length of time" in text(refused)
    assert ada.get("/settings/kinds/nothing/").status_code == 404


def test_a_calendar_is_written_by_lines(cast: Cast, ada: AtDesk) -> None:
    typed = {
        "name": "Office",
        "time_zone": "Europe/London",
        "week": "mon-thu 09:00-17:00\nfri 09:00-12:00, 13:00-15:00",
    }
    assert ada.post("/settings/kinds/calendars/add/", **typed, holidays_of="GB").status_code == 303
    assert Calendar.objects.get().week["fri"] == ["09:00-12:00", "13:00-15:00"]
    assert "public holidays of GB" in text(ada.get("/settings/kinds/"))
    for wrong in ({"name": ""}, {"week": ""}, {"time_zone": "Mars"}, {"name": "Office"}, {"holidays_of": "ZZ"}):
        assert ada.post("/settings/kinds/calendars/add/", **typed | {"name": "Other"} | wrong).status_code == 422, wrong
    assert AtDesk(cast.mara).get("/settings/kinds/calendars/add/").status_code == 403


def test_single_keys_can_be_turned_off(cast: Cast, mara: AtDesk) -> None:
    assert "data-single-keys" not in mara.get("/settings/you/").content.decode()
    mara.post("/settings/you/", time_zone="Europe/London", language="en", deputy="")
    assert 'data-single-keys="off"' in mara.get("/settings/you/").content.decode()
    assert mara.post("/settings/you/", time_zone="Mars", language="en").status_code == 422
