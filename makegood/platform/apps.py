"""The platform app."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.platform"
    label = "platform"
