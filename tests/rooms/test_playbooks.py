"""Playbooks as they are stored: every change is a version, and only some may write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.phrases import Span
from makegood.kernel.refusals import Refusal
from makegood.people.models import Staff
from makegood.remedies.actions import import_playbooks, install_shipped, retire_playbook, save_playbook
from makegood.remedies.models import PlaybookVersion
from makegood.remedies.queries import active_playbooks, playbook_named, playbook_version, playbooks
from makegood.remedies.rules.fit import RemedyKind
from makegood.remedies.rules.playbooks import Commits, Words
from makegood.remedies.rules.playbooks_file import playbook_from, shipped
from tests.factories import NOW, Cast, actor, make_cast
from tests.rules.playing import option, playbook, rule

pytestmark = pytest.mark.django_db
FLOWERS = playbook(rule("any", option("flowers", RemedyKind.GESTURE, "12.50")), slug="kind")
DEARER = playbook(rule("any", option("flowers", RemedyKind.GESTURE, "20")), slug="kind")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def save(person: Staff, book: object = FLOWERS, **more: object) -> int:
    return save_playbook(book, by=actor(person), now=NOW, **more)  # type: ignore[arg-type]


def test_what_is_saved_is_asked_and_read_back_as_it_was_written(cast: Cast) -> None:
    text = "# why we do this\nplaybook: kind\nname: Kind\nrules:\n  - {rule: any, name: Any}\n"
    save(cast.greta, playbook_from(text), source=text.replace("\n", "\r\n"))
    found = playbook_named("kind")
    assert found.source == text
    assert found.playbook == playbook_from(text)
    assert active_playbooks() == (found.playbook,)


def test_every_change_is_a_version_and_what_was_stays(cast: Cast) -> None:
    assert save(cast.greta) == 1
    assert save(cast.ada, DEARER, note="The florist is dearer", based_on=1) == 2
    now_, then = playbook_named("kind"), playbook_version("kind", 1)
    assert (now_.playbook, then.playbook) == (DEARER, FLOWERS)
    assert [(one.number, one.note, one.saved_by) for one in then.history] == [
        (2, "The florist is dearer", "Ada Osei"), (1, "", "Greta Moreau"),
    ]  # fmt: skip
    assert active_playbooks() == (DEARER,)
    told = list(Entry.objects.filter(subject_kind="playbook").order_by("id").values_list("verb", "data__version"))
    assert told == [("playbook.made", 1), ("playbook.changed", 2)]


def test_the_same_again_changes_nothing(cast: Cast) -> None:
    assert [save(cast.greta), save(cast.greta)] == [1, 1]
    assert PlaybookVersion.objects.count() == 1
    assert Entry.objects.filter(subject_kind="playbook").count() == 1


def test_nobody_writes_over_what_they_have_not_seen(cast: Cast) -> None:
    save(cast.greta)
    save(cast.ada, DEARER, based_on=1)
    with pytest.raises(Refusal, match="Ada Osei saved version 2 while you were writing") as stale:
        save(cast.greta, based_on=1)
    assert stale.value.code == "playbook.stale"
    with pytest.raises(Refusal, match="named kind already") as taken:
        save(cast.greta, based_on=0)
    assert taken.value.code == "playbook.taken"


@pytest.mark.parametrize("who", ["mara", "lena", "anil", "stranger"])
def test_only_managers_and_administrators_write_them(cast: Cast, who: str) -> None:
    install_shipped(by=SYSTEM, now=NOW)
    person: Staff = getattr(cast, who)
    for write in (lambda: save(person), lambda: retire_playbook("making-good", by=actor(person), now=NOW)):
        with pytest.raises(Refusal) as refused:
            write()
        assert refused.value.code == "people.not_allowed"
    assert [one.slug for one in playbooks()] == ["making-good"]


def test_a_retired_one_is_not_asked_and_comes_back_when_it_is_saved(cast: Cast) -> None:
    save(cast.greta)
    retire_playbook("kind", by=actor(cast.greta), now=NOW + timedelta(hours=1))
    assert active_playbooks() == ()
    assert [one.retired_at for one in playbooks()] == [NOW + timedelta(hours=1)]
    with pytest.raises(Refusal, match="retired already"):
        retire_playbook("kind", by=actor(cast.greta), now=NOW)
    assert save(cast.greta) == 2
    assert active_playbooks() == (FLOWERS,)


def test_a_commitment_must_be_of_a_kind_that_there_is(cast: Cast) -> None:
    commits = Commits(promise="delivry", within=Span("days", 1), title=Words({"en": "Flowers"}))
    with pytest.raises(Refusal, match=r"kind delivry\. Did you mean delivery") as refused:
        save(cast.greta, playbook(rule("any", option("flowers", RemedyKind.GESTURE, commits=commits))))
    assert refused.value.code == "playbook.unknown_kind"


def test_no_playbook_promises_that_it_will_be_better(cast: Cast) -> None:
    """It is for every case, and only a case knows whether something was changed."""
    said = Words({"en": "Flowers", "de": "Das wird nicht wieder vorkommen"})
    commits = Commits(promise="delivery", within=Span("days", 1), title=said)
    with pytest.raises(
        Refusal, match="The option flowers of the rule any: “das wird nicht wieder vorkommen”"
    ) as refused:
        save(cast.greta, playbook(rule("any", option("flowers", RemedyKind.GESTURE, commits=commits))))
    assert refused.value.code == "playbook.promises_better"


def test_a_name_that_no_playbook_has(cast: Cast) -> None:
    save(cast.greta)
    with pytest.raises(Refusal, match=r"There is no playbook kimd\. Did you mean kind"):
        playbook_named("kimd")
    with pytest.raises(Refusal, match="no version 7; its newest is 1"):
        playbook_version("kind", 7)
    with pytest.raises(Refusal, match="no playbook nothing"):
        retire_playbook("nothing", by=actor(cast.greta), now=NOW)


def test_several_come_in_together_or_not_at_all(cast: Cast) -> None:
    other = playbook(rule("any", option("call", RemedyKind.PERSONAL_CONTACT)), slug="other")
    by = actor(cast.greta)
    first = import_playbooks([FLOWERS, other], by=by, now=NOW)
    assert (first.new, first.changed, first.same) == (("kind", "other"), (), ())
    again = import_playbooks([DEARER, other], by=by, now=NOW)
    assert (again.new, again.changed, again.same) == ((), ("kind",), ("other",))
    commits = Commits(promise="nothing", within=Span("days", 1), title=Words({"en": "x"}))
    wrong = playbook(rule("any", option("x", RemedyKind.GESTURE, commits=commits)), slug="wrong")
    with pytest.raises(Refusal):
        import_playbooks([FLOWERS, wrong], by=by, now=NOW)
    assert playbook_named("kind").in_force == 2


def test_what_ships_is_installed_once_and_never_over_ones_own(cast: Cast) -> None:
    assert install_shipped(by=SYSTEM, now=NOW) == ("making-good",)
    assert active_playbooks() == tuple(shipped())
    retire_playbook("making-good", by=actor(cast.greta), now=NOW)
    assert install_shipped(by=SYSTEM, now=NOW) == ()
    assert active_playbooks() == ()


def test_asking_for_the_active_ones_costs_one_query_however_many(cast: Cast) -> None:
    for number in range(12):
        save(cast.greta, playbook(rule("any", option("call", RemedyKind.PERSONAL_CONTACT)), slug=f"p-{number}"))
    with CaptureQueriesContext(connection) as queries:
        assert len(active_playbooks()) == 12
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert [one.options for one in playbooks()] == [1] * 12
    assert len(queries) == 1
