"""A real case becomes a scene with nobody in it: on the page, by the API and at the terminal."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from makegood.cases import actions as cases
from makegood.config import acting
from makegood.config.cli import makegood
from makegood.kernel.refusals import Refusal
from makegood.people.rules import Role, Scope
from makegood.practice.models import OwnScene
from makegood.practice.rules.scene_file import scene_of
from makegood.practice.rules.scene_form import faults
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import NOW, Cast, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db
AT = "/practice/scenes/"
GONE = ("dana", "okafor", "mara", "01392")


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr(acting, "installation", nullcontext)
    return make_cast()


@pytest.fixture
def number(cast: Cast) -> int:
    customer = make_customer("Dana Okafor", email="dana@okafor.example")
    return cases.report_failure(
        customer_id=customer.pk, kind="delivery", what="Dana's bed is not there, says Mara; ring 01392 555010",
        scope=Scope(Role.AGENT, cast.mara.pk, cast.care.pk), by=actor(cast.mara), now=NOW,
    ).number  # fmt: skip


def test_a_manager_makes_a_scene_of_a_case_and_mara_plays_it(cast: Cast, number: int) -> None:
    greta = AtDesk(cast.greta)
    assert f'href="/practice/scenes/?case=SR-{number}"' in greta.get(f"/cases/SR-{number}/").content.decode()
    assert f'value="SR-{number}"' in greta.get(f"{AT}?case=SR-{number}").content.decode()
    sent = greta.post(AT, name="The bed of Dana Okafor", begin="", case=f"sr-{number}")
    own = OwnScene.objects.get()
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{AT}{own.slug}/")
    assert faults(own.text) == ()
    assert not [one for one in GONE if one in own.text.lower()]
    page = text(greta.get(f"{AT}{own.slug}/"))
    assert "It can be played" in page
    assert f"Drafted from SR-{number}" in page
    greta.post(f"{AT}{own.slug}/publish/")
    assert scene_of(own.text).happened in text(AtDesk(cast.mara).get(f"/practice/{own.slug}/"))


def test_nobody_comes_back_into_it_and_what_was_typed_is_not_lost(cast: Cast, number: int) -> None:
    greta, at = AtDesk(cast.greta), f"{AT}no-bed/"
    greta.post(AT, name="No bed", case=str(number))
    before = OwnScene.objects.get().text
    refused = greta.post(at, based_on="1", happened="The bed was not there, wrote dana.")
    page = text(refused)
    assert refused.status_code == 422
    assert "By this somebody of the case could be known: “dana”." in page
    assert "What happened: by “dana” somebody of the case could be known." in page
    assert "The bed was not there, wrote dana." in refused.content.decode()
    assert OwnScene.objects.get().text == before
    seen = greta.post(f"{at}check/", happened="Okafor again")
    assert "What happened: by “Okafor” somebody of the case could be known." in text(seen)
    assert greta.post(at, based_on="1", happened="The bed was not there.").status_code == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "No bed", "case": "SR-999999"}, "There is no such case."),
        ({"name": "No bed", "case": "the bed"}, "There is no such case."),
        ({"name": "No bed", "case": "{number}", "begin": "late-unit"}, "Begin with a scene or with a case"),
        ({"name": "", "case": "{number}"}, "A name is missing."),
    ],
)  # fmt: skip
def test_what_cannot_begin_is_said_at_its_field(cast: Cast, number: int, typed: dict[str, str], said: str) -> None:
    refused = AtDesk(cast.greta).post(AT, **{key: one.format(number=number) for key, one in typed.items()})
    assert refused.status_code == 422
    assert said in text(refused)
    assert not OwnScene.objects.exists()


def test_an_agent_is_offered_none(cast: Cast, number: int) -> None:
    mara = AtDesk(cast.mara)
    assert "Make a scene of it" not in text(mara.get(f"/cases/SR-{number}/"))
    mara.post(AT, name="No bed", case=str(number))
    assert not OwnScene.objects.exists()


def test_another_system_drafts_one(cast: Cast, number: int) -> None:
    greta, at = Api(staff=cast.greta), "/practice/own-scenes"
    made = greta.post(at, {"case": number, "name": "No bed"})
    assert (made.status, made.body["scene"], made.body["case"], made.body["faults"]) == (201, "no-bed", number, [])
    assert not [one for one in GONE if one in made.body["text"].lower()]
    named = made.body["text"].replace("I am still waiting.", "Dana is still waiting.")
    refused = greta.post(f"{at}/no-bed", {"text": named, "based_on": 1})
    assert (refused.code, refused.body["field"]) == ("practice.knows_somebody", "says.upset")
    assert greta.post(at, {"case": number, "name": "No bed"}).code == "practice.name_taken"
    assert greta.post(at, {"case": 999999, "name": "None"}).code == "case.unknown"
    assert Api(staff=cast.mara).post(at, {"case": number, "name": "Mine"}).code == "people.not_allowed"


def test_one_is_drafted_at_the_terminal(cast: Cast, number: int) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(makegood, ["practice", "from-case", f"SR-{number}", *words])
        assert not done.exception, done.exception
        return done.stdout

    assert run("--by", cast.greta.email, "--name", "No bed") == (
        "Kept as the draft no-bed. Read it and publish it at /practice/scenes/no-bed/.\n"
    )
    printed = run("--by", cast.greta.email, "--name", "No bed at all", "--print")
    assert faults(printed) == ()
    assert OwnScene.objects.get(slug="no-bed-at-all").text == printed
    refused = CliRunner().invoke(makegood, ["practice", "from-case", "SR-1", "--by", cast.mara.email, "--name", "X y"])
    assert isinstance(refused.exception, Refusal)
    assert refused.exception.code == "people.not_allowed"
