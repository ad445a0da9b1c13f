"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.portal"
    label = "portal"
