"""A case at the desk: from opening to closing without script, and beside a list; who may, and who may not."""

from __future__ import annotations

import pytest

from makegood.cases.models import Case, Commitment
from makegood.cases.rules import CONVERSATION
from makegood.customers.models import Customer
from makegood.promises.models import Promise
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    """A delivery that went wrong, of the team Care, owned by Mara and not taken up yet."""
    return a_delivery(cast)


def url(case: Case, *parts: object) -> str:
    return "/".join(map(str, (f"/cases/SR-{case.pk}", *parts))) + "/"


def test_a_case_is_worked_to_its_end_without_script(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    assert "The customer has not been asked yet." in text(mara.get(url(case)))
    for path, typed in (
        ("take", {}),
        ("steps/own", {"said": "This is mine until it is right."}),
        ("steps/listen", {"said": "I have nothing to sleep on.", "harm": "No bed tonight"}),
        ("steps/apologise", {"said": "I am sorry."}),
        ("commitments", {"what": "Ring Dana with the plan", "when": "in 30 min"}),
    ):
        assert mara.post(url(case, path), **typed)["Location"] == url(case), path
    shown = text(mara.get(url(case)))
    assert "I have nothing to sleep on." in shown
    assert "promised: Ring Dana with the plan, due" in shown
    promise = Promise.objects.get(title="Ring Dana with the plan")
    mara.post(url(case, "commitments", promise.pk, "keep"))
    mara.post(url(case, "ask"), channel="phone")
    mara.post(url(case, "answer"), answer="satisfied", words="Thank you, that is right now.")
    mara.post(url(case, "cause"), cause="wrong-item", note="The picking list was cut off")
    assert "Close the case" in text(mara.get(url(case)))
    mara.post(url(case, "close"))
    case.refresh_from_db()
    assert case.outcome == "satisfied"
    assert "closed the case" in text(mara.get(url(case)))
    mara.post(url(case, "reopen"), reason="It rattles")
    assert "It rattles" in text(mara.get(url(case)))


def test_closing_says_what_is_missing(cast: Cast, case: Case) -> None:
    answer = AtDesk(cast.mara).post(url(case, "close"))
    assert answer.status_code == 409
    assert "The customer has not been asked yet." in text(answer)


def test_beside_a_list_each_deed_answers_with_the_panel(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    taken = mara.press(url(case, "take"))
    assert taken.status_code == 200
    assert taken.content.decode().lstrip().startswith('<article class="case" id="case"')
    assert toast(taken) == f"SR-{case.pk} is yours."
    assert "You took the case" in text(taken)


def test_words_typed_are_never_lost(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    refused = mara.press(url(case, "commitments"), what="Bring the bed", when="soonish")
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert 'value="Bring the bed"' in shown
    assert 'value="soonish"' in shown
    assert "is not a time this desk understands" in text(refused)
    assert not Commitment.objects.filter(purpose="commitment").exists()


def test_an_older_word_is_stopped_and_kept(cast: Cast, case: Case) -> None:
    mara, tomas = AtDesk(cast.mara), AtDesk(cast.tomas)
    page = mara.get(url(case)).content.decode()
    version = page.partition('name="version" value="')[2].partition('"')[0]
    tomas.post(url(case, "notes"), mode="note", text="The sofa is in bay 4")
    stopped = mara.press(url(case, "notes"), mode="note", text="I am calling her now", version=version)
    assert stopped.status_code == 409
    assert "Somebody was here before you" in text(stopped)
    assert "The sofa is in bay 4" in text(stopped)
    assert "I am calling her now</textarea>" in stopped.content.decode()
    fresh = stopped.content.decode().partition('name="version" value="')[2].partition('"')[0]
    assert mara.press(url(case, "notes"), mode="note", text="I am calling her now", version=fresh).status_code == 200


def test_a_call_already_held_is_one_form(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    mara.post(url(case, "notes"), mode="call", text="She has no bed tonight.", covered=list(CONVERSATION))
    mara.post(url(case, "notes"), mode="words", text="Just tell me yes or no.")
    shown = text(mara.get(url(case)))
    for words in ("took responsibility", "She has no bed tonight.", "apologised", "Just tell me yes or no."):
        assert words in shown
    assert mara.post(url(case, "notes"), mode="words", text=" ").status_code == 422


def test_what_goes_along_with_a_case_is_told_with_the_case(cast: Cast, case: Case) -> None:
    """Its promises follow the owner; that the case was taken says so already."""
    AtDesk(cast.lena).post(url(case, "take"))
    shown = text(AtDesk(cast.mara).get(url(case)))
    assert "Lena Brandt took the case" in shown
    assert "somebody else" not in shown


def test_a_handover_counts_once_accepted(cast: Cast, case: Case) -> None:
    mara, tomas = AtDesk(cast.mara), AtDesk(cast.tomas)
    mara.post(url(case, "handover"), to=str(cast.tomas.pk), note="She speaks Spanish")
    assert "Mara Silva offers this case to you. She speaks Spanish" in text(tomas.get(url(case)))
    assert "Mara Silva offers it to you" in text(tomas.get("/today/"))
    tomas.post(url(case, "decline"), note="I am full")
    mara.post(url(case, "handover"), to=str(cast.tomas.pk))
    tomas.post(url(case, "accept"))
    case.refresh_from_db()
    assert case.owner_id == cast.tomas.pk
    assert mara.post(url(case, "handover"), to="").status_code == 422


def test_a_lead_gives_it_at_once_and_a_cause_may_have_a_finder(cast: Cast, case: Case) -> None:
    lena = AtDesk(cast.lena)
    lena.post(url(case, "handover"), to=str(cast.tomas.pk), at_once="1")
    lena.post(url(case, "cause"), cause="", finder=str(cast.mara.pk), when="in 3 h")
    case.refresh_from_db()
    assert (case.owner_id, case.cause_finder_id) == (cast.tomas.pk, cast.mara.pk)
    whole_day = lena.post(url(case, "cause"), cause="", finder=str(cast.mara.pk), when="next week")
    assert whole_day.status_code == 422


def test_the_customer_may_let_us_off_or_agree_to_later(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    mara.post(url(case, "commitments"), what="Bring the bed", when="in 2 h")
    promise = Promise.objects.get(title="Bring the bed")
    mara.post(url(case, "commitments", promise.pk, "replace"), when="in 5 h")
    later = Promise.objects.get(replaces=promise)
    mara.post(f"/promises/{later.pk}/withdraw/", reason="She has one now")
    later.refresh_from_db()
    assert later.state == "withdrawn"
    assert "She has one now" in text(mara.get(url(case)))


def test_an_analyst_reads_and_may_do_nothing(cast: Cast, case: Case) -> None:
    anil = AtDesk(cast.anil)
    shown = anil.get(url(case))
    assert shown.status_code == 200
    assert "<form" not in shown.content.decode().partition('id="case"')[2].partition("</article>")[0]
    answer = anil.post(url(case, "notes"), mode="note", text="Hello")
    assert answer.status_code == 409
    assert "may look at cases but not work them" in text(answer)
    assert anil.get("/cases/new/").status_code == 403


@pytest.mark.parametrize("path", ["", "panel"])
def test_a_stranger_sees_nothing(cast: Cast, case: Case, path: str) -> None:
    stranger = AtDesk(cast.stranger)
    assert stranger.get(url(case, *filter(None, [path]))).status_code == 404
    assert stranger.post(url(case, "take")).status_code in (303, 404)
    assert "Two of six" not in text(stranger.get("/cases/", state="all"))
    assert "Two of six" not in text(stranger.beside("/search/", q="pieces"))
    assert "There is no such case." in text(stranger.get("/today/", case=f"SR-{case.pk}"))
    case.refresh_from_db()
    assert case.owner_id == cast.mara.pk


def test_reporting_finds_an_owner_and_joins_what_is_open(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    typed = {"who": "Ines Duarte", "customer": "new", "what": "Nobody called", "kind": "callback", "harm": "She waited"}
    first = mara.post("/cases/new/", **typed)
    case = Case.objects.get()
    assert first["Location"] == f"/today/?case=SR-{case.pk}"
    assert "Nobody called" in text(mara.get(first["Location"]))
    typed |= {"customer": "", "what": "And nobody called again"}
    assert mara.post("/cases/new/", **typed).status_code == 303
    assert Case.objects.count() == 1


def test_reporting_says_what_is_missing(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    answer = mara.post("/cases/new/", who="", what="", kind="callback")
    assert answer.status_code == 422
    assert "Say to whom" in text(answer)
    answer = mara.post("/cases/new/", who="Ines", customer="new", what="", kind="callback", harm="She waited")
    assert "Say what went wrong" in text(answer)
    assert "She waited" in text(answer)
    assert not Customer.objects.filter(name="Ines").exists(), "nobody is taken in before the rest is right"
    answer = mara.post("/cases/new/", who="", what="", kind="nonsense", harm="x" * 99_999, severity="9")
    shown = answer.content.decode()
    assert [name for name in ("who", "what", "harm", "kind", "severity") if f'href="#f-{name}"' in shown] == [
        "who", "what", "harm", "kind", "severity"
    ]  # fmt: skip


def test_lists_are_narrowed_by_their_address(cast: Cast, case: Case) -> None:
    mara = AtDesk(cast.mara)
    assert f"SR-{case.pk} Two of six" in text(mara.get("/cases/"))
    assert "1 case" in text(mara.get("/cases/", owner="me"))
    assert "No case matches" in text(mara.get("/cases/", owner=str(cast.tomas.pk)))
    assert "No case matches" in text(mara.get("/cases/", q="zebra"))
    assert "Two of six" in text(mara.get("/cases/", q="pieces", state="all"))
    assert "<html" not in mara.beside("/cases/", "results", owner="me").content.decode()
    assert "Two of six" in text(mara.get("/cases/", customer=str(case.customer_id)))
