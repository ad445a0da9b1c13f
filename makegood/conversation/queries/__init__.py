"""Everything that reads conversations."""

from makegood.conversation.queries.hooks import Brought, mailbox_by_hook
from makegood.conversation.queries.mailboxes import MailboxFacts, mailbox_for, mailboxes, sends_by
from makegood.conversation.queries.messages import (
    AttachmentFacts,
    MessageFacts,
    attachment_for,
    message_for,
    messages_of,
    said_on_page,
)
from makegood.conversation.queries.pile import Unsorted, count_unsorted, unsorted
from makegood.conversation.queries.sending import SendsAs, sends_as

__all__ = [
    "AttachmentFacts",
    "Brought",
    "MailboxFacts",
    "MessageFacts",
    "SendsAs",
    "Unsorted",
    "attachment_for",
    "count_unsorted",
    "mailbox_by_hook",
    "mailbox_for",
    "mailboxes",
    "message_for",
    "messages_of",
    "said_on_page",
    "sends_as",
    "sends_by",
    "unsorted",
]
