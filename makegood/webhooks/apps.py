"""The webhooks app."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.webhooks"
    label = "webhooks"
