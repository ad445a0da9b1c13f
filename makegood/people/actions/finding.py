"""What several actions on people begin with: finding the row, locking it, checking whom it names."""

from __future__ import annotations

from makegood.journal.actors import Actor, ActorKind
from makegood.kernel.refusals import invalid, missing
from makegood.kernel.texts import is_text, one_line
from makegood.people.models import Staff, Team


def lock_staff(staff_id: int) -> Staff:
    """The row of a person, held until the transaction ends. Raises Refusal("people.unknown")."""
    person = Staff.objects.select_for_update(no_key=True).filter(pk=staff_id).first()
    if person is None:
        raise missing("people.unknown", "There is no such member of staff.")
    return person


def is_oneself(by: Actor, staff_id: int) -> bool:
    """Whether somebody acts on their own row."""
    return by.kind == ActorKind.STAFF and by.id == staff_id


def check_team(team_id: int | None) -> None:
    """Raises Refusal("people.unknown_team") unless it is a team or none."""
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise invalid("people.unknown_team", "There is no such team. Choose one from the list.", field="team")


def check_deputy(staff_id: int | None, deputy_id: int | None) -> None:
    """Raises Refusal unless the deputy is somebody else who is active, or nobody."""
    if deputy_id is None:
        return
    if deputy_id == staff_id:
        raise invalid("people.own_deputy", "Nobody can be their own deputy. Choose a colleague.", field="deputy")
    if not Staff.objects.filter(pk=deputy_id, is_active=True).exists():
        raise invalid("people.unknown_deputy", "The deputy must be an active member of staff.", field="deputy")


def clean_name(name: str, *, limit: int, what: str) -> str:
    """A name without spaces around it. Raises Refusal("people.bad_name") when empty, too long or not text."""
    name = one_line(name)
    if not name or len(name) > limit or not is_text(name):
        raise invalid("people.bad_name", f"Give {what} a name of at most {limit} characters.", field="name")
    return name
