"""The mailboxes, as those who set them up see them, and which one a message leaves by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from makegood.adapters.oauth import Client, sign_in_at
from makegood.conversation.models import Mailbox
from makegood.kernel.refusals import Refusal, missing
from makegood.people.queries import require_scope
from makegood.people.rules import Ability, Scope
from makegood.platform.sealing import unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxFacts:
    """A mailbox without its secrets; see `models.Mailbox`. `kind` is that of the cases it opens, "" for none."""

    id: int
    name: str
    address: str
    sender_name: str
    kind: str
    acknowledges: bool
    imap_host: str
    imap_port: int
    imap_security: str
    imap_user: str
    has_imap_secret: bool
    folder: str
    done_folder: str
    has_hook: bool
    hook_service: str
    has_hook_key: bool
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    has_smtp_secret: bool
    oauth_url: str
    oauth_client: str
    has_oauth_secret: bool
    has_oauth_refresh: bool
    paused_at: datetime | None
    read_at: datetime | None
    problem: str
    problem_at: datetime | None
    sending_problem: str
    sending_problem_at: datetime | None


def mailboxes(scope: Scope) -> tuple[MailboxFacts, ...]:
    """Every mailbox, by name. Raises Refusal "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    return tuple(_facts(row) for row in Mailbox.objects.select_related("kind"))


def mailbox_for(scope: Scope, mailbox_id: int) -> MailboxFacts:
    """One mailbox. Raises Refusal "mailbox.unknown", "people.not_allowed"."""
    require_scope(scope, Ability.ADMINISTER)
    row = Mailbox.objects.select_related("kind").filter(pk=mailbox_id).first()
    if row is None:
        raise unknown_mailbox()
    return _facts(row)


def unknown_mailbox() -> Refusal:
    """The refusal of one that does not exist."""
    return missing("mailbox.unknown", "There is no such mailbox.")


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail fares: how many mailboxes are not paused, and by name those that cannot be read or cannot send just
    now, each with why, and those that never send, because nobody has said how."""

    active: int
    unread: tuple[tuple[str, str], ...]
    unsent: tuple[tuple[str, str], ...]
    mute: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.unread or self.unsent or self.mute)


def mail_fares(*, by_service: bool) -> Mail:
    """How reading and sending fare. `by_service`: the installation has a mail service."""
    rows = list(Mailbox.objects.filter(paused_at=None))
    return Mail(
        len(rows),
        tuple((row.name, row.problem) for row in rows if row.problem),
        tuple((row.name, row.sending_problem) for row in rows if row.sending_problem),
        () if by_service else tuple(row.name for row in rows if not row.smtp_host and not row.sending_problem),
    )


def sends_by(case_id: int) -> Mailbox | None:
    """The mailbox that a message of a case leaves by: the one it came in by, else that of its kind, else the first."""
    return next(iter(Mailbox.objects.raw(_USED, {"case": case_id})), None)


_USED = """
SELECT m.* FROM conversation_mailbox m, cases_case c
WHERE c.id = %(case)s AND m.paused_at IS NULL
ORDER BY (SELECT max(t.latest_at) FROM conversation_thread t WHERE t.case_id = c.id AND t.mailbox_id = m.id)
         DESC NULLS LAST, (m.kind_id = c.kind_id) DESC NULLS LAST, m.id
LIMIT 1
"""


def client_of(row: Mailbox) -> Client:
    """Who we are where a mailbox is let in. Raises SealBroken."""
    return Client(token_url=row.oauth_url, client=row.oauth_client, secret=unseal(row.oauth_secret))


def sign_in_address(scope: Scope, mailbox_id: int, *, back: str, state: str, verifier: str) -> str:
    """Where a person lets us into a mailbox, which sends them `back`. Raises Refusal "mailbox.unknown",
    "mailbox.no_sign_in", "people.not_allowed"."""
    facts = mailbox_for(scope, mailbox_id)
    client = Client(token_url=facts.oauth_url, client=facts.oauth_client)
    user = facts.imap_user or facts.address
    address = sign_in_at(client, back=back, state=state, verifier=verifier, user=user) if facts.oauth_client else ""
    if not address:
        words = "Nobody can sign in for it here: name Google or Microsoft and the client, or give a refresh token."
        raise Refusal("mailbox.no_sign_in", words)
    return address


def _facts(row: Mailbox) -> MailboxFacts:
    return MailboxFacts(
        id=row.pk, name=row.name, address=row.address, sender_name=row.sender_name,
        kind=row.kind.slug if row.kind else "", acknowledges=row.acknowledges, imap_host=row.imap_host,
        imap_port=row.imap_port, imap_security=row.imap_security, imap_user=row.imap_user,
        has_imap_secret=bool(row.imap_secret), folder=row.folder, done_folder=row.done_folder,
        has_hook=bool(row.hook_digest), hook_service=row.hook_service, has_hook_key=bool(row.hook_key),
        smtp_host=row.smtp_host, smtp_port=row.smtp_port,
        smtp_security=row.smtp_security, smtp_user=row.smtp_user, has_smtp_secret=bool(row.smtp_secret),
        oauth_url=row.oauth_url, oauth_client=row.oauth_client, has_oauth_secret=bool(row.oauth_secret),
        has_oauth_refresh=bool(row.oauth_refresh),
        paused_at=row.paused_at, read_at=row.read_at, problem=row.problem, problem_at=row.problem_at,
        sending_problem=row.sending_problem, sending_problem_at=row.sending_problem_at,
    )  # fmt: skip
