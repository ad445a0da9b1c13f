"""A manager writes a scene, is told what is missing, publishes it; tries stay with the version they were played in."""

from __future__ import annotations

import re

import pytest

from makegood.conversation.models import Trusted
from makegood.journal.models import Entry
from makegood.practice.models import OwnScene, Run, SceneVersion
from makegood.practice.rules.scene_file import scene_of, shipped_text
from makegood.practice.rules.scene_form import renamed
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast
from tests.rules.test_scene_form import shown

pytestmark = pytest.mark.django_db
AT = "/practice/scenes/late-taxi/"
FORM = shown(renamed(shipped_text("late-unit"), "late-taxi"))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def begun(cast: Cast, begin: str = "late-unit") -> AtDesk:
    desk = AtDesk(cast.greta)
    sent = desk.post("/practice/scenes/", name="Late taxi", begin=begin)
    assert (sent.status_code, sent.headers["Location"]) == (303, AT)
    return desk


def test_a_scene_is_written_in_a_form_published_and_played(cast: Cast) -> None:
    desk = begun(cast)
    assert "It can be played" in text(desk.get(AT))
    desk.post(AT, based_on="1", promise="")
    page = text(desk.get(AT))
    assert "What was promised: words are missing." in page
    refused = desk.post(f"{AT}publish/")
    assert refused.status_code == 422
    assert "It cannot be published yet" in text(refused)
    assert refused.content.decode().count(f'action="{AT}" novalidate') == 2
    assert AtDesk(cast.mara).get("/practice/late-taxi/").status_code == 404
    desk.post(AT, based_on="2", promise="A taxi at seven.")
    assert desk.post(f"{AT}publish/").status_code == 303
    assert "Late taxi" in text(desk.get("/practice/"))
    mara = AtDesk(cast.mara)
    assert "A taxi at seven." in text(mara.get("/practice/late-taxi/"))
    mara.post("/practice/late-taxi/", role="agent")
    assert "A taxi at seven." in Run.objects.get().text
    verbs = [one.verb for one in Entry.objects.filter(subject_kind="scene").order_by("id")]
    assert verbs == ["scene.saved", "scene.saved", "scene.saved", "scene.published"]


def test_a_change_is_a_new_version_and_old_tries_stay(cast: Cast) -> None:
    desk, mara = begun(cast), AtDesk(cast.mara)
    desk.post(f"{AT}publish/")
    for _each in range(2):
        mara.post("/practice/late-taxi/", role="agent")
        mara.post(f"/practice/runs/{Run.objects.latest('id').pk}/leave/", after="0")
    old = Run.objects.latest("id")
    assert "Your last try" in text(mara.get(f"/practice/runs/{old.pk}/"))
    desk.post(AT, based_on="1", happened="The taxi came at eight.")
    assert "The taxi came at eight." not in text(mara.get("/practice/late-taxi/"))
    desk.post(f"{AT}publish/")
    assert SceneVersion.objects.count() == 2
    mara.post("/practice/late-taxi/", role="agent")
    new = Run.objects.latest("id")
    mara.post(f"/practice/runs/{new.pk}/leave/", after="0")
    assert "Your last try" not in text(mara.get(f"/practice/runs/{new.pk}/"))
    desk.post(f"{AT}withdraw/")
    assert mara.get("/practice/late-taxi/").status_code == 404
    assert mara.get(f"/practice/runs/{old.pk}/").status_code == 200
    assert "Withdrawn" in text(desk.get(AT))


def test_its_level_and_what_it_is_about_are_chosen(cast: Cast) -> None:
    desk = begun(cast)
    desk.post(
        AT, based_on="1", source=f"about: [delivery, by-boat]\n{ours('late-unit').replace('about: delivery', '')}"
    )
    page = desk.get(AT).content.decode()
    assert re.findall(r'name="about" value="([a-z-]+)" checked', page) == ["delivery", "by-boat"]
    desk.post(AT, based_on="2", kinds="shown", about=["callback", "delivery"], level="further")
    found = scene_of(OwnScene.objects.get().text)
    assert (found.about, found.level) == (("callback", "delivery"), "further")
    desk.post(AT, based_on="3", promise="A taxi at eight.")
    assert scene_of(OwnScene.objects.get().text).about == ("callback", "delivery")
    desk.post(AT, based_on="4", kinds="shown", level="basic")
    assert scene_of(OwnScene.objects.get().text).about == ()


def test_an_own_scene_is_one_of_the_first_day_and_of_the_basic_ones(cast: Cast) -> None:
    desk = begun(cast, "blue-trousers")
    desk.post(f"{AT}publish/")
    mara = AtDesk(cast.mara)
    for part in ("why", "watch"):
        mara.post(f"/practice/first-day/do/{part}/")
    assert "Late taxi" in text(mara.get("/practice/first-day/"))
    admin = Api(staff=cast.ada)
    assert admin.post("/practice/policy", {"on": True, "scenes": ["late-taxi"]}).body["scenes"] == ["late-taxi"]
    assert not Trusted.objects.filter(staff_id=cast.mara.pk).exists()
    mara.post("/practice/late-taxi/", role="agent")
    number = Run.objects.get().pk
    good = [one for one in scene_of(Run.objects.get().text).good if one.say]
    for place, one in enumerate(good):
        mara.post(f"/practice/runs/{number}/say/", text=one.say, give=one.give, after=str(place))
    assert Run.objects.get().end in ("content", "delighted")
    assert Trusted.objects.filter(staff_id=cast.mara.pk).exists()


def ours(name: str) -> str:
    return renamed(shipped_text(name), "late-taxi")


def test_from_nothing_everything_is_missing_and_text_is_told_by_line(cast: Cast) -> None:
    desk = begun(cast, "")
    page = text(desk.get(AT))
    for words in ("Trade: words are missing.", "The customer’s name: words are missing.", "more"):
        assert words in page
    odd = renamed(shipped_text("late-unit"), "late-taxi").replace("level: basic", "level: basc")
    desk.post(AT, based_on="1", source=odd)
    assert "Did you mean `basic`?" in text(desk.get(AT))
    desk.post(AT, based_on="2", source="a: [")
    assert "of the text: this is not YAML" in text(desk.get(AT))
    stale = desk.post(AT, based_on="1", source="b: c")
    assert stale.status_code == 422
    assert "saved it while you were writing" in text(stale)


def test_only_managers_write_and_names_are_kept_apart(cast: Cast) -> None:
    for other in (cast.mara, cast.lena):
        assert AtDesk(other).get("/practice/scenes/").status_code == 403
        AtDesk(other).post("/practice/scenes/", name="Mine", begin="")
    assert not OwnScene.objects.exists()
    desk = begun(cast)
    for name, told in (
        ("Late taxi", "already"),
        ("Late unit", "already"),
        ("!", "A name is missing."),
        ("", "A name is missing."),
        ("A", "short name"),
    ):
        again = desk.post("/practice/scenes/", name=name, begin="")
        assert again.status_code == 422
        assert told in text(again)


def test_the_api_writes_publishes_and_withdraws(cast: Cast) -> None:
    greta, at = Api(staff=cast.greta), "/practice/own-scenes/late-taxi"
    good = renamed(shipped_text("late-unit"), "late-taxi")
    made = greta.post(at, {"text": good.replace("level: basic", "level: basc"), "based_on": 0})
    assert (made.status, made.body["state"], made.body["edit"]) == (200, "draft", 1)
    assert "Did you mean `basic`?" in made.body["faults"][0]
    assert greta.post(f"{at}/publish", {}).code == "practice.faults"
    assert greta.post(at, {"text": good, "based_on": 0}).code == "practice.name_taken"
    assert greta.post(at, {"text": good, "based_on": 1}).body["faults"] == []
    assert greta.post(at, {"text": "", "based_on": 1}).code == "practice.stale"
    assert greta.post(f"{at}/withdraw", {}).code == "practice.not_published"
    assert greta.post(f"{at}/publish", {}).body["version"] == 1
    assert greta.post(f"{at}/publish", {}).body["version"] == 1
    assert Api(staff=cast.mara).post("/practice/runs", {"scene": "late-taxi"}).status == 201
    assert greta.post(f"{at}/withdraw", {}).body["state"] == "withdrawn"
    assert Api(staff=cast.mara).post("/practice/runs", {"scene": "late-taxi"}).code == "practice.no_scene"
    assert [one["scene"] for one in greta.get("/practice/own-scenes").body["items"]] == ["late-taxi"]
    assert greta.get(at).body["text"] == good
    assert greta.post("/practice/own-scenes/other", {"text": good}).code == "practice.renamed"
    assert Api(staff=cast.mara).post(at, {"text": good}).code == "people.not_allowed"
    assert Api(staff=cast.lena).get("/practice/own-scenes").code == "people.not_allowed"
    assert AtDesk(cast.mara).get("/practice/").status_code == 200


def test_what_is_missing_is_told_while_it_is_typed_and_nothing_is_kept(cast: Cast) -> None:
    desk = begun(cast)
    whole = {**FORM, "promise": ""}
    told = text(desk.post(f"{AT}check/", **whole))
    assert "1 thing to mend" in told
    assert "What was promised: words are missing." in told
    assert "It can be played" in text(desk.post(f"{AT}check/", **FORM))
    hasty = text(desk.post(f"{AT}check/", **{**FORM, "options.1.within": "soon"}))
    assert re.search(r"What can be given, row 2, Done within \(line \d+ of the text\): a time such as", hasty)
    calm, level = ours("late-unit").replace("anger: '58'", "anger: '0'"), "level: basc"
    for source, words in (
        (ours("late-unit").replace("level: basic", level), "Level (line 4 of the text): 'basc' is not one of"),
        (calm, "As agent nobody ever finds them “furious”."),
        ("x" * 60_001, "at most 60000 letters"),
    ):
        assert words in text(desk.post(f"{AT}check/", source=source)), words
    assert OwnScene.objects.get().edit == 1
    assert "mend" not in text(AtDesk(cast.mara).post(f"{AT}check/", source=""))
