"""The words of the page on which a scene is written."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from makegood.practice.rules.checking import Wrong
from makegood.practice.rules.from_case import Knowing
from makegood.practice.rules.scene_form import ROWS, Fault
from makegood.practice.rules.values import End, Grade, Mood
from makegood.web.practice.words import end_word, mood_word, role_word

_ROW = re.compile(rf"({'|'.join(ROWS)})(?:\.(\d+)(?:\.([a-z]+))?)?")


def fault_word(fault: Fault) -> tuple[str, str]:
    """Which field of the form a fault is of ("" for none), and the sentence for whoever reads it."""
    field = place_word(fault.path)
    if fault.missing:
        return fault.path if field else "", _("%(field)s: words are missing.") % {"field": field or fault.path}
    if fault.wrong:
        return "", _wrong_word(fault.wrong)
    if not fault.line:
        return "", fault.why
    told = {"field": field, "line": fault.line, "why": fault.why}
    if field:
        return fault.path, _("%(field)s (line %(line)s of the text): %(why)s") % told
    return "", _("Line %(line)s of the text: %(why)s") % told


def knowing_word(one: Knowing) -> tuple[str, str]:
    """In which field of the form words stand by which somebody could be known, and the sentence that says so."""
    field = place_word(one.path)
    if field:
        said = _("%(field)s: by “%(words)s” somebody of the case could be known.")
        return one.path, said % {"field": field, "words": one.words}
    return "", _("By “%(words)s” somebody of the case could be known.") % {"words": one.words}


def _wrong_word(wrong: Wrong) -> str:
    """What cannot be reached, or does not end as it must, in a sentence."""
    sentences = {
        "end": _("As %(role)s nobody can end it “%(end)s”."),
        "mood": _("As %(role)s nobody ever finds them “%(mood)s”."),
        "second": _("After the second failure nobody can be content again."),
        "with": _("“%(table)s” must end content or delighted; it ends “%(end)s”."),
        "without": _("“%(table)s” must end lost; it ends “%(end)s”."),
    }
    told = {
        "role": role_word(wrong.role).lower() if wrong.role else "",
        "mood": mood_word(wrong.mood).lower() if wrong.mood else "",
        "end": end_word(wrong.end).lower() or _("without an end"),
        "table": table_word(wrong.what) if wrong.what in ROWS else "",
    }
    return sentences[wrong.what] % told


def missing_word(many: int) -> str:
    """How much stands between a scene and being played, in a line."""
    if not many:
        return _("It can be played")
    return ngettext("%(many)s thing to mend", "%(many)s things to mend", many) % {"many": many}


def place_word(path: str) -> str:
    """What the form calls a path, with the number of its row; "" for one that it does not have."""
    place = _ROW.fullmatch(path)
    if not place:
        return field_word(path)
    key, row, one = place.groups()
    told = {"table": table_word(key), "row": int(row or 0) + 1, "field": field_word(f"{key}.{one}")}
    if not row:
        return table_word(key)
    return (_("%(table)s, row %(row)s, %(field)s") if told["field"] else _("%(table)s, row %(row)s")) % told


def table_word(key: str) -> str:
    """What a list of the form is called."""
    return {
        "facts": _("What can be looked up"), "options": _("What can be given"),
        "with": _("Played well"), "without": _("Played without a system"),
    }[key]  # fmt: skip


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
