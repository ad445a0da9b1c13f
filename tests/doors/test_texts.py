"""Text messages: they leave by a line once, answers come in signed, and nobody's words go to a stranger's case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.http import HttpResponse
from django.test import Client

from makegood.adapters.sending import NOT_WANTED, Accepted, Refused
from makegood.adapters.texting import Account, AppriseTexter, TwilioTexter, twilio_signature
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Arrival, Line, Message, Thread
from makegood.conversation.queries import carried_channels, texts_as, unsorted
from makegood.conversation.rules.messages import Channel, Sort, State
from makegood.customers.actions import add
from makegood.journal.actors import SYSTEM
from makegood.kernel.refusals import Refusal
from makegood.notices.models import Notice
from makegood.platform.filing import file_store
from makegood.platform.sealing import unseal
from makegood.worker import carrying, textman
from makegood.worker.textman import Textman
from tests.arriving import all_sorted
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_hook import a_receiver
from tests.doors.test_telling import LOOPBACK
from tests.factories import NOW, actor
from tests.rooms.casework import Cast, Hand, cast, mara  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
PHONE = "+447946011899"
TOKEN = "a-token-of-the-account"


@pytest.fixture(autouse=True)
def _store(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    settings.BASE_URL = "https://desk.example"


@pytest.fixture
def line(cast: Cast) -> Line:  # noqa: F811
    number = actions.add_line(
        name="Texts", number="+44 20 7946 0118", account="AC1", secret=TOKEN, kind="delivery", by=actor(cast.ada),
        now=NOW,
    )  # fmt: skip
    return Line.objects.get(pk=number)


def comes_in(line: Line, words: str, *, sender: str = PHONE, sid: str = "SM1", token: str = TOKEN) -> HttpResponse:
    form = {"MessageSid": sid, "From": sender, "To": line.number, "Body": words, "NumMedia": "0"}
    return call(line, form, token=token)


def call(line: Line, form: dict[str, str], *, events: bool = False, token: str = TOKEN) -> HttpResponse:
    path = f"/hooks/text/{line.pk}/{unseal(line.hook_secret)}/" + ("events/" if events else "")
    mark = twilio_signature(f"https://desk.example{path}", form.items(), token)
    answer = Client().post(path, form, headers={"X-Twilio-Signature": mark})
    all_sorted(file_store())
    return answer  # type: ignore[return-value]


class Service:
    """Takes text messages, or says what a test wants."""

    def __init__(self, told: Accepted | Refused | None = None) -> None:
        self.told, self.taken = told or Accepted("SM9"), list[tuple[str, str]]()

    def send(self, to: str, words: str, *, handing: Any) -> Accepted | Refused:
        if not handing():
            return NOT_WANTED
        self.taken.append((to, words))
        return self.told

    def close(self) -> None:
        """Nothing is kept."""


def leaves(service: Service, monkeypatch: pytest.MonkeyPatch, *, after: timedelta = timedelta(minutes=1)) -> None:
    for module in (carrying, textman):
        monkeypatch.setattr(module, "now", lambda: NOW + after)
    Textman(lambda _line: service, asked_to_stop=lambda: False).turn()


class TestComingIn:
    def test_a_text_of_somebody_new_opens_a_case_once(self, line, mara) -> None:  # noqa: F811
        for _twice in range(2):
            assert comes_in(line, "Where is my parcel?").status_code == 200
        case, message = Case.objects.get(), Message.objects.get()
        assert (case.title, message.text, message.channel) == ("Where is my parcel?", "Where is my parcel?", "sms")
        assert [(one.channel, one.value) for one in case.customer.contacts.all()] == [("sms", PHONE)]

    def test_who_is_known_by_their_number_goes_on_with_their_thread(self, line, mara) -> None:  # noqa: F811
        dana = add("Dana Okafor", contacts=[("phone", "+44 7946 011899")], by=SYSTEM, now=NOW)
        comes_in(line, "Where is my parcel?")
        comes_in(line, "Thanks, OK", sid="SM2")
        assert Case.objects.get().customer_id == dana
        assert (Thread.objects.count(), Message.objects.count()) == (1, 2)

    @pytest.mark.parametrize("others", [["07946 011899"], ["+44 7946 011899", "+447946011899"]])
    def test_a_number_that_is_not_for_certain_one_customers_waits_for_a_person(
        self,
        line,
        mara,  # noqa: F811
        others: list[str],
    ) -> None:
        for place, number in enumerate(others):
            add(f"Customer {place}", contacts=[("phone", number)], by=SYSTEM, now=NOW)
        comes_in(line, "Where is my parcel?")
        assert not Case.objects.exists()
        assert len(unsorted(mara.scope)) == 1

    def test_what_a_short_number_sends_is_nobodys_word(self, line, mara) -> None:  # noqa: F811
        comes_in(line, "Your code is 1234", sender="AMAZON")
        assert (Message.objects.get().sort, Case.objects.exists()) == (Sort.BULK, False)

    def test_what_is_not_signed_and_who_does_not_know_the_address_is_turned_away(self, line) -> None:
        assert comes_in(line, "Hello", token="another").json()["code"] == "hook.bad_signature"
        assert Client().post(f"/hooks/text/{line.pk}/wrong/", {}).status_code == 404
        Line.objects.update(paused_at=NOW)
        assert comes_in(line, "Hello").status_code == 503
        assert not Arrival.objects.exists()

    def test_by_apprise_an_answer_comes_as_json(self, line, mara) -> None:  # noqa: F811
        Line.objects.update(how="apprise")
        path = f"/hooks/text/{line.pk}/{unseal(line.hook_secret)}/"
        told = {"id": "7", "from": PHONE, "text": "Hello"}
        assert Client().post(path, json.dumps(told), content_type="application/json").status_code == 200
        for bad in ("[]", "{}", '{"from": 1}', "x"):
            assert Client().post(path, bad, content_type="application/json").status_code in (400, 422)
        assert Arrival.objects.count() == 1


class TestLeaving:
    @pytest.fixture
    def case(self, line, mara) -> Case:  # noqa: F811
        comes_in(line, "Where is my parcel?")
        return Case.objects.get()

    def test_it_leaves_once_and_is_sent(self, line, mara, case, monkeypatch) -> None:  # noqa: F811
        assert Channel.SMS in carried_channels()
        actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", **mara.at(NOW))
        service = Service()
        for _twice in range(2):
            leaves(service, monkeypatch)
        row = Message.objects.get(inward=False)
        assert (service.taken, row.state, row.reference) == ([(PHONE, "It comes tomorrow.")], State.SENT, "SM9")
        assert row.thread.line == line

    def test_what_is_refused_for_good_is_red_and_goes_another_way(self, line, mara, case, monkeypatch) -> None:  # noqa: F811
        actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", **mara.at(NOW))
        leaves(Service(Refused("21211 no such number", temporary=False)), monkeypatch)
        assert Message.objects.get(inward=False).state == State.FAILED

    def test_a_service_that_is_away_is_asked_later_and_its_line_says_so(self, line, mara, case, monkeypatch) -> None:  # noqa: F811
        actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", **mara.at(NOW))
        leaves(Service(Refused("Nothing answers.", temporary=True)), monkeypatch)
        line.refresh_from_db()
        assert (line.sending_problem, Message.objects.get(inward=False).state) == ("Nothing answers.", State.WAITING)
        leaves(Service(), monkeypatch, after=timedelta(minutes=5))
        line.refresh_from_db()
        assert (line.sending_problem, Message.objects.get(inward=False).state) == ("", State.SENT)

    def test_who_administers_is_told_of_a_line_that_is_silent_for_an_hour(self, cast, line) -> None:  # noqa: F811
        for minutes in (0, 59):
            at = NOW + timedelta(minutes=minutes)
            actions.rest_sending("Nothing answers.", line_id=line.pk, until=at, now=at)
            actions.tell_of_failing(now=at)
        assert not Notice.objects.filter(topic="line_silent").exists()
        for minutes in (60, 61):
            actions.tell_of_failing(now=NOW + timedelta(minutes=minutes))
        notice = Notice.objects.get(topic="line_silent")
        assert (notice.staff_id, notice.link) == (cast.ada.pk, f"/settings/lines/{line.pk}/")

    def test_an_answer_that_was_not_heard_leaves_it_unsure(self, line, mara, case, monkeypatch) -> None:  # noqa: F811
        actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", **mara.at(NOW))
        leaves(Service(Refused("It did not answer.", temporary=True, perhaps_sent=True)), monkeypatch)
        assert Message.objects.get(inward=False).state == State.UNSURE

    def test_what_was_not_delivered_comes_back(self, line, mara, case, monkeypatch) -> None:  # noqa: F811
        actions.write_message(case.pk, channel="sms", words="It comes tomorrow.", **mara.at(NOW))
        leaves(Service(), monkeypatch)
        told = {"MessageSid": "SM9", "MessageStatus": "delivered"}
        assert call(line, told, events=True).status_code == 200
        assert Message.objects.get(inward=False).state == State.SENT
        call(line, told | {"MessageStatus": "undelivered", "ErrorCode": "30005"}, events=True)
        row = Message.objects.get(inward=False)
        assert (row.state, row.problem) == (State.BOUNCED, "30005")

    def test_without_a_line_nothing_is_written(self, line, mara, case) -> None:  # noqa: F811
        Line.objects.update(paused_at=NOW)
        assert Channel.SMS not in carried_channels()
        with pytest.raises(Refusal) as no:
            actions.write_message(case.pk, channel="sms", words="Hello.", **mara.at(NOW))
        assert no.value.code == "message.no_line"


class TestTheService:
    def texter(self, address: str) -> TwilioTexter:
        account = Account(base_url=address, account="AC1", secret=TOKEN, number="+442079460118")
        return TwilioTexter(account, networks=LOOPBACK)

    def test_it_is_asked_as_twilio_is(self) -> None:
        with a_receiver(201, body=b'{"sid": "SM7"}') as (address, taken):
            told = self.texter(address).send(PHONE, "Grüße", handing=lambda: True)
        assert told == Accepted("SM7")
        assert parse_qs(taken[0][1].decode()) == {"From": ["+442079460118"], "To": [PHONE], "Body": ["Grüße"]}
        assert taken[0][0]["Authorization"].startswith("Basic ")

    @pytest.mark.parametrize(("status", "temporary"), [(400, False), (429, True), (401, True), (500, True)])
    def test_a_no_is_told_with_its_words(self, status: int, temporary: bool) -> None:
        with a_receiver(status, body=b'{"message": "not this one"}') as (address, _taken):
            told = self.texter(address).send(PHONE, "Hello", handing=lambda: True)
        assert isinstance(told, Refused)
        assert (told.temporary, told.perhaps_sent, "not this one" in told.words) == (temporary, False, True)

    def test_nothing_leaves_that_is_not_wanted_any_more_or_to_nobody(self) -> None:
        with a_receiver(201) as (address, taken):
            assert self.texter(address).send(PHONE, "Hello", handing=lambda: False) is NOT_WANTED
        assert taken == []
        gone = self.texter("http://127.0.0.1:1").send(PHONE, "Hello", handing=lambda: True)
        assert gone == Refused("Nothing answers at that address.", temporary=True)

    def test_by_apprise_the_number_goes_into_the_address(self) -> None:
        with a_receiver(200) as (address, taken):
            texter = AppriseTexter(f"json://{address.removeprefix('http://')}/{{to}}", networks=LOOPBACK)
            told = texter.send(PHONE, "Hello", handing=lambda: True)
            texter.close()
        assert told == Accepted("")
        assert json.loads(taken[0][1])["message"] == "Hello"


class TestAtTheDesk:
    FORM = {"name": "Texts", "channel": "sms", "how": "twilio", "number": "+44 20 7946 0118", "account": "AC1",
            "secret": TOKEN}  # fmt: skip

    def test_one_is_added_changed_paused_and_removed(self, cast) -> None:  # noqa: F811
        ada = AtDesk(cast.ada)
        made = ada.post("/settings/lines/new/", **self.FORM)
        row = Line.objects.get()
        here = f"/settings/lines/{row.pk}/"
        page = ada.get(here)
        assert (made["Location"], f"/hooks/text/{row.pk}/" in text(page)) == (here, True)
        assert TOKEN not in page.content.decode()
        assert ada.post(here, **self.FORM | {"secret": "", "name": "SMS"})["Location"] == here
        assert texts_as(row.pk).secret == TOKEN  # type: ignore[union-attr]
        assert "SMS" in text(ada.get("/settings/mailboxes/"))
        ada.post(f"{here}pause/")
        assert "Paused at" in text(ada.get("/settings/mailboxes/"))
        ada.post(f"{here}resume/")
        ada.post(f"{here}remove/")
        assert not Line.objects.exists()

    @pytest.mark.parametrize(
        "bad", [{"name": ""}, {"number": "x"}, {"account": ""}, {"base_url": "x"}, {"how": "y"}, {"secret": ""}]
    )
    def test_what_is_wrong_comes_back(self, cast, bad: dict[str, str]) -> None:  # noqa: F811
        assert AtDesk(cast.ada).post("/settings/lines/new/", **self.FORM | bad).status_code == 422
        assert not Line.objects.exists()

    def test_a_token_goes_to_no_other_service(self, cast, line) -> None:  # noqa: F811
        form = self.FORM | {"secret": "", "base_url": "https://evil.example"}
        assert AtDesk(cast.ada).post(f"/settings/lines/{line.pk}/", **form).status_code == 422

    def test_nobody_else_sees_or_sets_them(self, cast, line) -> None:  # noqa: F811
        for person in (cast.mara, cast.greta, cast.stranger):
            assert AtDesk(person).get(f"/settings/lines/{line.pk}/").status_code == 403
            assert AtDesk(person).get("/settings/lines/new/").status_code == 403
            AtDesk(person).post(f"/settings/lines/{line.pk}/remove/")
        assert Line.objects.exists()


def test_what_was_handed_over_but_for_its_end_is_nobodys_message() -> None:
    """Whoever dies between the mark and the end has sent nothing."""
    with a_receiver(201, body=b'{"sid": "SM7"}') as (address, taken):
        account = Account(base_url=address, account="AC1", secret=TOKEN, number="+442079460118")
        asked: list[int] = []

        def handing() -> bool:
            asked.append(len(taken))
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            TwilioTexter(account, networks=LOOPBACK).send(PHONE, "Hello", handing=handing)
    assert (asked, taken) == ([0], [])
