"""What a team lead does with practice, at the desk and by the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.practice.models import Assignment, Run
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
POOR = "Could you check back in an hour?"
DAY = "2199-11-27"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def assign(lead: AtDesk, *people: Any, **typed: Any) -> Any:
    asked = {"people": [str(one.pk) for one in people], "scenes": ["late-unit"], "due_on": DAY, "why": "Our week."}
    return lead.post("/practice/team/assign/", **(asked | typed))


def played(desk: AtDesk) -> str:
    """The address of a try as assigned that has ended."""
    number = Assignment.objects.latest("pk").pk
    run = desk.post("/practice/late-unit/", assignment=str(number)).headers["Location"].removesuffix("#f-text")
    desk.post(f"{run}say/", text=POOR, after="0")
    desk.post(f"{run}leave/", after="1")
    return run


def test_a_scene_is_assigned_played_read_and_commented_on(cast: Cast) -> None:
    lena, mara = AtDesk(cast.lena), AtDesk(cast.mara)
    assert "Mara Silva" in text(lena.get("/practice/team/assign/", people=str(cast.mara.pk)))
    assert assign(lena, cast.mara).status_code == 303
    assert "Assigned to you" in text(mara.get("/practice/"))
    assert "your leads can read it" in text(mara.get("/practice/late-unit/"))
    assert "Not begun" in text(lena.get("/practice/team/"))
    run = played(mara)
    page = text(lena.get("/practice/team/"))
    assert "Played, not passed" in page
    assert run in lena.get("/practice/team/").content.decode()
    review = text(lena.get(run))
    assert "Mara Silva" in review
    assert "Play it again" not in review
    assert lena.post(f"{run}comment/", line="1", text="Who calls whom?").status_code == 303
    assert "Who calls whom?" in text(mara.get(run))
    assert mara.post(f"{run}comment/", line="1", text="I do.").status_code == 303
    assert "I do." in text(lena.get(run))
    assert lena.post(f"{run}comment/", line="1", text=" ").status_code == 422


def test_what_is_wrong_is_told_at_its_field(cast: Cast) -> None:
    lena = AtDesk(cast.lena)
    for wrong, said in (
        ({"people": []}, "Choose at least one person."), ({"scenes": []}, "Choose at least one scene."),
        ({"due_on": "soon"}, "Choose a day"), ({"due_on": "2001-01-01"}, "That day is over."), ({"why": ""}, "Say why"),
    ):  # fmt: skip
        answer = assign(lena, cast.mara, **wrong)
        assert answer.status_code == 422
        assert said in text(answer)
    assign(lena, cast.mara)
    number = Assignment.objects.get().pk
    assert lena.post(f"/practice/team/{number}/take-back/", reason="").status_code == 422
    assert lena.post(f"/practice/team/{number}/take-back/", reason="On leave").status_code == 303
    assert "Nothing is assigned." in text(lena.get("/practice/team/"))


def test_who_leads_nobody_finds_nothing(cast: Cast) -> None:
    for one in (cast.mara, cast.anil):
        assert AtDesk(one).get("/practice/team/").status_code == 403
        assert AtDesk(one).get("/practice/team/assign/").status_code == 403
    assert "Practice of your people" not in text(AtDesk(cast.mara).get("/practice/"))
    own = AtDesk(cast.mara).post("/practice/late-unit/", role="agent").headers["Location"].removesuffix("#f-text")
    AtDesk(cast.mara).post(f"{own}leave/", after="0")
    assert AtDesk(cast.lena).get(own).status_code == 404


def test_the_team_asks_a_fixed_number_of_questions(cast: Cast) -> None:
    lena, asked = AtDesk(cast.lena), []
    for people in ([cast.mara], [cast.mara, cast.tomas]):
        assign(lena, *people, scenes=["late-unit", "parcel"])
        with CaptureQueriesContext(connection) as seen:
            lena.get("/practice/team/")
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 12


def test_the_policy_is_set_and_read(cast: Cast) -> None:
    ada, mara = AtDesk(cast.ada), AtDesk(cast.mara)
    assert "It is off." in text(mara.get("/settings/practice/"))
    assert mara.post("/settings/practice/", on="yes", scenes=["late-unit"]).status_code in (403, 422)
    assert ada.post("/settings/practice/", on="yes", scenes=[]).status_code == 422
    assert ada.post("/settings/practice/", on="yes", scenes=["late-unit"]).status_code == 303
    assert "waits for a lead’s look until you have passed" in text(mara.get("/practice/"))
    assert "Writes with a lead’s look" in text(AtDesk(cast.lena).get("/practice/team/"))


def test_the_api_does_the_same(cast: Cast) -> None:
    lena, mara = Api(staff=cast.lena), Api(staff=cast.mara)
    asked = {"people": [cast.mara.email], "scenes": ["late-unit"], "due_on": DAY, "why": "Our week."}
    made = lena.post("/practice/assignments", asked)
    assert made.status == 201
    (number,) = made.body["assigned"]
    assert mara.post("/practice/assignments", asked).code == "people.not_allowed"
    assert lena.post("/practice/assignments", asked | {"people": ["no@desk.example"]}).code == "people.unknown"
    assert [one["id"] for one in mara.get("/practice/assignments").body["items"]] == [number]
    run = mara.post(f"/practice/assignments/{number}/runs", {}).body["id"]
    mara.post(f"/practice/runs/{run}/say", {"text": POOR})
    assert lena.get(f"/practice/runs/{run}/review").code == "practice.no_run"
    mara.post(f"/practice/runs/{run}/leave", {})
    assert lena.get(f"/practice/runs/{run}/review").body["before"] is None
    assert lena.post(f"/practice/runs/{run}/comments", {"line": 1, "text": "Why?"}).status == 201
    assert mara.post(f"/practice/runs/{run}/comments", {"line": 2, "text": "Hm."}).code == "practice.no_line"
    assert [one["text"] for one in mara.get(f"/practice/runs/{run}/comments").body["items"]] == ["Why?"]
    team = lena.get("/practice/team").body["items"]
    assert [one["name"] for one in team] == ["Lena Brandt", "Mara Silva", "Tomás Reyes"]
    assert team[1]["assigned"][0]["stage"] == "played"
    assert mara.get("/practice/team").code == "people.not_allowed"
    assert lena.post(f"/practice/assignments/{number}/take-back", {"reason": "Done."}).body == {"id": number}
    assert mara.post(f"/practice/assignments/{number}/runs", {}).code == "practice.no_assignment"
    assert Run.objects.count() == 1


def test_the_policy_by_api(cast: Cast) -> None:
    ada, mara = Api(staff=cast.ada), Api(staff=cast.mara)
    assert mara.get("/practice/policy").body == {"on": False, "scenes": ["blue-trousers", "late-unit", "silent-alarm"]}
    wanted = {"on": True, "scenes": ["late-unit"]}
    assert mara.post("/practice/policy", wanted).code == "people.not_allowed"
    assert ada.post("/practice/policy", wanted).body == wanted
    assert ada.get("/messages/looks").body["items"] == []
    assert mara.get("/messages/looks").code == "people.not_allowed"
    assert ada.post("/messages/1/release", {}).code == "message.unknown"
    assert ada.post("/messages/1/send-back", {"words": "No."}).code == "message.unknown"
