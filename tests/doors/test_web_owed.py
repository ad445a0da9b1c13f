"""What is owed, at every door: asked, given and renounced at the desk and by API, bound under Settings, read by the
customer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.customers.models import Customer
from makegood.journal.actors import SYSTEM
from makegood.links import actions as links
from makegood.promises.models import Kind
from makegood.remedies import actions
from makegood.remedies.models import Binding, Grant, Renunciation, ToldFact
from makegood.remedies.rules.authority import Limit
from makegood.remedies.rules.bindings_file import ready_made
from makegood.remedies.rules.playbooks_file import playbook_from
from tests.doors.api_client import Api
from tests.doors.customer_client import ByLink
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import NOW, Cast, make_cast
from tests.rooms.casework import Hand
from tests.rooms.entitling import FLIGHTS, bind

pytestmark = pytest.mark.django_db

PLAYBOOK = """
playbook: flights
name: Flights
currency: EUR
rules:
  - rule: late
    name: Late
    when: {promise: delivery}
    options:
      - {option: more, remedy: refund, title: Money for the time lost, words: "{amount}.", cost: 700, who: agent}
      - {option: typed, remedy: refund, title: As much as is right, words: "{amount} for you.", who: agent}
      - {option: call, remedy: personal_contact, title: Ring them, words: I ring you., who: agent}
"""
FACTS = {"fact-intra_eu": "no"}


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    bind(FLIGHTS, by=cast.greta)
    actions.save_playbook(playbook_from(PLAYBOOK), source=PLAYBOOK, by=SYSTEM, now=NOW)
    for grade, case in ((1, Decimal(50)), (2, Decimal(3000))):
        actions.set_limit(Limit(grade=grade, currency="EUR", case=case), by=SYSTEM, now=NOW)
    return cast


@pytest.fixture
def case(cast: Cast) -> str:
    """A flight of 5,800 km that came five hours late."""
    due = datetime.now(UTC) - timedelta(hours=6)
    known = {"source": "ops", "reference": "LH1"}
    Api().post("/facts", [{
        **known, "customer": {"key": "C-7", "name": "Dana Okafor"}, "kind": "delivery",
        "title": "In New York at noon", "made_at": (due - timedelta(days=9)).isoformat(), "due_at": due.isoformat(),
        "amount": "500", "currency": "EUR", "attributes": {"distance_km": 5800},
    }])  # fmt: skip
    Api().post("/facts", [known | {"kept_at": (due + timedelta(hours=5)).isoformat()}])
    Case.objects.update(owner=cast.mara)
    return f"SR-{Case.objects.get().pk}"


def test_it_is_asked_worked_out_and_given_in_one_press(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    shown = text(mara.get(f"/cases/{case}/"))
    assert "EU Regulation 261/2004 up to €600 Not known yet: this must be asked first" in shown
    assert "Does the flight stay within the European Union? Yes No Note it" in shown
    assert "is not known yet. Does the flight stay" in shown, "it stands in the way of closing"

    told = mara.press(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS)
    assert toast(told) == "Noted, and worked out anew."
    assert "€600 Owed to Dana, and not given yet; Dana has to claim it Give €600 How it comes about" in text(told)
    assert "Version 2004 of “EU Regulation 261/2004” was in force on" in text(told)
    assert "noted what EU Regulation 261/2004 asks: intra eu: no" in text(told)

    given = mara.press(f"/cases/{case}/owed/{FLIGHTS}/grant/")
    assert "Pay €600: EU Regulation 261/2004" in text(given)
    assert "Give €600" not in text(given)
    assert "How it came about" in text(mara.beside(f"/cases/{case}/remedies/"))
    assert Grant.objects.get().entitled == 600


def test_without_a_script_and_what_is_wrong_comes_back(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    url = f"/cases/{case}/owed/{FLIGHTS}"
    refused = mara.post(f"{url}/facts/", **{"fact-intra_eu": "perhaps"})
    assert "“perhaps” is not intra eu" in text(refused)
    assert mara.post(f"{url}/facts/", **FACTS).status_code == 303
    assert "Write down what the customer said" in text(mara.post(f"{url}/renounce/", words=""))
    assert mara.post(f"{url}/renounce/", words="Keep it").status_code == 303
    page = text(mara.get(f"/cases/{case}/"))
    assert "Dana does not want it; “Keep it” (Mara Silva," in page
    assert mara.post(f"{url}/grant/").status_code == 303
    assert Grant.objects.get().entitled == 600


@pytest.mark.parametrize("who", ["stranger", "anil"])
def test_others_do_nothing(cast: Cast, case: str, who: str) -> None:
    person = AtDesk(getattr(cast, who))
    for deed in ("facts", "grant", "renounce"):
        person.post(f"/cases/{case}/owed/{FLIGHTS}/{deed}/", words="No", **FACTS)
    assert [model.objects.count() for model in (Grant, ToldFact, Renunciation)] == [0, 0, 0]
    assert "Note it" not in text(person.get(f"/cases/{case}/"))


def test_the_picker_parts_what_is_owed_from_goodwill(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    mara.post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS)
    url = f"/cases/{case}/remedies/"
    shown = text(mara.get(url))
    assert "EU Regulation 261/2004 €600 Owed, and not given yet" in shown
    assert "Money for the time lost €700 €600 of it is owed, €100 is goodwill" in shown
    assert "As much as is right €600 less than what is owed: all of that is given" in shown

    more = {"pick": ["flights/late/more"]}
    reckoned = text(mara.post(f"{url}reckon/", **more))
    assert "€50 over your authority €100 of €50" in reckoned
    assert "and €600 that is owed: nobody has to allow that" in reckoned
    assert "Ask Lena to approve €100" in reckoned
    exact = {"pick": ["flights/late/typed"]}
    assert "Give the €600 that is owed" in text(mara.post(f"{url}reckon/", **exact))

    assert mara.post(url, **more, reason="It was Christmas").status_code == 303
    owed, asked = Grant.objects.order_by("id")
    assert (owed.entitled, owed.state, asked.goodwill, asked.entitled, asked.state) == (600, "given", 100, 0, "asked")
    assert asked.approval is not None
    question = text(AtDesk(cast.lena).get(f"/approvals/{asked.approval.pk}/"))
    for words in ("Owed by a rule given already; nobody has to allow it €600", "Correction €0", "Goodwill €100",
                  "To approve €100", "Approve €100"):  # fmt: skip
        assert words in question


def test_a_case_asks_few_statements_for_it(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    counts = []
    for _ in range(2):
        mara.beside(f"/cases/{case}/panel/")
        with CaptureQueriesContext(connection) as asked:
            mara.beside(f"/cases/{case}/panel/")
        counts.append(sum("remedies_toldfact" in one["sql"] or "g.once_key = ANY" in one["sql"] for one in asked))
        mara.post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS)
    assert counts == [1, 2]


def test_the_same_by_api(cast: Cast, case: str) -> None:
    mara, path = Api(staff=cast.mara), f"/cases/{case}/entitlements"
    (asked,) = mara.get(path).body["items"]
    assert (asked["state"], Decimal(asked["at_stake"])) == ("unknown", 600)
    assert asked["questions"] == [{
        "fact": "intra_eu", "asks": "Does the flight stay within the European Union?", "kind": "yes_no",
        "how": "yes or no", "choices": ["yes", "no"],
    }]  # fmt: skip
    refused = mara.post(f"{path}/{FLIGHTS}/grant", {})
    assert (refused.status, refused.body["code"]) == (409, "entitlement.not_known")

    (found,) = mara.post(f"{path}/{FLIGHTS}/facts", {"facts": {"intra_eu": "no"}}).body["items"]
    assert (found["state"], Decimal(found["open"]), found["version"]) == ("open", 600, "2004")
    assert any(Decimal(step["adds"]) == 600 for step in found["steps"])
    assert found["exemptions"][0]["name"] == "extraordinary circumstances"
    given = mara.post(f"{path}/{FLIGHTS}/grant", {"promise": found["promise"]})
    (row,) = given.body["items"]
    assert (given.status, Decimal(row["entitled"]), row["policy"], Decimal(row["goodwill"])) == (201, 600, FLIGHTS, 0)
    over = mara.post(f"{path}/{FLIGHTS}/renounce", {"words": "Keep it"})
    assert over.body["code"] == "entitlement.nothing_owed"
    stranger = Api(staff=cast.stranger)
    assert stranger.get(path).status == 404
    assert stranger.post(f"{path}/{FLIGHTS}/grant", {}).status == 404


def test_a_door_cannot_book_goodwill_as_owed(cast: Cast, case: str) -> None:
    mara = Api(staff=cast.mara)
    mara.post(f"/cases/{case}/entitlements/{FLIGHTS}/facts", {"facts": {"intra_eu": "no"}})
    due = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    choice: dict[str, Any] = {"remedy": "refund", "title": "More", "amount": "40", "due_at": due, "with_owed": True}
    wrong = mara.post(f"/cases/{case}/grants", {"choices": [choice | {"entitled": "40"}], "currency": "EUR"})
    assert wrong.status == 422

    given = mara.post(f"/cases/{case}/grants", {"choices": [choice], "currency": "EUR"}).body["items"]
    assert [(Decimal(one["entitled"]), Decimal(one["goodwill"])) for one in given] == [(600, 0), (0, 40)]


# The customer's page


def by_link(cast: Cast, case: str) -> ByLink:
    hand = Hand(cast.mara)
    return ByLink(links.make_link(int(case[3:]), **hand.at(datetime.now(UTC))))


def test_the_customer_reads_what_they_are_owed(cast: Cast, case: str) -> None:
    page, mara = by_link(cast, case), AtDesk(cast.mara)
    assert "We owe you" not in text(page.get())

    mara.post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS)
    assert "We owe you €600.00." in text(page.get())
    Customer.objects.update(language="de")
    assert "Wir schulden Ihnen 600,00" in text(page.get()).replace("\xa0", " ")
    Customer.objects.update(language="en")
    mara.post(f"/cases/{case}/owed/{FLIGHTS}/grant/")

    shown = text(page.get())
    assert "We pay you the €600.00 that we owe you" in shown
    assert "We owe you" not in shown
    assert "Regulation" not in shown


def test_what_comes_to_nothing_is_one_line_that_opens(cast: Cast, case: str) -> None:
    told = {"fact-extraordinary": "yes", "fact-evidence.circumstance": "Storm", "fact-evidence.measures": "All taken"}
    mara = AtDesk(cast.mara)
    mara.post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS, **told)
    page = mara.get(f"/cases/{case}/").content.decode()
    line = page[page.index('<details class="owed quiet"') :]
    summary = line[: line.index("</summary>")]
    assert "EU Regulation 261/2004" in summary
    assert "Nothing is owed" in summary
    assert "open" not in line[: line.index(">")]
    assert "What we were told" in line
    assert '<article class="owed"' not in page


def test_the_customer_is_told_why_nothing_is_owed(cast: Cast, case: str) -> None:
    told = {"fact-extraordinary": "yes", "fact-evidence.circumstance": "Storm", "fact-evidence.measures": "All taken"}
    AtDesk(cast.mara).post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS, **told)
    shown = text(by_link(cast, case).get())
    assert "something outside the airline's control that could not have been avoided" in shown
    assert "Storm" not in shown


# Settings


def test_bindings_are_read_by_all_and_written_by_some(cast: Cast) -> None:
    mara, greta = AtDesk(cast.mara), AtDesk(cast.greta)
    shown = text(mara.get("/settings/owed/"))
    assert "EU Regulation 261/2004 Delivery eu-flights 1" in shown
    assert "Ofcom automatic compensation 2026" in shown
    assert "Write the binding" not in shown
    one = text(mara.get("/settings/owed/eu-flights/"))
    assert "distance the attribute distance_km of the promise; asked: “How many kilometres" in one
    assert "arrived at when it was kept, or is to be as things stand" in one
    for path in ("new/?policy=eu-261&kind=refund", "eu-flights/edit/"):
        assert mara.get(f"/settings/owed/{path}").status_code == 403
    mara.post("/settings/owed/eu-flights/retire/")
    assert not Binding.objects.filter(retired=True).exists()

    begun = greta.get("/settings/owed/new/", policy="uk-delay-repay", kind="callback").content.decode()
    assert "promise: [callback]" in begun
    wrong = ready_made("uk-delay-repay", "callback") or ""
    answer = greta.post("/settings/owed/new/", source=wrong.replace("fare:", "fair:"), based_on="0")
    assert (answer.status_code, "Did you mean `fare`?" in text(answer)) == (422, True)
    checked = greta.post("/settings/owed/new/", source=wrong, based_on="0", check="1")
    assert "gb-trains takes 7 facts of uk-delay-repay from somewhere. Nothing is saved yet." in text(checked)
    assert greta.post("/settings/owed/new/", source=wrong, based_on="0", note="First").status_code == 303
    assert Binding.objects.get(slug="gb-trains").note == "First"
    stale = greta.post("/settings/owed/new/", source=f"{wrong}\n# more", based_on="0")
    assert "There is a version 1 of gb-trains already." in text(stale)
    assert greta.get("/settings/owed/gb-trains/download/").content.decode() == wrong


def test_one_is_brought_in_from_a_file_and_taken_out_of_force(cast: Cast) -> None:
    greta, written = AtDesk(cast.greta), (ready_made("gb-storm", "update") or "").encode()
    assert greta.post("/settings/owed/import/", file=SimpleUploadedFile("a.yaml", written)).status_code == 303
    assert "Choose a file." in text(greta.post("/settings/owed/import/"))
    assert greta.post("/settings/owed/gb-storm/retire/").status_code == 303
    page = text(greta.get("/settings/owed/gb-storm/"))
    assert "Not in force" in page
    assert "Version 2, taken out of force" in page
    assert "There is no such version." in text(greta.get("/settings/owed/gb-storm/", version="9"))


def test_an_own_policy_that_cannot_be_read_stops_no_page(cast: Cast, case: str, settings: Any, tmp_path: Any) -> None:
    settings.POLICIES = tmp_path
    (tmp_path / "ours.yaml").write_text("name: eu-261\ntitel: Ours\n")
    assert AtDesk(cast.mara).get(f"/cases/{case}/").status_code == 200
    assert "ours.yaml, line 2: `titel`: there is no such key." in text(AtDesk(cast.greta).get("/settings/owed/"))


def test_what_is_owed_is_given_by_whoever_presses_even_an_option_kept_for_others(cast: Cast, case: str) -> None:
    kept = PLAYBOOK.replace('right, words: "{amount} for you.", who: agent', 'right, words: "{amount}.", who: lead')
    assert kept != PLAYBOOK
    actions.save_playbook(playbook_from(kept), source=kept, by=SYSTEM, now=NOW)
    mara = AtDesk(cast.mara)
    mara.post(f"/cases/{case}/owed/{FLIGHTS}/facts/", **FACTS)
    only_owed = {"pick": ["flights/late/typed"]}
    assert "Give the €600 that is owed" in text(mara.post(f"/cases/{case}/remedies/reckon/", **only_owed))
    assert mara.post(f"/cases/{case}/remedies/", **only_owed).status_code == 303
    (row,) = Grant.objects.all()
    assert (row.entitled, row.state) == (600, "given")
