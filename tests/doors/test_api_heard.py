"""POST /scores and /behaviour: batches, rejects, limits, who may, and once."""

from __future__ import annotations

from typing import Any

import pytest

from makegood.measurement.models import Behaviour, Score
from tests.doors.api_client import Api
from tests.factories import make_cast

pytestmark = pytest.mark.django_db


def score(reference: str = "A-1", **parts: Any) -> dict[str, Any]:
    return {
        "source": "our-survey", "reference": reference, "customer": {"key": "C-7"}, "scale": "nps", "value": 9,
        "answered_at": "2026-01-09T12:00:00Z", **parts,
    }  # fmt: skip


def deed(reference: str = "O-1", **parts: Any) -> dict[str, Any]:
    return {
        "source": "shop", "reference": reference, "customer": {"key": "C-7"}, "deed": "order", "amount": "129.90",
        "currency": "EUR", "at": "2026-01-09T12:00:00Z", **parts,
    }  # fmt: skip


def test_scores_and_behaviour_are_kept_once() -> None:
    api = Api()
    for address, one, kept in (("/scores", score(), Score), ("/behaviour", deed(), Behaviour)):
        assert api.post(address, [one]).body == {"accepted": 1, "unchanged": 0, "rejected": 0, "rejects": []}
        assert api.post(address, [one]).body["unchanged"] == 1
        assert kept.objects.count() == 1


def test_a_bad_one_names_its_place_and_the_others_go_in() -> None:
    body = [score(), score("A-2", value=11), score("A-3", smile=True), score("A-4", answered_at="2026-01-09T12:00:00")]
    answer = Api().post("/scores", body)
    assert (answer.body["accepted"], answer.body["rejected"]) == (1, 3)
    assert [(one["index"], one["code"]) for one in answer.body["rejects"]] == [
        (1, "score.bad_value"), (2, "score.unknown_field"), (3, "score.bad_instant"),
    ]  # fmt: skip


def test_lines_are_read_like_an_array() -> None:
    lines = (
        '{"source": "shop", "reference": "1", "customer": {"key": "C"}, "deed": "left", "at": "2026-01-09T12:00:00Z"}'
    )
    assert Api().post("/behaviour", lines, kind="application/x-ndjson").body["accepted"] == 1


def test_limits_are_told() -> None:
    api = Api()
    assert api.post("/scores", []).body["accepted"] == 0
    assert api.post("/scores", "", kind="application/json").code == "scores.none"
    assert api.post("/behaviour", [deed(str(n)) for n in range(1_001)]).code == "behaviour.too_many"
    assert api.post("/scores", [score()], kind="text/csv").code == "http.not_json"


def test_who_reads_only_tells_nothing() -> None:
    assert Api("read").post("/scores", [score()]).code == "token.read_only"
    assert Api(staff=make_cast().anil).post("/behaviour", [deed()]).code == "people.not_allowed"
    assert (Score.objects.count(), Behaviour.objects.count()) == (0, 0)


def test_a_key_gives_the_first_answer_again() -> None:
    api = Api()
    assert api.post("/scores", [score()], key="once").body["accepted"] == 1
    again = api.post("/scores", [score()], key="once")
    assert (again.body["accepted"], again.headers["Idempotency-Replayed"]) == (1, "true")
