"""The ways by which we speak to a customer, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _


def ways() -> dict[str, str]:
    """By the name that is stored."""
    return {
        "phone": _("by phone"), "email": _("by e-mail"), "sms": _("by text message"), "chat": _("in the chat"),
        "person": _("in person"),
        "page": _("on their page"), "visit": _("in person"),
    }  # fmt: skip
