"""Two at one case: what was typed on an older state of it is stopped, told what changed, and kept."""

from __future__ import annotations

import re

import pytest

from makegood.journal.models import Entry
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> str:
    """The address of a case that Mara works."""
    return f"/cases/SR-{a_delivery(cast, taken=True).pk}/"


def version(person: AtDesk, case: str) -> str:
    """What the page says of the state that it shows."""
    found = set(re.findall(r'name="version" value="(\d+)"', person.get(case).content.decode()))
    assert len(found) == 1
    return found.pop()


FORMS = {
    "notes/": {"mode": "words", "text": "Ring me at six"},
    "steps/own/": {"said": "It is mine until it is right"},
    "steps/listen/": {"said": "Nothing to sleep on", "harm": "No bed tonight"},
    "commitments/": {"what": "Ring with the plan", "when": "in 30 min"},
    "cause/": {"cause": "forgotten", "note": "The list was cut off"},
    "ask/": {"channel": "sms"},
    "handover/": {"note": "She knows the house"},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("script", [True, False])
def test_words_on_an_older_state_are_stopped_and_kept(cast: Cast, case: str, form: str, script: bool) -> None:
    mara, typed = AtDesk(cast.mara), FORMS[form]
    if form == "handover/":
        typed = {**typed, "to": str(cast.lena.pk)}
    seen = version(mara, case)
    AtDesk(cast.lena).post(f"{case}notes/", mode="note", text="I have just rung her.")
    before = Entry.objects.count()
    send = mara.press if script else mara.post
    answer = send(f"{case}{form}", **typed, version=seen)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Lena Brandt noted: I have just rung her." in text(answer)
    for name, value in typed.items():
        kept = rf'(value="{value}"[^>]*(checked|selected)|value="{value}"|>{value}</textarea>)'
        assert re.search(kept, page), name
    assert Entry.objects.count() == before
    assert send(f"{case}{form}", **typed, version=version(mara, case)).status_code in (200, 303)


def test_one_form_that_was_stopped_fills_no_other(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    seen = version(mara, case)
    AtDesk(cast.lena).post(f"{case}notes/", mode="note", text="Rung.")
    page = mara.press(f"{case}steps/own/", said="Only once", version=seen).content.decode()
    assert page.count("Only once") == 1


def test_what_one_did_oneself_and_the_watch_stop_nobody(cast: Cast, case: str) -> None:
    mara = AtDesk(cast.mara)
    seen = version(mara, case)
    mara.post(f"{case}notes/", mode="note", text="Mine")
    assert mara.press(f"{case}notes/", mode="note", text="Mine too", version=seen).status_code == 200
