"""The conversation app."""

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    """Registers the app under its own name."""

    name = "makegood.conversation"
    label = "conversation"
