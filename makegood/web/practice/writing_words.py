"""The words of the page on which a scene is written."""

from __future__ import annotations

from django.utils.translation import gettext as _

from makegood.practice.rules.values import End, Grade, Mood
from makegood.web.practice.words import end_word, mood_word, role_word


def fault_word(path: str, sentence: str) -> tuple[str, str]:
    """Which field a fault is of ("" for none), and the sentence for whoever reads it."""
    named = field_word(path)
    return (path, _("%(field)s: words are missing.") % {"field": named}) if named and "line " not in sentence else (
        "", sentence)  # fmt: skip


def field_word(path: str) -> str:
    """What a field asks for; "" for one that the form does not have."""
    above, _dot, last = path.partition(".")
    if above == "briefs" and last in set(Grade):
        return _("What the %(role)s is told") % {"role": role_word(Grade(last)).lower()}
    if above == "openings" and last in set(Grade):
        return _("The customer’s first words to the %(role)s") % {"role": role_word(Grade(last)).lower()}
    if above == "says" and last in set(Mood):
        return _("When they are %(mood)s") % {"mood": mood_word(Mood(last)).lower()}
    if above == "ends" and last in set(End):
        return _("When it ends %(end)s") % {"end": end_word(End(last)).lower()}
    return _words().get(path, "")


def _words() -> dict[str, str]:
    talk = {"say": _("We say"), "give": _("and give"), "look": _("or look up"), "wait": _("or let time pass"),
            "leave": _("or end the conversation")}  # fmt: skip
    return {
        "name": _("Name of the scene"), "trade": _("Trade"), "level": _("Level"),
        "customer.name": _("The customer’s name"), "customer.who": _("Who they are"),
        "promise": _("What was promised"), "happened": _("What happened"),
        "means": _("What it means to them"), "remarkable": _("What would be remarkable"),
        "feels.trust": _("Their trust at the beginning, 15 to 100"), "feels.anger": _("Their anger, 0 to 85"),
        "feels.effort": _("What it cost them so far, 0 to 100"),
        "answer_within": _("They want to hear within (such as 30 minutes)"),
        "patience": _("They stay without a word for"),
        "tells": _("When somebody asks what it means"), "accepts": _("To what fits"),
        "declines": _("To what does not fit"), "waits": _("To a promise with a time"),
        "facts.label": _("The button says"), "facts.tells": _("It tells"), "facts.takes": _("It takes"),
        "options.label": _("What is done"), "options.who": _("Who decides alone"), "options.fits": _("It fits"),
        "options.within": _("Done within"), "options.remarkable": _("Remarkable"),
        **{f"{key}.{one}": word for key in ("with", "without") for one, word in talk.items()},
    }  # fmt: skip
