"""Letters when several workers send at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from makegood.adapters.telling import Told
from makegood.learning.actions import claim_letter
from makegood.learning.models import Letter
from makegood.worker.postman import Postman
from tests.factories import NOW, make_staff


class Post:
    """Takes letters; several workers hand them over."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, address: str, title: str, text: str) -> Told:
        self.taken.append(address)
        return Told("Mail", "")

    def close(self) -> None: ...


def test_workers_at_once_and_one_begun_anew_send_each_letter_once(
    committed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    committed += ["learning_letter", "people_staff"]
    monkeypatch.setattr("makegood.worker.postman.now", lambda: NOW)
    everybody = [make_staff(f"Person {number}") for number in range(9)]
    for person in everybody:
        Letter.objects.create(
            staff=person, what="line_up", day=NOW.date(), title="Line-up", text="It", made_at=NOW, next_at=NOW
        )  # fmt: skip
    # One worker was ended while a mail server had its letter; whoever begins anew sends the others alone.
    lost = claim_letter(now=NOW)
    post, start = Post(), threading.Barrier(3)

    def work() -> None:
        start.wait()
        try:
            while Postman(post, asked_to_stop=lambda: False).turn():
                pass
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert lost is not None
    assert sorted([*post.taken, lost.email]) == sorted(one.email for one in everybody)
    assert [one.pk for one in Letter.objects.filter(sent_at=None)] == [lost.number]
