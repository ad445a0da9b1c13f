"""Everything that writes incidents."""

from makegood.incidents.actions.closing import close_answered, close_silent
from makegood.incidents.actions.deciding import ask_approval, decide, follow_silence
from makegood.incidents.actions.dismissing import ask_again, dismiss
from makegood.incidents.actions.fulfilling import fulfil_gifts
from makegood.incidents.actions.handing import Letter, hand_out
from makegood.incidents.actions.opening import Collected, change_incident, collect, collect_open, open_incident
from makegood.incidents.actions.owing import GivenNow, give_owed_now
from makegood.incidents.actions.planning import set_bar, set_gift, set_owed, set_words
from makegood.incidents.actions.reckoning import reckon_due
from makegood.incidents.actions.releasing import end, release, release_due, resume, stop
from makegood.incidents.actions.sending import follow_lost

__all__ = [
    "Collected",
    "GivenNow",
    "Letter",
    "ask_again",
    "ask_approval",
    "change_incident",
    "close_answered",
    "close_silent",
    "collect",
    "collect_open",
    "decide",
    "dismiss",
    "end",
    "follow_lost",
    "follow_silence",
    "fulfil_gifts",
    "give_owed_now",
    "hand_out",
    "open_incident",
    "reckon_due",
    "release",
    "release_due",
    "resume",
    "set_bar",
    "set_gift",
    "set_owed",
    "set_words",
    "stop",
]
