"""The language model of this installation, if it has one."""

from __future__ import annotations

from django.conf import settings

from makegood.adapters.asking import Asked, ChatModel


def drafter() -> Asked | None:
    """Who may be asked for a draft; None while no model is configured."""
    return ChatModel(settings.AI) if settings.AI else None
