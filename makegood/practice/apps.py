"""The practice app."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.practice"
    label = "practice"
