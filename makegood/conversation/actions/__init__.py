"""Everything that writes conversations."""

from makegood.conversation.actions.apart import Apart, write_apart
from makegood.conversation.actions.dating import Taken, take_at_word
from makegood.conversation.actions.drafting import forget_draft, keep_draft
from makegood.conversation.actions.entering import access_token, let_in
from makegood.conversation.actions.failing import tell_of_failing
from makegood.conversation.actions.fetching import (
    Fetching,
    let_mailbox_go,
    note_read,
    note_trouble,
    take_mailbox,
)
from makegood.conversation.actions.lines import (
    LineDetails,
    add_line,
    change_line,
    pause_line,
    remove_line,
    resume_line,
)
from makegood.conversation.actions.looking import (
    ask_who_is_there,
    release_message,
    require_looks,
    send_back_message,
    trust,
    trust_only,
)
from makegood.conversation.actions.mailboxes import (
    MailboxDetails,
    add_mailbox,
    change_mailbox,
    pause_mailbox,
    remove_mailbox,
    renew_hook,
    resume_mailbox,
)
from makegood.conversation.actions.phrasing import remove_phrase, save_phrase
from makegood.conversation.actions.piling import open_case_of, put_into_case, settle_as_nobodys
from makegood.conversation.actions.policy import note_override, require_clean
from makegood.conversation.actions.posting import Posted, withdraw_many, write_many
from makegood.conversation.actions.receiving import Files, receive
from makegood.conversation.actions.returning import Lost, note_brought, note_lost
from makegood.conversation.actions.sending import (
    Carried,
    give_back,
    mark_refused,
    mark_sent,
    mark_unsure,
    note_handing,
    note_sending,
    rest_sending,
    settle_doubts,
    take_messages,
)
from makegood.conversation.actions.sorting import sort_arrivals
from makegood.conversation.actions.sweeping import forget_unnamed
from makegood.conversation.actions.trying import Tried, try_line, try_mailbox
from makegood.conversation.actions.uploading import upload, uploaded
from makegood.conversation.actions.writing import (
    Enclosed,
    Written,
    log_letter,
    note_arrived,
    send_again,
    too_large,
    withdraw,
    withdraw_message,
    write_message,
)

__all__ = [
    "Apart",
    "Carried",
    "Enclosed",
    "Fetching",
    "Files",
    "LineDetails",
    "Lost",
    "MailboxDetails",
    "Posted",
    "Taken",
    "Tried",
    "Written",
    "access_token",
    "add_line",
    "add_mailbox",
    "ask_who_is_there",
    "change_line",
    "change_mailbox",
    "forget_draft",
    "forget_unnamed",
    "give_back",
    "keep_draft",
    "let_in",
    "let_mailbox_go",
    "log_letter",
    "mark_refused",
    "mark_sent",
    "mark_unsure",
    "note_arrived",
    "note_brought",
    "note_handing",
    "note_lost",
    "note_override",
    "note_read",
    "note_sending",
    "note_trouble",
    "open_case_of",
    "pause_line",
    "pause_mailbox",
    "put_into_case",
    "receive",
    "release_message",
    "remove_line",
    "remove_mailbox",
    "remove_phrase",
    "renew_hook",
    "require_clean",
    "require_looks",
    "rest_sending",
    "resume_line",
    "resume_mailbox",
    "save_phrase",
    "send_again",
    "send_back_message",
    "settle_as_nobodys",
    "settle_doubts",
    "sort_arrivals",
    "take_at_word",
    "take_mailbox",
    "take_messages",
    "tell_of_failing",
    "too_large",
    "trust",
    "trust_only",
    "try_line",
    "try_mailbox",
    "upload",
    "uploaded",
    "withdraw",
    "withdraw_many",
    "withdraw_message",
    "write_apart",
    "write_many",
    "write_message",
]
