"""Coming back and the three closures at the desk, without script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.cases.models import Case
from makegood.followups.actions.planning import plan
from makegood.followups.models import Closure, Hearing, Patience, ProcessOwner
from makegood.followups.queries import follow_ups_of
from makegood.journal.actors import SYSTEM
from makegood.learning.actions import write_digest
from makegood.learning.models import Digest, Letter
from makegood.people.models import Staff
from makegood.people.rules import Role
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def closed(cast: Cast) -> Case:
    case, mara = a_delivery(cast), AtDesk(cast.mara)
    for deed, typed in (
        ("take", {}), ("steps/apologise", {"said": "I am sorry"}), ("ask", {"channel": "phone"}),
        ("answer", {"answer": "satisfied"}), ("cause", {"cause": "wrong-item"}), ("close", {}),
    ):  # fmt: skip
        assert mara.post(f"/cases/SR-{case.pk}/{deed}/", **typed).status_code == 303
    case.refresh_from_db()
    assert case.closed_at is not None
    return case


def test_what_they_said_when_we_came_back_is_recorded_beside_the_case(cast: Cast) -> None:
    case, mara = a_delivery(cast), AtDesk(cast.mara)
    plan(case, by=SYSTEM, now=datetime.now(UTC) - timedelta(minutes=1))
    address = f"/cases/SR-{case.pk}/"
    assert "Coming back" in text(mara.get(address))
    first, second, _third = (one.promise_id for one in follow_ups_of(case.pk))
    refused = mara.post(f"{address}followups/{first}/", words="Fine")
    assert refused.status_code == 422
    assert "is not an answer" in text(refused)
    assert mara.post(f"{address}followups/{first}/", answer="satisfied", words="Fine now").status_code == 303
    assert mara.post(f"{address}followups/{second}/spare/", reason="Do not ring").status_code == 303
    shown = text(mara.get(address))
    assert "“Fine now”" in shown
    assert "came back to the customer: satisfied" in shown
    assert "left the customer in peace this once" in shown
    assert [one.state for one in follow_ups_of(case.pk)] == ["kept", "withdrawn", "open"]


def test_whoever_will_not_forgive_hears_no_more_apologies(cast: Cast) -> None:
    case, mara = a_delivery(cast), AtDesk(cast.mara)
    address = f"/cases/SR-{case.pk}/"
    mara.post(f"{address}ask/", channel="phone")
    mara.post(f"{address}answer/", answer="will_not_forgive", words="Never again")
    page = mara.get(address)
    assert "They will not forgive us, and may." in text(page)
    assert "/steps/apologise/" not in page.content.decode()
    said = mara.client.post(f"{address}steps/apologise/", {"said": "Sorry"}, follow=True)
    assert "leave them in peace" in text(said)


def test_the_process_is_closed_and_whoever_carried_it_is_heard(cast: Cast) -> None:
    case, mara, lena = closed(cast), AtDesk(cast.mara), AtDesk(cast.lena)
    address = f"/closures/SR-{case.pk}/"
    assert "1 of 3 closures" in text(lena.get("/closures/"))
    assert 'href="/closures/"' in mara.get("/today/").content.decode()
    empty = lena.post(f"{address}process/", words="")
    assert empty.status_code == 422
    assert "Say what was changed" in text(empty)
    lena.post(f"{address}process/", words="Two people check the list", when="in 3 d", who="")
    assert "Two people check the list" in text(lena.get("/closures/"))
    assert "You carried it" in text(mara.get("/closures/"))
    mara.post(f"{address}said/", cost="A bad evening", helped="")
    assert "A bad evening" in text(lena.get("/closures/"))
    assert "A bad evening" not in text(AtDesk(cast.greta).get("/closures/", who="all"))
    assert lena.post(f"{address}heard/", who=cast.mara.pk, word="Well done", well="yes").status_code == 303
    closure = Closure.objects.get()
    assert closure.employee_at is not None
    assert "Nothing is left" in text(mara.get("/closures/"))
    lena.post(f"{address}change/")
    assert "Nothing is left" in text(lena.get("/closures/"))
    assert "said what changes" in text(lena.get(f"/cases/SR-{case.pk}/"))


def test_a_stranger_finds_nothing_there(cast: Cast) -> None:
    case, sam = closed(cast), AtDesk(cast.stranger)
    assert "Nothing is left" in text(sam.get("/closures/"))
    assert "Nothing is left" in text(sam.get("/closures/", who="all"))
    for deed in ("process", "change", "said", "heard", "carriers"):
        sam.post(f"/closures/SR-{case.pk}/{deed}/", words="x", cost="x", word="x", who=cast.mara.pk)
    assert Closure.objects.get().process_at is None
    assert Hearing.objects.get().heard_at is None
    assert sam.post("/settings/closing/", tries="2", wait="1 d").status_code == 422
    sam.post("/settings/closing/owners/", of="kind:delivery", staff=cast.stranger.pk)
    assert not ProcessOwner.objects.exists()


def test_an_administrator_names_who_answers_and_how_often_we_try(cast: Cast) -> None:
    ada = AtDesk(cast.ada)
    assert "When a customer keeps silent" in text(ada.get("/settings/closing/"))
    ada.post("/settings/closing/owners/", of="cause:wrong-item", staff=cast.greta.pk)
    ada.post("/settings/closing/owners/", of="kind:delivery", staff=cast.lena.pk)
    ada.post("/settings/closing/", tries="4", wait="2 d")
    assert (Patience.objects.get().tries, Patience.objects.get().wait) == (4, timedelta(days=2))
    assert {one.staff_id for one in ProcessOwner.objects.all()} == {cast.greta.pk, cast.lena.pk}
    refused = ada.post("/settings/closing/", tries="40", wait="2 d")
    assert "Try once to 10 times" in text(refused)
    ada.post("/settings/closing/owners/", of="kind:delivery", staff="")
    assert ProcessOwner.objects.get().cause_id is not None
    closed(cast)
    assert Closure.objects.get().owner_id == cast.greta.pk


def test_the_list_asks_the_same_however_long_it_is(cast: Cast) -> None:
    lena, counts = AtDesk(cast.lena), []
    for many in (1, 3):
        for _ in range(many):
            closed(cast)
        lena.get("/closures/")
        with CaptureQueriesContext(connection) as asked:
            assert lena.get("/closures/").status_code == 200
        counts.append(len(asked))
    assert counts == [11, 11]


def letters_of(staff: Staff, at: datetime) -> list[str]:
    """All that was written to somebody by then."""
    Digest.objects.update(next_at=at)
    while write_digest(base_url="https://desk.example", now=at):
        pass
    return list(Letter.objects.filter(staff=staff).order_by("pk").values_list("text", flat=True))


def test_whose_word_it_is_what_changes_is_written_to_without_the_customer(cast: Cast) -> None:
    bo = make_staff("Bo Varga", role=Role.PROCESS_OWNER)
    AtDesk(cast.ada).post("/settings/closing/owners/", of="cause:wrong-item", staff=bo.pk)
    case, now = closed(cast), datetime.now(UTC)
    letters_of(bo, now)
    (told,) = letters_of(bo, now + timedelta(days=1))
    name = case.kind.name if case.cause is None else case.cause.name
    assert f"- After SR-{case.pk}, “{name}”: say what changes, and by when.\nhttps://desk.example/asked/" in told
    assert case.customer.name not in told
    (left,) = Api(staff=bo).get("/line-up/digest").body["closures"]
    assert left == {"number": case.pk, "about": name, "due_at": None}
    assert "Left to make good after closed cases" in text(AtDesk(bo).get("/settings/you/mail/"))
    assert Api(staff=bo).post(f"/cases/{case.pk}/closures/process", {"words": "Bins are labelled"}).status == 200
    assert Api(staff=bo).get("/line-up/digest").body["text"] == ""


def test_who_promised_a_change_is_written_to_before_it_is_due(cast: Cast) -> None:
    AtDesk(cast.ada).post("/settings/closing/owners/", of="cause:wrong-item", staff=cast.lena.pk)
    case, now = closed(cast), datetime.now(UTC)
    letters_of(cast.lena, now)
    lena = Api(staff=cast.lena)
    said = {"words": "Bins are labelled", "due_at": (now + timedelta(days=5)).isoformat()}
    sent = lena.post(f"/cases/{case.pk}/closures/process", said)
    assert sent.status == 200, sent.body
    assert "you promised a change by" in letters_of(cast.lena, now + timedelta(days=2))[-1]
    assert lena.get("/line-up/digest").body["closures"][0]["due_at"] is not None
    assert lena.post(f"/cases/{case.pk}/closures/change", {}).status == 200
    assert lena.get("/line-up/digest").body["closures"] == []
