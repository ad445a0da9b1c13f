"""The journal app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.journal"
    label = "journal"
