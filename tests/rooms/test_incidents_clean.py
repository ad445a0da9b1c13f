"""A policy that requires a clean message holds for what an incident tells, too: mended, or released with a reason."""

from __future__ import annotations

import pytest

from makegood.conversation.actions import require_clean
from makegood.incidents import actions
from makegood.incidents.models import Incident
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from tests.factories import NOW, actor
from tests.rooms.casework import Hand, cast
from tests.rooms.incidents import cancelled, passengers, release_all, storm
from tests.rooms.test_incidents import lena

pytestmark = pytest.mark.django_db
__all__ = ["cast", "lena"]

BLAME = {"happened": "The carrier failed to deliver, as usual."}


@pytest.fixture
def gathered(cast, lena: Hand) -> int:
    for one in passengers(3, languages=("en", "de", "es")):
        cancelled(one)
    return storm(lena)


def required(cast, channel: str = "page", severity: int = 1) -> None:
    require_clean(channel, from_severity=severity, by=actor(cast.ada), now=NOW)


def test_our_own_words_are_clean_in_every_language(cast, lena, gathered) -> None:
    required(cast)
    assert release_all(gathered, lena)


def test_words_with_a_fault_are_not_released_where_they_must_be_clean(cast, lena, gathered) -> None:
    required(cast)
    actions.set_words(gathered, language="en", lines=BLAME, **lena.at(NOW))
    with pytest.raises(Refusal, match="blames-colleague") as no:
        release_all(gathered, lena)
    assert no.value.code == "message.coach"
    assert Incident.objects.get().released_at is None


def test_with_a_reason_they_are_and_the_journal_keeps_it(cast, lena, gathered) -> None:
    required(cast)
    actions.set_words(gathered, language="en", lines=BLAME, **lena.at(NOW))
    actions.release(gathered, batch_size=10, every=0, despite="The court asked for it.", **lena.at(NOW))
    told = Entry.objects.get(verb="incident.coach_overridden").data
    assert told["reason"] == "The court asked for it."
    assert "blames-colleague" in told["codes"]


@pytest.mark.parametrize(("channel", "severity"), [("email", 1), ("page", 4)])
def test_other_ways_and_lesser_cases_are_advised_only(cast, lena, gathered, channel, severity) -> None:
    required(cast, channel, severity)
    actions.set_words(gathered, language="en", lines=BLAME, **lena.at(NOW))
    assert release_all(gathered, lena)


def test_a_language_that_nobody_waits_in_holds_up_nobody(cast, lena) -> None:
    cancelled(passengers(1)[0])
    number = storm(lena)
    required(cast)
    actions.set_words(number, language="de", lines={"happened": "Der Spediteur hat es verloren."}, **lena.at(NOW))
    assert release_all(number, lena)


def test_what_was_stopped_goes_on_only_clean(cast, lena, gathered) -> None:
    actions.release(gathered, batch_size=1, every=60, **lena.at(NOW))
    actions.stop(gathered, **lena.at(NOW))
    required(cast)
    actions.set_words(gathered, language="en", lines=BLAME, **lena.at(NOW))
    with pytest.raises(Refusal, match="blames-colleague"):
        actions.resume(gathered, batch_size=1, every=60, **lena.at(NOW))
