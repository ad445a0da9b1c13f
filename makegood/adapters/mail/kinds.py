"""What kind of message it is: written by a person, or by a machine and why. By headers and form only."""

from __future__ import annotations

from email.message import Message

from makegood.adapters.mail.bounces import actions, own_words, report_of, with_bounces
from makegood.adapters.mail.charsets import one_line
from makegood.adapters.mail.headers import first, written
from makegood.adapters.mail.letter import Envelope, Kind, Letter, Report
from makegood.adapters.mail.structure import Parsed, children, content_type, parameter
from makegood.adapters.mail.wording import (
    AUTO_REPLY_SUBJECT,
    DAEMONS,
    NO_REPLY,
    UNDELIVERED_SUBJECT,
    UNDELIVERED_TEXT,
)

_JUDGED = 6_000
_ENOUGH = 4
_MANY = frozenset({"bulk", "list", "junk"})
_LIST_HEADERS = ("List-Id", "List-Unsubscribe", "List-Post", "Feedback-ID", "X-Campaign-ID", "X-CSA-Complaints")
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-Auto-Reply", "X-Vacation", "X-AutoReply-From")
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/delivery-status", "message/global-headers"})


def is_automatic(letter: Letter) -> bool:
    """Whether a machine wrote it, or it carries our own mark: nothing of ours may answer it by itself."""
    return letter.kind is not Kind.ORDINARY or bool(letter.envelope.loop)


def kind_of(parsed: Parsed, envelope: Envelope, text: str) -> tuple[Kind, Report]:
    """The kind of a message, and what it reports about one sent earlier."""
    tree = parsed.tree
    told = _told_by_form(tree)
    if told is None and _is_bounce(tree, envelope, text):
        told = Kind.BOUNCE
    if told is Kind.BOUNCE:
        return told, with_bounces(report_of(parsed, text), parsed, text)
    if told is not None:
        return told, report_of(parsed, text)
    return _kind_by_headers(tree, envelope), Report()


def _told_by_form(tree: Message) -> Kind | None:
    """The kind where a part says it in the way of the standards."""
    inside = {content_type(part) for part in children(tree)}
    if "message/feedback-report" in inside:
        return Kind.COMPLAINT
    if content_type(tree) != "multipart/report":
        return None
    if inside & {"message/disposition-notification", "message/global-disposition-notification"}:
        return Kind.RECEIPT
    done = actions(tree)
    if done & {"failed", "delayed"}:
        return Kind.BOUNCE
    return Kind.RECEIPT if done & {"delivered", "relayed", "expanded"} else None


def _is_bounce(tree: Message, envelope: Envelope, text: str) -> bool:
    """Whether so much speaks for a bounce that it is one, though no part says so. A mail server must have sent it: a
    courier whose parcel "could not be delivered" is none."""
    is_report = content_type(tree) == "multipart/report" and parameter(tree, "report-type").lower() == "delivery-status"
    failed = bool(written(tree, "X-Failed-Recipients"))
    daemon = _is_daemon(envelope)
    has_original = bool({content_type(part) for part in children(tree)} & _RETURNED)
    gives_back = has_original or own_words(text) != text
    nobody = envelope.return_path == "" or (has_original and _wants_no_reply(envelope))
    if not (is_report or failed or daemon or (nobody and gives_back)):
        return False
    if AUTO_REPLY_SUBJECT.search(envelope.subject) and not daemon:
        return False
    weight = 3 * is_report + 3 * failed + 2 * daemon + nobody + gives_back
    weight += 2 * bool(UNDELIVERED_SUBJECT.search(envelope.subject))
    weight += 2 * bool(UNDELIVERED_TEXT.search(one_line(own_words(text)[:_JUDGED])))
    return weight >= _ENOUGH


def _is_daemon(envelope: Envelope) -> bool:
    named = [one for author in envelope.authors for one in (author.email.partition("@")[0], author.name)]
    named.append((envelope.return_path or "").partition("@")[0])
    return any(DAEMONS.fullmatch(one.strip()) for one in named if one)


def _wants_no_reply(envelope: Envelope) -> bool:
    return any(NO_REPLY.fullmatch(one.email.partition("@")[0]) for one in envelope.authors)


def _kind_by_headers(tree: Message, envelope: Envelope) -> Kind:
    submitted = first(tree, "Auto-Submitted").lower().partition(";")[0].partition("(")[0].strip()
    precedence = first(tree, "Precedence").lower().strip()
    answers = bool(AUTO_REPLY_SUBJECT.search(envelope.subject)) or precedence == "auto_reply"
    if submitted == "auto-replied" or answers or any(_says_yes(tree, name) for name in _AUTO_HEADERS):
        return Kind.AUTO_REPLY
    if envelope.return_path == "" and (envelope.in_reply_to or envelope.references):
        return Kind.AUTO_REPLY
    if precedence in _MANY or any(written(tree, name) for name in _LIST_HEADERS):
        return Kind.BULK
    if submitted not in {"", "no"} or envelope.return_path == "" or _is_daemon(envelope):
        return Kind.MACHINE
    return Kind.MACHINE if _suppresses(tree) else Kind.ORDINARY


def _says_yes(tree: Message, name: str) -> bool:
    return any(value.lower() not in {"", "no", "false", "0", "none"} for value in written(tree, name))


def _suppresses(tree: Message) -> bool:
    """Whether the sender asks that no machine answers, as Exchange does for what its own machines write."""
    asked = {word.strip().lower() for value in written(tree, "X-Auto-Response-Suppress") for word in value.split(",")}
    return bool(asked & {"all", "oof", "autoreply"})
