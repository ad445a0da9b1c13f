"""The ledger at the desk: reading it, making a promise, moving one."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse

from makegood.cases.models import Case
from makegood.customers import actions as customers
from makegood.customers.models import Customer
from makegood.promises import actions
from makegood.promises.models import Calendar, Kind, Promise
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, actor, make_cast

pytestmark = pytest.mark.django_db
H = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def known(cast: Cast, name: str = "Dana Okafor", key: str | None = None, phone: str = "") -> int:
    contacts = [("phone", phone)] if phone else []
    return customers.add(name, key=key, contacts=contacts, by=actor(cast.mara), now=datetime.now(UTC))


def promised(cast: Cast, title: str = "Ring back", *, hours: float = 5, customer_id: int | None = None) -> Promise:
    now = datetime.now(UTC)
    made = actions.make(
        customer_id=customer_id or known(cast), kind="callback", title=title, due_at=now + hours * H,
        owner_id=cast.mara.pk, by=actor(cast.mara), now=now,
    )  # fmt: skip
    return Promise.objects.get(pk=made.pk)


# Making one


def test_one_line_is_enough(cast: Cast, mara: AtDesk) -> None:
    known(cast)
    answer = mara.post("/promises/new/", who="Dana Okafor: ring back with the plan in 30 min")
    promise = Promise.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/promises/{promise.pk}/")
    assert (promise.title, promise.owner_id) == ("ring back with the plan", cast.mara.pk)
    assert timedelta(minutes=29) < promise.due_at - datetime.now(UTC) < timedelta(minutes=31)
    assert "Promised to Dana Okafor: ring back with the plan, " in text(mara.get(f"/promises/{promise.pk}/"))


def test_the_dialog_closes_and_says_what_it_did(cast: Cast, mara: AtDesk) -> None:
    known(cast)
    typed = {"who": "dana", "what": "Ring back", "when": "in 2 h", "kind": "callback", "boxed": "1"}
    answer = mara.press("/promises/new/", **typed)
    assert answer.status_code == 200
    assert 'value="dana"' not in answer.content.decode(), "the form is empty for the next time"
    assert set(json.loads(answer["HX-Trigger"])) >= {"close-dialog", "toast", "live-today"}
    assert toast(answer).startswith("Promised to Dana Okafor: Ring back")


def test_what_was_typed_comes_back_with_what_is_wrong(mara: AtDesk) -> None:
    answer = mara.post("/promises/new/", who="", what="Ring back", when="soonish", kind="callback")
    assert answer.status_code == 422
    shown = text(answer)
    assert "There is a problem" in shown
    assert "“soonish” is not a time" in shown
    assert "Say to whom" in shown
    assert 'value="soonish"' in answer.content.decode()
    assert "<title>Error:" in answer.content.decode()


def test_several_of_that_name_are_shown_to_choose_from(cast: Cast, mara: AtDesk) -> None:
    first, second = known(cast, key="A-1"), known(cast, key="A-2")
    typed = {"who": "Dana Okafor", "what": "Ring back", "when": "in 2 h", "kind": "callback"}
    answer = mara.post("/promises/new/", **typed)
    assert answer.status_code == 422
    assert "A-1" in text(answer)
    assert "A-2" in text(answer)
    assert mara.post("/promises/new/", **typed, customer=str(second)).status_code == 303
    assert Promise.objects.get().customer_id == second != first


def test_somebody_new_is_added_on_the_way(mara: AtDesk) -> None:
    typed = {"who": "Ines Duarte", "what": "Ring back", "when": "in 2 h", "kind": "callback"}
    assert "Nobody is called “Ines Duarte”" in text(mara.post("/promises/new/", **typed))
    assert mara.post("/promises/new/", **typed, customer="new").status_code == 303
    assert Promise.objects.get().customer_id == Customer.objects.get(name="Ines Duarte").pk


def test_nobody_new_is_added_before_the_rest_is_right(mara: AtDesk) -> None:
    typed = {"who": "Ines Duarte", "what": "", "when": "soonish", "kind": "callback", "customer": "new"}
    answer = mara.post("/promises/new/", **typed)
    assert answer.status_code == 422
    assert [one for one in ("Say what is promised", "“soonish” is not a time") if one in text(answer)] != []
    assert 'value="new" checked' in answer.content.decode()
    assert not Customer.objects.filter(name="Ines Duarte").exists()
    shown = mara.post("/promises/new/", **typed | {"customer": ""}).content.decode()
    assert all(f'href="#new-{name}"' in shown for name in ("who", "what", "when"))


def test_the_story_of_a_customer_names_each_promise_once(cast: Cast, mara: AtDesk) -> None:
    promise = promised(cast, "Ring with the plan")
    actions.keep(promise.pk, by=actor(cast.mara), now=datetime.now(UTC))
    story = text(mara.get(f"/customers/{promise.customer_id}/")).partition("What happened")[2]
    assert "promised: Ring with the plan, due" in story
    assert "kept: Ring with the plan" in story
    assert story.count("Ring with the plan") == 2


def test_a_customers_page_says_since_when_a_case_is_open(cast: Cast, mara: AtDesk) -> None:
    number = known(cast)
    mara.post("/cases/new/", who="Dana Okafor", what="Nobody rang", kind="callback", customer=str(number))
    page = text(mara.get(f"/customers/{number}/"))
    assert "Nobody rang" in page
    assert "open since" in page


def test_a_promise_begun_at_a_customers_page_is_theirs(cast: Cast, mara: AtDesk) -> None:
    first, second = known(cast, key="A-1"), known(cast, key="A-2")
    for number, key in ((first, "A-1"), (second, "A-2")):
        for page in ("/promises/new/", "/cases/new/"):
            shown = mara.get(page, customer=str(number))
            assert f'value="{number}" checked' in shown.content.decode()
            assert key in text(shown)


def test_nothing_typed_for_when_is_the_usual_time(cast: Cast, mara: AtDesk) -> None:
    known(cast)
    mara.post("/promises/new/", who="Dana", what="Ring back", when="", kind="callback")
    assert timedelta(minutes=29) < Promise.objects.get().due_at - datetime.now(UTC) < timedelta(minutes=31)


def test_working_time_keeps_its_arithmetic(cast: Cast, mara: AtDesk) -> None:
    week = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    calendar = Calendar.objects.create(name="All week", time_zone="UTC", week=week)
    Kind.objects.filter(slug="callback").update(calendar=calendar)
    known(cast)
    mara.post("/promises/new/", who="Dana", what="Ring back", when="in 4 working hours", kind="callback")
    shown = text(mara.get(f"/promises/{Promise.objects.get().pk}/"))
    assert "How the date came about" in shown
    assert "0 m left" in shown


@pytest.mark.parametrize(
    ("typed", "said"), [("in 30 min", "in 30 m"), ("", ""), ("soonish", "is not a time this desk understands")]
)
def test_the_time_is_read_back_while_it_is_typed(mara: AtDesk, typed: str, said: str) -> None:
    assert said in text(mara.beside("/promises/when/", q=typed))


@pytest.mark.parametrize("words", ["ring back 25:00", "ring back yesterday", "send it 31 Feb", "ring back at 40:00 pm"])
def test_a_time_that_cannot_be_read_makes_no_promise_for_the_usual_time(cast: Cast, mara: AtDesk, words: str) -> None:
    known(cast)
    answer = mara.post("/promises/new/", who=f"Dana Okafor: {words}")
    assert answer.status_code == 422
    assert not Promise.objects.exists()
    assert 'value="Dana Okafor"' in answer.content.decode()
    assert "in 30 m" not in text(mara.beside("/promises/who/", who=f"Dana Okafor: {words}"))


def test_one_line_is_read_back_with_its_instant(cast: Cast, mara: AtDesk) -> None:
    known(cast)
    assert "in 45 m" in text(mara.beside("/promises/who/", who="Dana Okafor: ring back in 45 min"))
    assert "as is usual" in text(mara.beside("/promises/who/", who="Dana Okafor: ring back"))
    mara.post("/promises/new/", who="Dana Okafor: bring 6 chairs 25:00", when="in 2 h")
    assert Promise.objects.get().title == "bring 6 chairs 25:00"


def test_who_is_meant_is_read_back_too(cast: Cast, mara: AtDesk) -> None:
    known(cast, key="A-1", phone="+44 20 7946 0958")
    for words in ("dana o", "A-1", "7946 0958", "Dana Okafor: ring back in 30 min"):
        assert "A-1" in text(mara.beside("/promises/who/", who=words)), words
    assert "Add Zoe as a new customer" in text(mara.beside("/promises/who/", who="Zoe"))


def test_six_of_one_name_are_told_apart_by_what_they_were_promised(cast: Cast, mara: AtDesk) -> None:
    for key in ("A-1", "A-2", "A-3", "A-4", "A-5", "A-6"):
        promised(cast, f"Bed {key}", customer_id=known(cast, key=key))
    for said in (mara.beside("/promises/who/", who="dana o"), mara.post("/promises/new/", who="dana o", what="Ring")):
        assert all(f"A-{n} · Bed A-{n}" in text(said) for n in range(1, 7))
    Kind.objects.filter(slug="callback").update(team=cast.care)
    theirs = text(AtDesk(cast.stranger).beside("/promises/who/", who="dana o"))
    assert "Bed A-1" not in theirs


def test_an_analyst_looks_and_does_not_act(cast: Cast) -> None:
    promise = promised(cast)
    anil = AtDesk(cast.anil)
    shown = anil.get(f"/promises/{promise.pk}/")
    assert shown.status_code == 200
    assert "What now" not in text(shown)
    anil.post(f"/promises/{promise.pk}/keep/")
    anil.post("/promises/new/", who="Dana", what="Ring back", when="in 2 h", kind="callback")
    promise.refresh_from_db()
    assert (promise.state, Promise.objects.count()) == ("open", 1)


# Reading


def test_a_view_is_an_address(cast: Cast, mara: AtDesk) -> None:
    soon, later = promised(cast, "Ring back today", hours=0.01), promised(cast, "Ring back in a week", hours=170)
    assert "Ring back today" in text(mara.get("/promises/", due="any"))
    week = text(mara.get("/promises/", due="week"))
    assert "Ring back today" in week
    assert "Ring back in a week" not in week
    assert later.title in text(mara.get("/promises/", q="Dana", state="open"))
    assert "No promise matches" in text(mara.get("/promises/", state="kept", due="any"))
    assert "2 promises" in text(mara.get("/promises/", due="ahead", owner="me"))
    assert soon.title in text(mara.get("/promises/", customer=str(soon.customer_id)))


def test_filtering_answers_with_the_list_alone(cast: Cast, mara: AtDesk) -> None:
    promised(cast)
    shown = mara.beside("/promises/", "results", due="any").content.decode()
    assert "Ring back" in shown
    assert "<html" not in shown


def leads(page: HttpResponse, where: str) -> str:
    """Where the link to the page before ("prev") or after ("next") goes; "" when there is none."""
    return html.unescape(page.content.decode().partition(f'rel="{where}" href="')[2].partition('"')[0])


def test_pages_go_on_and_back_by_key(cast: Cast, mara: AtDesk) -> None:
    customer_id = known(cast)
    for number in range(105):
        promised(cast, f"Ring back {number}", hours=1 + number, customer_id=customer_id)
    first = mara.get("/promises/", due="ahead", owner="me")
    assert leads(first, "prev") == ""
    second = mara.get(leads(first, "next"))
    assert "Ring back 99" in text(second)
    assert "Ring back 49 " not in text(second)
    third = mara.get(leads(second, "next"))
    assert leads(third, "next") == ""
    again = mara.get(leads(third, "prev"))
    assert "due=ahead&owner=me" in leads(third, "prev"), "the filters stay"
    assert [f"Ring back {number} " in text(again) for number in (49, 50, 99, 100)] == [False, True, True, False]
    begin = mara.get(leads(again, "prev"))
    assert leads(begin, "prev") == ""
    assert "To the start" not in text(begin)
    assert "To the start" in text(again)


def test_bad_cursors_and_numbers_are_told_so(mara: AtDesk) -> None:
    assert mara.get("/promises/", after="x").status_code == 400
    assert mara.get("/cases/", before="x").status_code == 400
    assert mara.get("/customers/", before="x").status_code == 400
    assert mara.get("/promises/99999999999999999999/").status_code == 404
    assert mara.get("/promises/", customer="99999999999999999").status_code == 404


def test_what_belongs_to_another_team_is_not_there(cast: Cast) -> None:
    Kind.objects.filter(slug="callback").update(team=cast.care)
    promise = promised(cast)
    stranger = AtDesk(cast.stranger)
    assert "Ring back" not in text(stranger.get("/promises/", due="any"))
    for path in (f"/promises/{promise.pk}/", f"/promises/{promise.pk}/panel/"):
        assert stranger.get(path).status_code == 404
    stranger.post(f"/promises/{promise.pk}/keep/")
    promise.refresh_from_db()
    assert promise.state == "open"


# Moving


def test_keeping_and_its_refusal(cast: Cast, mara: AtDesk) -> None:
    promise = promised(cast)
    assert mara.post(f"/promises/{promise.pk}/keep/").status_code == 303
    promise.refresh_from_db()
    assert promise.state == "kept"
    again = mara.post(f"/promises/{promise.pk}/keep/")
    assert again.status_code == 409
    assert "A promise that is kept cannot be kept." in text(again)


def test_a_late_estimate_opens_a_case(cast: Cast, mara: AtDesk) -> None:
    promise = promised(cast)
    beside = mara.press(f"/promises/{promise.pk}/forecast/", when="in 9 h")
    assert beside.status_code == 200
    assert toast(beside) == "Expected in 9 h"
    assert "At risk" in text(beside)
    assert Case.objects.get().customer_id == promise.customer_id


def test_replacing_links_old_and_new(cast: Cast, mara: AtDesk) -> None:
    promise = promised(cast)
    mara.post(f"/promises/{promise.pk}/replace/", what="Ring back later", when="in 3 days")
    new = Promise.objects.get(replaces=promise)
    assert new.title == "Ring back later"
    assert f"/promises/{promise.pk}/" in mara.get(f"/promises/{new.pk}/").content.decode()


def test_reasons_are_asked_for_and_kept(cast: Cast, mara: AtDesk) -> None:
    promise = promised(cast)
    refused = mara.post(f"/promises/{promise.pk}/withdraw/", reason=" ")
    assert refused.status_code == 422
    assert "Say why" in text(refused)
    mara.post(f"/promises/{promise.pk}/withdraw/", reason="She bought it elsewhere")
    assert "She bought it elsewhere" in text(mara.get(f"/promises/{promise.pk}/"))


def test_times_are_the_readers_and_named_where_they_differ(cast: Cast, mara: AtDesk) -> None:
    now = datetime.now(UTC)
    by = actor(cast.mara)
    far = customers.add("Kenji Ito", time_zone="Asia/Tokyo", by=by, now=now)
    promise = promised(cast, customer_id=far)
    assert "in Tokyo" in text(mara.get(f"/promises/{promise.pk}/"))


# Saved views


def test_saving_names_the_list_and_it_can_be_taken_away(cast: Cast, mara: AtDesk) -> None:
    here = "/promises/?state=at_risk&due=any"
    saved = mara.post("/views/?path=/promises/", came_from=here, name="In danger", query="")
    assert saved["Location"] == here
    assert "In danger" in text(mara.get("/today/"))
    assert mara.get("/views/in-danger/")["Location"] == here
    assert "Remove this view" in text(mara.get("/promises/", state="at_risk", due="any"))
    AtDesk(cast.tomas).post("/views/in-danger/remove/")
    assert "In danger" in text(mara.get("/today/"))
    assert mara.post("/views/in-danger/remove/")["Location"] == "/promises/"
    assert mara.get("/views/in-danger/").status_code == 404
