"""Having a language model draft a message: asked with facts, held against them, and never sent by itself."""

from __future__ import annotations

import dataclasses
import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live

from makegood.adapters.asking import Answer, ChatModel, Endpoint
from makegood.cases.models import Case
from makegood.config import checks
from makegood.config.checks import Look, Trouble
from makegood.config.environment import read_environment
from makegood.config.values import BadSetting
from makegood.conversation.models import Draft, Message
from makegood.customers.models import ContactPoint
from makegood.journal.models import Entry
from tests.doors.api_client import Api
from tests.doors.casework import a_delivery
from tests.doors.desk_client import AtDesk, text
from tests.doors.test_hook import a_rude_one
from tests.factories import Cast, make_cast
from tests.model_server import Model, a_model

pytestmark = pytest.mark.django_db
GOOD = (
    "This is mine now. Two of six pieces did not arrive, and you relied on us; I can see why that is upsetting. This is"
    " on us, and I am sorry. You hear my plan from me by [day and time]. What does it mean for your day?"
)
INVENTED = "I am sorry, this is on us. Tom will bring the pieces tomorrow at 10:00 and you get a £50 voucher."
FAULTY = f"{GOOD} We apologise for any inconvenience caused."
BOX = "data-composer"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    made = a_delivery(cast, taken=True)
    ContactPoint.objects.create(customer=made.customer, channel="email", value="dana@home.example")
    made.harm = "Dana Okafor has guests; write to dana@home.example or ring +44 20 7946 0118"
    made.cause_note = "The depot forgot it"
    made.save()
    return made


@pytest.fixture
def mara(cast: Cast) -> AtDesk:
    return AtDesk(cast.mara)


def notes(case: Case) -> str:
    return f"/cases/SR-{case.pk}/notes/"


def use(settings: Any, model: Model, key: str = "k-1") -> None:
    settings.AI = Endpoint(url=model.url, model="house-7b", key=key)


def box(answer: Any) -> str:
    return text(answer)


class TestAtTheDesk:
    def test_a_draft_is_put_into_the_box_and_told_in_the_story(
        self, case: Case, mara: AtDesk, settings: Any
    ) -> None:  # fmt: skip
        with a_model(GOOD) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="Dear all,", do="model")
        assert answer.status_code == 200
        shown = answer.content.decode().split(BOX)[1]
        assert "Dear all,\n\nHello Dana,\n\nThis is mine now." in shown
        assert "Kind regards\nMara Silva</textarea>" in shown
        assert "had house-7b draft a message" in box(answer)
        entry = Entry.objects.get(verb="case.draft_asked")
        assert (entry.data, entry.actor_name) == ({"model": "house-7b"}, "Mara Silva")
        assert not Message.objects.exists()
        assert "This is mine now." in Draft.objects.get().text, "a page that is fetched anew still has it"

    def test_only_facts_leave_the_house(self, case: Case, mara: AtDesk, settings: Any) -> None:
        with a_model(GOOD) as model:
            use(settings, model)
            mara.press(notes(case), mode="page", text="My own words", do="model")
        (asked,) = model.asked
        sent = json.dumps(asked, ensure_ascii=False)
        assert "Two of six pieces did not arrive" in sent
        assert "has guests" in sent
        for never in ("Dana", "Okafor", "home.example", "7946", "depot", "My own words", "SR-"):
            assert never not in sent
        assert model.headers[0]["Authorization"] == "Bearer k-1"

    def test_a_fault_is_written_once_more_and_named(self, case: Case, mara: AtDesk, settings: Any) -> None:
        with a_model(FAULTY, GOOD) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="", do="model")
        assert "any inconvenience" not in answer.content.decode().split(BOX)[1]
        assert [one["role"] for one in model.asked[1]["messages"]] == ["system", "user", "assistant", "user"]
        assert "any inconvenience" in model.asked[1]["messages"][3]["content"]

    def test_what_is_faulty_twice_is_shown_with_its_faults(self, case: Case, mara: AtDesk, settings: Any) -> None:
        with a_model(FAULTY) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="", do="model")
        assert len(model.asked) == 2
        assert "to mend" in answer.content.decode()

    def test_what_is_made_up_is_refused_with_its_words_and_what_was_typed_stays(
        self, case: Case, mara: AtDesk, settings: Any
    ) -> None:  # fmt: skip
        with a_model(INVENTED) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="My own words", do="model")
        assert answer.status_code == 409
        shown = answer.content.decode().split(BOX)[1]
        assert ">My own words</textarea>" in shown
        said = text(answer)
        assert "house-7b wrote what the case does not show" in said
        assert 'id="box-error"' in shown
        for word in ("Tom", "tomorrow at 10:00", "£50", "voucher"):
            assert f"“{word}”" in said
        # The page that comes for the news has only what is kept.
        assert Draft.objects.get().text == "My own words"
        assert "Tom" in model.asked[1]["messages"][3]["content"]

    def test_what_was_made_up_once_and_not_again_is_taken(self, case: Case, mara: AtDesk, settings: Any) -> None:
        with a_model(INVENTED, GOOD) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="", do="model")
        assert answer.status_code == 200
        assert "Tom" not in answer.content.decode().split(BOX)[1].split("</textarea>")[0]

    def test_a_silent_model_is_a_sentence(self, case: Case, mara: AtDesk, settings: Any) -> None:
        settings.AI = Endpoint(url="http://127.0.0.1:1/v1", model="house-7b")
        answer = mara.press(notes(case), mode="page", text="My own words", do="model")
        assert answer.status_code == 409
        assert "house-7b gave no draft. Nothing answers at that address." in text(answer)
        assert ">My own words</textarea>" in answer.content.decode()

    def test_without_a_model_there_is_no_button_and_no_draft(self, case: Case, mara: AtDesk, settings: Any) -> None:
        assert 'value="model"' not in mara.get(f"/cases/SR-{case.pk}/").content.decode()
        answer = mara.press(notes(case), mode="page", text="", do="model")
        assert "No model drafts here." in text(answer)
        settings.AI = Endpoint(url="http://127.0.0.1:1/v1", model="house-7b")
        assert "Draft with house-7b" in text(mara.get(f"/cases/SR-{case.pk}/"))

    def test_a_language_that_nobody_can_check_is_not_drafted_in(self, case: Case, mara: AtDesk, settings: Any) -> None:
        case.customer.language = "pt"
        case.customer.save()
        with a_model(GOOD) as model:
            use(settings, model)
            answer = mara.press(notes(case), mode="page", text="", do="model")
        assert model.asked == []
        assert "The coach does not read this customer’s language" in text(answer).replace("'", "’")

    def test_a_stranger_and_who_only_looks_have_nothing_drafted(
        self, case: Case, cast: Cast, settings: Any
    ) -> None:  # fmt: skip
        with a_model(GOOD) as model:
            use(settings, model)
            for person in (cast.stranger, cast.anil):
                answer = AtDesk(person).press(notes(case), mode="page", text="", do="model")
                assert "This is mine now." not in answer.content.decode()
        assert model.asked == []
        assert not Entry.objects.filter(verb="case.draft_asked").exists()


class TestByTheApi:
    def test_it_gives_the_draft_and_its_faults(self, case: Case, cast: Cast, settings: Any) -> None:
        api = Api(staff=cast.mara)
        assert api.post(f"/cases/{case.pk}/draft", {}).code == "draft.off"
        with a_model(FAULTY) as model:
            use(settings, model)
            made = api.post(f"/cases/{case.pk}/draft", {})
        assert (made.status, made.body["model"]) == (200, "house-7b")
        assert made.body["text"].startswith("Hello Dana,")
        assert "formula" in {one["code"] for one in made.body["faults"]}

    def test_it_says_no(self, case: Case, cast: Cast, settings: Any) -> None:
        with a_model(INVENTED) as model:
            use(settings, model)
            assert Api(staff=cast.mara).post(f"/cases/{case.pk}/draft", {}).code == "draft.not_backed"
            assert Api(staff=cast.stranger).post(f"/cases/{case.pk}/draft", {}).code == "case.unknown"
            assert Api().post(f"/cases/{case.pk}/draft", {}).status == 422
        settings.AI = Endpoint(url="http://127.0.0.1:1/v1", model="house-7b")
        assert Api(staff=cast.mara).post(f"/cases/{case.pk}/draft", {}).code == "draft.silent"


class TestTheEndpoint:
    def ask(self, url: str, **more: Any) -> Answer:
        return ChatModel(Endpoint(url=url, model="house-7b", key="k-1"), **more).ask([("user", "Hello")])

    @pytest.mark.parametrize(
        ("status", "body", "problem"),
        [
            (401, b"", "the key is not accepted"),
            (500, b"oh no", "It answered 500."),
            (200, b"<html>", "is no draft"),
            (200, b"[]", "is no draft"),
            (200, b'{"choices": []}', "is no draft"),
            (200, b'{"choices": [{"message": {"content": 7}}]}', "is no draft"),
            (200, b'{"choices": [{"message": {"content": " "}}]}', "is no draft"),
            (200, b"[" * 100_000, "is no draft"),
            (200, b'{"choices": "' + b"x" * 300_000, "far more than a draft"),
        ],
    )
    def test_what_is_no_answer_is_a_sentence(self, status: int, body: bytes, problem: str) -> None:
        with a_model(body, status=status) as model:
            assert problem in self.ask(model.url).problem

    def test_no_redirect_is_followed_with_the_key(self) -> None:
        with a_model(GOOD) as other, a_model(b"", status=302, more={"Location": other.url}) as model:
            assert "a redirect, and none is followed" in self.ask(model.url).problem
        assert other.asked == []

    def test_it_is_given_up_in_time(self) -> None:
        with a_rude_one(lambda link: threading.Event().wait(3)) as address:
            problem = self.ask(address, seconds=0.3).problem
            assert "did not answer within" in problem or "said nothing for" in problem
        with a_rude_one(lambda link: link.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")) as address:
            assert self.ask(address, seconds=2).problem == "What it answered is no draft."
        assert self.ask("http://no-such-machine.invalid/v1").problem == "There is no machine of that name."

    def test_no_more_than_two_wait_at_once(self) -> None:
        with a_model(GOOD) as model:
            model.waits = threading.Event()
            told: list[Answer] = []
            waiting = [threading.Thread(target=lambda: told.append(self.ask(model.url))) for _ in range(2)]
            for one in waiting:
                one.start()
            while len(model.asked) < 2:
                pass
            assert "writes for somebody else" in self.ask(model.url).problem
            model.waits.set()
            for one in waiting:
                one.join()
            assert [one.words for one in told] == [GOOD, GOOD]
            assert self.ask(model.url).words == GOOD


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"MAKEGOOD_AI_MODEL": "m"}, "MAKEGOOD_AI_URL is not"),
            ({"MAKEGOOD_AI_KEY": "k"}, "MAKEGOOD_AI_URL is not"),
            ({"MAKEGOOD_AI_URL": "https://ai.example/v1"}, "MAKEGOOD_AI_MODEL is missing"),
            ({"MAKEGOOD_AI_URL": "ftp://ai.example"}, "starts with https://"),
            ({"MAKEGOOD_AI_URL": "https://ai.example", "MAKEGOOD_AI_MODEL": "m", "MAKEGOOD_AI_KEY": "a\nb"}, "AI_KEY"),
        ],
    )
    def test_what_cannot_be_used_is_refused(self, given: dict[str, str], says: str) -> None:
        with pytest.raises(BadSetting, match=says):
            read_environment(given)

    def test_off_unless_named(self, tmp_path: Path) -> None:
        assert read_environment({}).ai is None
        key = tmp_path / "key"
        key.write_text("k-9\n")
        named = read_environment({
            "MAKEGOOD_AI_URL": "https://ai.example/v1/", "MAKEGOOD_AI_MODEL": "m", "MAKEGOOD_AI_KEY_FILE": str(key),
        })  # fmt: skip
        assert named.ai == Endpoint(url="https://ai.example/v1", model="m", key="k-9")
        assert "k-9" not in repr(named)

    def test_the_doctor_says_whether_it_answers(self) -> None:
        now = datetime.now(UTC)
        where = live.ENVIRONMENT
        assert "No language model" in checks.drafts(Look(where, now))
        with a_model("yes") as model:
            ours = dataclasses.replace(where, ai=Endpoint(url=model.url, model="house-7b"))
            assert checks.drafts(Look(ours, now)).startswith("house-7b answers")
        with pytest.raises(Trouble, match="Nothing answers"):
            checks.drafts(Look(ours, now))
