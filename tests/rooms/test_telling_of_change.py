"""Telling the customers whom a cause failed that it is changed: each once, in their words, stoppable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from makegood.cases.models import Case, Cause, Failure
from makegood.conversation.models import Mailbox, Message
from makegood.customers import actions as customers
from makegood.journal.models import Entry
from makegood.kernel.refusals import Refusal
from makegood.learning import actions
from makegood.learning.models import Telling, Told
from makegood.learning.queries.telling import changes_told, rehearse, telling_of
from makegood.promises.models import Kind
from tests.factories import NOW, Cast, make_customer
from tests.rooms.casework import HOUR, Hand, cast, mara
from tests.rooms.test_conversation import box, files
from tests.rooms.test_mail_leaving import run
from tests.smtp_server import HOST, SmtpServer

pytestmark = pytest.mark.django_db
__all__ = ["box", "cast", "files", "mara"]

DAY = timedelta(days=1)
CHANGED = "Every shelf place holds one colour only"


def code(deed: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        deed()
    return refused.value.code


@pytest.fixture
def mailbox(box: Mailbox, smtp_server: SmtpServer) -> Mailbox:
    Mailbox.objects.update(smtp_host=HOST, smtp_port=smtp_server.port, smtp_security="none", sender_name="Care")
    return box


@pytest.fixture
def greta(cast: Cast) -> Hand:
    return Hand(cast.greta)


def hurt(hand: Hand, name: str, *, cause: str = "wrong-item", closed: bool = True, email: str = "-", **about: object):
    """A customer whom the cause failed a week ago."""
    customer = make_customer(name, email=f"{name.split()[0].lower()}@home.example" if email == "-" else email, **about)
    case = Case.objects.create(
        customer=customer, kind=Kind.objects.get(slug="delivery"), title="Blue trousers came", severity=2,
        detected_by="customer", owner_id=hand.id, opened_at=NOW - 7 * DAY, cause=Cause.objects.get(slug=cause),
        closed_at=NOW - 6 * DAY if closed else None, outcome="satisfied" if closed else "",
    )  # fmt: skip
    Failure.objects.create(
        case=case, what="Blue trousers came", failure_class="outcome", severity=2, detected_by="customer",
        at=NOW - 7 * DAY,
    )  # fmt: skip
    return customer


def live(hand: Hand) -> int:
    number = actions.begin(
        cause="wrong-item", change="Two colours never lie in one place", owner_id=hand.id, due_at=NOW + 5 * DAY,
        by=hand.by, now=NOW,
    )  # fmt: skip
    actions.bring_live(number, **hand.at(NOW + HOUR))
    return number


def tell_all(at: datetime = NOW + 2 * DAY) -> None:
    while actions.tell_due(now=at):
        at += timedelta(minutes=2)


def test_each_is_told_once_in_their_language_and_it_stands_in_their_case(
    greta: Hand, mailbox: Mailbox, files, smtp_server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruth, jens = hurt(greta, "Ruth Abara"), hurt(greta, "Jens Voss", language="de")
    number = live(greta)
    actions.say_changed(number, language="en", changed=CHANGED, **greta.at(NOW + DAY))
    actions.say_changed(number, language="de", changed="In jedem Fach liegt nur eine Farbe", **greta.at(NOW + DAY))
    shown = rehearse(greta.scope, number, now=NOW + DAY)
    assert (shown.many, dict(shown.languages), shown.heard) == (2, {"en": 1, "de": 1}, ())
    words = {one.customer_id: one.message for one in shown.rows}
    assert words[ruth.pk].startswith("Hello Ruth,\n\nin November 2026 this went wrong for you: Blue trousers came.")
    assert f"{CHANGED}. It has been so since 23 November 2026." in words[ruth.pk]
    assert "schiefgegangen: Blue trousers came" in words[jens.pk]
    assert not Told.objects.exists()

    actions.begin_telling(number, batch_size=1, **greta.at(NOW + DAY))
    tell_all()
    run(files, monkeypatch, at=NOW + 3 * DAY)
    assert sorted(smtp_server.receivers) == ["jens@home.example", "ruth@home.example"]
    facts = telling_of(greta.scope, number)
    assert (facts.told, facts.waiting, facts.to_send, facts.red, facts.under_way) == (2, 0, 0, 0, False)
    case = Case.objects.get(customer=ruth)
    assert Entry.objects.get(verb="case.change_told", case_id=case.pk).data["improvement"] == number
    assert [one.message for one in changes_told(case.pk)] == [words[ruth.pk]]
    assert code(lambda: actions.begin_telling(number, **greta.at(NOW + 4 * DAY))) == "telling.nobody"
    assert Message.objects.count() == 2


def test_who_is_left_out_is_said(cast: Cast, greta: Hand, mailbox: Mailbox) -> None:
    hurt(greta, "Ruth Abara")
    hurt(greta, "Open Case", closed=False)
    Case.objects.filter(customer=hurt(greta, "Never Again")).update(outcome="will_not_forgive")
    customers.change(hurt(greta, "Quiet Please").pk, in_peace=True, by=greta.by, now=NOW)
    hurt(greta, "No Address", email="")
    hurt(greta, "Inês Duarte", language="pt")
    hurt(greta, "Other Cause", cause="weather")
    Case.objects.filter(customer=hurt(greta, "Put Down Wrongly")).update(outcome="corrected")
    number = live(greta)
    actions.say_changed(number, language="en", changed=CHANGED, **greta.at(NOW + DAY))
    shown = rehearse(greta.scope, number, now=NOW + DAY)
    assert shown.many == 1
    assert dict(shown.left) == {
        "case_open": 1, "will_not_forgive": 1, "in_peace": 1, "no_way_to_reach": 1, "no_words": 1
    }  # fmt: skip
    actions.begin_telling(number, **greta.at(NOW + DAY))
    tell_all()
    assert dict(telling_of(greta.scope, number).left) == dict(shown.left)
    assert Message.objects.get().address == "ruth@home.example"
    # Whose case ends later is told when somebody begins again, and nobody else a second time.
    Case.objects.filter(customer__name="Open Case").update(closed_at=NOW + DAY, outcome="satisfied")
    actions.begin_telling(number, **greta.at(NOW + 3 * DAY))
    tell_all(NOW + 4 * DAY)
    assert sorted(Message.objects.values_list("address", flat=True)) == ["open@home.example", "ruth@home.example"]


def test_two_who_are_one_are_told_once(greta: Hand, mailbox: Mailbox) -> None:
    one, other = hurt(greta, "Ruth Abara"), hurt(greta, "R Abara")
    third = hurt(greta, "Ruth A")
    number = live(greta)
    customers.merge(one.pk, other.pk, by=greta.by, now=NOW)
    actions.say_changed(number, language="en", changed=CHANGED, **greta.at(NOW + DAY))
    assert rehearse(greta.scope, number, now=NOW + DAY).many == 2
    actions.begin_telling(number, **greta.at(NOW + DAY))
    customers.merge(one.pk, third.pk, by=greta.by, now=NOW + DAY)
    tell_all()
    assert Message.objects.count() == 1
    assert dict(telling_of(greta.scope, number).left) == {"told_already": 1}


def test_a_stop_takes_back_what_has_not_left(greta: Hand, mailbox: Mailbox) -> None:
    for name in ("Ruth Abara", "Dana Okafor", "Tom Lee"):
        hurt(greta, name)
    number = live(greta)
    actions.say_changed(number, language="en", changed=CHANGED, **greta.at(NOW + DAY))
    assert code(lambda: actions.stop_telling(number, **greta.at(NOW + DAY))) == "telling.not_under_way"
    actions.begin_telling(number, batch_size=2, every=600, **greta.at(NOW + DAY))
    assert code(lambda: actions.begin_telling(number, **greta.at(NOW + DAY))) == "telling.under_way"
    assert actions.tell_due(now=NOW + DAY)
    assert not actions.tell_due(now=NOW + DAY)
    actions.stop_telling(number, reason="The words are wrong", **greta.at(NOW + DAY))
    assert set(Message.objects.values_list("state", flat=True)) == {"withdrawn"}
    facts = telling_of(greta.scope, number)
    assert (facts.told, facts.waiting, facts.stopped_why) == (0, 3, "The words are wrong")
    assert not actions.tell_due(now=NOW + 2 * DAY)
    actions.begin_telling(number, **greta.at(NOW + 2 * DAY))
    tell_all()
    assert Message.objects.filter(state="waiting").count() == 3


def test_what_came_back_while_it_is_told_stops_it(greta: Hand, mailbox: Mailbox) -> None:
    hurt(greta, "Ruth Abara")
    number = live(greta)
    actions.say_changed(number, language="en", changed=CHANGED, **greta.at(NOW + DAY))
    actions.begin_telling(number, **greta.at(NOW + DAY))
    actions.drop(number, reason="Undone", **greta.at(NOW + DAY))
    assert actions.tell_due(now=NOW + 2 * DAY)
    assert not Message.objects.exists()
    assert Telling.objects.get().stopped_at is not None
    assert code(lambda: actions.begin_telling(number, **greta.at(NOW + 3 * DAY))) == "telling.not_changed"


def test_words_that_blame_or_name_somebody_are_refused_and_strangers_tell_nobody(
    cast: Cast, greta: Hand, mara: Hand, mailbox: Mailbox
) -> None:
    hurt(greta, "Ruth Abara")
    number = live(greta)
    for words, why in (
        ("Mara Silva sorts the shelves no more", "cause.names_a_person"),
        ("You gave us the wrong size, and we ask again now", "telling.blames"),
        ("x" * 601, "telling.too_long"),
    ):
        said = {"language": "en", "changed": words}
        assert code(lambda said=said: actions.say_changed(number, **said, **greta.at(NOW))) == why  # type: ignore[misc]
    tongue = {"language": "tlh", "changed": CHANGED}
    assert code(lambda: actions.say_changed(number, **tongue, **greta.at(NOW))) == "telling.unknown_language"
    for deed in (
        lambda: actions.say_changed(number, language="en", changed=CHANGED, **mara.at(NOW)),
        lambda: actions.begin_telling(number, **mara.at(NOW)),
        lambda: actions.stop_telling(number, **mara.at(NOW)),
        lambda: rehearse(mara.scope, number, now=NOW),
    ):
        assert code(deed) == "telling.may_not"
    assert code(lambda: actions.begin_telling(number, **greta.at(NOW + DAY))) == "telling.no_words"
