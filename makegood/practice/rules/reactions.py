"""What moves the customer, by how much, why, and on whose evidence: the one table that engine, review and docs read.

The directions are those of the evidence; the amounts are ours, on scales of 0 to 100, chosen so that scenes play as
the stories tell. docs/practice.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Effect(NamedTuple):
    """How far something moves trust, anger and effort, why, and the source."""

    trust: int
    anger: int
    effort: int
    why: str
    source: str


LEWICKI = "Lewicki, Polin and Lount 2016"
DAVIDOW = "Davidow 2003"
HALPERIN = "Halperin, Ho, List and Muir 2022"
HOGREVE = "Hogreve, Bilstein and Mandl 2017"
BRADLEY = "Bradley and Sparks 2009"
DIXON = "Dixon, Freeman and Toman 2010"
MAXHAM = "Maxham and Netemeyer 2002"
ROSCHK = "Roschk and Gelbrich 2014"
VALENTINI = "Valentini and others 2011"
STORIES = "the founding articles"

EFFECTS: Mapping[str, Effect] = {
    "own": Effect(8, -6, 0, "You took responsibility", LEWICKI),
    "listen": Effect(5, -7, 0, "You wanted to know what it means", DAVIDOW),
    "empathise": Effect(4, -7, 0, "You accepted the feeling", VALENTINI),
    "apologise": Effect(5, -6, 0, "You apologised and stood by it", LEWICKI),
    "explain": Effect(3, -2, 0, "You said briefly what happened", BRADLEY),
    "repair": Effect(6, -4, 0, "You said what you are doing about it", LEWICKI),
    "when": Effect(4, -3, 0, "You said when", HOGREVE),
    "ask": Effect(5, -3, 0, "You asked whether it is right", STORIES),
    "blames-customer": Effect(-15, 18, 0, "You put it on them", STORIES),
    "blames-colleague": Effect(-9, 9, 0, "You put it on somebody else", STORIES),
    "conditional-apology": Effect(-5, 6, 0, "An apology with an “if” takes it back", LEWICKI),
    "formula": Effect(-4, 4, 0, "Words that fit anybody", DAVIDOW),
    "justifies": Effect(-8, 9, 0, "You defended it", BRADLEY),
    "hands-back": Effect(-9, 10, 20, "You gave the work to them", DIXON),
    "asks-customer-to-solve": Effect(-8, 9, 12, "You made them design the remedy", STORIES),
    "dead-end": Effect(-10, 12, 5, "Nobody has a next step", HOGREVE),
    "empty-promise": Effect(-9, 7, 0, "You promised betterment with nothing done", HALPERIN),
    "undated-promise": Effect(-4, 4, 0, "You promised without a time", HOGREVE),
    "repeat-apology": Effect(-6, 6, 0, "You apologised once more instead of doing something", HALPERIN),
    "passive-evasion": Effect(-4, 4, 0, "You hid who failed", LEWICKI),
    "long-explanation": Effect(-4, 4, 0, "You explained at length", HOGREVE),
    "unkept-fact": Effect(-8, 7, 0, "You stated as done what is not", STORIES),
    "bare-apology": Effect(0, -3, 0, "Sorry, and nothing behind it yet", LEWICKI),
    "asked-too-soon": Effect(-4, 4, 0, "You asked whether all is well before anything was done", STORIES),
    "give-full": Effect(13, -11, -10, "What you gave answers what failed", ROSCHK),
    "give-part": Effect(5, -4, 0, "What you gave answers a part of it", ROSCHK),
    "give-none": Effect(-4, 4, 0, "What you gave does not answer what failed", ROSCHK),
    "remarkable": Effect(12, -4, -5, "Nobody expected that of you", STORIES),
    "promise-made": Effect(4, -4, 0, "You promised something by a time they can live with", HOGREVE),
    "promise-late": Effect(-3, 3, 0, "You promised, but too late for them", HOGREVE),
    "promise-kept": Effect(9, -6, 0, "You came back when you had said", MAXHAM),
    "promise-broken": Effect(-25, 25, 10, "You broke a promise made while putting it right", MAXHAM),
    "deed-late": Effect(-25, 25, 10, "What you promised was not done by then", MAXHAM),
    "waiting": Effect(-2, 4, 3, "They waited without knowing for what", HOGREVE),
    "out-of-order": Effect(0, 3, 0, "It came before what had to come first, so it counted half", STORIES),
    "second-failure": Effect(-18, 18, 8, "It failed a second time", MAXHAM),
    "senior": Effect(4, -3, 0, "Somebody senior came to them in person", ROSCHK),
    "left": Effect(-20, 15, 5, "You left with nothing done", STORIES),
}

GAINS = ("own", "listen", "empathise", "apologise", "explain", "repair", "when")
"""Elements that count by themselves; `ask` counts once something was done."""
