"""The language model of this installation, if it has one."""

from __future__ import annotations

from django.conf import settings

from makegood.adapters.asking import VOICE_SECONDS, Asked, ChatModel


def drafter() -> Asked | None:
    """Who may be asked for a draft; None while no model is configured."""
    return ChatModel(settings.AI) if settings.AI else None


def voice() -> Asked | None:
    """Who may phrase what the customer says in practice; None while that is off."""
    return ChatModel(settings.AI, seconds=VOICE_SECONDS) if settings.AI and settings.PRACTICE_VOICE else None
