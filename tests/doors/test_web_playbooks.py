"""Playbooks at the desk: read by all, written by some, tried by anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.journal.actors import SYSTEM
from makegood.remedies.actions import install_shipped
from makegood.remedies.queries import playbook_named, playbooks
from makegood.remedies.rules.playbooks_file import shipped_texts
from tests.doors.desk_client import AtDesk, text
from tests.factories import Cast, make_cast

pytestmark = pytest.mark.django_db
LIST = "/settings/playbooks/"
OURS = f"{LIST}making-good/"
SMALL = """\
playbook: small
name: Small things
rules:
  - rule: any
    name: Anything
    options:
      - {option: call, remedy: personal_contact, title: Call them, words: I call you., who: agent}
"""


@pytest.fixture
def cast() -> Cast:
    install_shipped(by=SYSTEM, now=datetime.now(UTC))
    return make_cast()


@pytest.fixture
def greta(cast: Cast) -> AtDesk:
    return AtDesk(cast.greta)


def test_everybody_reads_them_in_words(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    assert "Making good 11 38 1" in text(mara.get(LIST))
    shown = text(mara.get(OURS))
    for words in ("Part of what was due has not come", "10% of the value", "refund, 3 working days", "treated as late"):
        assert words in shown
    assert "Edit" not in shown
    assert "Retire" not in shown


@pytest.mark.parametrize("who", ["mara", "lena", "anil"])
def test_only_some_write_them(cast: Cast, who: str) -> None:
    person = AtDesk(getattr(cast, who))
    assert person.get(f"{LIST}new/").status_code == 403
    assert person.get(f"{OURS}edit/").status_code == 403
    person.post(f"{LIST}new/", source=SMALL, based_on="0")
    person.post(f"{OURS}retire/")
    file = SimpleUploadedFile("small.yaml", SMALL.encode())
    assert "for managers and administrators" in text(person.post(f"{LIST}import/", file=file, form="yaml"))
    assert [(one.slug, one.retired_at) for one in playbooks()] == [("making-good", None)]


def test_one_is_written_changed_and_retired(greta: AtDesk) -> None:
    assert "playbook: our-own" in greta.get(f"{LIST}new/").content.decode()
    assert greta.post(f"{LIST}new/", source=SMALL, based_on="0")["Location"] == f"{LIST}small/"
    taken = greta.post(f"{LIST}new/", source=SMALL, based_on="0")
    assert "There is a playbook named small already" in text(taken)
    changed = SMALL.replace("Call them", "Ring them up").replace("\n", "\r\n")
    greta.post(f"{LIST}small/edit/", source=changed, based_on="1", note="Plainer")
    found = playbook_named("small")
    assert (found.shown.number, found.shown.note) == (2, "Plainer")
    assert "\r" not in found.source
    stale = greta.post(f"{LIST}small/edit/", source=SMALL, based_on="1")
    assert stale.status_code == 422
    assert "saved version 2 while you were writing" in text(stale)
    assert "Call them" in text(greta.get(f"{LIST}small/", version="1"))
    assert "no longer in force" in text(greta.get(f"{LIST}small/", version="1"))
    greta.post(f"{LIST}small/retire/")
    assert "Retired" in text(greta.get(f"{LIST}small/"))
    assert "retired" in text(greta.get(LIST))


def test_a_mistake_comes_back_with_its_line_and_nothing_typed_is_lost(greta: AtDesk) -> None:
    wrong = SMALL.replace("remedy: personal_contact", "remedy: call")
    refused = greta.post(f"{LIST}new/", source=wrong, based_on="0")
    assert refused.status_code == 422
    said = text(refused)
    assert "Your text, line 7: `rules[1].options[1].remedy`: 'call' is not one of" in said
    assert "6 options: 7 - {option: call, remedy: call" in said
    assert "remedy: call," in refused.content.decode()
    other = greta.post(f"{OURS}edit/", source=SMALL, based_on="1")
    assert "The text is of the playbook small, not of making-good" in text(other)


def test_it_can_be_checked_without_saving(greta: AtDesk) -> None:
    checked = greta.post(f"{LIST}new/", source=SMALL, based_on="0", check="1")
    assert "Small things has 1 rules and 1 options. Nothing is saved yet." in text(checked)
    assert [one.slug for one in playbooks()] == ["making-good"]


def test_it_is_downloaded_as_it_was_written_and_brought_in_again(greta: AtDesk) -> None:
    got = greta.get(f"{OURS}download/")
    assert got.content.decode() == shipped_texts()[0][0]
    assert "making-good.yaml" in got["Content-Disposition"]
    small = SimpleUploadedFile("small.yaml", SMALL.encode())
    assert greta.post(f"{LIST}import/", file=small, form="yaml")["Location"] == f"{LIST}small/"
    flows = {"A": {"subflows": {"B": {"actions": [], "instructions": []}}}, "C": {"subflows": {}}}
    abcd = SimpleUploadedFile("guidelines.json", json.dumps(flows).encode())
    assert greta.post(f"{LIST}import/", file=abcd, form="abcd")["Location"] == LIST
    assert {one.slug for one in playbooks()} == {"making-good", "small", "abcd-a", "abcd-c"}
    for name, content in (("x.yaml", b"rules: ["), ("x.yaml", b"\xff\xfe")):
        file = SimpleUploadedFile(name, content)
        assert greta.post(f"{LIST}import/", file=file, form="yaml").status_code == 422
    assert "Choose a file" in text(greta.post(f"{LIST}import/", form="yaml"))


def test_anybody_tries_a_situation(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    assert "options" not in text(mara.get(f"{LIST}try/")).split("Nothing is written.")[1].split("Show the options")[1]
    asked = {"words": "The wrong colour came", "promise": "delivery", "value": "£60"}
    found = text(mara.get(f"{LIST}try/", **asked))
    assert "Taken as: wrong or defective." in found
    assert found.index("The right one, and collect the wrong one £12 ") < found.index("All the money back")
    assert "20% of the loss · exchange · Agent · delivery, 1 working day" in found
    assert "an exchange matches flawed goods. Roschk & Gelbrich 2014" in found
    none = text(mara.get(f"{LIST}try/", **asked | {"a-in-stock": "no"}))
    assert "“Is the right one in stock?” was answered “No”." in none


def test_a_situation_as_odd_as_can_be_typed(cast: Cast) -> None:
    mara = AtDesk(cast.mara)
    refused = mara.get(f"{LIST}try/", value="much", late="soon", severity="9", customer="x", failure="?")
    assert refused.status_code == 422
    assert "“much” is not an amount of money" in text(refused)
    assert mara.get(f"{LIST}try/", late="99999 days", value="0", customer="a: b, c", second="on").status_code == 200


def test_names_that_are_not_there(greta: AtDesk) -> None:
    assert "Did you mean making-good?" in text(greta.get(f"{LIST}making-god/"))
    for path in ("making-god/", "making-god/edit/", "making-god/download/", "making-good/?version=9"):
        assert greta.get(f"{LIST}{path}").status_code == 404


def test_the_number_of_queries_does_not_grow(cast: Cast, greta: AtDesk) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert greta.get(path).status_code == 200
        return len(queries)

    paths = (LIST, OURS, f"{LIST}try/?words=late")
    before = [asked(path) for path in paths]
    for number in range(5):
        greta.post(f"{LIST}new/", source=SMALL.replace("small", f"small-{number}", 1), based_on="0")
    assert [asked(path) for path in paths] == before
