"""The tree of causes at the desk and by the API, and a case put down to one of it in two taps."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case, Cause
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
HOME = "/settings/causes/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_manager_writes_the_tree_and_everybody_reads_it(cast: Cast) -> None:
    greta, mara = AtDesk(cast.greta), AtDesk(cast.mara)
    said = {"name": "Twin labels", "parent": "work-went-wrong", "function": "Warehouse"}
    assert greta.post(HOME, **said)["Location"] == HOME
    shown = text(mara.get(HOME))
    assert "– Twin labels Yes, it is ours Yes, until something changes Warehouse" in shown
    assert "Add a cause" not in shown
    assert "A cause is never a person" in text(greta.post(HOME, name="Mara Silva"))
    assert greta.post(f"{HOME}twin-labels/", **said | {"name": "Labels alike"})["Location"] == HOME
    greta.post(f"{HOME}twin-labels/up/")
    greta.post(f"{HOME}twin-labels/retire/")
    assert "Retired: past cases keep them" in text(mara.get(HOME))
    assert mara.post(f"{HOME}twin-labels/restore/", came_from=HOME)["Location"] == HOME
    assert Cause.objects.get(slug="twin-labels").retired_at is not None
    greta.post(f"{HOME}twin-labels/restore/")
    assert Cause.objects.get(slug="twin-labels").retired_at is None


def test_the_tree_goes_out_and_comes_in_as_a_file(cast: Cast) -> None:
    greta = AtDesk(cast.greta)
    file = greta.get("/settings/causes.yaml").content.replace(b"Wrong item", b"Wrong piece")
    sent = greta.post("/settings/causes.yaml", file=SimpleUploadedFile("causes.yaml", file))
    assert sent["Location"] == HOME
    assert Cause.objects.get(slug="wrong-item").name == "Wrong piece"
    bad = greta.post("/settings/causes.yaml", file=SimpleUploadedFile("causes.yaml", b"causes: [{name: x}]"))
    assert "line 1" in text(bad)


def test_the_likeliest_cause_is_one_press_away(cast: Cast) -> None:
    first, second = a_delivery(cast), a_delivery(cast)
    mara = AtDesk(cast.mara)
    mara.press(f"/cases/SR-{first.pk}/cause/", cause="forgotten", whys="No reminder\nThe list had no owner")
    assert "Often: Nobody was reminded" in text(mara.get(f"/cases/SR-{second.pk}/"))
    mara.press(f"/cases/SR-{second.pk}/cause/", cause="", likely="forgotten")
    assert Case.objects.get(pk=second.pk).cause == Cause.objects.get(slug="forgotten")
    assert "found why: Nobody was reminded ← No reminder ← The list had no owner" in text(
        mara.get(f"/cases/SR-{first.pk}/")
    )
    blamed = mara.press(f"/cases/SR-{second.pk}/cause/", cause="forgotten", note="Then Tomás left it")
    assert "“Tomás”: a cause is never a person" in toast(blamed)


def test_the_api_reads_and_writes_it(cast: Cast) -> None:
    greta, mara = Api(staff=cast.greta), Api(staff=cast.mara)
    made = greta.post("/causes", {"name": "Twin labels", "parent": "work-went-wrong", "function": "Warehouse"})
    assert (made.status, made.body["slug"], made.body["controllability"]) == (201, "twin-labels", "ours")
    assert greta.post("/causes/twin-labels", {"name": "Labels alike"}).body["parent"] is None
    assert greta.post("/causes/twin-labels/move", {"up": True}).status == 200
    assert greta.post("/causes/twin-labels/retire").body["retired"] is True
    assert "twin-labels" not in [one["slug"] for one in mara.get("/causes").body["items"]]
    assert "twin-labels" in [one["slug"] for one in mara.get("/causes?retired=true").body["items"]]
    assert greta.post("/causes/twin-labels/restore").body["retired"] is False
    assert mara.post("/causes", {"name": "Snow"}).code == "people.not_allowed"
    case = a_delivery(cast)
    told = mara.post(f"/cases/SR-{case.pk}/cause", {"cause": "forgotten", "whys": ["Mara was busy"]})
    assert (told.body["whys"], told.body["warnings"][0]["code"]) == (["Mara was busy"], "cause.blames")


def test_root_causes_are_bars_that_lead_to_their_cases(cast: Cast) -> None:
    mara, greta = AtDesk(cast.mara), AtDesk(cast.greta)
    many = [a_delivery(cast) for _ in range(12)]
    for one in many:
        mara.press(f"/cases/SR-{one.pk}/cause/", cause="wrong-item" if one.pk % 3 else "forgotten")
    shown = greta.get("/causes/")
    assert "make" in text(shown)
    assert "Of these" not in text(shown)
    assert 'href="/causes/wrong-item/?period=90"' in shown.content.decode()
    assert "have no improvement owner. Assign" in text(shown) or "One has no improvement owner. Assign" in text(shown)
    page = text(greta.get("/causes/wrong-item/", period="30"))
    assert "Nobody changes anything about it yet Assign" in page
    assert "Cases behind it" in page
    assert "None of yours" in text(AtDesk(cast.stranger).get("/causes/wrong-item/"))
    assert "Nothing was given for what failed" in text(greta.get("/causes/", by="cost"))
    assert "No cause is known of this time" in text(greta.get("/causes/", kind="callback"))
    assert greta.get("/causes/none/").status_code == 404
    csv = greta.get("/causes.csv").content.decode()
    assert csv.startswith("cause,name,function,cases,cost,customers_lost,share")
    found = Api(staff=cast.mara).get("/report/causes", by="count").body
    assert (found["known"], found["items"][0]["vital"]) == (12, True)


def test_root_causes_ask_the_same_however_many_there_are(cast: Cast) -> None:
    mara, greta = AtDesk(cast.mara), AtDesk(cast.greta)
    counts = []
    for cause in ("wrong-item", "forgotten"):
        for _ in range(3):
            mara.press(f"/cases/SR-{a_delivery(cast).pk}/cause/", cause=cause)
        greta.get("/causes/")
        for address in ("/causes/", "/causes/wrong-item/"):
            with CaptureQueriesContext(connection) as asked:
                assert greta.get(address).status_code == 200
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 15
