"""Everything that reads conversations."""

from makegood.conversation.queries.dated import Offer, dated_words, offers_in, told_words
from makegood.conversation.queries.hooks import Brought, mailbox_by_hook
from makegood.conversation.queries.mailboxes import Mail, MailboxFacts, mail_fares, mailbox_for, mailboxes, sends_by
from makegood.conversation.queries.messages import (
    AttachmentFacts,
    MessageFacts,
    attachment_for,
    awry_among,
    message_for,
    messages_of,
    of_case,
    said_on_page,
)
from makegood.conversation.queries.pile import Candidate, Unsorted, candidates, count_unsorted, unsorted
from makegood.conversation.queries.sending import SendsAs, sends_as
from makegood.conversation.queries.writing import (
    DraftFacts,
    PhraseFacts,
    carried_channels,
    draft_of,
    phrase_for,
    phrases,
)

__all__ = [
    "AttachmentFacts",
    "Brought",
    "Candidate",
    "DraftFacts",
    "Mail",
    "MailboxFacts",
    "MessageFacts",
    "Offer",
    "PhraseFacts",
    "SendsAs",
    "Unsorted",
    "attachment_for",
    "awry_among",
    "candidates",
    "carried_channels",
    "count_unsorted",
    "dated_words",
    "draft_of",
    "mail_fares",
    "mailbox_by_hook",
    "mailbox_for",
    "mailboxes",
    "message_for",
    "messages_of",
    "of_case",
    "offers_in",
    "phrase_for",
    "phrases",
    "said_on_page",
    "sends_as",
    "sends_by",
    "told_words",
    "unsorted",
]
