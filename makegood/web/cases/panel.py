"""An open case, as its panel and its page show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.cases.queries import CaseFacts, CommitmentFacts, EscalationFacts, case_for, undoable
from makegood.cases.rules import CONVERSATION, OF_ONE_PERSON, Do, Purpose, Stage, Step
from makegood.conversation.queries import MessageFacts, carried_channels, if_let_go, looks_at, of_case
from makegood.conversation.rules.messages import Channel
from makegood.conversation.rules.messages import State as MessageState
from makegood.customers.queries import customer_for
from makegood.followups.queries import allowed, obstacles
from makegood.kernel.money import format_money
from makegood.kernel.texts import first_name
from makegood.people.queries import roster
from makegood.people.rules import Ability
from makegood.promises.rules import UNKEPT, State
from makegood.remedies.queries import ApprovalFacts, approvals_awaited, offers_of, owing
from makegood.web import clocks
from makegood.web.cases import composing, following, plan
from makegood.web.cases.coaching import heard
from makegood.web.cases.composing import Box
from makegood.web.cases.dated import lines_of
from makegood.web.cases.guide import GuideStep, is_unforgiven, steps_of
from makegood.web.cases.hearing import offered
from makegood.web.cases.telling import entries_of, story
from makegood.web.cases.undoing import last_deed
from makegood.web.cases.unheard import unheard_of
from makegood.web.desk import Desk
from makegood.web.experiments.proposals import proposals
from makegood.web.messages.shown import Shown, shown
from makegood.web.promises.ledger import clock_of
from makegood.web.remedies.offers import notice_of
from makegood.web.remedies.owed import is_shown
from makegood.web.remedies.owed import shown as owed_shown
from makegood.web.remedies.words import name_of
from makegood.web.tables import Choice
from makegood.web.telling import read_in


@dataclass(frozen=True, slots=True)
class Tag:
    """A pill in the header."""

    text: str
    tone: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What the header of a case names."""

    number: str
    title: str
    customer: str
    customer_url: str
    about: str
    tags: list[Tag]
    back_url: str = "/today/"


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was refused: which, why, and what had been typed into it."""

    deed: str
    errors: Mapping[str, str]
    values: QueryDict

    @property
    def loose(self) -> list[str]:
        """What no field of the form says itself: it stands in the box that was refused, or above the guide."""
        form = "call" if self.deed == "notes" and self.values.get("mode") == "call" else self.deed
        return [sentence for field, sentence in self.errors.items() if field not in _SAID_THERE.get(form, ())]


_SAID_THERE = {
    "notes": ("despite", "later"),
    "call": ("held", "minutes", "harm", "needs", "what", "when"),
    "commitments": ("what", "when"),
    "cause": ("cause", "note", "whys", "finder", "when"),
}
"""By form, the fields beside which stands what is wrong with them."""


def context(number: int, desk: Desk, typed: Typed | None = None, *, with_plan: bool = False) -> dict[str, Any]:
    """What the panel of a case reads, with the plan only when it is asked for. Raises Refusal "case.unknown"."""
    case = case_for(desk.scope, number)
    entries = entries_of(case)
    open_to_undo = undoable(case, entries, desk.scope)
    owed = owing(case, now=desk.now)
    steps, standing = steps_of(case), obstacles(case, owed)
    messages = of_case(number)
    called = {entry.data["promise"]: entry.data.get("titles", {}) for entry in entries if entry.verb == "case.granted"}
    customer = customer_for(desk.scope, case.customer_id) if desk.may_work else None
    able = carried_channels() if customer else frozenset()
    box = composing.box(case, customer, messages, steps, able, desk, _typed_into_box(typed))
    dated = lines_of(case, customer, entries, messages, desk) if customer else {}
    told = story(case, entries, desk, open_to_undo, _said(messages, case.customer_id, desk, box), dated)
    return {
        "case": _head(case, desk, messages),
        "facts_of_case": case,
        "facts": _facts(case, desk),
        "stakes": _stakes(case),
        "unheard": unheard_of(entries, told, case, desk),
        "may": {do.value: True for do in allowed(case, standing)} | {"make_scene": desk.scope.may(Ability.SET_SCENES)},
        "url": f"/cases/{case.ref}/",
        "events": told,
        "undo_last": last_deed(case, entries, open_to_undo, desk),
        "ahead": [_ahead(one, case, called) for one in _to_come(case)],
        "steps": steps,
        "closed": case.stage is Stage.CLOSED,
        "obstacles": [one for one in standing if one.code != "case.closed"],
        "owed": [owed_shown(one, case, desk, typed) for one in owed if is_shown(one, case)],
        "follow_ups": following.follow_ups(case, desk),
        "answers": following.answers(),
        "ask_ways": following.ways_to_send(customer, able) if customer and Do.ASK in case.allowed else [],
        "unforgiven": is_unforgiven(case),
        "box": box,
        "heard": heard(str(box.values.get("text") or ""), box.mode, case, desk) if box else None,
        "answer_heard": offered(case, messages, language=customer.language) if customer else None,
        "talk": [step for step in steps if step.key in CONVERSATION],
        "version": max((entry.id for entry in entries), default=0),
        "people": _people(case, desk) if _hands(case) else [],
        "notices": [*_notices(case, desk), *notice_of(offers_of(number), case, desk)],
        "heed": plan.heed(case, desk) if _may_apologise(steps, case, typed) else "",
        # Preparing it takes as many questions as all the rest: it is fetched on its own, like the picker.
        "plan": plan.shown(case, desk) if with_plan or (typed and typed.deed == "plan") else None,
        "tried": proposals(case, desk) if with_plan or (typed and typed.deed.startswith("arm-")) else (),
        "typed": typed,
        "actions": "web/cases/actions.html",
    }


def _may_apologise(steps: Sequence[GuideStep], case: CaseFacts, typed: Typed | None) -> bool:
    """Whether the guide shows the form to apologise: while that is ahead, and when it was refused."""
    ahead = not next(step.done for step in steps if step.key == Step.APOLOGISE)
    return Do.STEP in case.allowed and (ahead or (typed is not None and typed.deed == Step.APOLOGISE))


def _head(case: CaseFacts, desk: Desk, messages: Sequence[MessageFacts]) -> Head:
    promise = case.promise
    about = [case.kind_name]
    if promise and promise.reference:
        about.append(promise.reference)
    if promise and promise.amount is not None:
        about.append(format_money(promise.amount, promise.currency))
    return Head(
        case.ref,
        case.title,
        case.customer_name,
        f"/customers/{case.customer_id}/",
        ", ".join(about),
        [*_astray(messages), *_tags(case, desk)],
    )


def _astray(messages: Sequence[MessageFacts]) -> list[Tag]:
    """Red while the last that we sent did not reach the customer, as far as anybody knows."""
    told = [one for one in messages if not one.inward and not one.acknowledges]
    ours = [one for one in told if one.state is not MessageState.WITHDRAWN]
    return [Tag(_("A message did not reach them"), "broken", "warn")] if ours and ours[-1].is_awry else []


def _tags(case: CaseFacts, desk: Desk) -> list[Tag]:
    tags = []
    if case.stage is Stage.CLOSED:
        tags.append(Tag(_("Closed"), "mended", "check"))
    if case.ordinal > 1:
        words = ngettext("Failure number {} lately", "Failure number {} lately", case.ordinal).format(case.ordinal)
        tags.append(Tag(_("Second failure lately") if case.ordinal == 2 else words, "broken", "repeat"))
    if case.severity > 3:
        tags.append(Tag(_("Grave"), "broken", "warn"))
    if case.detected_by == "forecast":
        tags.append(Tag(_("We know before the customer"), "risk"))
    if case.sponsor_name:
        tags.append(Tag(_("{} is drawn in").format(case.sponsor_name), "waits", "people"))
    theirs = clocks.elsewhere(desk.now, case.promise.customer_time_zone, desk.zone) if case.promise else ""
    return [*tags, Tag(theirs, "", "clock")] if theirs else tags


def _facts(case: CaseFacts, desk: Desk) -> list[dict[str, Any]]:
    """Promise, first word, next contact, owner: the strip under the title."""
    facts = [_failed(case, desk), _first_word(case, desk)]
    ahead = next(iter(_to_come(case)), None)
    if ahead is not None:
        facts.append({"label": _("Next contact"), "value": clock_of(ahead.promise, desk), "note": ahead.promise.title})
    mine = case.owner_id == desk.staff_id
    until = "" if case.closed_at else _("until {} says it is right").format(first_name(case.customer_name))
    if case.taken_at is None and not case.closed_at:
        until = _("not taken up yet")
    facts.append({"label": _("Owner"), "value": _("You") if mine else case.owner_name, "note": until})
    return facts


def _stakes(case: CaseFacts) -> list[Choice]:
    """What it means to the customer and what they need: it goes with the case to whoever opens it."""
    told = [Choice("harm", _("It means"), case.harm), Choice("needs", _("They need"), case.needs)]
    return [one for one in told if one.note]


def _failed(case: CaseFacts, desk: Desk) -> dict[str, Any]:
    if case.promise is None:
        return {"label": _("Reported"), "value": clocks.due(case.opened_at, desk.now)}
    tone = {"broken": "c-broken", "at_risk": "c-risk"}.get(case.promise.state, "")
    return {"label": _("Promise"), "value": clock_of(case.promise, desk), "tone": tone}


def _first_word(case: CaseFacts, desk: Desk) -> dict[str, Any]:
    """How long the customer waited for a first word, against what we promise ourselves."""
    spoken = [step.at for step in case.steps if step.step in CONVERSATION]
    words = [one.promise for one in case.commitments if one.purpose is Purpose.FIRST_CONTACT]
    promised = next((one for one in words if one.state in UNKEPT), words[0] if words else None)
    if spoken:
        allowed = _("of {}").format(clocks.span(promised.due_at - promised.made_at)) if promised else ""
        return {"label": _("First word"), "value": clocks.span(min(spoken) - case.opened_at), "note": allowed}
    if promised is None or promised.state not in UNKEPT:
        return {"label": _("First word"), "value": _("None yet")}
    tone = "c-broken" if promised.state is State.BROKEN else ""
    return {"label": _("First word"), "value": clock_of(promised, desk), "tone": tone}


def _to_come(case: CaseFacts) -> list[CommitmentFacts]:
    """Promises of the case that are not kept yet, the next one first."""
    live = [one for one in case.commitments if one.promise.state in UNKEPT]
    return sorted(live, key=lambda one: one.promise.due_at)


def _ahead(one: CommitmentFacts, case: CaseFacts, called: Mapping[int, Mapping[str, str]]) -> dict[str, Any]:
    promise = one.promise
    by_hand = Do.STEP in case.allowed and one.purpose not in (*OF_ONE_PERSON, Purpose.FOLLOW_UP)
    return {
        "text": read_in(called.get(promise.id, {}), promise.title), "url": f"/promises/{promise.id}/",
        "at": promise.due_at, "on": promise.due_on,
        "state": promise.state, "breaks_at": promise.breaks_at, "warn_at": promise.warn_at, "note": "",
        "keep_url": f"/cases/{case.ref}/commitments/{promise.id}/keep/" if by_hand else "",
    }  # fmt: skip


def _typed_into_box(typed: Typed | None) -> dict[str, Any]:
    return composing.typed_into(typed.values) if typed is not None and typed.deed == "notes" else {}


def _said(messages: Sequence[MessageFacts], customer_id: int, desk: Desk, box: Box | None) -> dict[int, Shown]:
    """The messages by id, in the order in which they came and went."""
    where = {Channel.EMAIL: box.emails, Channel.SMS: box.numbers, Channel.CHAT: box.chats} if box else {}
    waits = any(one.state is MessageState.HELD for one in messages)
    looks = looks_at(desk.scope) if waits else ()
    look = {one.id: if_let_go(one, customer_id, now=desk.now) for one in messages if one.id in looks}
    return {one.id: shown(one, desk, where.get(one.channel, ()), look=look.get(one.id)) for one in messages}


def _hands(case: CaseFacts) -> bool:
    return bool({Do.HANDOVER, Do.ASSIGN, Do.CAUSE} & set(case.allowed))


def _people(case: CaseFacts, desk: Desk) -> list[Choice]:
    """Those who are there and may work, other than the owner."""
    there = [one for one in roster(desk.now).present() if one.may_work and one.id != case.owner_id]
    return [Choice(str(one.id), one.name, one.team_name) for one in there]


def _notices(case: CaseFacts, desk: Desk) -> list[dict[str, str]]:
    """What the reader should know before going on."""
    found = []
    if case.offered_to_id == desk.staff_id:
        found.append(_notice(_("{} offers this case to you.").format(case.owner_name), case.offer_note, "hand"))
    elif case.offered_to_id is not None:
        text = _("Until {} accepts, it stays with the owner.").format(case.offered_to_name)
        found.append(_notice(_("Offered to {}.").format(case.offered_to_name), text, "hand"))
    for one in case.escalations:
        if one.taken_at is None:
            text = _why_drawn(one)
            name = _("You are drawn in.") if one.person_id == desk.staff_id else _("{} is drawn in.").format(one.person)
            found.append(_notice(name, text, "flag") | {"tone": "risk"})
    return found + [_awaited(one, desk) for one in approvals_awaited(case.number)]


def _awaited(one: ApprovalFacts, desk: Desk) -> dict[str, str]:
    """Whoever asked sees what is awaited, and whoever decides the way to it."""
    total = format_money(one.total, one.currency)
    mine = one.asked_of_id == desk.staff_id
    name = _("You decide about {}.").format(total) if mine else _("{} decides about {}.").format(one.asked_of, total)
    things = ", ".join(map(name_of, one.grants))
    asked = _("{name} asked for: {what}. Answer by {when}.").format(
        name=one.asked_by, what=things, when=clocks.moment(one.decide_by, desk.now)
    )
    way = {"url": f"/approvals/{one.id}/", "action": _("Decide") if mine else _("Look")}
    return _notice(name, asked, "shield") | way


def _why_drawn(one: EscalationFacts) -> str:
    why = _("“{}” broke").format(one.because) if one.because else _("This customer was failed before")
    return _("{why}; take it in charge by {when}").format(why=why, when=clocks.stamp(one.due_at)) if one.due_at else why


def _notice(title: str, text: str, image: str) -> dict[str, str]:
    return {"title": title, "text": text, "image": image, "tone": "", "url": "", "action": ""}
