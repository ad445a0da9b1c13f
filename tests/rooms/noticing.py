"""What the tests of notices share: something to tell, a place to tell it at, and a service that takes messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from makegood.journal.actors import SYSTEM
from makegood.notices import actions as notices
from makegood.notices.actions import Errand
from makegood.people.models import Staff
from tests.factories import NOW, actor

BASE = "https://desk.example"


def told(person: Staff, number: int = 1001, *, now: datetime = NOW, **more: Any) -> bool:
    more = {"topic": "case.offered", "words": f"SR-{number} is offered to you", "by": SYSTEM} | more
    return notices.tell(person.pk, about=("case", number), link=f"/cases/SR-{number}/", now=now, **more)


def reached_at(person: Staff, address: str = "json://hook.example/s3cr3t", **more: Any) -> int:
    made = {"name": "My phone", "service": "JSON", "by": actor(person), "now": NOW} | more
    return notices.add_channel(person.pk, address=address, **made)


class Service:
    """Takes messages, or refuses them as long as `problem` says why."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.problem = ""

    def look(self, now: datetime) -> int:
        """What a sender does when it looks at `now`; how many errands there were."""
        count = 0
        while (errand := notices.take_errand(base_url=BASE, now=now)) is not None:
            count += 1
            self.deliver(errand, now)
        return count

    def deliver(self, errand: Errand, now: datetime) -> None:
        for message in errand.messages:
            if self.problem:
                notices.mark_refused(errand, message, self.problem, now=now)
                break
            self.taken.append((message.title, message.text))
            notices.mark_sent(errand, message, now=now)
        notices.give_back(errand)
