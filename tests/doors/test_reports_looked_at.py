"""A report that may be read at any time, at the desk and by the API: who looked is seen, whatever it said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from makegood.measurement import actions
from makegood.measurement.findings import ARCHIVE, ROWS, Asked, Compared, Figure, Found, Group, Outcome, Said
from makegood.measurement.models import Report, ReportLook
from makegood.measurement.queries import report_for
from makegood.people.rules import READS_ALL
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
HOME = "/insights/paradox/"
TYPED = {
    "outcome": "stayed", "since": (TODAY - timedelta(days=400)).isoformat(),
    "before": (TODAY + timedelta(days=200)).isoformat(), "landmark": "30", "horizon": "90", "margin": "0.02",
    "reading": "any_time", "planned": "4000",
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _seen(number: int, look: int, one: Compared, people: int) -> None:
    figures = (
        Figure(group=Group.NEVER, people=9 * people, counted=9 * people, value=0.91, low=0.9, high=0.92),
        Figure(group=Group.PUT_RIGHT, people=people, counted=people, value=0.92, low=0.9, high=0.94),
    )
    found = Found(
        people=10 * people, sizes=(), asked=(Asked(outcome=Outcome.STAYED, figures=figures, compared=(one,)),)
    )
    asked = report_for(READS_ALL, number).looks[look - 1]
    files = {ARCHIVE: b"zip", ROWS: b"rows"}
    actions.note_look(number, look, found, before=asked.before, now=asked.asked_at, files=files)


def test_an_analyst_registers_one_and_looks(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    form = text(anil.get(f"{HOME}new/"))
    assert "At any time, by wider intervals" in form
    assert "about 2.2 times as many people" in form, "what it costs is said before it is chosen"
    page = anil.post(f"{HOME}new/", **TYPED)["Location"]
    shown = text(anil.get(page))
    for said in (
        "Every look, and how sure it was",
        "Tightest with 4,000 put right",
        "Nobody has looked yet",
        "Look now",
    ):
        assert said in shown
    assert "Look now" not in text(AtDesk(cast.greta).get(page)), "who reads does not look"
    AtDesk(cast.greta).post(f"{page}look/")
    assert not ReportLook.objects.exists()
    assert anil.post(f"{page}look/")["Location"] == page
    assert "A look was asked for" in text(anil.get(page))
    number = int(page.rstrip("/").rpartition("/")[2])
    few = Compared(group=Group.PUT_RIGHT, said=Said.TOO_FEW, missing=5210, value=0.004, low=-0.05, high=0.058)
    _seen(number, 1, few, 640)
    assert "The interval at each look" in anil.get(page).content.decode()
    seen = text(anil.get(page))
    for said in ("Anil Rao", "640", "5,760", "+0.4", "-5.0", "+5.8", "not enough data: about 5,210 more"):
        assert said in seen.partition("Every look")[2], said
    assert "Not enough data: about 5,210 more customers needed" in seen
    anil.post(f"{page}look/")
    assert "Somebody looked today already" in text(anil.get(page))
    assert anil.get(f"{page}archive.zip").content == b"zip"


def test_what_is_planned_is_asked_where_it_matters(cast: Cast) -> None:
    anil = AtDesk(cast.anil)
    answer = anil.post(f"{HOME}new/", **TYPED | {"planned": ""})
    assert answer.status_code == 422
    assert "how many put right you expect" in answer.content.decode().partition('id="f-planned-error"')[2][:400]
    assert anil.post(f"{HOME}new/", **TYPED | {"reading": "at_end", "planned": "12"}).status_code == 303
    assert Report.objects.get().plan["planned"] is None


def test_the_same_by_the_api(cast: Cast) -> None:
    anil = Api(staff=cast.anil)
    asked = {name: TYPED[name] for name in ("outcome", "since", "before")} | {"margin": 0.02}
    locked = anil.post("/report/paradox", asked).body["number"]
    assert anil.post(f"/report/paradox/{locked}/looks").code == "report.locked"
    made = anil.post("/report/paradox", asked | {"planned": 4000}).body
    assert (made["state"], made["looks"], made["plan"]["planned"]) == ("readable", [], 4000)
    assert anil.post("/report/paradox", asked | {"planned": 3}).code == "report.bad_planned"
    number = made["number"]
    path = f"/report/paradox/{number}/looks"
    assert Api(staff=cast.greta).post(path).code == "people.not_allowed"
    (look,) = anil.post(path, key="one").body["looks"]
    assert (look["number"], look["asked_by"], look["found_at"], look["said"]) == (1, "Anil Rao", None, None)
    assert anil.post(path, key="one").body["looks"] == [look]
    above = Compared(group=Group.PUT_RIGHT, said=Said.ABOVE, value=0.05, low=0.01, high=0.09)
    _seen(number, 1, above, 900)
    read = anil.get("/report/paradox", number=number).body
    assert read["state"] == "readable"
    (look,) = read["looks"]
    assert (look["low"], look["people"], look["others"]) == (0.01, 900, 8100)
    assert look["sentence"] == "Above by 0.05 (95% interval 0.01 to 0.09)."
    assert read["verdicts"][0]["said"] == "above"
    assert anil.post(path).code == "report.looked"
