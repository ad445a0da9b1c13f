"""The plan on the page of a case: shown, changed, folded once the customer was spoken to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from makegood.cases import actions as cases
from makegood.journal.actors import SYSTEM
from makegood.promises.models import Kind
from makegood.remedies import actions
from tests.doors.api_client import Api
from tests.doors.desk_client import AtDesk, text, toast
from tests.factories import Cast, make_cast, make_customer
from tests.rooms.casework import Hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    Kind.objects.update(team=cast.care)
    actions.install_shipped(by=SYSTEM, now=datetime.now(UTC))
    return cast


def report(cast: Cast, **more: Any) -> str:
    """A case of Mara's, from a failure that was reported an hour ago."""
    customer = make_customer("Dana Okafor", language="es", cadence_minutes=90)
    number = cases.report_failure(
        customer_id=customer.pk, kind="delivery", what="Two of six pieces did not arrive",
        **Hand(cast.mara).at(datetime.now(UTC) - timedelta(hours=1)), **more,
    ).number  # fmt: skip
    return f"SR-{number}"


def test_a_case_opens_with_its_plan(cast: Cast) -> None:
    mara, ref = AtDesk(cast.mara), report(cast)
    assert f'hx-get="/cases/{ref}/plan/"' in mara.get(f"/cases/{ref}/").content.decode()
    page = mara.get(f"/cases/{ref}/plan/")

    shown = text(page)
    assert "Plan before contact" in shown
    assert "Nothing went wrong for Dana in the last 12 months." in shown
    assert "Spanish" in shown
    assert 'lang="es">Soy ' in page.content.decode()
    assert "Dana wants to hear from us every 1 h 30 m" in shown


def test_a_line_is_changed_with_and_without_script_and_told_in_the_story(cast: Cast) -> None:
    ref, mara = report(cast), AtDesk(cast.mara)

    assert mara.post(f"/cases/{ref}/plan/", line="own", words="Soy Mara.").status_code == 303
    pressed = mara.press(f"/cases/{ref}/plan/", line="refocus", words="Le llamo a las cinco.")

    assert "Soy Mara. Mara Silva’s words" in text(mara.beside(f"/cases/{ref}/plan/"))
    assert "changed the plan" in text(pressed)


def test_what_is_too_long_comes_back_with_the_words(cast: Cast) -> None:
    answer = AtDesk(cast.mara).press(f"/cases/{report(cast)}/plan/", line="own", words="so " * 101)
    assert answer.status_code == 422
    assert "Up to 300 characters" in text(answer)
    assert "so so so" in answer.content.decode()


def test_the_first_word_folds_the_plan_and_an_apology_made_is_cautioned_in_the_guide(cast: Cast) -> None:
    ref, mara = report(cast), AtDesk(cast.mara)
    assert "We apologised once" not in text(mara.get(f"/cases/{ref}/"))

    pressed = mara.press(f"/cases/{ref}/steps/apologise/", said="Lo siento.")

    assert pressed.status_code == 200
    kept = mara.beside(f"/cases/{ref}/plan/")
    assert '<details class="plan" open>' not in kept.content.decode()
    assert "The plan as it stood at the first word" in text(kept)
    again = mara.press(f"/cases/{ref}/steps/apologise/", said="Lo siento, no volverá a pasar.")
    assert "We apologised once in the last 30 days" in toast(again)
    assert "no volverá a pasar” promises that things will be better" in toast(again)


def test_a_stranger_and_a_colleague_who_only_looks_change_nothing(cast: Cast) -> None:
    ref = report(cast)
    AtDesk(cast.stranger).post(f"/cases/{ref}/plan/", line="own", words="Not mine to say")
    AtDesk(cast.anil).post(f"/cases/{ref}/plan/", line="own", words="Not mine to say")
    page = AtDesk(cast.anil).get(f"/cases/{ref}/plan/")
    assert "Not mine to say" not in text(page)
    assert "Plan before contact" in text(page)
    assert f'action="/cases/{ref}/plan/"' not in page.content.decode()


def test_the_plan_by_api(cast: Cast) -> None:
    ref, mara = report(cast), Api(staff=cast.mara)

    plan = mara.get(f"/cases/{ref}/plan").body
    assert (plan["case"], plan["language"], plan["kept_at"], plan["warnings"]) == (ref, "es", None, [])
    assert [one["step"] for one in plan["words"]] == ["own", "listen", "empathise", "apologise", "refocus"]

    changed = mara.post(f"/cases/{ref}/plan", {"step": "refocus", "words": "I ring you at five."}).body
    assert changed["warnings"] == []
    assert (changed["words"][4]["words"], changed["words"][4]["by"]) == ("I ring you at five.", "Mara Silva")
    assert mara.post(f"/cases/{ref}/plan", {"step": "agree", "words": "x"}).code == "plan.unknown_line"

    said = {"step": "apologise", "words": "I am sorry."}
    assert mara.post(f"/cases/{ref}/steps", said).body["warnings"] == []
    again = mara.post(f"/cases/{ref}/steps", said)
    assert (again.status, [one["code"] for one in again.body["warnings"]]) == (200, ["plan.apologised_already"])
    kept = mara.get(f"/cases/{ref}/plan").body
    assert (kept["kept_by"], kept["words"]) == ("Mara Silva", changed["words"])
    assert mara.post(f"/cases/{ref}/plan", {"step": "own", "words": "x"}).code == "plan.kept"
    assert Api(staff=cast.stranger).get(f"/cases/{ref}/plan").status == 404
