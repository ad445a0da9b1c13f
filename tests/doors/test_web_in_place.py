"""Owner, time and cause changed in place: over a list, and without script on a page of their own."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse

from makegood.cases.models import Case
from makegood.customers import actions as customers
from makegood.promises import actions as promises
from makegood.promises.models import Kind, Promise
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> str:
    """The address of a case that Mara works, in which nothing is promised but the first word."""
    Kind.objects.filter(slug="callback").update(team=cast.care)
    return f"/cases/SR-{a_delivery(cast, taken=True).pk}/"


def over(person: AtDesk, address: str, **typed: Any) -> HttpResponse:
    """Send a form of the popover, as htmx does."""
    return person.client.post(address, typed, headers={"HX-Request": "true", "HX-Target": "pop"})  # type: ignore[return-value]


def told(answer: HttpResponse) -> set[str]:
    return set(json.loads(answer.headers["HX-Trigger"]))


def test_rows_and_cells_lead_to_the_form_in_place(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    page = mara.get("/today/?who=me").content.decode()
    links = set(re.findall(r'href="([^"]+)" data-pop', page))
    assert links == {f"{case}change/when/", f"{case}change/owner/"}
    cells = set(re.findall(r'href="([^"]+)" data-pop', mara.get("/cases/").content.decode()))
    assert cells == {*links, f"{case}change/cause/"}
    assert "data-pop" not in AtDesk(cast.anil).get("/cases/").content.decode()


@pytest.mark.parametrize("part", ["owner", "when", "cause"])
def test_a_form_is_a_fragment_or_a_page(cast: Cast, case: str, part: str) -> None:
    mara = AtDesk(cast.mara)
    beside = mara.beside(f"{case}change/{part}/", target="pop").content.decode()
    alone = mara.get(f"{case}change/{part}/").content.decode()
    assert "<html" not in beside
    assert 'hx-target="#pop"' in beside
    main = alone.split("<main")[1].split("</main>")[0]
    assert "<form" in main
    assert "hx-post" not in main
    assert AtDesk(cast.stranger).get(f"{case}change/{part}/").status_code == 404


def test_the_owner_is_changed_and_told_in_passing(cast: Cast, case: str) -> None:
    answer = over(AtDesk(cast.lena), f"{case}handover/", to=cast.tomas.pk, at_once="1")
    assert (answer.status_code, toast(answer)) == (204, "Given.")
    assert {"live-cases", "live-today"} <= told(answer)
    assert Case.objects.get().owner_id == cast.tomas.pk
    assert "/undo/" in json.loads(answer.headers["HX-Trigger"])["toast"]["undo"]


def test_what_is_refused_stays_open_with_its_words(cast: Cast, case: str) -> None:
    answer = over(AtDesk(cast.mara), f"{case}handover/", to="", note="She knows her")
    assert answer.status_code == 422
    assert "Choose somebody." in text(answer)
    assert "She knows her" in answer.content.decode()
    cause = over(AtDesk(cast.mara), f"{case}cause/", cause="forgotten", note="Tomás Reyes forgot")
    assert "A cause is never a person" in text(cause)
    assert 'name="cause"' in cause.content.decode()


def test_a_colleague_in_between_stops_the_popover_too(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    form = mara.beside(f"{case}change/cause/", target="pop").content.decode()
    seen = re.search(r'name="version" value="(\d+)"', form)
    assert seen
    AtDesk(cast.lena).post(f"{case}notes/", mode="note", text="It was the list.")
    answer = over(mara, f"{case}cause/", cause="forgotten", version=seen[1])
    assert answer.status_code == 409
    assert "It was the list." in text(answer)
    assert re.search(r'value="forgotten"[^>]* selected', answer.content.decode())


def test_the_cause_is_changed_without_script(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    answer = mara.post(f"{case}cause/", came_from=f"{case}change/cause/", cause="forgotten")
    assert answer["Location"] == case
    assert "Nobody was reminded" in text(mara.get("/cases/"))


def test_an_agreed_time_makes_a_new_promise_and_ends_the_old(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    old = Promise.objects.get(title="Speak to Dana Okafor")
    assert "Speak to Dana Okafor" in text(mara.beside(f"{case}change/when/", target="pop"))
    answer = over(mara, f"/promises/{old.pk}/when/", how="agreed", when="in 3 hours")
    assert answer.status_code == 204
    assert {"live-cases", "live-today", "live-promises"} <= told(answer)
    old.refresh_from_db()
    assert (old.state, Promise.objects.get(replaces=old).title) == ("replaced", old.title)


def test_an_estimate_leaves_the_due_time_where_it_is(cast: Cast) -> None:
    mara, hand, now = AtDesk(cast.mara), Hand(cast.mara), datetime.now(UTC)
    made = promises.make(
        customer_id=customers.add("Ines", by=hand.by, now=now), kind="callback", title="Ring Ines",
        due_at=now + timedelta(hours=1), owner_id=hand.id, by=hand.by, now=now,
    )  # fmt: skip
    address = f"/promises/{made.pk}/when/"
    for typed, words in (
        ({"when": "in 3 hours"}, "Say whether the customer agreed"),
        ({"how": "estimate", "when": ""}, "Say by when"),
        ({"how": "agreed", "when": "on the 45th"}, "45th"),
    ):
        answer = over(mara, address, **typed)
        assert answer.status_code == 422
        assert words in text(answer), typed
    assert mara.post(address, how="estimate", when="in 3 hours")["Location"] == f"/promises/{made.pk}/"
    promise = Promise.objects.get(pk=made.pk)
    assert (promise.due_at, promise.state) == (made.due_at, "at_risk")


def test_what_broke_keeps_its_time_and_the_next_is_promised(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    Promise.objects.update(state="broken", due_at=datetime.now(UTC) - timedelta(hours=2), next_check_at=None)
    (broken,) = Promise.objects.all()
    assert "its time stands" in text(mara.beside(f"/promises/{broken.pk}/when/", target="pop"))
    shown = mara.beside(f"{case}change/when/", target="pop")
    assert "Promise what comes next." in text(shown)
    assert over(mara, f"{case}commitments/", what="Ring with the plan", when="in 30 min").status_code == 204
    assert "Ring with the plan" in text(mara.beside(f"{case}change/when/", target="pop"))
    assert over(mara, f"{case}commitments/", what="", when="").status_code == 422
