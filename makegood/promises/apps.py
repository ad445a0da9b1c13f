"""The promises app."""

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.promises"
    label = "promises"
