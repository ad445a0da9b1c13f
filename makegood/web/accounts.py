"""How allauth treats our staff: they are invited, they do not sign up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator or by `makegood init`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
