"""The story of a case, told from the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from makegood.cases.queries import CaseFacts, timeline, undone
from makegood.cases.rules import Answer, Purpose, Step
from makegood.journal.queries import Recorded
from makegood.kernel.money import format_money
from makegood.remedies.rules.fit import FailureKind
from makegood.remedies.rules.owing import EVIDENCE
from makegood.web.cases.coaching import name_of
from makegood.web.clocks import span
from makegood.web.desk import Desk
from makegood.web.messages.astray import told_together
from makegood.web.messages.shown import Shown
from makegood.web.messages.telling import entries_of_messages, is_told, with_message
from makegood.web.remedies.words import FAILURES
from makegood.web.telling import LINES, DatedLine, Event, Line, fixed, instant, read_in, seamed, tell


def story(
    case: CaseFacts, entries: tuple[Recorded, ...], desk: Desk, undoable: Collection[int],
    said: Mapping[int, Shown] = MappingProxyType({}), dated: Mapping[int, Sequence[DatedLine]] = MappingProxyType({}),
) -> list[Event]:  # fmt: skip
    """The lines of the timeline. A promise made in the case is told once, by the case, and then by its name; that it
    goes with the case from owner to owner, the case has told; what was given is told as that. What was taken back
    stands there struck out. A message of `said` is told once, with all that became of it; `dated`
    is what an entry says by when."""
    made = {one.promise.id for one in case.commitments}
    told_by = entries_of_messages(entries)
    texts_of = tell((one for one in _worth_telling(case, entries, made) if is_told(one, told_by)), desk, named=made)
    # What was given is told as that, and taken back by the promise that goes with it.
    by_promise = {entry.data.get("promise"): entry.id for entry in entries if entry.verb == "case.committed"}
    deeds = {one.id: by_promise.get(one.data.get("promise"), one.id) for one in entries if one.verb == "case.granted"}
    events = [replace(event, id=deeds.get(event.id, event.id)) for event in texts_of]
    texts, gone = {event.id: event.text for event in events}, undone(entries)
    back = {entry.id: texts.get(entry.data["entry"], "") for entry in entries if entry.verb == "case.undone"}
    whole = [
        replace(
            with_message(_with_undo(event, case, undoable, gone, back), told_by, said), dated=dated.get(event.id, ())
        )
        for event in events
    ]
    return seamed(sorted(told_together(whole, entries, case, said, told_by), key=lambda event: event.at))


def _worth_telling(case: CaseFacts, entries: Sequence[Recorded], made: Collection[int]) -> Iterator[Recorded]:
    """The entries that say something another does not."""
    charges = {one.promise.id for one in case.commitments if one.purpose is Purpose.TAKE_IN_CHARGE}
    of = {
        verb: {one.data.get("promise") for one in entries if one.verb == verb}
        for verb in ("case.granted", "case.grant_fulfilled")
    }
    back = {one.promise.id for one in case.commitments if one.purpose is Purpose.FOLLOW_UP}
    ended = charges | of["case.grant_fulfilled"] | back
    told = {
        "promise.made": made, "promise.given": made, "promise.kept": ended, "promise.kept_late": ended,
        "promise.withdrawn": back, "promise.released": back,
    }  # fmt: skip
    late = {(one.data.get("promise"), one.at) for one in entries if one.verb == "case.grant_failed"}
    for entry in entries:
        by_grant = entry.verb == "case.committed" and entry.data.get("promise") in of["case.granted"]
        by_failing = entry.verb == "promise.forecast" and (entry.subject_id, entry.at) in late
        by_another = entry.verb == "case.grant_withdrawn" and entry.data.get("quiet")
        # What the customer chose is told as that; how it became a remedy, and the one before it none, says no more.
        by_choice = entry.verb == "case.granted" and "offer" in entry.data
        if not by_choice and not (entry.subject_id in told.get(entry.verb, ()) or by_grant or by_failing or by_another):
            yield entry


def _with_undo(
    event: Event, case: CaseFacts, undoable: Collection[int], gone: Collection[int], back: Mapping[int, str]
) -> Event:
    """The line with the button that takes it back, struck out, or saying what it took back."""
    if event.id in undoable:
        return replace(event, undo=undo_address(case, event.id))
    if event.id in gone:
        return replace(event, undone=True, state="", image="undo")
    return replace(event, text=_("took back: {}").format(back[event.id])) if event.id in back else event


def undo_address(case: CaseFacts, entry: int) -> str:
    """Where a move of the case is taken back."""
    return f"/cases/{case.ref}/undo/{entry}/"


def entries_of(case: CaseFacts) -> tuple[Recorded, ...]:
    """What was recorded of the case."""
    return timeline(case)


def _step(data: Mapping[str, Any]) -> str:
    words = {
        "own": _("took responsibility"), "listen": _("listened"), "empathise": _("understood what it means"),
        "apologise": _("apologised"), "refocus": _("turned to what happens next"),
        "agree": _("agreed with the customer"), "deliver": _("delivered"), "confirm": _("asked whether it is right"),
        "learn": _("learned from it"),
    }.get(data.get("step", ""), str(data.get("step", "")))  # fmt: skip
    if data.get("step") != Step.LISTEN or not data.get("held_at"):
        return words
    call = _("call with {}").format(data["with"]) if data.get("with") else _("call")
    long = f"{data['minutes']} {_('min')}" if data.get("minutes") else ""
    return f"{words} ({', '.join(filter(None, (call, long, instant(data, 'held_at'))))})"


def _opened(data: Mapping[str, Any]) -> str:
    how = {
        "watch": _("opened the case"), "forecast": _("opened the case, before anything broke"),
        "customer": _("opened the case: the customer said so"), "staff": _("opened the case: we noticed"),
    }  # fmt: skip
    return how.get(data.get("detected_by", ""), _("opened the case"))


def _found_why(data: Mapping[str, Any]) -> str:
    found = _("found why: {name}").format(name=data.get("name", ""))
    return " ← ".join([found, *data.get("whys", ())])


def _named(words: str) -> Any:
    return lambda data: _(words).format(name=data.get("name", ""))


_WAYS = {
    "page": _l("wrote to us on their page"), "email": _l("wrote to us by e-mail"),
    "sms": _l("wrote to us by text message"), "chat": _l("wrote to us in the chat"),
}  # fmt: skip
_LEAVES = {
    "held": _l("wrote to the customer: it waits for a lead’s look"), "again": _l("sends the message again"),
    "page": _l("wrote to the customer’s page"), "email": _l("wrote an e-mail to the customer"),
    "sms": _l("wrote a text message to the customer"), "chat": _l("wrote to the customer in the chat"),
}  # fmt: skip


def _wrote(data: Mapping[str, Any]) -> str:
    return str(_WAYS.get(str(data.get("channel")), _WAYS["page"]))


def _written(data: Mapping[str, Any]) -> str:
    way = "held" if data.get("held") else "again" if data.get("again") else str(data["channel"])
    return str(_LEAVES[way])


def _told(data: Mapping[str, Any]) -> str:
    named = _("told the customer by the incident “{}”").format(data.get("title", ""))
    return named if "sent" in data else f"{named}: {' '.join(str(data.get('message', '')).split())}"


def _overridden(data: Mapping[str, Any]) -> str:
    return _("let it leave although the coach found: {}").format(", ".join(map(name_of, data.get("codes", []))))


def _committed(data: Mapping[str, Any]) -> str:
    return _("promised: {title}, due {due}").format(title=data.get("title", ""), due=instant(data, "due_at"))


def _escalated(data: Mapping[str, Any]) -> str:
    again, name, title = data.get("purpose") == "second_failure", data.get("name", ""), data.get("title", "")
    if not name and again:
        return _("found nobody to draw in, though this customer was failed before")
    if not name:
        return _("found nobody left to draw in when “{}” broke").format(title)
    words = (
        _("drew in {name}: this customer was failed before") if again else _("drew in {name}, because “{title}” broke")
    )
    told = words.format(name=name, title=title)
    return _("{} (nobody of the ladder is there)").format(told) if data.get("beyond") else told


def answer_name(answer: str) -> str:
    """What the customer said, in words."""
    names: dict[str, str] = {
        Answer.SATISFIED: _("satisfied"), Answer.MORE: _("wants something more"),
        Answer.NOT_SATISFIED: _("not satisfied"), Answer.WILL_NOT_FORGIVE: _("will not forgive us"),
        Answer.NOT_REACHED: _("not reached"), Answer.UNREACHABLE: _("cannot be reached"),
    }  # fmt: skip
    return names.get(answer, answer)


def _answered(data: Mapping[str, Any]) -> str:
    if data.get("channel") == "page":
        return _("answered on their page: {}").format(answer_name(data.get("answer", "")))
    return _("recorded the customer’s answer: {}").format(answer_name(data.get("answer", "")))


def _followed_up(data: Mapping[str, Any]) -> str:
    return _("came back to the customer: {}").format(answer_name(data.get("answer", "")))


def _remedy(data: Mapping[str, Any]) -> str:
    """What a remedy of the journal is called, in the reader's language."""
    return read_in(data.get("titles", {}), data.get("title", ""))


def _granted(data: Mapping[str, Any]) -> str:
    words = _("gave: {title}, due {due}").format(title=_remedy(data), due=instant(data, "due_at"))
    return f"{words} ({sum_of(data)})" if sum_of(data) else words


def _fulfilled(data: Mapping[str, Any]) -> str:
    words = _("carried out: {}").format(_remedy(data))
    return f"{words} ({data['reference']})" if data.get("reference") else words


def sum_of(data: Mapping[str, Any]) -> str:
    """What a remedy of the journal comes to, "" for one that costs nothing."""
    total = sum((Decimal(data[name]) for name in ("entitled", "correction", "goodwill") if name in data), Decimal(0))
    return format_money(total, data.get("currency", "")) if total else ""


def _approval_asked(data: Mapping[str, Any]) -> str:
    total = format_money(Decimal(data.get("total", "0")), data.get("currency", ""))
    return _("asked {name} to approve {total}: {what}").format(
        name=data.get("name", ""), total=total, what=", ".join(data.get("titles", []))
    )


def _decided(words: str) -> Any:
    return lambda data: _(words).format(what=", ".join(data.get("titles", [])))


def _climbed(data: Mapping[str, Any]) -> str:
    if data.get("name"):
        return _("asked {} instead: nobody had decided in time").format(data["name"])
    return _("found nobody else to decide")


def _fact_told(data: Mapping[str, Any]) -> str:
    return _("noted what {title} asks: {facts}").format(
        title=data.get("title", ""), facts=", ".join(_fact(*one) for one in data.get("facts", {}).items())
    )


def _fact(name: str, value: str) -> str:
    label = name.removeprefix(EVIDENCE).replace("_", " ")
    return f"{label}: {value.replace('_', ' ')}" if value else _("{} not known").format(label)


def _owed_more(data: Mapping[str, Any]) -> str:
    amount = format_money(Decimal(data.get("amount", "0")), data.get("currency", ""))
    return _("{amount} more is owed by {title}: it was not paid in time").format(
        amount=amount, title=data.get("title", "")
    )


def _renounced(data: Mapping[str, Any]) -> str:
    amount = format_money(Decimal(data.get("amount", "0")), data.get("currency", ""))
    return _("noted that the customer does not want the {amount} owed by {title}").format(
        amount=amount, title=data.get("title", "")
    )


def _link_given(data: Mapping[str, Any]) -> str:
    ways = {
        "email": _("by e-mail"), "phone": _("on the phone"), "sms": _("by text message"), "post": _("by post"),
        "person": _("in person"),
    }  # fmt: skip
    return _("gave the customer the link to their page, {}").format(ways.get(data.get("way", ""), ""))


def _choice_offered(data: Mapping[str, Any]) -> str:
    return _("let the customer choose until {until}: {what}").format(
        until=instant(data, "until"), what=_(" or ").join(data.get("titles", []))
    )


def _chose(data: Mapping[str, Any]) -> str:
    words = _("changed to: {title}, due {due}") if data.get("before") else _("chose: {title}, due {due}")
    return words.format(title=data.get("title", ""), due=instant(data, "due_at"))


def _lapsed(data: Mapping[str, Any]) -> str:
    if data.get("title"):
        return _("nothing was chosen in time; as we said, they get: {}").format(data["title"])
    return _("nothing was chosen in time")


def _wishes(data: Mapping[str, Any]) -> str:
    ways = {
        "email": _("by e-mail"), "phone": _("by phone"), "sms": _("by text message"), "chat": _("in the chat"),
        "post": _("by post"),
    }  # fmt: skip
    minutes = data.get("minutes")
    often = _("every {}").format(span(timedelta(minutes=minutes))) if minutes else _("when there is something to tell")
    return _("wants to hear from us: {}").format(", ".join(filter(None, (often, ways.get(data.get("way", ""))))))


LINES |= {
    "case.fact_told": Line(_fact_told, image="note"),
    "case.owed_more": Line(_owed_more, "", "broken", image="coin"),
    "case.renounced": Line(_renounced, image="hand"),
    "case.choice_offered": Line(_choice_offered, image="hand", state="waits"),
    "case.choice_withdrawn": Line(fixed("took back what the customer could choose of"), image="undo", ours=True),
    "case.chose": Line(_chose, image="hand", state="kept"),
    "case.choice_lapsed": Line(_lapsed, image="clock"),
    "case.asked_else": Line(fixed("asked for something else on their page"), image="talk", state="at_risk"),
    "case.wishes": Line(_wishes, image="clock"),
    "case.link_given": Line(_link_given, image="share"),
    "case.granted": Line(_granted, image="hand", ours=True),
    "case.grant_withdrawn": Line(lambda data: _("took back: {}").format(_remedy(data)), image="undo"),
    "case.difference_explained": Line(fixed("said why this case was given more or less"), image="note", ours=True),
    "case.failure_named": Line(
        lambda data: _("said what failed: {}").format(FAILURES[FailureKind(data["kind"])]), image="edit"
    ),
    "case.grant_fulfilled": Line(_fulfilled, image="check", state="kept"),
    "case.grant_failed": Line(
        lambda data: _("could not carry out: {}").format(_remedy(data)),
        image="flag",
        state="at_risk",
        ours=True,
    ),
    "webhook.set_aside": Line(
        lambda data: _("gave up telling {name} of a remedy: {problem}").format(
            name=data.get("name", ""), problem=data.get("problem", "")
        ),
        image="share",
        state="at_risk",
    ),
    "webhook.sent_again": Line(lambda data: _("sent it to {} again").format(data.get("name", "")), image="share"),
    "case.approval_asked": Line(_approval_asked, image="shield", state="waits"),
    "case.approved": Line(_decided("approved: {what}"), image="shield", ours=True),
    "case.approval_refused": Line(_decided("refused: {what}"), image="shield", ours=True),
    "case.approval_climbed": Line(_climbed, image="flag"),
    "case.opened": Line(_opened, image="case"),
    "case.joined": Line(lambda data: _("added to this case: {}").format(data.get("what", "")), image="flag"),
    "case.taken": Line(fixed("took the case"), image="person"),
    "case.offered": Line(_named("offered the case to {name}"), image="hand"),
    "case.accepted": Line(fixed("accepted the case"), image="person"),
    "case.declined": Line(fixed("declined the case"), image="hand"),
    "case.offer_lapsed": Line(fixed("let the offer lapse"), "The offer lapsed", image="hand"),
    "case.assigned": Line(_named("gave the case to {name}"), image="person"),
    "case.reassigned": Line(_named("gave the case to {name}, who is there"), image="person"),
    "case.step": Line(_step, image="talk"),
    "case.told": Line(_told, image="share"),
    "case.untold": Line(
        lambda data: _("stopped the incident “{}” before its message left").format(data.get("title", "")), image="undo"
    ),
    "case.change_told": Line(_named("told the customer that it is changed: {name}"), image="share"),
    "case.change_untold": Line(fixed("stopped telling the customer of the change before it left"), image="undo"),
    "case.draft_asked": Line(
        lambda data: _("had {} draft a message").format(data.get("model", "")), image="note", ours=True
    ),
    "case.plan_changed": Line(fixed("changed the plan"), image="edit"),
    "case.noted": Line(lambda data: _("noted: {}").format(data.get("text", "")), image="note"),
    "case.committed": Line(_committed, image="promise"),
    "case.escalated": Line(_escalated, image="flag"),
    "case.taken_in_charge": Line(fixed("took it in charge"), image="person"),
    "case.asked": Line(fixed("asked: are you satisfied, or do you want something more?"), image="talk"),
    "case.question_lost": Line(
        fixed("counts the question as not asked: it did not arrive"),
        "The question did not reach the customer",
        "at_risk",
        image="warn",
    ),
    "case.answered": Line(_answered, state="waits", states={Answer.SATISFIED: "mended", Answer.MORE: "at_risk"}),
    "case.followed_up": Line(_followed_up, state="waits", states={Answer.SATISFIED: "mended", Answer.MORE: "at_risk"}),
    "case.process_closed": Line(lambda data: _("said what changes: {}").format(data.get("words", "")), image="root"),
    "case.process_changed": Line(lambda data: _("changed: {}").format(data.get("words", "")), image="root"),
    "case.heard": Line(_named("heard {name}"), image="talk"),
    "case.carrier_named": Line(_named("named {name}, who carried it too"), image="person"),
    "case.follow_ups_planned": Line(fixed("planned to come back to the customer"), image="clock"),
    "case.follow_up_spared": Line(fixed("left the customer in peace this once"), image="clock"),
    "case.cause": Line(_found_why, image="root"),
    "case.cause_sought": Line(_named("named {name} to find out why"), image="root"),
    "case.wrote": Line(_wrote, image="talk"),
    "case.message_written": Line(_written, image="share"),
    "case.message_sent": Line(
        fixed("sent it: the next server has it"), "It left: the next server has it", image="check"
    ),
    "case.coach_overridden": Line(_overridden, image="note", ours=True),
    "case.message_released": Line(fixed("looked at the message: it may leave"), image="eye"),
    "case.message_sent_back": Line(fixed("sent the message back to whoever wrote it"), image="undo"),
    "case.message_withdrawn": Line(fixed("took the message back before it left"), image="undo"),
    "case.message_failed": Line(fixed("could not send it"), "The message did not leave", "broken", image="warn"),
    "case.message_unsure": Line(
        fixed("does not know whether it left"), "Nobody knows whether the message left", "at_risk", image="warn"
    ),
    "case.message_arrived": Line(fixed("found out that it arrived"), image="check"),
    "case.message_bounced": Line(fixed("had it back"), "The message came back", "broken", image="warn"),
    "case.acknowledged": Line(
        fixed("acknowledged it"), "The customer was told that it arrived, and by when they hear", image="check"
    ),
    "case.link_made": Line(fixed("made a link to the customer’s page"), image="link"),
    "case.link_revoked": Line(fixed("took back every link to the customer’s page"), image="link"),
    "case.link_opened": Line(fixed("opened their page"), image="eye"),
    "case.link_asked": Line(fixed("asked for a new link to their page"), image="link"),
    "case.closed": Line(fixed("closed the case"), "Case closed", "mended"),
    "case.undone": Line(fixed("took it back"), image="undo"),
    "case.reopened": Line(fixed("opened the case again"), image="loop"),
    "case.corrected": Line(fixed("corrected it: nothing had been broken"), "Nothing had been broken", "mended"),
}
