"""The notices app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.notices"
    label = "notices"
