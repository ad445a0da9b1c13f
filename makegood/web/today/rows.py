"""What a group of the queue and its rows are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from makegood.cases.queries import CaseLine
from makegood.kernel.money import format_money
from makegood.promises.queries import PromiseFacts
from makegood.promises.rules import State
from makegood.remedies.queries import ApprovalFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A row: state, customer, what is wrong, the promise in its words, clock, pips, owner. Nothing else."""

    id: str
    url: str
    panel: str
    state: str
    name: str
    what: str
    words: str
    clock_state: str = ""
    due_at: datetime | None = None
    due_on: date | None = None
    breaks_at: datetime | None = None
    warn_at: datetime | None = None
    ended_at: datetime | None = None
    since: datetime | None = None
    pips: int | None = None
    owner: str = ""
    unowned: bool = False
    repeat: bool = False
    awry: bool = False
    current: bool = False
    when_url: str = ""
    owner_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of the queue; `calm` is what it says when it is empty, `first` its oldest or next row, as `word` says.

    It holds so `many`, and `count` says so."""

    key: str
    label: str
    many: int
    count: str
    rows: Sequence[QueueRow]
    calm: str
    word: str
    first: QueueRow | None = None
    more: str = ""
    more_url: str = ""


def marked(groups: Sequence[Group], key: str) -> list[Group]:
    """The same groups, with the row of that key as the one that is open beside them."""
    return [
        replace(group, rows=[replace(row, current=True) if row.id == key else row for row in group.rows])
        for group in groups
    ]


def promise_row(promise: PromiseFacts, base: str) -> QueueRow:
    """A promise in the queue. `base` is the address of the list with its question mark."""
    key = f"promise-{promise.id}"
    return QueueRow(
        id=key, url=f"{base}promise={promise.id}", panel=f"/promises/{promise.id}/panel/", state=promise.state,
        name=promise.customer_name, what=promise.kind_name, words=promise.title, due_at=promise.due_at,
        due_on=promise.due_on, breaks_at=promise.breaks_at, warn_at=promise.warn_at, owner=promise.owner_name,
        unowned=promise.owner_id is None, when_url=f"/promises/{promise.id}/when/",
    )  # fmt: skip


def case_row(case: CaseLine, why: str, base: str, key: str) -> QueueRow:
    """A case in the queue; `why` says what waits, and then the row counts since when. Where a word that we gave in it
    is late, and not the promise that it is about, the row tells of that."""
    waits = key == "waiting"
    if case.late_word and key == "broken":
        case = replace(
            case, promise_title=case.next_title, promise_due_at=case.next_due_at, promise_due_on=None,
            promise_breaks_at=case.next_due_at, promise_settled_at=None, promise_state=State.BROKEN,
        )  # fmt: skip
    state = "waits" if waits else "kept_late" if case.promise_state is State.KEPT_LATE else key
    return QueueRow(
        id=case.ref, url=f"{base}case={case.ref}", panel=f"/cases/{case.ref}/panel/",
        state=state, name=case.customer_name, what=case.kind_name,
        words=why or case.promise_title or case.title, clock_state=case.promise_state or "", due_at=case.promise_due_at,
        due_on=case.promise_due_on, breaks_at=case.promise_breaks_at, ended_at=case.promise_settled_at,
        since=case.opened_at if waits or case.promise_due_at is None else None,
        pips=sum(case.pips), owner=case.owner_name if case.taken_at else "", unowned=case.taken_at is None,
        repeat=case.repeat, when_url=f"/cases/{case.ref}/change/when/", owner_url=f"/cases/{case.ref}/change/owner/",
    )  # fmt: skip


def approval_row(one: ApprovalFacts) -> QueueRow:
    """A question that the reader decides, on a page of its own."""
    words = _("{name} asks for {total}").format(name=one.asked_by, total=format_money(one.total, one.currency))
    return QueueRow(
        id=f"approval-{one.id}", url=f"/approvals/{one.id}/", panel="", state="waits", name=one.customer_name,
        what=_("Approval"), words=words, clock_state="open", due_at=one.decide_by,
    )  # fmt: skip
