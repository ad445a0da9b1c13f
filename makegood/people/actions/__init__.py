"""Changing people: the only writers of staff, teams, absences, tokens and saved views."""

from makegood.people.actions.absences import end_absence, set_absence
from makegood.people.actions.entering import give_way_in
from makegood.people.actions.staff import add_staff, change_staff, deactivate, reactivate, set_password
from makegood.people.actions.teams import add_team, change_team
from makegood.people.actions.tokens import create_token, revoke_token
from makegood.people.actions.views import remove_view, rename_view, save_view

__all__ = [
    "add_staff",
    "add_team",
    "change_staff",
    "change_team",
    "create_token",
    "deactivate",
    "end_absence",
    "give_way_in",
    "reactivate",
    "remove_view",
    "rename_view",
    "revoke_token",
    "save_view",
    "set_absence",
    "set_password",
]
