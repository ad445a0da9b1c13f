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
from makegood.webhooks.queries import deliveries_of, hooks, sent_about, signing, webhook_for, webhooks
from makegood.webhooks.rules import BACKOFF, EVENTS, OLD_SECRET_HOLDS
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
    actions.mark_refused(dead, dead.messages[1], BAD, now=later)
    actions.give_back(dead)
    assert webhooks(ADMIN)[0].attempts == 0
    assert Endpoint.objects.get().leased_until == parcel.leased_until


def test_what_is_refused_is_tried_again_before_anything_behind_it(cast: Cast) -> None:
    number = add(cast)
    happen(case=1)
    happen(case=2)
    first = take()
    actions.mark_refused(first, first.messages[0], BAD, now=NOW)
    actions.give_back(first)

    assert actions.take_parcel(now=NOW + BACKOFF[0] - timedelta(seconds=1)) is None
    then = NOW + BACKOFF[0]
    again = take(then)
    assert [one.id for one in again.messages] == [one.id for one in first.messages]
    assert hooks().failing == ("Payments",)
    actions.mark_sent(again, again.messages[0], WELL, now=then)
    (told,) = deliveries_of(number)
    assert (told.attempts, told.status, told.problem, told.sent_at) == (2, 204, "", then)
    assert webhook_for(ADMIN, number).problem == ""


def fail_for_days(now: datetime = NOW) -> datetime:
    for wait in (timedelta(0), *BACKOFF):
        now += wait
        parcel = take(now)
        actions.mark_refused(parcel, parcel.messages[0], BAD, now=now)
        actions.give_back(parcel)
    return now


def test_given_up_after_days_it_is_paused_said_so_and_goes_on_where_it_stopped(cast: Cast) -> None:
    number = add(cast)
    happen(case=1)
    later = fail_for_days()

    assert later - NOW > timedelta(days=2)
    facts = webhook_for(ADMIN, number)
    assert (facts.paused_at, facts.gave_up, facts.problem) == (later, True, "It answered 500.")
    assert hooks().gave_up == ("Payments",)
    (notice,) = Notice.objects.filter(topic="webhook_gave_up")
    assert (notice.staff, notice.urgent, notice.link) == (cast.ada, True, f"/settings/webhooks/{number}/")
    assert Entry.objects.get(verb="webhook.gave_up").data["problem"] == "It answered 500."
    happen(case=2)
    assert actions.take_parcel(now=later + timedelta(days=9)) is None

    actions.resume_webhook(number, by=actor(cast.ada), now=later)
    assert [json.loads(one.body)["data"]["case"] for one in take(later).messages] == ["SR-1", "SR-2"]
    assert hooks().gave_up == ()


def test_gone_for_good_it_is_paused_at_once(cast: Cast) -> None:
    number = add(cast)
    happen()
    parcel = take()
    actions.mark_refused(parcel, parcel.messages[0], Heard(410, "", "It answered 410.", 3), now=NOW)
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
    actions.mark_sent(parcel, parcel.messages[0], WELL, now=NOW)
    ((sent,),) = sent_about("grant", [7, 8]).values()
    assert (sent.name, sent.at) == ("Payments", NOW)
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
