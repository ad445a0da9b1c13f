"""The only writers of notices."""

from makegood.notices.actions.channels import add_channel, check_address, record_test, remove_channel
from makegood.notices.actions.reading import forget_old, mark_all_read, mark_read, settle
from makegood.notices.actions.sending import Errand, give_back, mark_refused, mark_sent, take_errand
from makegood.notices.actions.telling import TOLD, News, tell, tell_administrators, tell_many, to_tell

__all__ = [
    "TOLD",
    "Errand",
    "News",
    "add_channel",
    "check_address",
    "forget_old",
    "give_back",
    "mark_all_read",
    "mark_read",
    "mark_refused",
    "mark_sent",
    "record_test",
    "remove_channel",
    "settle",
    "take_errand",
    "tell",
    "tell_administrators",
    "tell_many",
    "to_tell",
]
