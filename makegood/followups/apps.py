"""The followups app."""

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.followups"
    label = "followups"
