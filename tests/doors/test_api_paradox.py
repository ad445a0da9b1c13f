"""The paradox report by the API: registered, watched, read and downloaded by those who may at the desk."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.measurement import actions
from makegood.measurement.findings import ARCHIVE, ROWS, Compared, Group, Said
from makegood.measurement.models import Experiment, Report
from tests.doors.api_client import ROOT, Api
from tests.doors.test_web_paradox import found
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"outcome": "stayed", "since": "2026-06-01", "before": "2026-11-01", "margin": 0.02}
EQUAL = Compared(group=Group.PUT_RIGHT, said=Said.EQUIVALENT, value=0.001, low=-0.01, high=0.012)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_an_analyst_registers_one_and_watches_it(cast: Cast) -> None:
    anil = Api(staff=cast.anil)
    made = anil.post("/report/paradox", ASKED | {"covariates": ["exposure", "tenure"], "threshold_hours": 24}, key="k1")
    assert made.status == 201
    assert (made.body["state"], made.body["verdicts"], made.body["found"]) in (("locked", [], None), ("due", [], None))
    assert made.body["plan"]["covariates"] == ["exposure", "tenure"]
    again = anil.post(
        "/report/paradox", ASKED | {"covariates": ["exposure", "tenure"], "threshold_hours": 24}, key="k1"
    )
    assert (again.body, Report.objects.count()) == (made.body, 1)
    number = made.body["number"]
    assert actions.claim_due(now=datetime.now(UTC)) == number
    actions.note_progress(number, "stayed", 0.25)
    watched = anil.get("/report/paradox", number=number).body
    assert (watched["state"], watched["progress"]) == ("computing", {"doing": "stayed", "share": 0.25})
    actions.note_problem(number, "Its process was ended by SIGKILL.", now=datetime.now(UTC))
    failed = anil.get("/report/paradox", number=number).body
    assert (failed["state"], failed["problem"]) == ("failed", "Its process was ended by SIGKILL.")
    assert [one["number"] for one in anil.get("/report/paradox/registered").body["items"]] == [number]


def test_it_is_downloaded_once_it_is_found(cast: Cast) -> None:
    anil = Api(staff=cast.anil)
    number = anil.post("/report/paradox", ASKED).body["number"]
    assert anil.get(f"/report/paradox/{number}/archive").code == "report.locked"
    assert anil.get("/report/paradox/999/rows").code == "report.unknown"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("report.json", "{}")
    files = {ARCHIVE: packed.getvalue(), ROWS: gzip.compress(b"customer,group\n0,never_failed\n")}
    actions.note_found(number, found(EQUAL), now=datetime.now(UTC), files=files)
    told = anil.client.get(f"{ROOT}/report/paradox/{number}/archive")
    assert zipfile.ZipFile(io.BytesIO(told.content)).namelist() == ["report.json"]
    rows = anil.client.get(f"{ROOT}/report/paradox/{number}/rows")
    assert rows.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(rows.content).startswith(b"customer,group")
    for who in (cast.mara, cast.stranger, cast.lena):
        assert Api(staff=who).get(f"/report/paradox/{number}/archive").code == "people.not_allowed"
        assert Api(staff=who).get(f"/report/paradox/{number}/rows").code == "people.not_allowed"
    assert Api(staff=cast.greta).client.get(f"{ROOT}/report/paradox/{number}/rows").status_code == 200


def test_what_may_be_said_is_a_sentence(cast: Cast) -> None:
    ada = Api(staff=cast.ada)
    number = ada.post("/report/paradox", ASKED | {"outcome": "csat", "margin": 0.1}).body["number"]
    actions.note_found(number, found(EQUAL), now=datetime.now(UTC))
    read = ada.get("/report/paradox", number=number).body
    assert read["state"] == "found"
    assert read["verdicts"] == [
        {"group": "put_right", "said": "equivalent", "sentence": "Equivalent within ±0.1.", "missing": 0}
    ]
    assert ada.get(f"/report/paradox/{number}/archive").code == "report.no_files"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"margin": -1}, "report.bad_margin"), ({"margin": 0.9}, "report.bad_margin"),
        ({"margin": 1e300}, "report.bad_margin"), ({"before": "2026-05-01"}, "report.bad_days"),
        ({"horizon_days": 31}, "report.bad_value"), ({"outcome": "recovery"}, "report.bad_value"),
        ({"covariates": []}, "report.nothing_known"), ({"threshold_hours": -4}, "report.bad_threshold"),
        ({"threshold_kind": "delivery"}, "report.bad_threshold"),
        ({"threshold_hours": 24, "threshold_kind": "nothing"}, "report.bad_threshold"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(cast: Cast, wrong: dict[str, Any], code: str) -> None:
    assert Api(staff=cast.anil).post("/report/paradox", ASKED | wrong).code == code
    assert not Report.objects.exists()


def test_who_does_not_measure_registers_nothing(cast: Cast) -> None:
    for who in (cast.mara, cast.lena, cast.greta, cast.stranger):
        assert Api(staff=who).post("/report/paradox", ASKED).code == "people.not_allowed"
    assert Api("read", staff=cast.anil).post("/report/paradox", ASKED).code == "token.read_only"
    assert Api().post("/report/paradox", ASKED).code == "token.no_staff"
    assert Api().post("/report/paradox", ASKED | {"staff": cast.anil.email}).status == 201


def test_an_analyst_writes_experiments_and_does_no_work(cast: Cast) -> None:
    anil = Api(staff=cast.anil)
    until = (datetime.now(UTC) + timedelta(days=200)).isoformat()
    asked = {
        "name": "Named", "why": "Owning it may be enough", "varies": "words", "measured": "satisfied",
        "horizon_days": 14, "expected": 70, "effect": 10, "until": until,
        "arms": [{"name": "As usual"}, {"name": "Named", "words": "This is ours.", "line": "own"}],
    }  # fmt: skip
    made = anil.post("/experiments", asked)
    assert made.status == 201
    path = f"/experiments/{made.body['number']}"
    assert anil.post(f"{path}/start").body["state"] == "running"
    assert anil.post(f"{path}/stop", {"reason": "Enough"}).body["state"] != "running"
    assert anil.post("/report/cost/rate", {"amount": "30", "currency": "GBP", "source": "Payroll"}).status in (201, 422)
    for who in (cast.mara, cast.stranger, cast.greta):
        assert Api(staff=who).post("/experiments", asked).code == "people.not_allowed"
    assert Experiment.objects.count() == 1
    for path in ("/promises", "/cases", "/cases/SR-1/experiments", "/experimentsx", "/report/paradox/1", "/messages"):
        assert anil.post(path, {}).code in ("people.not_allowed", "http.unknown_address", "http.wrong_method"), path
