"""Which systems are told of what, in which order, and what happens when they do not answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from makegood.adapters.hooks import Heard
from makegood.journal import queries
from makegood.journal.actions import record
from makegood.journal.actors import SYSTEM, Actor, ActorKind
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.people.rules import Role, Scope
from makegood.remedies.models import Grant
from makegood.webhooks import actions
from makegood.webhooks.actions.sending import LEASE, MOST
from makegood.webhooks.models import Delivery, Endpoint
from makegood.webhooks.queries import Sent, Word, deliveries_of, hooks, sent_about, signing, webhook_for, webhooks
from makegood.webhooks.rules import BACKOFF, EVENTS, OFF_AFTER, OLD_SECRET_HOLDS, PATIENCE, RESTS, TRIED_FOR
from tests.factories import NOW, Cast, actor, make_cast, make_customer

pytestmark = pytest.mark.django_db
URL = "https://shop.example/hooks"
WELL, BAD = Heard(204, "", "", 12), Heard(500, "Oh", "It answered 500.", 12)
ADMIN = Scope(Role.ADMINISTRATOR)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction: what it wrote counts as settled, as it would once committed."""
    for name in ("_LATEST", "_SOME"):
        statement = getattr(queries, name).replace(queries._SETTLED, "true")
        monkeypatch.setattr(queries, name, re.sub(r"CASE WHEN .* END", "%(xid)s", statement))


def add(cast: Cast, *verbs: str, name: str = "Payments") -> int:
    return actions.add_webhook(name, url=URL, verbs=verbs, by=actor(cast.ada), now=NOW)[0]


def happen(verb: str = "case.closed", *, case: int = 1001, **data: object) -> None:
    record(verb, by=SYSTEM, at=NOW, subject=("case", case), case_id=case, data=data)


def take(now: datetime = NOW) -> actions.Parcel:
    parcel = actions.take_parcel(now=now)
    assert parcel is not None
    return parcel


def refused(code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as no:
        deed()
    assert no.value.code == code


def test_only_what_happens_from_now_on_and_is_wanted_leaves_in_order(cast: Cast) -> None:
    happen(case=1)
    number = add(cast, "case.closed", "promise.*")
    for case in (2, 3):
        happen("case.noted", case=case)
        happen(case=case)
    record("promise.kept", by=SYSTEM, at=NOW, subject=("promise", 8))

    parcel = take()
    assert [json.loads(one.body)["data"] for one in parcel.messages] == [
        {"case": "SR-2"}, {"case": "SR-3"}, {"promise": {"id": 8}},
    ]  # fmt: skip
    assert actions.take_parcel(now=NOW) is None
    for message in parcel.messages:
        assert actions.mark_sent(parcel, message, WELL, now=NOW)
    actions.give_back(parcel)
    assert actions.take_parcel(now=NOW) is None
    assert [one.verb for one in deliveries_of(number)] == ["promise.kept", "case.closed", "case.closed"]
    assert webhook_for(ADMIN, number).sent_at == NOW


def test_a_sender_that_died_leaves_the_message_to_the_next_by_the_same_name(cast: Cast) -> None:
    add(cast)
    happen(case=1)
    happen(case=2)
    dead = take()
    actions.mark_sent(dead, dead.messages[0], WELL, now=NOW)

    later = NOW + LEASE
    parcel = take(later)
    assert [one.id for one in parcel.messages] == [dead.messages[1].id]
    assert actions.mark_sent(parcel, parcel.messages[0], WELL, now=later)
    # The dead one was only slow: what it says now is not heard.
    assert not actions.mark_sent(dead, dead.messages[1], BAD, now=later)
    assert not actions.mark_refused(dead, dead.messages[1], BAD, now=later)
    actions.give_back(dead)
    assert webhooks(ADMIN)[0].attempts == 0
    assert Endpoint.objects.get().leased_until == parcel.leased_until


def test_one_that_is_refused_holds_up_only_what_is_about_the_same(cast: Cast) -> None:
    number = add(cast)
    for case in (1, 2, 1):
        happen(case=case)
    first = take()
    # The second word about the first case waits its turn.
    assert cases_of(first) == ["SR-1", "SR-2"]
    assert actions.mark_refused(first, first.messages[0], BAD, now=NOW)
    actions.mark_sent(first, first.messages[1], WELL, now=NOW)
    actions.give_back(first)
    assert actions.take_parcel(now=NOW + BACKOFF[0] - timedelta(seconds=1)) is None

    then = NOW + BACKOFF[0]
    again = take(then)
    assert [one.id for one in again.messages] == [first.messages[0].id]
    actions.mark_sent(again, again.messages[0], WELL, now=then)
    actions.give_back(again)
    last = take(then)
    assert cases_of(last) == ["SR-1"]
    assert deliveries_of(number)[2].attempts == 2
    assert webhook_for(ADMIN, number).problem == ""


def send_until(cast: Cast, end: datetime, accepts: Callable[[actions.Message], bool]) -> datetime:
    """Serve every message as a courier does, from one instant at which one is due to the next."""
    now = NOW
    while now < end:
        parcel = actions.take_parcel(now=now)
        if parcel is None:
            rows = [*Delivery.objects.filter(next_at__gt=now).values_list("next_at", flat=True)]
            rests = [at for at in Endpoint.objects.values_list("next_at", flat=True) if at and at > now]
            if not (rests or rows) or Endpoint.objects.filter(paused_at__isnull=False).exists():
                return now
            now = min(rests) if rests else min(at for at in rows if at)
            continue
        for message in parcel.messages:
            heard = WELL if accepts(message) else BAD
            mark = actions.mark_refused if heard.problem else actions.mark_sent
            if not mark(parcel, message, heard, now=now):
                break
        actions.give_back(parcel)
    return now


def cases_of(parcel: actions.Parcel) -> list[str]:
    return [json.loads(one.body)["data"]["case"] for one in parcel.messages]


def test_one_that_is_never_accepted_is_set_aside_kept_and_sent_again_alone(cast: Cast) -> None:
    number = add(cast)
    happen(case=1)
    happen(case=2)
    later = send_until(cast, NOW + timedelta(days=30), lambda one: b"SR-1" not in one.body)

    assert later == NOW + TRIED_FOR
    facts = webhook_for(ADMIN, number)
    assert (facts.paused_at, facts.refused, facts.set_aside) == (None, 0, 1)
    (lost,) = deliveries_of(number, set_aside=True)
    assert (lost.case, lost.attempts, lost.failed_at, lost.problem) == (1, 11, later, "It answered 500.")
    assert hooks(now=later).set_aside == ("Payments",)
    assert hooks(now=later + timedelta(days=8)).set_aside == ()
    (notice,) = Notice.objects.filter(topic="webhook_set_aside")
    assert (notice.staff, notice.urgent) == (cast.ada, True)
    assert Entry.objects.get(verb="webhook.set_aside").data["message"] == lost.message_id

    refused("webhook.unknown_message", lambda: again(cast, number, "msg_0"))
    again(cast, number, lost.message_id)
    refused("webhook.not_set_aside", lambda: again(cast, number, lost.message_id))
    parcel = take(later)
    assert [one.id for one in parcel.messages] == [lost.message_id]
    actions.mark_sent(parcel, parcel.messages[0], WELL, now=later)
    assert webhook_for(ADMIN, number).set_aside == 0


def again(cast: Cast, number: int, message: str) -> None:
    actions.send_again(number, message, by=actor(cast.ada), now=NOW)


def test_several_refused_in_a_row_mean_the_system_which_is_left_alone_and_tried_by_one(cast: Cast) -> None:
    number = add(cast)
    for case in range(8):
        happen(case=case + 1)
    parcel = take()
    followed = [actions.mark_refused(parcel, one, BAD, now=NOW) for one in parcel.messages[:PATIENCE]]
    assert followed == [True] * (PATIENCE - 1) + [False]
    actions.give_back(parcel)
    assert hooks(now=NOW).failing == ("Payments",)
    assert actions.take_parcel(now=NOW + RESTS[0] - timedelta(seconds=1)) is None

    then = NOW + RESTS[0]
    probe = take(then)
    # Sooner one that it never saw: those that were refused may be what it does not take.
    assert [one.id for one in probe.messages] == [parcel.messages[PATIENCE].id]
    actions.mark_sent(probe, probe.messages[0], WELL, now=then)
    actions.give_back(probe)
    facts = webhook_for(ADMIN, number)
    assert (facts.attempts, facts.next_at, facts.failing_since) == (0, None, None)
    # It is back: what was refused waits no longer.
    assert len(take(then).messages) == 7


def test_one_that_accepts_nothing_for_days_is_switched_off_said_so_and_goes_on_where_it_stopped(cast: Cast) -> None:
    number = add(cast)
    for case in range(150):
        happen(case=case + 1)
    later = send_until(cast, NOW + timedelta(days=30), lambda _one: False)

    assert timedelta(0) <= later - (NOW + OFF_AFTER) <= RESTS[-1]
    facts = webhook_for(ADMIN, number)
    assert (facts.paused_at, facts.gave_up, facts.problem) == (later, True, "It answered 500.")
    assert hooks(now=later).gave_up == ("Payments",)
    (notice,) = Notice.objects.filter(topic="webhook_gave_up")
    assert (notice.staff, notice.urgent, notice.link) == (cast.ada, True, f"/settings/webhooks/{number}/")
    assert Entry.objects.get(verb="webhook.gave_up").data["problem"] == "It answered 500."
    assert actions.take_parcel(now=later + timedelta(days=9)) is None

    actions.resume_webhook(number, by=actor(cast.ada), now=later)
    assert actions.send_all_again(number, by=actor(cast.ada), now=later) == facts.set_aside
    assert cases_of(take(later)) == [f"SR-{case + 1}" for case in range(MOST)]
    assert hooks(now=later).gave_up == ()


def test_a_few_failures_far_apart_switch_nothing_off(cast: Cast) -> None:
    number = add(cast)
    happen(case=1)
    later = send_until(cast, NOW + timedelta(days=30), lambda _one: False)
    happen(case=2)
    then = later + timedelta(days=20)
    parcel = take(then)
    actions.mark_refused(parcel, parcel.messages[0], BAD, now=then)
    assert webhook_for(ADMIN, number).paused_at is None


def test_gone_for_good_it_is_paused_at_once(cast: Cast) -> None:
    number = add(cast)
    happen()
    parcel = take()
    assert not actions.mark_refused(parcel, parcel.messages[0], Heard(410, "", "It answered 410.", 3), now=NOW)
    assert webhook_for(ADMIN, number).gave_up


def test_paused_by_a_person_it_waits_and_stops_after_the_message_under_way(cast: Cast) -> None:
    number = add(cast)
    happen(case=1)
    happen(case=2)
    parcel = take()
    actions.pause_webhook(number, by=actor(cast.ada), now=NOW)
    assert not actions.mark_sent(parcel, parcel.messages[0], WELL, now=NOW)
    actions.give_back(parcel)
    assert actions.take_parcel(now=NOW) is None
    refused("webhook.paused", lambda: actions.pause_webhook(number, by=actor(cast.ada), now=NOW))
    actions.resume_webhook(number, by=actor(cast.ada), now=NOW)
    assert [one.id for one in take().messages] == [parcel.messages[1].id]
    refused("webhook.sending", lambda: actions.resume_webhook(number, by=actor(cast.ada), now=NOW))


def test_many_leave_in_parcels_and_systems_take_turns(cast: Cast) -> None:
    add(cast, name="A")
    add(cast, name="B")
    for case in range(MOST + 1):
        happen(case=case + 1)
    first, second = take(), take(NOW + timedelta(seconds=1))
    assert {first.name, second.name} == {"A", "B"}
    assert len(first.messages) == MOST
    for message in first.messages:
        actions.mark_sent(first, message, WELL, now=NOW)
    actions.give_back(first)
    actions.give_back(second)
    assert [take(NOW + timedelta(seconds=2)).name, take().name] == [first.name, second.name]


def test_a_secret_is_shown_once_and_the_old_one_signs_for_a_day(cast: Cast) -> None:
    number, secret = actions.add_webhook("Payments", url=URL, by=actor(cast.ada), now=NOW)
    assert secret.startswith("whsec_")
    assert signing(Endpoint.objects.get(), NOW) == (secret,)
    new = actions.rotate_secret(number, by=actor(cast.ada), now=NOW)
    assert signing(Endpoint.objects.get(), NOW) == (new, secret)
    assert signing(Endpoint.objects.get(), NOW + OLD_SECRET_HOLDS) == (new,)
    told = json.dumps([entry.data for entry in Entry.objects.all()]) + repr(webhooks(ADMIN))
    assert secret not in told
    assert new not in told


def test_it_knows_which_remedy_was_sent_where(cast: Cast) -> None:
    add(cast)
    customer = make_customer("Dana Okafor", key="C-7")
    data = {"grant": 7, "remedy": "refund", "title": "£5 back", "currency": "GBP", "goodwill": "5"}
    record("case.granted", by=SYSTEM, at=NOW, subject=("case", 1), case_id=1, customer_id=customer.pk, data=data)
    parcel = take()
    told = json.loads(parcel.messages[0].body)["data"]
    assert (told["customer"], told["grant"]["total"]) == ({"id": customer.pk, "key": "C-7"}, "5.00")
    assert sent_about("grant", [7]) == {}
    actions.mark_refused(parcel, parcel.messages[0], BAD, now=NOW)
    ((sent,),) = sent_about("grant", [7, 8]).values()
    assert sent == Sent("Payments", NOW, Word.WAITS)
    later = NOW + timedelta(minutes=1)
    actions.mark_sent(parcel, parcel.messages[0], WELL, now=later)
    ((sent,),) = sent_about("grant", [7, 8]).values()
    assert sent == Sent("Payments", later, Word.ACCEPTED)
    assert not Grant.objects.exists()


def test_what_is_wrong_with_a_webhook_is_told(cast: Cast) -> None:
    by = actor(cast.ada)
    add(cast)
    refused("webhook.bad_name", lambda: actions.add_webhook(" ", url=URL, by=by, now=NOW))
    refused("webhook.known", lambda: actions.add_webhook("Payments", url=URL, by=by, now=NOW))
    refused("webhook.bad_url", lambda: actions.add_webhook("Shop", url="shop", by=by, now=NOW))
    refused("webhook.bad_verb", lambda: actions.add_webhook("Shop", url=URL, verbs=["granted"], by=by, now=NOW))
    refused("webhook.unknown", lambda: actions.remove_webhook(999, by=by, now=NOW))
    assert webhooks(ADMIN)[0].verbs == EVENTS
    for number in range(19):
        add(cast, name=f"No {number}")
    refused("webhook.too_many", lambda: add(cast, name="One more"))


def test_only_administrators_set_and_see_them(cast: Cast) -> None:
    number = add(cast)
    token = Actor(ActorKind.TOKEN, 1, "Script")
    for by in (actor(cast.mara), actor(cast.greta), actor(cast.stranger), token):
        refused("people.not_allowed", lambda by=by: actions.add_webhook("X", url=URL, by=by, now=NOW))
        refused("people.not_allowed", lambda by=by: actions.rotate_secret(number, by=by, now=NOW))
        refused("people.not_allowed", lambda by=by: actions.remove_webhook(number, by=by, now=NOW))
        refused("people.not_allowed", lambda by=by: actions.pause_webhook(number, by=by, now=NOW))
        refused("people.not_allowed", lambda by=by: actions.send_again(number, "msg_1", by=by, now=NOW))
        refused("people.not_allowed", lambda by=by: actions.send_all_again(number, by=by, now=NOW))
    for role in (Role.AGENT, Role.MANAGER, Role.ANALYST):
        refused("people.not_allowed", lambda role=role: webhooks(Scope(role)))
        refused("people.not_allowed", lambda role=role: webhook_for(Scope(role), number))
    assert Endpoint.objects.get().paused_at is None


class Deaf:
    def send(self, url: str, message_id: str, body: bytes, *, secrets: Sequence[str], at: datetime) -> Heard:
        assert (url, json.loads(body)["data"]["id"], len(secrets)) == (URL, message_id, 1)
        return BAD


def test_what_is_old_is_forgotten_and_what_is_removed_too(cast: Cast) -> None:
    number = add(cast)
    happen()
    parcel = take()
    actions.mark_sent(parcel, parcel.messages[0], WELL, now=NOW)
    assert actions.forget_old(now=NOW + timedelta(days=179)) == 0
    assert actions.forget_old(now=NOW + timedelta(days=181)) == 1
    tried = actions.try_webhook(number, Deaf(), by=actor(cast.ada), now=NOW)
    assert (tried.problem, deliveries_of(number)) == ("It answered 500.", (tried,))
    actions.remove_webhook(number, by=actor(cast.ada), now=NOW)
    assert not Delivery.objects.exists()
