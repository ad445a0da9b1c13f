"""A language model says what the customer answers in other words: at the desk, by the API and at the terminal."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from makegood.adapters.asking import VOICE_SECONDS, Endpoint
from makegood.config.cli import makegood
from makegood.config.environment import read_environment
from makegood.config.values import BadSetting
from makegood.practice.models import Run
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.model_server import Model, a_model

WORDS = "Is that so? My card is 4711."


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def use(settings: Any, model: Model) -> None:
    settings.AI, settings.PRACTICE_VOICE = Endpoint(url=model.url, model="house-7b"), True


def written(cast: Cast) -> str:
    """What the customer answers to these words, as it is written."""
    return str(said(Api(staff=cast.mara))["spoken"][0]["says"])


def said(api: Api) -> dict[str, Any]:
    number = api.post("/practice/runs", {"scene": "blue-trousers"}).body["id"]
    body: dict[str, Any] = api.post(f"/practice/runs/{number}/say", {"text": WORDS}).body
    return body


def louder(line: str) -> str:
    """The same in words that pass: nothing is added but what means nothing."""
    return f"Really, {line[0].lower()}{line[1:]}"


@pytest.mark.django_db
def test_the_api_says_it_in_other_words_and_keeps_the_line(cast: Cast, settings: Any) -> None:
    line, api = written(cast), Api(staff=cast.mara)
    plain = said(api)
    with a_model(louder(line)) as model:
        use(settings, model)
        found = said(api)
    (turn,) = found["spoken"]
    assert (turn["says"], turn["written"], turn["voice"]) == (louder(line), line, "house-7b")
    assert found["mood"] == plain["mood"]
    assert (plain["spoken"][0]["written"], plain["spoken"][0]["voice"]) == (None, None)
    assert "4711" not in str(model.asked), "nothing that was typed is told"
    settings.PRACTICE_VOICE = False
    assert api.get(f"/practice/runs/{found['id']}").body["spoken"][0]["says"] == louder(line), (
        "it stays as it was heard"
    )


@pytest.mark.django_db
def test_the_desk_names_the_model_and_the_line_when_looking_back(cast: Cast, settings: Any) -> None:
    line, desk = written(cast), AtDesk(cast.mara)
    with a_model(louder(line)) as model:
        use(settings, model)
        run = desk.post("/practice/blue-trousers/", role="agent")["Location"].split("#")[0]
        assert "house-7b says some of their lines in other words" in text(desk.get(run))
        desk.post(f"{run}say/", text=WORDS, after="0")
        assert louder(line) in text(desk.get(run))
        desk.post(f"{run}leave/", after="1")
    assert f"Phrased by house-7b. The line is: {line}" in text(desk.get(run))


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["Thank you, you are wonderful!", "I want £50 by 10:30.", b"no JSON", ""])
def test_what_does_not_pass_is_never_heard(cast: Cast, settings: Any, answer: str | bytes) -> None:
    line = written(cast)
    with a_model(answer) as model:
        use(settings, model)
        (turn,) = said(Api(staff=cast.mara))["spoken"]
        assert model.asked
    assert (turn["says"], turn["voice"]) == (line, None)
    assert not Run.objects.exclude(voiced={}).exists()


@pytest.mark.django_db
def test_a_voice_that_takes_too_long_is_not_waited_for(cast: Cast, settings: Any) -> None:
    line = written(cast)
    with a_model(louder(line)) as model:
        model.waits = threading.Event()
        use(settings, model)
        begun = time.monotonic()
        (turn,) = said(Api(staff=cast.mara))["spoken"]
        waited = time.monotonic() - begun
    assert turn["says"] == line
    assert waited < VOICE_SECONDS + 10, "the model itself would have waited twenty seconds"


def test_the_terminal_says_who_speaks_and_keeps_it_with_the_try(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("MAKEGOOD_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    kept, typed = tmp_path / "try.json", f"{WORDS}\n/bye\n"
    play = ["practice", "blue-trousers", "--save", str(kept)]
    plain = CliRunner().invoke(makegood, play, input=typed).output
    with a_model("Thank you, you are wonderful!") as model:
        for name, value in (("PRACTICE_VOICE", "on"), ("AI_URL", model.url), ("AI_MODEL", "house-7b")):
            monkeypatch.setenv(f"MAKEGOOD_{name}", value)
        told = CliRunner().invoke(makegood, play, input=typed)
        assert model.asked
    assert told.exit_code == 0, told.output
    assert "house-7b says some of the customer's lines in other words" in told.output
    assert told.output.replace(told.output.splitlines()[0] + "\n", "", 1) == plain, "refused words change nothing"
    assert CliRunner().invoke(makegood, ["practice", "review", str(kept)]).exit_code == 0


def test_a_voice_without_a_model_is_told_at_the_start() -> None:
    with pytest.raises(BadSetting, match="MAKEGOOD_AI_URL"):
        read_environment({"MAKEGOOD_PRACTICE_VOICE": "on"})
    with pytest.raises(BadSetting, match="MAKEGOOD_PRACTICE_VOICE"):
        read_environment({"MAKEGOOD_PRACTICE_VOICE": "loud"})
