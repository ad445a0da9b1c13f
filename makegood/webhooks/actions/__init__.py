"""The only writers of webhooks."""

from makegood.webhooks.actions.endpoints import (
    add_webhook,
    change_webhook,
    pause_webhook,
    remove_webhook,
    resume_webhook,
    rotate_secret,
    try_webhook,
)
from makegood.webhooks.actions.sending import (
    Message,
    Parcel,
    Port,
    forget_old,
    give_back,
    mark_refused,
    mark_sent,
    take_parcel,
)
from makegood.webhooks.actions.setting_aside import send_again, send_all_again

__all__ = [
    "Message",
    "Parcel",
    "Port",
    "add_webhook",
    "change_webhook",
    "forget_old",
    "give_back",
    "mark_refused",
    "mark_sent",
    "pause_webhook",
    "remove_webhook",
    "resume_webhook",
    "rotate_secret",
    "send_again",
    "send_all_again",
    "take_parcel",
    "try_webhook",
]
