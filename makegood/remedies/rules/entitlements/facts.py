"""The facts of one event: read by the policy, reckoned from each other, with the sentences that say so. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from makegood.kernel.calendars import WorkCalendar, local_instant
from makegood.kernel.public_holidays import public_holidays
from makegood.kernel.refusals import Refusal, invalid
from makegood.kernel.texts import nearest
from makegood.remedies.rules.entitlements import reading, spans, words
from makegood.remedies.rules.entitlements.reading import Value
from makegood.remedies.rules.entitlements.spec import FactSpec, Policy


class Facts:
    """What is known of one event. `used` keeps what was looked at, in words; `reckoned` how it came about."""

    def __init__(self, policy: Policy, given: Mapping[str, object]) -> None:
        self.specs = policy.facts
        self.title = policy.title
        self.context = reading.Context(ZoneInfo(policy.hours.time_zone), policy.currency)
        self.used: dict[str, str] = {}
        self.reckoned: dict[str, str] = {}
        self._known = self._read(given)
        self.calendar = self._calendar(policy)

    def get(self, name: str) -> Value | None:
        """A fact as given, else as reckoned, else its default, else None."""
        spec = self.specs[name]
        value = self._known.get(name)
        reckoned = self._reckon(spec) if spec.between else None
        if value is not None and reckoned is not None and value != reckoned:
            raise _disagree(spec, self._tell(spec, value), self._tell(spec, reckoned))
        value = reckoned if value is None else value
        if value is None and spec.default is not None:
            value = reading.read(spec, spec.default, self.context)
        if value is not None:
            self.used[name] = self._tell(spec, value)
        return value

    def need(self, name: str) -> Value:
        """A fact that must be known. Raises Refusal("policy.fact_missing") that says what it is."""
        value = self.get(name)
        if value is None:
            raise self.missing((name,))
        return value

    def money(self, name: str) -> Decimal:
        """A fact that is an amount of money or a number."""
        value = self.need(name)
        assert isinstance(value, Decimal)  # noqa: S101 - the loader lets no other kind come here
        return value

    def measure(self, name: str) -> Decimal:
        """A fact that is measured, as one number: a length of time in seconds."""
        value = self.need(name)
        assert isinstance(value, Decimal | timedelta)  # noqa: S101 - the loader lets no other kind come here
        return reading.measure(value)

    def tell_measure(self, name: str, number: Decimal) -> str:
        """A number as that fact would be told."""
        return reading.tell_measure(self.specs[name], number, self.context)

    def instant(self, name: str) -> datetime | None:
        """A fact as an instant, if it is known; a date begins at its midnight."""
        value = self.get(name)
        if isinstance(value, datetime):
            return value
        return local_instant(self.context.zone, value, 0) if isinstance(value, date) else None

    def told(self, name: str) -> str:
        """The value of a fact in words."""
        return self._tell(self.specs[name], self.need(name))

    def missing(self, names: tuple[str, ...]) -> Refusal:
        """The refusal that asks for one of these facts."""
        asked = words.listed([self._describe(name) for name in names], "or")
        return invalid("policy.fact_missing", f"{self.title} needs to know {asked}.", field=names[0])

    def _describe(self, name: str) -> str:
        spec = self.specs[name]
        described = f"`{name}` ({spec.says}): {reading.how(spec)}"
        if spec.between is None:
            return described
        lacking = [one for one in spec.between if one not in self._known]
        return f"{described}; or {words.listed([f'`{one}` ({self.specs[one].says})' for one in lacking])}"

    def _read(self, given: Mapping[str, object]) -> dict[str, Value]:
        for name in given:
            if name not in self.specs:
                near = nearest(name, self.specs)
                meant = f" Did you mean `{near}`?" if near else ""
                known = ", ".join(self.specs)
                raise invalid(
                    "policy.fact_unknown", f"{self.title} knows no fact `{name}`.{meant} Known: {known}.", field=name
                )
        return {
            name: reading.read(self.specs[name], value, self.context)
            for name, value in given.items()
            if value is not None
        }

    def _calendar(self, policy: Policy) -> WorkCalendar:
        """The policy's working days, with the public holidays of every year that the facts are about."""
        hours = policy.hours
        years = [value.year for value in self._known.values() if isinstance(value, date)]
        closed = public_holidays(hours.holidays_of, range(min(years), max(years) + 3)) if years else {}
        return WorkCalendar(policy.name, hours.time_zone, hours.week, closed | dict(hours.closed_on))

    def _tell(self, spec: FactSpec, value: Value) -> str:
        return reading.tell(spec, value, self.context)

    def _reckon(self, spec: FactSpec) -> Value | None:
        assert spec.between is not None  # noqa: S101 - the caller looked
        begins, ends = (self._known.get(name) for name in spec.between)
        if begins is None or ends is None:
            return None
        if isinstance(begins, Decimal) and isinstance(ends, Decimal):
            value: Value = ends - begins
            shown = [
                self._tell(self.specs[name], known) for name, known in zip(spec.between, (begins, ends), strict=True)
            ]
            self._note(spec, f"{shown[1]} less {shown[0]} is {self._tell(spec, value)}.")
            return value
        return self._between(spec, *spec.between)

    def _between(self, spec: FactSpec, first: str, last: str) -> Value:
        begins, ends = self.instant(first), self.instant(last)
        assert begins is not None  # noqa: S101 - the caller looked
        assert ends is not None  # noqa: S101 - the caller looked
        graced, notes = begins, []
        if spec.grace:
            end = spans.end_of(spec.grace, begins, self.calendar)
            graced, notes = end.at, [end.says]
        value = self._length(spec, graced, ends)
        since = f"the end of that, {words.closing(graced, self.calendar.zone)}," if spec.grace else self.used[first]
        notes.append(f"From {since} to {self.used[last]} is {self._tell(spec, value)}{_counting(spec)}.")
        self._note(spec, " ".join(notes))
        return value

    def _length(self, spec: FactSpec, begins: datetime, ends: datetime) -> Value:
        if spec.count == "calendar_days":
            return Decimal(spans.calendar_days(begins, ends, spec.counted, self.calendar))
        if spec.count == "working_days":
            return Decimal(spans.working_days(begins, ends, spec.counted, self.calendar, spec.cut_off))
        return max(ends - begins, timedelta(0)) if spec.grace else ends - begins

    def _note(self, spec: FactSpec, says: str) -> None:
        self.reckoned[spec.name] = f"{spec.label.capitalize()}: {says}"


def _counting(spec: FactSpec) -> str:
    if not spec.count:
        return ""
    how = {
        "started": "a day that was begun counts",
        "completed": "only whole days count",
        "exceeded": "a day counts once it has passed",
    }
    return f" ({how[spec.counted]})"


def _disagree(spec: FactSpec, given: str, reckoned: str) -> Refusal:
    first, last = spec.between or ("", "")
    return invalid(
        "policy.facts_disagree",
        f"`{spec.name}` is given as {given}, but `{first}` and `{last}` make it {reckoned}. Correct one of them, "
        f"or leave `{spec.name}` out.",
        field=spec.name,
    )
