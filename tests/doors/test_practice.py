"""Practice at the desk and by the API: a scene is played, looked back at, and nobody else's."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.journal.models import Entry
from makegood.practice.models import Run
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
POOR = "Could you check back in an hour?"
FIRST = "I am sorry, Dana. We failed you. I will see this through myself. What do you need it for today?"
LAST = (
    "I understand how frustrating this is. I will load it with you by 10:30. Is that right for you, or is there "
    "something more?"
)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def begun(desk: AtDesk, **typed: str) -> str:
    """The address of a try that has just begun."""
    sent = desk.post("/practice/late-unit/", **({"role": "agent"} | typed))
    assert sent.status_code == 303
    return sent.headers["Location"].removesuffix("#f-text")


def test_a_scene_is_played_and_looked_back_at(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    assert "The unit that is not on site" in text(desk.get("/practice/"))
    assert "You are at the counter." in text(desk.get("/practice/late-unit/"))
    run = begun(desk)
    assert "What are you going to do about it?" in text(desk.get(run))
    desk.post(f"{run}say/", text=POOR, after="0")
    assert "I should come back in an hour?" in text(desk.get(run))
    desk.post(f"{run}say/", text=FIRST, after="1")
    desk.post(f"{run}look/", fact="yard", after="2")
    assert "A compactor one size larger stands washed and fuelled." in text(desk.get(run))
    desk.post(f"{run}say/", text=LAST, give="larger", after="3")
    back = text(desk.get(run))
    for words in ("Content", "You gave the work to them", "Dixon, Freeman and Toman 2010", "You could have said",
                  "The same scene without a system", "Please check back in an hour."):  # fmt: skip
        assert words in back
    assert Run.objects.get().end == "content"
    assert [one.verb for one in Entry.objects.filter(subject_kind="practice").order_by("id")] == [
        "practice.started", "practice.ended"
    ]  # fmt: skip
    assert "Content" in text(desk.get("/practice/"))


def test_what_is_wrong_is_told_and_the_words_stay(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    run = begun(desk)
    empty = desk.post(f"{run}say/", text=" ", after="0")
    assert empty.status_code == 422
    assert "Say something to the customer first." in text(empty)
    odd = desk.post(f"{run}say/", text="My own words", give="castle", after="0")
    assert "My own words" in odd.content.decode()
    stale = desk.post(f"{run}say/", text="Twice", after="5")
    assert stale.status_code == 409
    assert Run.objects.get().moves == []
    assert desk.post(f"{run}wait/", minutes="soon", after="0").status_code == 422
    assert desk.get("/practice/castle/").status_code == 404


def test_it_is_compared_with_ones_last_try(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    first = begun(desk)
    desk.post(f"{first}leave/", after="0")
    assert "Your last try" not in text(desk.get(first))
    again = begun(desk)
    desk.post(f"{again}say/", text=FIRST, after="0")
    desk.post(f"{again}leave/", after="1")
    assert "Your last try" in text(desk.get(again))
    assert text(desk.get("/practice/late-unit/")).count("Agent") >= 3


def test_a_try_is_its_players_alone(cast: Cast) -> None:
    run = begun(AtDesk(cast.mara))
    for other in (cast.lena, cast.stranger):
        assert AtDesk(other).get(run).status_code == 404
        AtDesk(other).post(f"{run}say/", text="Hello.", after="0")
        assert "Lost" not in text(AtDesk(other).get("/practice/"))
    assert Run.objects.get().moves == []
    assert AtDesk(None).get("/practice/").status_code == 303


def test_time_passes_and_a_second_failure_comes(cast: Cast) -> None:
    desk = AtDesk(cast.mara)
    run = begun(desk, second="yes", role="lead")
    desk.post(f"{run}say/", text=f"{FIRST} I will call you back in 20 minutes.", after="0")
    assert "You promised" in text(desk.get(run))
    desk.post(f"{run}wait/", minutes="due", after="1")
    assert "10:20" in text(desk.get(run))
    desk.post(f"{run}say/", text="Here I am.", after="2")
    desk.post(f"{run}say/", text="I have loaded it.", give="larger", after="3")
    assert "the one you gave me does not start" in text(desk.get(run))


@pytest.mark.parametrize("path", ["/practice/", "/practice/late-unit/", "run"])
def test_pages_ask_a_fixed_number_of_questions(cast: Cast, path: str) -> None:
    desk = AtDesk(cast.mara)
    asked = []
    for _each in range(2):
        run = begun(desk)
        desk.post(f"{run}say/", text=FIRST, after="0")
        desk.post(f"{run}leave/", after="1")
        desk.get(run)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.get(run if path == "run" else path)
        asked.append(len(seen))
    assert asked[0] == asked[1]


def test_the_api_plays_the_same(cast: Cast) -> None:
    api = Api(staff=cast.mara)
    assert len(api.get("/practice/scenes").body["items"]) >= 15
    run = api.post("/practice/runs", {"scene": "late-unit"})
    assert run.status == 201
    at = f"/practice/runs/{run.body['id']}"
    assert run.body["mood"] == "upset"
    said = api.post(f"{at}/say", {"text": FIRST, "after": 0}).body
    assert said["spoken"][0]["says"].startswith("It is for a foundation.")
    assert api.post(f"{at}/look", {"fact": "yard"}).body["facts"][1]["tells"]
    assert api.post(f"{at}/wait", {"minutes": 2}).body["clock"] == "10:05"
    done = api.post(f"{at}/say", {"text": LAST, "give": "larger"}).body
    assert done["end"] == "content"
    assert api.get(at).body == done
    back = api.get(f"{at}/review").body
    assert back["missing"] == []
    own = next(one for one in back["turns"][0]["shifts"] if one["cause"] == "own")
    assert own == {
        "cause": "own", "words": "We failed you", "trust": 8, "anger": -6, "effort": 0,
        "why": "You took responsibility", "source": "Lewicki, Polin and Lount 2016",
    }  # fmt: skip
    assert back["without"]
    assert api.post(f"{at}/leave", {}).code == "practice.ended"
    assert api.get("/practice/scenes").body["items"][0].keys() >= {"scene", "last", "open_run"}


def test_the_api_refuses_what_is_not_theirs_or_not_there(cast: Cast) -> None:
    mine = Api(staff=cast.mara).post("/practice/runs", {"scene": "parcel", "role": "lead", "second": True}).body["id"]
    other = Api(staff=cast.stranger)
    assert other.get(f"/practice/runs/{mine}").code == "practice.no_run"
    assert other.post(f"/practice/runs/{mine}/leave", {}).code == "practice.no_run"
    mara = Api(staff=cast.mara)
    assert mara.post("/practice/runs", {"scene": "castle"}).code == "practice.no_scene"
    for deed, body, code in (
        ("say", {"text": "Hello.", "give": "castle"}, "practice.no_option"),
        ("say", {"text": " "}, "practice.no_words"),
        ("look", {"fact": "castle"}, "practice.no_fact"), ("wait", {"minutes": 0}, "practice.bad_wait"),
        ("leave", {"after": 7}, "practice.stale"),
    ):  # fmt: skip
        assert mara.post(f"/practice/runs/{mine}/{deed}", body).code == code
    assert Api().get("/practice/scenes").code == "token.no_staff"
    assert Api().get("/practice/scenes", staff=cast.mara.email).status == 200
