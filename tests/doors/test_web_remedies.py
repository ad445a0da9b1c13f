"""Remedies at the desk: given within one's limit, asked for beyond it, decided by somebody else; with no script."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from makegood.cases.models import Case
from makegood.journal.actors import SYSTEM
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.models import Approval, Grant, NamedFailure
from makegood.remedies.models import Limit as LimitRow
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.playbooks_file import playbook_from
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db

PLAYBOOK = """
playbook: furniture
name: Furniture
currency: GBP
rules:
  - rule: late
    name: Late
    when: {promise: delivery}
    asks:
      - ask: moved
        question: Did they move in already?
        answers:
          - {answer: "yes", says: "Yes"}
          - {answer: "no", says: "No", excludes: bed}
    options:
      - {option: tonight, remedy: re_performance, title: Deliver both pieces tonight, words: "By {by}.", cost: 85,
         who: agent, commits: {promise: delivery, within: 6 h}}
      - {option: bed, remedy: re_performance, title: Put the bed together, words: We do it., cost: 40,
         who: agent}
      - {option: tenth, remedy: refund, title: 10 % back on the whole order, words: "{amount} back.",
         cost: 10%, who: agent}
      - {option: all, remedy: refund, title: Everything back, words: "{amount} back.", cost: 100%, who: lead}
"""


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    actions.save_playbook(playbook_from(PLAYBOOK), source=PLAYBOOK, by=SYSTEM, now=NOW)
    for grade, case in ((1, Decimal(250)), (2, Decimal(3000)), (4, None)):
        actions.set_limit(Limit(grade=grade, currency="GBP", case=case), by=SYSTEM, now=NOW)
    return cast


@pytest.fixture
def url(cast: Cast) -> str:
    """Where the late delivery to Dana is put right."""
    soon = datetime.now(UTC)
    Api().post("/facts", [{
        "source": "shop", "reference": "N-58213", "customer": {"key": "C-7", "name": "Dana Okafor"},
        "kind": "delivery", "title": "All six pieces before noon", "made_at": (soon - timedelta(days=3)).isoformat(),
        "due_at": (soon - timedelta(hours=2)).isoformat(), "amount": "2080", "currency": "GBP",
    }])  # fmt: skip
    case = Case.objects.get()
    Case.objects.update(owner=cast.mara)
    return f"/cases/SR-{case.pk}/remedies/"


def pick(*options: str, **typed: Any) -> dict[str, Any]:
    return {"pick": [f"furniture/late/{option}" for option in options], **typed}


def button(response: HttpResponse) -> str:
    found = re.search(r'<button class="btn ink wide"[^>]*>(.*?)<kbd', response.content.decode(), re.DOTALL)
    return found[1].strip() if found else ""


def test_the_picker_says_whose_each_option_is_and_what_the_button_will_do(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)

    shown = mara.beside(url, "remedies")
    assert "Did they move in already?" in text(shown)
    assert re.search(r"Yours to give.*Deliver both pieces tonight.*Lena decides.*Everything back", text(shown))
    assert "£0 of £250" in text(shown)
    assert button(shown) == "Make this promise to Dana"

    within = mara.press(f"{url}reckon/", **pick("tonight", "bed"))
    assert "Within your authority £125 of £250" in text(within)
    over = mara.press(f"{url}reckon/", **pick("tonight", "bed", "tenth"))
    assert "£83 over your authority" in text(over)
    assert "£333 of £250" in text(over)
    assert button(over) == "Ask Lena to approve £333"
    assert "10 % of the £2,080 that was lost" in text(over)
    assert not Grant.objects.exists()


def test_an_answer_changes_the_options_and_keeps_what_is_ticked(cast: Cast, url: str) -> None:
    shown = AtDesk(cast.mara).press(f"{url}reckon/", **pick("tonight", **{"answer-moved": "no"}))

    assert "Put the bed together" not in text(shown)
    assert re.search(r'value="furniture/late/tonight" checked', shown.content.decode())


def test_an_agent_gives_within_her_limit_without_script(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)

    worked_out = mara.post(f"{url}reckon/", **pick("tonight", "bed"))
    assert "£125 of £250" in text(worked_out)
    given = mara.post(url, **pick("tonight", "bed"))

    assert (given.status_code, given["Location"]) == (303, url.removesuffix("remedies/"))
    assert {(row.title, row.correction, row.state) for row in Grant.objects.all()} == {
        ("Deliver both pieces tonight", Decimal(85), "given"), ("Put the bed together", Decimal(40), "given"),
    }  # fmt: skip
    assert "You gave: Deliver both pieces tonight" in text(mara.get(url.removesuffix("remedies/")))
    shown = text(mara.get(url))
    assert "£125 of £250" in shown
    assert "Take back" in shown


def test_something_else_is_always_a_choice(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    free = {"other": "Ring her sister too", "other_kind": "personal_contact", "other_amount": "", "when": "in 30 min"}

    bad = mara.post(url, **free | {"other_amount": "a lot"})
    assert bad.status_code == 422
    assert "“a lot” is not an amount of money." in text(bad)
    assert "Ring her sister too" in bad.content.decode()
    below = mara.post(url, **free | {"other_amount": "-12"})
    assert (below.status_code, Grant.objects.count()) == (422, 0)
    assert "An amount is nothing or more." in text(below)
    assert mara.post(url, **free | {"when": ""}).status_code == 422
    assert mara.post(url, **free).status_code == 303
    assert Grant.objects.get().remedy == "personal_contact"


def test_nothing_chosen_is_refused_in_a_sentence(cast: Cast, url: str) -> None:
    refused = AtDesk(cast.mara).press(url)

    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#remedies")
    assert "Choose what is to be given." in text(refused)


def test_past_the_cap_a_reason_is_asked_for(cast: Cast, url: str) -> None:
    lena = AtDesk(cast.lena)
    actions.set_cap(Decimal(1), by=SYSTEM, now=NOW)
    much = pick("all", "tenth")

    assert "110 % of the £2,080 that was lost" in text(lena.press(f"{url}reckon/", **much))
    refused = lena.post(url, **much)
    assert refused.status_code == 422
    assert "say why it is right here" in text(refused)
    assert lena.post(url, **much, reason="The second time this year").status_code == 303
    assert {row.reason for row in Grant.objects.all()} == {"The second time this year"}


def test_what_is_more_is_asked_for_and_decided_in_two_taps(cast: Cast, url: str) -> None:
    mara, lena = AtDesk(cast.mara), AtDesk(cast.lena)
    mara.post(url.replace("remedies/", "steps/listen/"), said="I have nothing to sleep on tonight.")

    asked = mara.press(url, **pick("tonight", "bed", "tenth"), note="First night in a new home")
    assert toast(asked) == "Lena Brandt is asked to approve £333."
    assert not Grant.objects.exclude(state="asked").exists()
    assert "asked Lena Brandt to approve £333" in text(asked)
    assert "Lena Brandt decides about £333. Mara Silva asked for:" in text(asked)

    number = Approval.objects.get().pk
    today = lena.get("/today/")
    assert f'href="/approvals/{number}/"' in today.content.decode(), "one tap; the button of the page is the second"
    assert "Waiting on you 1" in text(today)
    assert "Dana Okafor Approval Mara Silva asks for £333" in text(today)
    assert "asks for" not in text(AtDesk(cast.tomas).get("/today/"))
    assert "You decide about £333." in text(lena.get(url.replace("remedies/", "")))
    waiting = lena.get("/approvals/")
    assert "Dana Okafor: £333" in text(waiting)
    assert re.search(r'data-count="approvals"[^>]*>1<', waiting.content.decode())
    page = text(lena.get(f"/approvals/{number}/"))
    for words in ("I have nothing to sleep on tonight.", "First night in a new home", "Approve £333", "Refuse"):
        assert words in page
    assert lena.post(f"/approvals/{number}/", decision="approve")["Location"] == "/approvals/"
    assert {row.state for row in Grant.objects.all()} == {"given"}
    assert "Lena Brandt approved" in text(mara.get(url.replace("remedies/", "")))
    assert "£333, approved" in text(lena.get(f"/approvals/{number}/"))
    assert "asks for" not in text(lena.get("/today/"))
    assert "decides about" not in text(mara.get(url.replace("remedies/", "")))


def test_what_a_playbook_keeps_for_somebody_else_is_asked_for_however_cheap(cast: Cast, url: str) -> None:
    kept = (
        PLAYBOOK
        + "      - {option: call, remedy: personal_contact, title: A call, words: We call., cost: 0, who: lead}\n"
    )
    actions.save_playbook(playbook_from(kept), source=kept, by=SYSTEM, now=NOW)
    mara = AtDesk(cast.mara)

    reckoned = mara.post(f"{url}reckon/", **pick("call"))
    assert button(reckoned).startswith("Ask Lena to approve")
    assert "Not yours alone to give" in text(reckoned)
    assert "keeps one of these for somebody else" in text(reckoned)
    mara.post(url, **pick("call"))
    assert Approval.objects.get().asked_of == cast.lena


def test_a_no_needs_a_reason_and_shows_in_the_case(cast: Cast, url: str) -> None:
    mara, lena = AtDesk(cast.mara), AtDesk(cast.lena)
    mara.post(url, **pick("tonight", "bed", "tenth"))
    page = f"/approvals/{Approval.objects.get().pk}/"

    refused = lena.post(page, decision="refuse")
    assert (refused.status_code, "Say why not" in text(refused)) == (422, True)
    assert mara.post(page, decision="approve").status_code == 422
    assert lena.post(page, decision="refuse", reason="Deliver first, then we see").status_code == 303
    shown = text(mara.get(url))
    assert "refused: Deliver first, then we see" in shown
    assert {row.state for row in Grant.objects.all()} == {"refused"}


def test_precedents_are_told_in_one_line(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    mara.post(url, **pick("tenth"))
    Api().post("/facts", [{
        "source": "shop", "reference": "N-2", "customer": {"key": "C-8", "name": "Theo Grant"}, "kind": "delivery",
        "title": "A lamp", "made_at": "2026-01-01T08:00:00Z", "due_at": "2026-01-02T08:00:00Z", "amount": "3000",
        "currency": "GBP",
    }])  # fmt: skip
    other = Case.objects.latest("pk")
    mara.post(f"/cases/SR-{other.pk}/remedies/", **pick("tenth"))

    page = text(AtDesk(cast.lena).get(f"/approvals/{Approval.objects.get().pk}/"))
    assert "1 like it: £208" in page


def test_a_remedy_is_taken_back(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    mara.post(url, **pick("bed"))
    grant = Grant.objects.get()

    assert toast(mara.press(f"{url}{grant.pk}/withdraw/", reason="She has a carpenter")) == "Taken back."
    shown = text(mara.get(url))
    assert "taken back" in shown
    assert "£0 of £250" in shown


def test_a_stranger_finds_nothing(cast: Cast, url: str) -> None:
    mara, stranger = AtDesk(cast.mara), AtDesk(cast.stranger)
    mara.post(url, **pick("tonight", "bed", "tenth"))
    page = f"/approvals/{Approval.objects.get().pk}/"

    assert stranger.get(url).status_code == 404
    assert stranger.get(page).status_code == 404
    assert "Dana" not in text(stranger.get("/approvals/"))
    stranger.post(page, decision="approve")
    stranger.press(url, **pick("bed"))
    assert {row.state for row in Grant.objects.all()} == {"asked"}
    assert AtDesk(None).get(url).status_code == 303


def test_managers_set_limits_and_the_cap(cast: Cast) -> None:
    greta, home = AtDesk(cast.greta), "/settings/authority/"
    limit = {"grade": "1", "currency": "GBP", "remedy": "refund", "each": "£60", "budget": "600", "per": "week"}

    assert greta.post(home, **limit)["Location"] == home
    row = LimitRow.objects.get(remedy="refund")
    assert (row.each, row.case, row.budget, row.per) == (Decimal(60), None, Decimal(600), "week")
    shown = text(greta.get(home))
    assert "Grade 1, refund" in shown
    assert re.search(r"Mara Silva, Agent 1 £250 a case, £60 at once, £600 a week as refund", shown)
    wrong = greta.post(home, **limit | {"each": "much", "case": "70"})
    assert (wrong.status_code, "is not an amount of money" in text(wrong)) == (422, True)
    greta.post(f"{home}remove/", grade="1", currency="GBP", remedy="refund")
    assert not LimitRow.objects.filter(remedy="refund").exists()
    greta.post(f"{home}cap/", cap="120 %")
    assert 'value="120"' in greta.get(home).content.decode()
    assert greta.post(f"{home}cap/", cap="lots").status_code == 422


def test_nobody_else_sees_or_sets_limits(cast: Cast) -> None:
    for person in (cast.mara, cast.lena, cast.anil):
        assert AtDesk(person).get("/settings/authority/").status_code == 403
    AtDesk(cast.mara).post("/settings/authority/", grade="1", currency="GBP", case="9999")
    assert LimitRow.objects.get(grade=1).case == Decimal(250)


def test_ones_limit_stands_under_ones_name(cast: Cast) -> None:
    assert "Limit £250 a case" in text(AtDesk(cast.mara).get("/today/"))
    assert "Limit" not in text(AtDesk(cast.greta).get("/today/"))


def test_pages_take_few_statements(cast: Cast, url: str, django_assert_max_num_queries: Any) -> None:
    mara, lena = AtDesk(cast.mara), AtDesk(cast.lena)
    mara.post(url, **pick("tonight", "bed", "tenth"))
    with django_assert_max_num_queries(35):
        mara.beside(url, "remedies")
    with django_assert_max_num_queries(16):
        lena.get("/approvals/")
    with django_assert_max_num_queries(23):
        lena.get(f"/approvals/{Approval.objects.get().pk}/")


def test_what_was_just_given_can_be_undone_and_its_story_tells_once(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)

    given = mara.press(url, **pick("tonight", "bed"))
    undo = json.loads(given.headers["HX-Trigger"])["toast"]["undo"]
    taken = mara.press(undo)

    assert {row.state for row in Grant.objects.all()} == {"withdrawn"}
    story = text(taken)
    assert story.count("gave: Deliver both pieces tonight") == 2
    assert "took back: You gave" not in story
    assert Case.objects.get().commitments.filter(purpose="commitment", undone_at=None).count() == 0
    assert "took back: gave: Deliver both pieces tonight" in story


def test_what_a_payment_system_says_stands_beside_the_remedy(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    mara.post(url, **pick("tonight", "bed"))
    first, second = (Grant.objects.get(option=name) for name in ("tonight", "bed"))

    Api().post(f"/grants/{first.pk}/fulfil", {"reference": "van_12"})
    Api().post(f"/grants/{second.pk}/failed", {"reason": "Nobody was at home"})

    shown, story = text(mara.get(url)), text(mara.get(url.removesuffix("remedies/")))
    assert re.search(r"Deliver both pieces tonight £85 done [^(]+\(van_12\)", shown)
    assert re.search(r"Put the bed together £40 could not be carried out yet, due .*: Nobody was at home", shown)
    assert "carried out: Deliver both pieces tonight (van_12)" in story
    assert "could not carry out: Put the bed together" in story
    assert "kept: Deliver both" not in story


def version(shown: HttpResponse) -> str:
    found = re.search(r'name="version" value="(\d+)"', shown.content.decode())
    return found[1] if found else ""


@pytest.mark.parametrize("script", [True, False])
def test_what_somebody_else_gave_meanwhile_is_told_and_the_draft_kept(cast: Cast, url: str, script: bool) -> None:
    mara, lena = AtDesk(cast.mara), AtDesk(cast.lena)
    seen = version(mara.beside(url, "remedies"))
    lena.post(url, **pick("tonight"))

    send = mara.press if script else mara.post
    stopped = send(url, **pick("bed", version=seen, reason="She waited"))

    assert stopped.status_code == 409
    assert "Lena Brandt gave: Deliver both pieces tonight" in text(stopped)
    assert re.search(r'value="furniture/late/bed" checked', stopped.content.decode())
    assert "She waited" in stopped.content.decode()
    assert Grant.objects.count() == 1
    assert send(url, **pick("bed", version=version(stopped))).status_code in (200, 303)
    assert Grant.objects.count() == 2


def test_what_failed_is_a_guess_until_somebody_says_better(cast: Cast, url: str) -> None:
    mara = AtDesk(cast.mara)
    assert "What failed, as we guess" in text(mara.beside(url, "remedies"))

    named = mara.press(f"{url}failure/", failure="money", **pick("bed"))

    assert "What failed, as we guess" not in text(named)
    assert re.search(r'value="money" selected', named.content.decode())
    assert re.search(r'value="furniture/late/bed" checked', named.content.decode())
    titles = re.findall(r'value="furniture/late/(\w+)"', named.content.decode())
    assert titles.index("tenth") < titles.index("tonight")
    assert "You said what failed: money" in text(mara.get(url.removesuffix("remedies/")))
    assert mara.post(f"{url}failure/", failure="wrong").status_code == 303
    mara.post(url, **pick("bed"))
    assert Grant.objects.get().failure == "wrong"
    AtDesk(cast.stranger).post(f"{url}failure/", failure="late")
    assert NamedFailure.objects.get().kind == "wrong"
