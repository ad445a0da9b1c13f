"""One line on what an invitation says, for people who cannot open it here."""

from __future__ import annotations

import re

from makegood.adapters.mail.charsets import decoded, one_line

CONTENT_TYPES = frozenset({"text/calendar", "application/ics"})

_READ = 100_000
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"([A-Za-z-]{1,40})((?:;[^:\n\"]{0,200}(?:\"[^\"\n]{0,200}\")?){0,9}):([^\n]*)")
_INSTANT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
_ZONE = re.compile(r";TZID=\"?([^;:\"]{1,60})", re.IGNORECASE)
_METHODS = {"REQUEST": "Invitation", "CANCEL": "Cancelled", "REPLY": "Answer", "COUNTER": "Other time proposed"}
_ANSWERS = {"ACCEPTED": "Accepted", "DECLINED": "Declined", "TENTATIVE": "Perhaps"}
_ANSWER = re.compile(r"PARTSTAT=\"?([A-Z-]+)", re.IGNORECASE)


def summary_of(raw: bytes, charset: str = "") -> str:
    """What it is about, when and where: "Invitation: Site visit, 2026-11-30 14:00 Europe/Berlin, Depot 4"."""
    text = _FOLD.sub("", decoded(raw[:_READ], charset or "utf-8"))
    event = text.partition("BEGIN:VEVENT")[2] or text
    method = next((found[3] for found in _LINE.finditer(text) if found[1].upper() == "METHOD"), "")
    said = {found[1].upper(): found for found in reversed(list(_LINE.finditer(event)))}
    answer = _ANSWER.search(said["ATTENDEE"][2]) if "ATTENDEE" in said and method.upper() == "REPLY" else None
    what = (_ANSWERS.get(answer[1].upper()) if answer else None) or _METHODS.get(
        method.strip().upper(), "Calendar entry"
    )
    parts = [_value(said, "SUMMARY"), _when(said.get("DTSTART")), _value(said, "LOCATION")]
    return one_line(f"{what}: " + ", ".join(part for part in parts if part))[:300].rstrip(": ")


def _value(said: dict[str, re.Match[str]], name: str) -> str:
    return re.sub(r"\\([,;\\])|\\[nN]", lambda found: found[1] or " ", said[name][3]) if name in said else ""


def _when(start: re.Match[str] | None) -> str:
    found = _INSTANT.match(start[3]) if start else None
    if not start or not found:
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    if not found[4]:
        return day
    zone = _ZONE.search(start[2])
    return f"{day} {found[4]}:{found[5]}" + (" UTC" if found[6] else f" {zone[1]}" if zone else "")
