"""The remedies app."""

from django.apps import AppConfig


class RemediesConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.remedies"
    label = "remedies"
