"""What no person starts is pulled: the worker plans the follow-ups of what was put right, once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from makegood.cases import actions as cases
from makegood.cases.rules import Answer
from makegood.followups import actions, queries
from makegood.followups.models import FollowUp
from makegood.journal.queries import latest_cursor
from tests.factories import NOW, make_cast
from tests.journal import wait_for_the_journal
from tests.rooms.casework import HOUR, MINUTE, Hand
from tests.rooms.test_ending import reported

TABLES = [
    "followups_followup", "cases_commitment", "cases_failure", "cases_case", "promises_promise", "journal_entry",
    "notices_notice", "customers_contactpoint", "customers_customer", "people_absence", "people_staff", "people_team",
]  # fmt: skip


def attend(minutes: int) -> int:
    wait_for_the_journal()
    try:
        return actions.attend(now=NOW + minutes * MINUTE)
    finally:
        connection.close()


def asked_once_done() -> tuple[Hand, int]:
    """What was agreed in a case is done, and its customer is asked; the worker has not looked yet."""
    mara = Hand(make_cast().mara)
    number = reported(mara)
    promised = cases.commit(number, title="Bring the rest", due_at=NOW + HOUR, **mara.at(NOW))
    cases.keep_commitment(number, promise_id=promised, **mara.at(NOW + MINUTE))
    actions.ask(number, channel="phone", **mara.at(NOW + 2 * MINUTE))
    return mara, number


def test_what_was_put_right_is_planned_once_however_many_workers_look(committed: list[str]) -> None:
    committed += TABLES
    mara = Hand(make_cast().mara)
    number = reported(mara)
    first = cases.commit(number, title="Bring the rest", due_at=NOW + HOUR, **mara.at(NOW))
    second = cases.commit(number, title="Set it up", due_at=NOW + HOUR, **mara.at(NOW))
    cases.keep_commitment(number, promise_id=first, **mara.at(NOW + MINUTE))
    assert attend(2) == 0  # the other is still to be done
    cases.keep_commitment(number, promise_id=second, **mara.at(NOW + 3 * MINUTE))
    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(attend, [4] * 4)) == 1
    assert attend(5) == 0
    assert len(queries.follow_ups_of(number)) == FollowUp.objects.count() == 3
    assert latest_cursor() != "0-0"


def test_whoever_was_asked_before_the_worker_looked_is_not_asked_at_once_again(committed: list[str]) -> None:
    committed += ["cases_satisfactioncheck", *TABLES]
    mara, number = asked_once_done()
    actions.answer(number, answer=Answer.SATISFIED, words="All is well.", **mara.at(NOW + 2 * MINUTE))
    assert attend(3) == 1
    assert [one.after for one in queries.follow_ups_of(number) if one.is_ahead] == ["1 day", "1 month"]


def test_what_they_answer_at_once_is_not_the_word_of_a_day_later(committed: list[str]) -> None:
    """The worker looks between the question and its answer."""
    committed += ["cases_satisfactioncheck", *TABLES]
    mara, number = asked_once_done()
    assert attend(3) == 1
    actions.answer(number, answer=Answer.SATISFIED, words="All is well.", **mara.at(NOW + 4 * MINUTE))
    assert [one.after for one in queries.follow_ups_of(number) if one.is_ahead] == ["1 day", "1 month"]


def test_whoever_wanted_more_before_the_worker_looked_is_not_planned_for_until_that_is_done(
    committed: list[str],
) -> None:
    committed += ["cases_satisfactioncheck", *TABLES]
    mara, number = asked_once_done()
    actions.answer(number, answer=Answer.MORE, words="Who takes the box away?", **mara.at(NOW + 2 * MINUTE))
    assert attend(3) == 0
    more = cases.commit(number, title="Take the box away", due_at=NOW + HOUR, **mara.at(NOW + 4 * MINUTE))
    cases.keep_commitment(number, promise_id=more, **mara.at(NOW + 5 * MINUTE))
    assert attend(6) == 1
