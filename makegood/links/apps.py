"""The links app."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.links"
    label = "links"
