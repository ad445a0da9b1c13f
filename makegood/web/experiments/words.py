"""What pages say of an experiment: its design, its finding and each arm, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from makegood.kernel.money import format_money
from makegood.measurement.queries.experiments import ArmCount, ArmFacts, ExperimentFacts, Result
from makegood.measurement.rules.experiments import Between, Ended, Measured, Reading, Said, State, Varies
from makegood.platform.installation import organisation


def state_words(one: ExperimentFacts) -> str:
    """Where it stands, in a word or two."""
    return {
        State.REGISTERED: _("Not started"), State.RUNNING: _("Running"), State.ENDED: _("Ended"),
        State.DROPPED: _("Dropped"),
    }[one.state]  # fmt: skip


def varies_words() -> dict[Varies, str]:
    """What arms may differ in."""
    return {
        Varies.WORDS: _("Words"), Varies.GOODWILL: _("Goodwill"), Varies.FOLLOW_UP: _("Day we come back"),
    }  # fmt: skip


def measured_words() -> dict[Measured, str]:
    """What is counted, as a sentence says it of a customer."""
    return {
        Measured.STAYED: _("stayed customers"), Measured.ORDERED: _("ordered again"),
        Measured.SATISFIED: _("said they are satisfied"),
    }  # fmt: skip


def reading_words() -> dict[Reading, str]:
    """When the result may be read."""
    return {Reading.AT_END: _("at its end"), Reading.ANY_TIME: _("at any time")}


def finding(one: ExperimentFacts, result: Result) -> str:
    """What may be said, in one sentence: the title of the result."""
    if one.state is State.REGISTERED:
        return _("Not started: nobody is in it")
    if one.state is State.DROPPED:
        return _("Dropped before it began: nobody was in it")
    said = [told for count in result.arms if (told := of_arm(one, count))]
    return "; ".join(dict.fromkeys(said))


def of_arm(one: ExperimentFacts, count: ArmCount) -> str:
    """What may be said of an arm against handling as usual; "" of that itself."""
    verdict, name = count.verdict, count.arm.name
    if verdict is None:
        return ""
    if verdict.said is Said.NOTHING:
        return _("Cannot tell: it was ended by hand, before its rule")
    if verdict.said is Said.TOO_FEW or verdict.found is None:
        return _("Not enough data: about {} more needed in each arm").format(f"{verdict.missing:,}")
    found, what = verdict.found, measured_words()[one.measured]
    if verdict.said is Said.EQUIVALENT:
        return _("{name}: no different within ±{effect} of 100 who {what}").format(
            name=name, effect=one.effect, what=what
        )
    if verdict.said is Said.UNCLEAR:
        return _("{name}: not clear, {between} of 100 who {what}").format(name=name, between=between(found), what=what)
    more = _("{name}: {points} more of 100 {what} than as usual")
    fewer = _("{name}: {points} fewer of 100 {what} than as usual")
    return (more if verdict.said is Said.ABOVE else fewer).format(
        name=name, points=f"{abs(100 * found.value):.1f}", what=what
    )


def between(found: Between) -> str:
    """An interval of a difference, in points of a hundred."""
    return _("between {low} and {high}").format(low=f"{100 * found.low:+.1f}", high=f"{100 * found.high:+.1f}")


def arm_words(arm: ArmFacts, varies: Varies, said: str = "") -> str:
    """What an arm proposes; `said` are its words to one customer, in their language."""
    if not arm.position:
        return _("as it is done without the experiment")
    if varies is Varies.WORDS:
        return _("say: “{}”").format(said or arm.words)
    if varies is Varies.FOLLOW_UP:
        return _("come back once more after {} days").format(arm.days)
    amount = format_money(arm.goodwill, organisation().currency)
    return _("“{words}”: {amount} on top of all that is owed").format(words=said or arm.words, amount=amount)


def ended_words(one: ExperimentFacts) -> str:
    """By which rule it ended."""
    if one.ended is None:
        return ""
    return {
        Ended.SIZE: _("Ended by its size"), Ended.DATE: _("Ended by its last day"),
        Ended.CLEAR: _("Ended because the difference was clear at every look"),
        Ended.HARM: _("Ended at once, because an arm did worse at every look"),
        Ended.BY_HAND: _("Ended by hand: {}").format(one.ended_words),
    }[one.ended]  # fmt: skip


def design_of(one: ExperimentFacts, kinds: dict[str, str], failures: dict[str, str]) -> Iterator[tuple[str, str]]:
    """All that was written down before it began."""
    yield _("Expected, and why"), one.why
    yield _("What differs"), varies_words()[one.varies]
    yield _("Eligible"), "; ".join((
        ", ".join(failures[each] for each in one.failures) or _("any failure"),
        ", ".join(kinds.get(each, each) for each in one.kinds) or _("any kind of promise"),
        _("severity {low} to {high}").format(low=one.severity_from, high=one.severity_to),
        _("opened since it began, open, and nothing heard from the customer yet"),
    ))  # fmt: skip
    yield (
        _("Counted"),
        _("whether customers {what} within {days} days of being in an arm").format(
            what=measured_words()[one.measured], days=one.horizon_days
        ),
    )
    yield (
        _("Size"),
        _(
            "{needed} in each arm: to tell {effect} points of 100 from {expected}, 80% power, 5% false alarms in all"
        ).format(needed=f"{one.needed:,}", effect=one.effect, expected=one.expected),
    )
    yield _("Read"), reading_words()[one.reading]
