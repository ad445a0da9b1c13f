"""Whose messages wait for a lead's look. The one place that says so."""

from __future__ import annotations

from makegood.people.rules import ABILITIES, Ability
from makegood.platform.rows import any_row

_LOOKS = ", ".join(f"'{role.value}'" for role, able in ABILITIES.items() if Ability.ASSIGN in able)

# Whether what `s`, a member of staff, writes to customers leaves without a lead's look. Whoever gives work out looks,
# and is not looked at.
WRITES_ALONE = f"""
(s.role IN ({_LOOKS}) OR NOT EXISTS (SELECT FROM conversation_lookrule)
 OR EXISTS (SELECT FROM conversation_trusted w WHERE w.staff_id = s.id))
"""  # noqa: S608 - written above


def needs_look(staff_id: int | None) -> bool:
    """Whether what this person writes to a customer waits for a lead."""
    return any_row(f"people_staff s WHERE s.id = %s::bigint AND NOT {WRITES_ALONE}", [staff_id])
