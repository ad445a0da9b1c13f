"""What was sent up and never enclosed goes after two days; what anything names stays, whoever else brings it."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField

from makegood.adapters.files import BESIDE, FileStore
from makegood.cases.models import Case
from makegood.conversation import actions
from makegood.conversation.actions.sweeping import UNNAMED_FOR
from makegood.conversation.models import Arrival, Attachment, Message
from makegood.kernel.refusals import Refusal
from tests.factories import NOW
from tests.rooms.casework import Hand, cast, mara
from tests.rooms.test_conversation import box, files
from tests.rooms.test_looks import case, write

pytestmark = pytest.mark.django_db
__all__ = ["box", "case", "cast", "files", "mara"]
HOLDER = "token 1"


def path_of(files: FileStore, name: str) -> Path:
    return files._path(name)


def age(files: FileStore, name: str, by: timedelta) -> None:
    at = (NOW - by).timestamp()
    os.utime(path_of(files, name), (at, at))


def send_up(files: FileStore, content: bytes) -> tuple[str, str]:
    """The word for it, and the name under which it is kept."""
    word = actions.upload(
        content, name="bill.txt", content_type="text/plain", files=files, holder=HOLDER, now=NOW
    )  # fmt: skip
    (one,) = actions.uploaded([word], files=files, holder=HOLDER, now=NOW)
    age(files, one.digest, timedelta())
    return word, one.digest


def sweep(files: FileStore, after: timedelta) -> int:
    return actions.forget_unnamed(files=files, now=NOW + after)


def test_what_nobody_enclosed_goes_once_nobody_can(files: FileStore) -> None:
    word, name = send_up(files, b"the bill")
    assert sweep(files, UNNAMED_FOR - timedelta(seconds=1)) == 0
    assert files.size(name) == 8
    assert sweep(files, UNNAMED_FOR + timedelta(seconds=1)) == 1
    assert files.size(name) is None
    with pytest.raises(Refusal, match="more than a day ago"):
        actions.uploaded([word], files=files, holder=HOLDER, now=NOW + UNNAMED_FOR)


def test_what_anything_names_stays(files: FileStore, case: Case, mara: Hand) -> None:
    _word, name = send_up(files, b"the bill")
    write(case, mara, enclosed=[actions.Enclosed("bill.txt", "text/plain", 8, name)])
    _other, gone = send_up(files, b"nothing for anybody")
    named = {name, *Message.objects.exclude(raw="").values_list("raw", flat=True)}
    named |= {*Arrival.objects.values_list("raw", flat=True), *Attachment.objects.values_list("digest", flat=True)}
    assert len(named) > 1
    for one in files.names():
        age(files, one, timedelta(days=400))
    assert sweep(files, timedelta()) == 1
    assert set(files.names()) == named
    assert gone not in named


def test_what_is_brought_again_is_as_new(files: FileStore) -> None:
    _word, name = send_up(files, b"the same bill")
    age(files, name, timedelta(days=30))
    before = (NOW - UNNAMED_FOR).timestamp()
    assert list(files.last_put(before=before)) == [name]
    files.put(b"the same bill")
    assert not files.drop(name, before=before), "somebody brought it between the two"
    assert sweep(files, timedelta()) == 0
    assert files.size(name) == 13


def test_what_is_brought_while_it_is_forgotten_is_there_afterwards(files: FileStore) -> None:
    name, before = files.put(b"the same bill").sha256, (NOW - UNNAMED_FOR).timestamp()
    went = []
    for _ in range(100):
        age(files, name, timedelta(days=30))
        at_once = threading.Barrier(2)

        def bring(at_once: threading.Barrier = at_once) -> None:
            at_once.wait()
            files.put(b"the same bill")

        thread = threading.Thread(target=bring)
        thread.start()
        at_once.wait()
        went.append(files.drop(name, before=before))
        thread.join()
        assert not list((files._root / BESIDE).iterdir())
        assert files.size(name) == 13
    assert any(went)


def test_nothing_goes_while_a_backup_is_written(files: FileStore) -> None:
    _word, name = send_up(files, b"the bill")
    with files.holding():
        assert sweep(files, UNNAMED_FOR + timedelta(days=1)) == 0
        assert files.size(files.put(b"the next bill").sha256) == 13, "what comes meanwhile is kept"
        age(files, files.put(b"the next bill").sha256, -timedelta(days=9))
    assert sweep(files, UNNAMED_FOR + timedelta(days=1)) == 1
    assert files.size(name) is None


def test_no_table_names_a_file_that_the_sweep_does_not_know() -> None:
    """A name is 64 letters. Whoever adds such a column says here what it is, and to the sweep when it is a file."""
    known: dict[str, Any] = {
        "conversation.Attachment.digest": "a file", "conversation.Message.raw": "a file",
        "conversation.Arrival.raw": "a file", "conversation.Arrival.digest": "of the message, not of the file",
        "conversation.Mailbox.hook_digest": "of a secret", "links.Link.digest": "of a token",
        "people.ApiToken.digest": "of a token", "measurement.Survey.digest": "of a link",
        "measurement.SharedView.token_hash": "of a link", "platform.IdempotencyKey.fingerprint": "of a request",
        "links.Attempt.who": "of an address",
    }  # fmt: skip
    found = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models() if model.__module__.startswith("makegood.")
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.max_length == 64 and field.name != "time_zone"
    }  # fmt: skip
    assert found == set(known)
