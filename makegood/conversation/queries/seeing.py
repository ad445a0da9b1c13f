"""Who may see a message and the files that came with it."""

from __future__ import annotations

from django.db.models import Q

from makegood.cases.queries.seeing import NOBODY, visible
from makegood.conversation.models import Attachment, Message
from makegood.conversation.queries.messages import AttachmentFacts, MessageFacts, by_number, file_of
from makegood.kernel.refusals import missing
from makegood.people.rules import Ability, Scope


def message_for(scope: Scope, message_id: int) -> MessageFacts:
    """One message, for somebody who may see its case, who was asked to look at it or did look, or who works when it has
    no case. Raises Refusal "message.unknown"."""
    if _is_seen(scope, message_id):
        return by_number([message_id])[0]
    raise missing("message.unknown", "There is no such message.")


def _is_seen(scope: Scope, message_id: int) -> bool:
    me = scope.staff_id or NOBODY
    theirs = Q(thread__case__in=visible(scope)) | Q(look__asked_of_id=me) | Q(look__by_id=me)
    if scope.may(Ability.WORK):
        theirs |= Q(thread__case=None)
    return Message.objects.filter(theirs, pk=message_id).exists()


def attachment_for(scope: Scope, attachment_id: int) -> AttachmentFacts:
    """One file of a message, for somebody who may see the message. Raises Refusal "message.no_file"."""
    row = Attachment.objects.filter(pk=attachment_id).first()
    if row is None:
        raise missing("message.no_file", "There is no such file.")
    message_for(scope, row.message_id)
    return file_of(row)
