"""Signing in with a provider, as far as processes that sign nobody in need it: its tables."""

from __future__ import annotations

from allauth.socialaccount.apps import SocialAccountConfig


class Providers(SocialAccountConfig):  # type: ignore[misc]
    """allauth's, without the providers: what they speak with takes 15 MB of the worker, which asks none of them.

    `makegood.web.accounts.urls` loads them, where people sign in.
    """

    def ready(self) -> None:
        """Nothing at the start."""
