"""Messages of a case and what came in that belongs to none: written, taken back, sent again, read, sorted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from makegood.api.caller import ApiRequest, person
from makegood.api.case_parts import StaffIn
from makegood.api.door import told
from makegood.api.forms import Id, Instant, spelled
from makegood.api.heeding import WarningOut, warnings_of
from makegood.cases.queries import case_for, parse_number
from makegood.cases.rules import Step
from makegood.conversation import actions
from makegood.conversation.hearing.answers import Verdict
from makegood.conversation.queries import (
    MessageFacts,
    answer_in,
    attachment_for,
    message_for,
    messages_of,
    unsorted,
)
from makegood.conversation.rules.messages import Channel, Move, Sort, State, in_their_hours
from makegood.conversation.rules.policy import LONGEST_REASON
from makegood.customers.queries import customer_for
from makegood.kernel.refusals import invalid, missing
from makegood.links.actions import fill_phrase
from makegood.people.rules import Scope
from makegood.platform.filing import file_store
from makegood.platform.http import media_type
from makegood.remedies import actions as remedies
from makegood.remedies.queries.plan import zone_of
from makegood.remedies.rules.plan import Caution

router = Router(tags=["messages"])


class FileOut(Schema):
    """A file of a message; `GET /messages/files/{id}` has its content."""

    id: int
    name: str
    content_type: str
    size: int


class MessageOut(Schema):
    """One message. `inward` is from the customer; `moves` are what may happen to it next. `looked_by` is who looked at
    it before it left, and `look_words` why they sent it back; both "" for most."""

    id: int
    case: int | None
    inward: bool
    channel: Annotated[Channel, spelled(Channel)]
    sort: Sort
    state: Annotated[State, spelled(State)]
    automatic: bool
    address: str
    name: str
    subject: str
    text: str
    rest: str
    at: datetime
    by: str
    covers: list[Step]
    leave_at: datetime | None
    sent_at: datetime | None
    attempts: int
    problem: str
    looked_by: str
    look_words: str
    files: list[FileOut]
    moves: list[Annotated[Move, spelled(Move)]]


class AnswerHeardOut(Schema):
    """An answer that a person may record, and the words that said it."""

    answer: Annotated[Verdict, spelled(Verdict)]
    words: str


class MessagesOut(Schema):
    """The messages of a case, oldest first. `answer_heard` is what the latest of them seems to say to the question
    whether it is right, null when it is not plain: `POST /cases/{number}/answer` records it."""

    items: list[MessageOut]
    next: None
    answer_heard: AnswerHeardOut | None


class WrittenOut(MessageOut):
    """A message that was written; `warnings` stop nothing."""

    warnings: list[WarningOut]


class MessageIn(StaffIn):
    """A message to the customer of a case: by which `channel` (`post` records a letter that goes by hand), to which of
    their addresses (`to`, the first unless said), which steps of the conversation it takes, and when it leaves, if
    not in ten seconds: at an instant, or in `their_hours`. A `phrase` of the ready words is filled and stands below the
    `words`. `files` are the words by which files that were sent up are known. `despite` is why it leaves with what the
    coach found, where a clean message is required."""

    channel: Annotated[Channel, spelled(Channel)]
    words: Annotated[str, Field(max_length=10_000)] = ""
    phrase: Id | None = None
    subject: Annotated[str, Field(max_length=300)] = ""
    to: Annotated[str, Field(max_length=300)] = ""
    covers: Annotated[list[Step], Field(max_length=9)] = []
    leave_at: Instant | None = None
    their_hours: bool = False
    files: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(max_length=50)] = []
    despite: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class UploadedOut(Schema):
    """A file that was sent up: `file` is the word by which a message of the same token may enclose it, for a day."""

    file: str
    name: str
    size: int


class AgainIn(StaffIn):
    """Send it to another of the customer's addresses."""

    to: Annotated[str, Field(max_length=300)] = ""


class ThreadOut(Schema):
    """What waits to be sorted, and what it holds."""

    id: int
    subject: str
    latest_at: datetime
    messages: list[MessageOut]


class UnsortedOut(Schema):
    """What came in and belongs to no case, the longest waiting first."""

    items: list[ThreadOut]
    next: None


class SortIn(StaffIn):
    """Whose it is: a `case`, a new case of a `kind` (of `customer`, else of whoever wrote), or nobody's for a
    `reason`. `theirs` says that the address is the customer's own."""

    case: Annotated[str, Field(max_length=20)] = ""
    kind: Annotated[str, Field(max_length=40)] = ""
    customer: Id | None = None
    theirs: bool = False
    reason: Annotated[str, Field(max_length=300)] = ""


class SortedOut(Schema):
    """Where it went: the number of the case, null for nobody's."""

    case: int | None


@router.get("/cases/{number}/messages", response=MessagesOut, summary="The messages of a case")
def list_messages(request: ApiRequest, number: str) -> HttpResponse:
    """What was said with the customer, either way, and what became of each."""
    case = case_for(request.caller.scope, parse_number(number))
    found = messages_of(request.caller.scope, case.number)
    language = customer_for(request.caller.scope, case.customer_id).language
    heard = answer_in(case, found, language=language)
    answer = {"answer": heard.verdict, "words": heard.words} if heard else None
    return told({"items": many_out(found), "next": None, "answer_heard": answer})


@router.post("/cases/{number}/messages", response={201: WrittenOut}, summary="Write to the customer")
def write_message(request: ApiRequest, number: str, body: MessageIn) -> HttpResponse:
    """Write a message. It waits ten seconds, so that it can be taken back; `sent` means that the next server has it."""
    doer = person(request, body.staff)
    case = parse_number(number)
    who: dict[str, Any] = {"scope": doer.scope, "by": doer.by, "now": request.now}
    enclosed = actions.uploaded(body.files, files=file_store(), holder=_holder(request), now=request.now)
    # A message that is refused leaves no link behind.
    with transaction.atomic():
        message_id, heeded = _written(case, body, enclosed, who)
    out = message_out(message_for(doer.scope, message_id)) | {"warnings": warnings_of(heeded)}
    return told(out, status=201)


def _written(
    case: int, body: MessageIn, enclosed: Sequence[actions.Enclosed], who: dict[str, Any]
) -> tuple[int, Sequence[Caution]]:
    """The id of what was written, and what there is to heed about it."""
    words = _words(case, body, who)
    if body.channel is Channel.POST:
        if enclosed:
            raise invalid(
                "message.no_files", "A letter is printed from its words. Send files by e-mail.", field="files"
            )
        letter, heeded = remedies.post_letter(case, words=words, covers=body.covers, despite=body.despite, **who)
        return letter.id, heeded
    written, heeded = remedies.write_to_customer(
        case, channel=body.channel, words=words, subject=body.subject, to=body.to, covers=body.covers,
        leave_at=_leaves(case, body, who["scope"], who["now"]), enclosed=enclosed, despite=body.despite,
        **who,
    )  # fmt: skip
    return written.id, heeded


def _words(case: int, body: MessageIn, who: dict[str, Any]) -> str:
    """What is written: the words, and below them those that were kept ready."""
    if body.phrase is None:
        return body.words
    ready = fill_phrase(case, body.phrase, base_url=settings.BASE_URL, **who)
    return f"{body.words.rstrip()}\n\n{ready}" if body.words.strip() else ready


def _holder(request: ApiRequest) -> str:
    return f"token {request.caller.token.id}"


@router.post(
    "/messages/files", response={201: UploadedOut}, summary="Send up a file for a message",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {
        "type": "string", "format": "binary", "minLength": 1}}}}},
)  # fmt: skip
def upload_file(request: ApiRequest, name: Annotated[str, Query(min_length=1, max_length=200)]) -> HttpResponse:
    """The body is the content, of up to 16 MB, in the form that `Content-Type` says."""
    content = request.body
    word = actions.upload(
        content, name=name, content_type=media_type(request), files=file_store(), holder=_holder(request),
        now=request.now,
    )  # fmt: skip
    return told({"file": word, "name": name, "size": len(content)}, status=201)


@router.post("/messages/{message_id}/withdraw", response=MessageOut, summary="Take a message back")
def withdraw_message(request: ApiRequest, message_id: Id, body: StaffIn) -> HttpResponse:
    """Take it back while it waits."""
    doer = person(request, body.staff)
    actions.withdraw_message(message_id, scope=doer.scope, by=doer.by, now=request.now)
    return told(message_out(message_for(doer.scope, message_id)))


@router.post("/messages/{message_id}/again", response=MessageOut, summary="Send a message again")
def send_again(request: ApiRequest, message_id: Id, body: AgainIn) -> HttpResponse:
    """Send anew what did not leave, came back, or of which nobody knows."""
    doer = person(request, body.staff)
    actions.send_again(message_id, to=body.to, scope=doer.scope, by=doer.by, now=request.now)
    return told(message_out(message_for(doer.scope, message_id)))


@router.post("/messages/{message_id}/arrived", response=MessageOut, summary="Say that a message arrived")
def note_arrived(request: ApiRequest, message_id: Id, body: StaffIn) -> HttpResponse:
    """Of one of which nobody knew: it counts as sent when it was handed over."""
    doer = person(request, body.staff)
    actions.note_arrived(message_id, scope=doer.scope, by=doer.by, now=request.now)
    return told(message_out(message_for(doer.scope, message_id)))


@router.get("/messages/files/{file_id}", summary="A file of a message")
def read_file(request: ApiRequest, file_id: Id) -> FileResponse:
    """The content of a file, as `application/octet-stream`."""
    found = attachment_for(request.caller.scope, file_id)
    try:
        content = file_store().open(found.digest)
    except FileNotFoundError:
        raise missing("message.no_file", "This file is not kept any more.") from None
    return FileResponse(content, as_attachment=True, filename=found.name, content_type="application/octet-stream")


@router.get("/messages/unsorted", response=UnsortedOut, summary="What belongs to no case")
def list_unsorted(request: ApiRequest) -> HttpResponse:
    """What came in and could not be told to be anybody's for certain."""
    waiting = unsorted(request.caller.scope)
    items = [
        {"id": one.id, "subject": one.subject, "latest_at": one.latest_at, "messages": many_out(one.messages)}
        for one in waiting
    ]
    return told({"items": items, "next": None})


@router.post("/messages/unsorted/{thread_id}/sort", response=SortedOut, summary="Say whose it is")
def sort_thread(request: ApiRequest, thread_id: Id, body: SortIn) -> HttpResponse:
    """Put it into a case, open one for it, or settle it as nobody's."""
    doer = person(request, body.staff)
    who: dict[str, Any] = {"scope": doer.scope, "by": doer.by, "now": request.now}
    if body.case:
        number: int | None = parse_number(body.case)
        actions.put_into_case(thread_id, number or 0, theirs=body.theirs, **who)
    elif body.kind:
        number = actions.open_case_of(
            thread_id, kind=body.kind, customer_id=body.customer, theirs=body.theirs, **who
        )  # fmt: skip
    elif body.reason.strip():
        number = None
        actions.settle_as_nobodys(thread_id, reason=body.reason, **who)
    else:
        raise invalid("thread.no_choice", "Give the case, the kind of a new one, or a reason why it is nobody's.")
    return told({"case": number})


def _leaves(number: int, body: MessageIn, scope: Scope, now: datetime) -> datetime | None:
    """When it is to leave, None for in ten seconds. Raises Refusal "case.bad_value" for two answers at once."""
    if not body.their_hours:
        return body.leave_at
    if body.leave_at is not None:
        raise invalid("case.bad_value", "Give `leave_at` or `their_hours`, not both.", field="leave_at")
    customer = customer_for(scope, case_for(scope, number).customer_id)
    return in_their_hours(now, zone_of(customer))


def many_out(messages: Sequence[MessageFacts]) -> list[dict[str, Any]]:
    """Messages as the API tells them."""
    return [message_out(one) for one in messages]


def message_out(one: MessageFacts) -> dict[str, Any]:
    """A message as the API tells it."""
    copied = (
        "id", "inward", "channel", "sort", "state", "automatic", "address", "name", "subject", "text", "rest", "at",
        "leave_at", "sent_at", "attempts", "problem", "looked_by", "look_words",
    )  # fmt: skip
    files = [
        {"id": each.id, "name": each.name, "content_type": each.content_type, "size": each.size} for each in one.files
    ]
    own = {"case": one.case_id, "by": one.by_name, "covers": list(one.covers), "files": files, "moves": list(one.moves)}
    return {name: getattr(one, name) for name in copied} | own
