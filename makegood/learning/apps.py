"""The learning app."""

from django.apps import AppConfig


class LearningConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.learning"
    label = "learning"
