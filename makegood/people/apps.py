"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.people"
    label = "people"
