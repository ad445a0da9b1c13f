"""The notices room: told once, at the right hour, together when many, again after a failure, never by two at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from makegood.journal.actors import SYSTEM
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices import actions as notices
from makegood.notices import queries
from makegood.notices.actions import News
from makegood.notices.actions.sending import LEASE
from makegood.notices.models import Channel, Delivery, Notice
from makegood.notices.rules import BACKOFF, MOST, WITHIN
from makegood.people.models import Staff
from tests.factories import NOW, Cast, actor, make_cast, make_staff
from tests.rooms.noticing import BASE, Service, reached_at, told

pytestmark = pytest.mark.django_db
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def service() -> Service:
    return Service()


# Told


def test_the_same_thing_is_told_once(cast: Cast) -> None:
    assert told(cast.mara)
    assert not told(cast.mara, now=NOW + HOUR)
    assert told(cast.mara, occasion="again")
    assert told(cast.tomas)
    assert queries.unread(cast.mara.pk, at_most=99) == 2


def test_nobody_is_told_what_they_did_themselves(cast: Cast) -> None:
    assert not told(cast.mara, by=actor(cast.mara))
    assert told(cast.mara, by=actor(cast.lena))
    assert Notice.objects.get().by_name == "Lena Brandt"


def test_many_are_told_in_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    reached_at(cast.mara)
    news = [
        News(staff_id=person.pk, about=("case", n), topic="t", words="w", link="/")
        for n in range(200)
        for person in (cast.mara, cast.tomas)
    ]
    with django_assert_num_queries(1):
        assert notices.tell_many([*news, news[0]], by=SYSTEM, now=NOW) == 400
    assert Delivery.objects.count() == 200


def test_what_is_undone_was_never_told(cast: Cast) -> None:
    reached_at(cast.mara)
    with transaction.atomic():
        told(cast.mara)
        transaction.set_rollback(True)
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_a_notice_leads_into_the_desk_only(cast: Cast) -> None:
    with pytest.raises(Exception, match="notice_leads_into_the_desk"), transaction.atomic():
        notices.tell(
            cast.mara.pk, about=("case", 1), topic="t", words="w", link="https://x.example", by=SYSTEM, now=NOW
        )


# Read


def test_people_read_their_own_and_no_others(cast: Cast) -> None:
    told(cast.mara)
    number = Notice.objects.get().pk
    with pytest.raises(Refusal, match="no such notice"):
        notices.mark_read(cast.stranger.pk, number, now=NOW)
    with pytest.raises(Refusal, match="no such notice"):
        queries.notice_of(cast.stranger.pk, number)
    assert notices.mark_read(cast.mara.pk, number, now=NOW) == "/cases/SR-1001/"
    notices.mark_read(cast.mara.pk, number, now=NOW + HOUR)
    assert queries.notice_of(cast.mara.pk, number).read_at == NOW


def test_reading_all_leaves_what_came_meanwhile(cast: Cast) -> None:
    told(cast.mara, 1)
    told(cast.mara, 2)
    newest = queries.notices_of(cast.mara.pk).rows[0].id
    told(cast.mara, 3)
    told(cast.tomas, 1)
    assert notices.mark_all_read(cast.mara.pk, up_to=newest, now=NOW) == 2
    assert queries.unread(cast.mara.pk, at_most=99) == 1
    assert queries.unread(cast.tomas.pk, at_most=99) == 1


def test_acting_on_a_thing_settles_what_was_told_of_it(cast: Cast) -> None:
    told(cast.mara, 1)
    told(cast.mara, 2)
    told(cast.tomas, 1)
    notices.settle([cast.mara.pk], about=("case", 1), now=NOW)
    assert queries.unread(cast.mara.pk, at_most=99) == 1
    assert queries.unread(cast.tomas.pk, at_most=99) == 1


def test_the_list_goes_by_pages_and_the_count_has_a_bound(cast: Cast) -> None:
    for number in range(7):
        told(cast.mara, number)
    first = queries.notices_of(cast.mara.pk, limit=3)
    assert [one.about_id for one in first.rows] == [6, 5, 4]
    second = queries.notices_of(cast.mara.pk, limit=3, after=first.rows[-1].cursor)
    assert [one.about_id for one in second.rows] == [3, 2, 1]
    back = queries.notices_of(cast.mara.pk, limit=3, before=second.rows[0].cursor)
    assert [one.about_id for one in back.rows] == [6, 5, 4]
    assert queries.unread(cast.mara.pk, at_most=5) == 5
    with pytest.raises(Refusal, match="cursor"):
        queries.notices_of(cast.mara.pk, after="x")


def test_reading_takes_two_queries_however_many(cast: Cast, django_assert_num_queries: Any) -> None:
    for number in range(60):
        told(cast.mara, number)
    with django_assert_num_queries(2):
        queries.notices_of(cast.mara.pk)


def test_what_is_old_goes(cast: Cast) -> None:
    reached_at(cast.mara)
    told(cast.mara, 1, now=NOW - timedelta(days=200))
    told(cast.mara, 2)
    assert notices.forget_old(now=NOW) == 1
    assert [one.about_id for one in queries.notices_of(cast.mara.pk).rows] == [2]


# Where people are told


def test_no_part_of_an_address_is_shown_or_recorded(cast: Cast) -> None:
    reached_at(cast.mara)
    (shown,) = queries.channels_of(cast.mara.pk)
    (entry,) = Entry.objects.filter(verb="staff.channel_added")
    assert "s3cr3t" not in repr((shown, entry.data, str(Channel.objects.get())))
    assert (shown.name, shown.service) == ("My phone", "JSON")


def test_a_channel_is_its_persons_alone(cast: Cast) -> None:
    number = reached_at(cast.mara)
    for attempt in (
        queries.address_of,
        lambda staff, channel: notices.remove_channel(staff, channel, by=SYSTEM, now=NOW),
    ):
        with pytest.raises(Refusal, match="no such place"):
            attempt(cast.ada.pk, number)
    notices.remove_channel(cast.mara.pk, number, by=actor(cast.mara), now=NOW)
    assert queries.channels_of(cast.mara.pk) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "json://a\nb"}, "channel.bad_address"),
        ({"address": ""}, "channel.bad_address"),
        ({"address": "json://" + "a" * 600}, "channel.bad_address"),
        ({"name": "n" * 61}, "channel.bad_name"),
        ({"address": "json://hook.example/s3cr3t"}, "channel.known"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(cast: Cast, change: dict[str, Any], code: str) -> None:
    reached_at(cast.mara)
    with pytest.raises(Refusal) as no:
        reached_at(cast.mara, **({"address": "json://other.example"} | change))
    assert no.value.code == code


def test_there_are_not_too_many_channels(cast: Cast) -> None:
    for number in range(10):
        reached_at(cast.mara, f"json://hook.example/{number}")
    with pytest.raises(Refusal, match="10 places"):
        reached_at(cast.mara, "json://hook.example/more")
    reached_at(cast.tomas, "json://hook.example/more")


# Sent


def test_a_notice_leaves_once(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    service.look(NOW)
    service.look(NOW + HOUR)
    assert service.taken == [("SR-1001 is offered to you", f"{BASE}/cases/SR-1001/")]
    assert queries.channels_of(cast.mara.pk)[0].last_sent_at == NOW


def test_a_channel_hears_what_happens_after_it_was_made(cast: Cast, service: Service) -> None:
    told(cast.mara, 1)
    reached_at(cast.mara)
    told(cast.mara, 2)
    service.look(NOW)
    assert len(service.taken) == 1


def test_a_channel_for_what_is_urgent_hears_nothing_else(cast: Cast, service: Service) -> None:
    reached_at(cast.mara, urgent_only=True)
    told(cast.mara, 1)
    told(cast.mara, 2, urgent=True)
    service.look(NOW)
    assert [title for title, _ in service.taken] == ["SR-2 is offered to you"]


def test_many_things_come_in_one_message(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    for number in range(40):
        told(cast.mara, number)
    service.look(NOW)
    ((title, text),) = service.taken
    assert title == "40 things for you at Makegood"
    assert text.splitlines()[-1] == f"And 20 more: {BASE}/notices/"


def test_five_hundred_things_in_a_minute_are_one_message(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    for number in range(500):
        told(cast.mara, 1000 + number, now=NOW + number * timedelta(milliseconds=120))
    assert service.look(NOW + timedelta(minutes=1)) == 1
    ((title, text),) = service.taken
    assert title == "500 things for you at Makegood"
    assert "And 480 more" in text
    assert Notice.objects.filter(staff=cast.mara).count() == 500
    assert service.look(NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize("seed", range(6))
def test_a_sender_that_looks_each_second_and_dies_at_any_moment_tells_each_once(
    cast: Cast, service: Service, seed: int
) -> None:
    """Five hundred things come within a minute. Whoever dies before the service said yes loses nothing and repeats
    nothing; the desk holds each once, and the phone gets a handful of messages."""
    reached_at(cast.mara)
    chance, now, told_already = Random(seed), NOW, 0
    for _second in range(3_000):
        for _ in range(min(9, 500 - told_already)):
            told_already += told(cast.mara, 1000 + told_already, now=now)
            told(cast.mara, 1000 + chance.randrange(told_already), now=now)
        if chance.random() < 0.3:
            notices.take_errand(base_url=BASE, now=now)  # and dies: its lease runs out
        else:
            service.look(now)
        now += timedelta(seconds=1)
        if told_already == 500 and not Delivery.objects.filter(sent_at=None).exists():
            break
    assert Delivery.objects.filter(sent_at__isnull=False).count() == Notice.objects.count() == 500
    counted = sum(int(title.split()[0]) if title[0].isdigit() else 1 for title, _ in service.taken)
    assert counted == 500
    assert len(service.taken) <= 5


def test_after_many_messages_the_next_things_wait_for_each_other(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    for number in range(MOST + 4):
        now = NOW + number * SECOND
        told(cast.mara, number, now=now)
        service.look(now)
    assert len(service.taken) == MOST
    service.look(NOW + WITHIN - SECOND)
    assert len(service.taken) == MOST
    service.look(NOW + WITHIN)
    assert [title for title, _ in service.taken[MOST:]] == ["4 things for you at Makegood"]


def test_quiet_hours_are_kept_and_the_urgent_passes(cast: Cast, service: Service) -> None:
    night = make_staff("Nora Night", week={"tue": ["09:00-17:00"]}, time_zone="UTC")
    reached_at(night)
    told(night, 1)
    told(night, 2, urgent=True)
    service.look(NOW)
    assert [title for title, _ in service.taken] == ["SR-2 is offered to you"]
    opens = datetime(2026, 11, 24, 9, tzinfo=UTC)
    service.look(opens - SECOND)
    assert len(service.taken) == 1
    service.look(opens)
    assert len(service.taken) == 2


def test_what_was_read_in_the_app_does_not_leave(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    notices.mark_all_read(cast.mara.pk, up_to=10**9, now=NOW)
    service.look(NOW)
    assert service.taken == []
    assert queries.outbox(NOW + HOUR) == queries.Outbox(late=0, failed=0)


def test_who_left_is_told_nothing(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    Staff.objects.filter(pk=cast.mara.pk).update(is_active=False)
    service.look(NOW)
    assert service.taken == []
    assert not Delivery.objects.filter(next_at__isnull=False).exists()


# When it goes wrong


def test_a_failure_is_tried_again_later_and_then_told(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    service.problem = "Nothing answers at that address."
    now = NOW
    for wait in BACKOFF:
        assert service.look(now) == 1
        assert queries.outbox(now).failed == 0
        assert service.look(now + wait - SECOND) == 0
        now += wait
    assert service.look(now) == 1
    assert service.look(now + timedelta(days=1)) == 0
    assert queries.outbox(now) == queries.Outbox(late=0, failed=1)
    assert queries.notices_of(cast.mara.pk).rows[0].undelivered == ("My phone",)
    assert queries.channels_of(cast.mara.pk)[0].problem == "Nothing answers at that address."


def test_what_works_again_is_well_again(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    service.problem = "Nothing answers at that address."
    service.look(NOW)
    service.problem = ""
    service.look(NOW + BACKOFF[0])
    assert len(service.taken) == 1
    assert queries.channels_of(cast.mara.pk)[0].problem == ""


def test_after_a_failure_the_rest_of_an_errand_waits_too(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara, 1)
    told(cast.mara, 2)
    service.problem = "no"
    assert service.look(NOW) == 1
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]
    service.problem = ""
    service.look(NOW + BACKOFF[0])
    assert len(service.taken) == 2


def test_what_nobody_sends_is_late(cast: Cast) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    assert queries.outbox(NOW + MINUTE).late == 0
    assert queries.outbox(NOW + HOUR).late == 1


def test_a_sender_that_dies_loses_nothing_and_repeats_at_most_its_message(cast: Cast, service: Service) -> None:
    reached_at(cast.mara)
    told(cast.mara, 1)
    told(cast.mara, 2)
    errand = notices.take_errand(base_url=BASE, now=NOW)
    assert errand is not None
    first, _second = errand.messages
    service.taken.append((first.title, first.text))
    notices.mark_sent(errand, first, now=NOW)
    # It dies here: the second was accepted, perhaps, and nobody wrote that down.
    assert service.look(NOW + MINUTE) == 0
    service.look(NOW + LEASE)
    assert sorted(title for title, _ in service.taken) == ["SR-1 is offered to you", "SR-2 is offered to you"]


def test_a_sender_that_was_thought_dead_takes_nobodys_lease_away(cast: Cast) -> None:
    reached_at(cast.mara)
    told(cast.mara)
    slow = notices.take_errand(base_url=BASE, now=NOW)
    assert slow is not None
    assert notices.take_errand(base_url=BASE, now=NOW + LEASE) is not None
    notices.give_back(slow)
    assert notices.take_errand(base_url=BASE, now=NOW + LEASE + SECOND) is None
