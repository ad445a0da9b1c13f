"""Public holidays of a country or a part of one, as dates with their names. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from makegood.kernel.refusals import invalid

# `holidays` is loaded when the first place is asked for: the moons of its calendars take 9 MB of every process, and
# most of them never see a place.


def public_holidays(place: str, years: Iterable[int]) -> dict[date, str]:
    """The public holidays of `place` ("GB", "US-NY") in those years; none for no place.

    Raises Refusal("calendar.unknown_place").
    """
    check_place(place)
    if not place:
        return {}
    import holidays

    country, _, part = place.partition("-")
    return dict(holidays.country_holidays(country, subdiv=part or None, years=years))


def check_place(place: str) -> None:
    """Refuse a place whose public holidays nobody knows: Refusal("calendar.unknown_place")."""
    if not place:
        return
    import holidays

    country, _, part = place.partition("-")
    known = holidays.list_supported_countries()
    if country not in known or (part and part not in known[country]):
        raise invalid(
            "calendar.unknown_place",
            f"No public holidays are known for {place!r}. Use a code such as GB or US-NY.",
            field="holidays_of",
        )
