"""The intake app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.intake"
    label = "intake"
