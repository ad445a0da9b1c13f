"""The lines for text messages and chat: as those who set them up see them, and as messages go and come by them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from makegood.conversation.models import Line
from makegood.conversation.rules.messages import Channel
from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.rows import fetch_rows
from makegood.platform.sealing import SealBroken, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """A line without its token; see `models.Line`. `hook_secret` stands in the address at which it is told."""

    id: int
    name: str
    channel: str
    how: str
    base_url: str
    account: str
    number: str
    kind: str
    hook_secret: str = field(repr=False)
    paused_at: datetime | None
    sending_problem: str
    sending_problem_at: datetime | None

    @property
    def hook_path(self) -> str:
        """Where its service calls with what comes in, without our own name before it."""
        return hook_path(self.id, self.hook_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsAs:
    """A line as far as its messages go. With a `fault` it cannot be used at all, which says why. `ailing`: a trouble of
    its sending is on record, which ends when a message leaves."""

    id: int
    name: str
    channel: Channel
    how: str
    base_url: str
    account: str
    number: str
    secret: str = field(repr=False)
    hook_secret: str = field(repr=False)
    is_paused: bool
    fault: str
    ailing: bool = field(default=False, compare=False)

    @property
    def events_path(self) -> str:
        """Where its service tells what became of ours."""
        return f"{hook_path(self.id, self.hook_secret)}events/"


def hook_path(line_id: int, hook_secret: str) -> str:
    """Where the service of a line calls with what comes in."""
    return f"/hooks/text/{line_id}/{hook_secret}/"


def lines(scope: Scope) -> tuple[LineFacts, ...]:
    """Every line, by name. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    return tuple(_facts(row) for row in Line.objects.select_related("kind"))


def line_for(scope: Scope, line_id: int) -> LineFacts:
    """One line. Raises Refusal "line.unknown", "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    row = Line.objects.select_related("kind").filter(pk=line_id).first()
    if row is None:
        raise unknown_line()
    return _facts(row)


def texts_as(line_id: int) -> TextsAs | None:
    """How messages go by a line just now; None when it is gone."""
    row = Line.objects.filter(pk=line_id).first()
    if row is None:
        return None
    secret, hook_secret, fault = "", "", ""
    try:
        secret, hook_secret = unseal(row.secret), unseal(row.hook_secret)
    except SealBroken as broken:
        fault = str(broken)
    return TextsAs(
        id=row.pk, name=row.name, channel=Channel(row.channel), how=row.how, base_url=row.base_url,
        account=row.account, number=row.number, secret=secret, hook_secret=hook_secret,
        is_paused=row.paused_at is not None, fault=fault,
        ailing=bool(row.sending_problem or row.sending_next_at),
    )  # fmt: skip


def line_by_hook(line_id: int, secret: str) -> TextsAs | None:
    """The line, for somebody who names the secret of its address; None for everybody else."""
    found = texts_as(line_id)
    known = found.hook_secret if found is not None else ""
    # Compared all the same when there is none, so that the time taken tells nothing.
    fits = hmac.compare_digest(secret.encode(), (known or "-" * 32).encode())
    return found if known and fits else None


def texts_by(case_id: int, channel: Channel) -> Line | None:
    """The line that a message of a case leaves by: the one its latest message came or went by, else the one for its
    kind, else the first."""
    return next(iter(Line.objects.raw(_USED, {"case": case_id, "channel": channel.value})), None)


_USED = """
SELECT l.* FROM conversation_line l, cases_case c
WHERE c.id = %(case)s AND l.paused_at IS NULL AND l.channel = %(channel)s
ORDER BY (SELECT max(t.latest_at) FROM conversation_thread t WHERE t.case_id = c.id AND t.line_id = l.id)
         DESC NULLS LAST, (l.kind_id = c.kind_id) DESC NULLS LAST, l.id
LIMIT 1
"""


def carried_channels() -> frozenset[Channel]:
    """The channels by which a message can leave at all: mail once there is a mailbox that is not paused, text messages
    and chat once there is such a line."""
    return frozenset({Channel.PAGE} | {Channel(channel) for (channel,) in fetch_rows(_CARRIED, ())})


# Asked for every open case: by hand, and in one question.
_CARRIED = """
SELECT 'email' WHERE EXISTS (SELECT FROM conversation_mailbox WHERE paused_at IS NULL)
UNION ALL SELECT DISTINCT channel FROM conversation_line WHERE paused_at IS NULL
"""


def unknown_line() -> Refusal:
    """The refusal of one that does not exist."""
    return missing("line.unknown", "There is no such line.")


def _facts(row: Line) -> LineFacts:
    try:
        hook_secret = unseal(row.hook_secret)
    except SealBroken:
        hook_secret = ""
    return LineFacts(
        id=row.pk, name=row.name, channel=row.channel, how=row.how, base_url=row.base_url, account=row.account,
        number=row.number, kind=row.kind.slug if row.kind else "", hook_secret=hook_secret, paused_at=row.paused_at,
        sending_problem=row.sending_problem, sending_problem_at=row.sending_problem_at,
    )  # fmt: skip
