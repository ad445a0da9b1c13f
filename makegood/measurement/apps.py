"""The measurement app."""

from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.measurement"
    label = "measurement"
