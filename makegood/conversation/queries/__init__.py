"""Everything that reads conversations."""

from makegood.conversation.queries.answers import answer_in
from makegood.conversation.queries.dated import ForLater, Offer, dated_words, offers_in, told_words
from makegood.conversation.queries.hooks import Brought, mailbox_by_hook
from makegood.conversation.queries.lines import (
    LineFacts,
    TextsAs,
    carried_channels,
    line_by_hook,
    line_for,
    lines,
    texts_as,
)
from makegood.conversation.queries.looks import WRITES_ALONE, Waiting, if_let_go, looks_at, needs_look, to_look_at
from makegood.conversation.queries.mailboxes import (
    Mail,
    MailboxFacts,
    mail_fares,
    mailbox_for,
    mailboxes,
    sends_by,
    sign_in_address,
)
from makegood.conversation.queries.messages import (
    AttachmentFacts,
    MessageFacts,
    awry_among,
    by_number,
    messages_of,
    of_case,
    said_on_page,
)
from makegood.conversation.queries.pile import Candidate, Unsorted, candidates, count_unsorted, unsorted
from makegood.conversation.queries.policy import Overridden, coach_policy, overridden
from makegood.conversation.queries.seeing import attachment_for, message_for
from makegood.conversation.queries.sending import SendsAs, sends_as
from makegood.conversation.queries.writing import (
    DraftFacts,
    PhraseFacts,
    draft_of,
    phrase_for,
    phrases,
)

__all__ = [
    "WRITES_ALONE",
    "AttachmentFacts",
    "Brought",
    "Candidate",
    "DraftFacts",
    "ForLater",
    "LineFacts",
    "Mail",
    "MailboxFacts",
    "MessageFacts",
    "Offer",
    "Overridden",
    "PhraseFacts",
    "SendsAs",
    "TextsAs",
    "Unsorted",
    "Waiting",
    "answer_in",
    "attachment_for",
    "awry_among",
    "by_number",
    "candidates",
    "carried_channels",
    "coach_policy",
    "count_unsorted",
    "dated_words",
    "draft_of",
    "if_let_go",
    "line_by_hook",
    "line_for",
    "lines",
    "looks_at",
    "mail_fares",
    "mailbox_by_hook",
    "mailbox_for",
    "mailboxes",
    "message_for",
    "messages_of",
    "needs_look",
    "of_case",
    "offers_in",
    "overridden",
    "phrase_for",
    "phrases",
    "said_on_page",
    "sends_as",
    "sends_by",
    "sign_in_address",
    "texts_as",
    "to_look_at",
    "told_words",
    "unsorted",
]
