"""What it means to the customer and what they need goes with the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.cases import actions as cases
from makegood.cases.models import Case
from makegood.journal.actors import Actor, ActorKind
from makegood.links.actions import make_link
from makegood.people.rules import Role, Scope
from tests.doors.api_client import Api
from tests.doors.customer_client import ByLink
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db
HARM, NEEDS = "It holds up her job site", "The unit on site by Thursday noon"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def number(cast: Cast) -> int:
    return report(cast)


def report(cast: Cast, **more: Any) -> int:
    said = {"customer_id": make_customer("Dana Okafor").pk, "kind": "delivery", "what": "Not here"} | more
    scope = Scope(Role.AGENT, cast.mara.pk, cast.care.pk)
    made = cases.report_failure(**said, scope=scope, by=actor(cast.mara), now=datetime.now(UTC) - timedelta(hours=1))
    Case.objects.filter(pk=made.number).update(owner=cast.mara)
    return made.number


def test_what_they_need_is_heard_and_stands_on_the_case_for_everybody_who_opens_it(cast: Cast, number: int) -> None:
    mara = AtDesk(cast.mara)
    mara.post(f"/cases/SR-{number}/steps/listen/", said="We cannot go on", harm=HARM, needs=NEEDS)
    mara.post(f"/cases/SR-{number}/handover/", to=str(cast.tomas.pk))
    for person in (cast.mara, cast.tomas, cast.lena):
        shown = text(AtDesk(person).get(f"/cases/SR-{number}/"))
        assert f"It means {HARM} They need {NEEDS}" in shown
    assert HARM in text(AtDesk(cast.tomas).get("/notices/"))
    assert NEEDS in text(AtDesk(cast.tomas).get("/notices/"))
    assert number in cases_found(cast, "Thursday noon")


def cases_found(cast: Cast, words: str) -> list[int]:
    return [one["number"] for one in Api(staff=cast.mara).get(f"/cases?q={words}").body["items"]]


def test_the_api_takes_it_and_tells_it(cast: Cast) -> None:
    mara = Api(staff=cast.mara)
    body = {"customer": {"name": "Ines"}, "kind": "delivery", "what": "Not here", "harm": HARM, "needs": NEEDS}
    case = mara.post("/cases", body).body
    assert (case["harm"], case["needs"]) == (HARM, NEEDS)
    path = f"/cases/{case['number']}"
    assert mara.get(f"{path}/plan").body["needs"] == NEEDS
    said = {"step": "listen", "words": "No", "needs": "By Friday"}
    assert mara.post(f"{path}/steps", said).body["needs"] == "By Friday"
    entry = mara.get(f"{path}/timeline").body["items"][-1]
    assert entry["verb"] in ("case.step", "promise.kept")
    step = next(one for one in mara.get(f"{path}/timeline").body["items"] if one["verb"] == "case.step")
    assert mara.post(f"{path}/undo", {"entry": step["id"]}).body["needs"] == NEEDS


def test_a_second_word_adds_to_the_first(cast: Cast) -> None:
    dana = make_customer("Dana Okafor").pk
    first = report(cast, customer_id=dana, harm=HARM, needs=NEEDS)
    assert report(cast, customer_id=dana, needs="A call before") == first
    assert Case.objects.get().needs == f"{NEEDS}\nA call before"


def test_the_customer_reads_their_own_words_and_no_notes_of_ours_about_them(cast: Cast) -> None:
    number = report(cast, harm=HARM, needs=NEEDS)
    now, scope = datetime.now(UTC), Scope(Role.AGENT, cast.mara.pk, cast.care.pk)
    dana = Case.objects.get().customer
    cases.write(number, words="The crane waits", by=Actor(ActorKind.CUSTOMER, dana.pk, dana.name), now=now)
    page = text(ByLink(make_link(number, scope=scope, by=actor(cast.mara), now=now)).get())
    assert "The crane waits" in page
    assert HARM not in page
    assert NEEDS not in page


def test_a_call_logged_tells_that_we_apologised_already(cast: Cast, number: int) -> None:
    mara, at = AtDesk(cast.mara), f"/cases/SR-{number}"
    mara.press(f"{at}/steps/apologise/", said="I am sorry")
    other = report(cast, customer_id=Case.objects.get().customer_id, kind="refund")
    said = toast(mara.press(f"/cases/SR-{other}/notes/", mode="call", text="Rang her", covered="apologise"))
    assert "We apologised once in the last 30 days" in said
