"""By the API: ready words kept and filled, and files that go with a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.models import Attachment, Message, Phrase
from makegood.kernel.refusals import Refusal
from makegood.links.models import Link
from makegood.platform.filing import file_store
from tests.doors.api_client import ROOT, Answer, Api
from tests.doors.casework import a_delivery_by_mail
from tests.factories import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def case(cast: Cast) -> Case:
    return a_delivery_by_mail(cast)


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")


def sent_up(api: Api, content: bytes = b"%PDF-1", name: str = "label.pdf", kind: str = "application/pdf") -> str:
    answer = api.post(f"/messages/files?name={name}", content, kind=kind)
    assert (answer.status, answer.body["name"], answer.body["size"]) == (201, name, len(content))
    return str(answer.body["file"])


def a_phrase(api: Api, text: str = "Dear {first_name}, {owner} has {number}.", **more: Any) -> Answer:
    return api.post("/phrases", {"name": "Moment", "text": text} | more)


class TestReadyWords:
    def test_they_are_kept_read_changed_and_removed(self, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        made = a_phrase(api, channel="email", language="en")
        assert (made.status, made.body["fields"]) == (201, ["first_name", "owner", "number"])
        where = f"/phrases/{made.body['id']}"
        assert api.get(where).body == made.body
        assert api.post(where, {"name": "Moment", "text": "Hello."}).body["channel"] == ""
        assert [one["text"] for one in api.get("/phrases").body["items"]] == ["Hello."]
        assert api.post(f"{where}/remove", {}).body == {"items": [], "next": None}
        assert api.get(where).code == "phrase.unknown"

    def test_what_cannot_be_kept_is_refused(self, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        assert a_phrase(api, "Dear {surname}").code == "phrase.unknown_field"
        assert a_phrase(api, channel="pigeon").code == "input.invalid"
        assert a_phrase(Api(), "Hello.").code == "token.no_staff"
        a_phrase(api)
        assert a_phrase(api).code == "phrase.name_taken"

    def test_whoever_only_reads_keeps_nothing(self, cast: Cast) -> None:
        assert a_phrase(Api("read", staff=cast.mara)).code == "token.read_only"
        assert not Phrase.objects.exists()

    def test_they_are_filled_for_a_case_and_nothing_is_sent(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        made = a_phrase(api).body["id"]
        filled = api.post(f"/cases/{case.pk}/phrases/{made}", {})
        assert filled.body == {"text": f"Dear Dana, {cast.mara.name} has SR-{case.pk}."}
        assert not Message.objects.exists()

    def test_a_stranger_fills_nothing_and_gets_no_link(self, case: Case, cast: Cast) -> None:
        made = a_phrase(Api(staff=cast.mara), "See {link}").body["id"]
        assert Api(staff=cast.stranger).post(f"/cases/{case.pk}/phrases/{made}", {}).code == "case.unknown"
        assert not Link.objects.exists()

    def test_a_message_carries_them_below_its_own_words(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        made = a_phrase(api, "Your page: {link}").body["id"]
        sent = api.post(f"/cases/{case.pk}/messages", {"channel": "email", "words": "It is mine.", "phrase": made})
        before, ready = sent.body["text"].split("\n\n")
        assert (before, ready.startswith("Your page: http"), Link.objects.count()) == ("It is mine.", True, 1)

    def test_a_message_that_is_refused_leaves_no_link(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        made = a_phrase(api, "Your page: {link}").body["id"]
        body = {"channel": "email", "phrase": made, "to": "else@x.example"}
        assert api.post(f"/cases/{case.pk}/messages", body).code == "message.not_theirs"
        assert not Link.objects.exists()

    def test_neither_words_nor_ready_words_is_nothing(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        assert api.post(f"/cases/{case.pk}/messages", {"channel": "email"}).code == "case.no_words"
        body = {"channel": "email", "phrase": 999}
        assert api.post(f"/cases/{case.pk}/messages", body).code == "phrase.unknown"


class TestFiles:
    def write(self, api: Api, case: Case, *files: str, channel: str = "email") -> Answer:
        body = {"channel": channel, "words": "Here is the label.", "files": list(files)}
        return api.post(f"/cases/{case.pk}/messages", body)

    def test_a_file_goes_with_a_message_and_is_read_back(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        made = self.write(api, case, sent_up(api), sent_up(api, b"\x00\xff", "a.bin", ""))
        first, second = made.body["files"]
        assert (first["name"], first["content_type"], first["size"]) == ("label.pdf", "application/pdf", 6)
        assert (second["name"], second["content_type"]) == ("a.bin", "application/octet-stream")
        who = {"authorization": f"Bearer {api.token}"}
        answer = Client(headers=who).get(f"{ROOT}/messages/files/{second['id']}")
        assert b"".join(answer.streaming_content) == b"\x00\xff"  # type: ignore[attr-defined]
        answer.close()

    def test_a_stranger_reads_none_and_another_token_encloses_none(self, case: Case, cast: Cast) -> None:
        mine = Api(staff=cast.mara)
        word = sent_up(mine)
        assert self.write(Api(staff=cast.mara), case, word).code == "message.no_upload"
        made = self.write(mine, case, word)
        other = Api(staff=cast.stranger)
        assert other.get(f"/messages/files/{made.body['files'][0]['id']}").code == "message.unknown"
        assert Api("read", staff=cast.mara).post("/messages/files?name=a", b"a", kind="").code == "token.read_only"

    @pytest.mark.parametrize("word", ["made up", "", "ünknown", "gAAAAAB"])
    def test_what_nobody_sent_up_is_refused(self, case: Case, cast: Cast, word: str) -> None:
        answer = self.write(Api(staff=cast.mara), case, word)
        assert (answer.status, answer.code) == (422, "message.no_upload")
        assert not Message.objects.exists()

    def test_a_day_later_it_is_to_be_sent_again(self) -> None:
        known: dict[str, Any] = {"files": file_store(), "holder": "token 1"}
        word = actions.upload(b"a", name="a", content_type="", now=NOW, **known)
        assert actions.uploaded([word], now=NOW + timedelta(hours=24), **known)[0].size == 1
        with pytest.raises(Refusal, match="Send it again"):
            actions.uploaded([word], now=NOW + timedelta(hours=24, seconds=1), **known)

    def test_what_is_too_large_empty_or_nameless_is_refused(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        whole = b"x" * (16 * 2**20)
        assert api.post("/messages/files?name=a", whole + b"x", kind="").code == "http.too_large"
        assert api.post("/messages/files?name=a", b"", kind="").code == "message.empty_file"
        assert api.post("/messages/files?name=%20", b"a", kind="").code == "message.no_file_name"
        assert api.post("/messages/files", b"a", kind="").code == "input.invalid"
        word = sent_up(api, whole, "big.bin", "")
        assert self.write(api, case, word, word, word).code == "message.too_large"
        assert not Attachment.objects.exists()

    def test_texts_and_letters_carry_none(self, case: Case, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        for channel in ("sms", "chat", "post"):
            assert self.write(api, case, sent_up(api), channel=channel).code == "message.no_files"
        assert self.write(api, case, sent_up(api), channel="page").status == 201

    def test_sent_up_twice_with_one_key_is_one(self, cast: Cast) -> None:
        api = Api(staff=cast.mara)
        first, again = (api.post("/messages/files?name=a", b"\x00\xff", kind="", key="once") for _twice in range(2))
        assert first.body == again.body
