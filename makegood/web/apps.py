"""The web app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.web"
    label = "web"
