"""The incidents app."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.incidents"
    label = "incidents"
