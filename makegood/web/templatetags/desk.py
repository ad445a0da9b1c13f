"""The small parts of the desk as template tags and filters: icon, glyph, state, person, pips, clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from makegood.kernel.texts import first_name
from makegood.people.presence import initials
from makegood.web import clocks
from makegood.web.marking import safely
from makegood.web.tables import Choice, Column

register = template.Library()
register.filter(first_name)
register.filter(initials)

# What a state looks like: the glyph, and its word. States differ by shape first, colour second.
LOOKS = {
    "open": ("ahead", gettext_lazy("Open")),
    "at_risk": ("risk", gettext_lazy("At risk")),
    "broken": ("broken", gettext_lazy("Broken")),
    "kept": ("kept", gettext_lazy("Kept")),
    "kept_late": ("late", gettext_lazy("Kept late")),
    "replaced": ("replaced", gettext_lazy("Replaced")),
    "withdrawn": ("withdrawn", gettext_lazy("Withdrawn")),
    "released": ("released", gettext_lazy("Released")),
    "waits": ("waits", gettext_lazy("Waiting")),
    "mended": ("mended", gettext_lazy("Put right")),
    "closed": ("kept", gettext_lazy("Closed")),
    "ahead": ("ahead", gettext_lazy("Promised next")),
    "dot": ("dot", ""),
}
HUES = frozenset({"broken", "risk", "mended", "waits"})
PIPS = 5


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of a file of ours: the same until the server starts anew, and a page names two hundred."""
    return static(path)


# The same few drawings come two hundred times a page, and each says all it depends on.
@lru_cache(maxsize=1_000)
def _drawing(css: str, box: int, symbol: str, name: str) -> SafeString:
    """An <svg> that uses one symbol of the sprite; with a name it speaks, without it is decoration."""
    said = format_html('role="img" aria-label="{}"', name) if name else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" {}><use href="{}#{}"/></svg>',
        css,
        box,
        box,
        said,
        asset("web/icons.svg"),
        symbol,
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A line icon of the sprite: {% icon "hand" %}. Give `label` only when no words stand beside it."""
    return _drawing("i", 16, f"i-{name}", label)


@register.simple_tag
def glyph(state: str, word: str | None = None, label: bool = True) -> SafeString:
    """The shape of a state. `word` replaces its name; `label=False` when the word stands beside it."""
    shape, name = LOOKS.get(state, LOOKS["dot"])
    return _drawing(f"glyph c-{shape}", 14, f"g-{shape}", str(name if word is None else word) if label else "")


@register.simple_tag
def stated(state: str, word: str | None = None) -> SafeString:
    """Glyph and word in one line, for tables: ◐ At risk."""
    name = LOOKS.get(state, LOOKS["dot"])[1]
    return format_html('<span class="stated">{}{}</span>', glyph(state, label=False), word or name)


@register.simple_tag
def state_tag(state: str, word: str | None = None) -> SafeString:
    """Glyph and word as a pill, coloured only where the state has a colour."""
    shape, name = LOOKS.get(state, LOOKS["dot"])
    hue = f" {shape}" if shape in HUES else ""
    return format_html('<span class="tag{}">{}{}</span>', hue, glyph(state, label=False), word or name)


@register.simple_tag
def options(choices: Iterable[Choice], chosen: object = "") -> SafeString:
    """The options of a <select>, that of the key `chosen` selected."""
    wanted = str(chosen)
    return SafeString("".join(
        f'<option value="{safely(one.key)}"{" selected" if str(one.key) == wanted else ""}>{safely(one.name)}</option>'
        for one in choices
    ))  # fmt: skip


@register.simple_tag
def person(
    name: str | None, kind: str = "staff", size: str = "", label: str | None = None, here: bool = False
) -> SafeString:
    """The mark of a person: staff round, customers (`kind="customer"`) square, nobody dashed.

    `size="lg"` beside a title; `label` says more than the name, `label=""` leaves the mark silent because
    the name stands beside it.
    """
    if not name:
        none = _("No owner") if label is None else label
        return SafeString(f'<span class="who none" role="img" aria-label="{safely(none)}">?</span>')
    css = " ".join(filter(None, ["who", "cust" if kind == "customer" else "", size, "here" if here else ""]))
    said = name if label is None else label
    attrs = f'role="img" aria-label="{safely(said)}"' if said else 'aria-hidden="true"'
    return SafeString(f'<span class="{css}" {attrs}>{safely(initials(name))}</span>')


def _pip(place: int, done: int) -> tuple[str, str, str, str, str]:
    if place == done:
        return "now", f"{place * 7 + 0.6:.1f}", "1.1", "4.8", "3.8"
    return ("on" if place < done else "off"), str(place * 7), "0.5", "6", "5"


@register.simple_tag
def pips(done: int | None) -> SafeString:
    """Five pips: how many of own, listen, empathise, apologise, refocus are done. None draws nothing."""
    if done is None:
        return SafeString("")
    return _pips(done, _("Conversation: {done} of {all} steps done").format(done=done, all=PIPS))


@lru_cache(maxsize=100)
def _pips(done: int, said: str) -> SafeString:
    shape = '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>'
    rects = format_html_join("", shape, (_pip(place, done) for place in range(PIPS)))
    return format_html('<svg class="pips" viewBox="0 0 34 6" role="img" aria-label="{}">{}</svg>', said, rects)


def _instants(**instants: datetime | None) -> str:
    """The attributes of a ticking clock, those that are known."""
    known = ((name, at.isoformat(timespec="seconds")) for name, at in instants.items() if at is not None)
    return "".join(f' {name}="{at}"' for name, at in known)


@register.simple_tag
def clock(
    due: datetime | None,
    now: datetime,
    state: str = "open",
    on: date | None = None,
    breaks: datetime | None = None,
    warn: datetime | None = None,
    ended: datetime | None = None,
) -> SafeString:
    """A promise's clock in words, ticking in the browser while the promise lives.

    `on` for a promise for a day (it does not tick); `breaks` is due plus grace; `ended` when it was kept.
    """
    if due is None:
        return SafeString("")
    deadline = clocks.Deadline(due, state, on=on, breaks=breaks, ended=ended)
    shown = clocks.read(deadline, now)
    if on is not None or not deadline.live:
        return SafeString(f'<span class="clock {shown.tone}">{safely(shown.words)}</span>')
    ticking = _instants(due=due, breaks=breaks, warn=warn)
    return SafeString(f'<due-clock class="clock {shown.tone}"{ticking}>{safely(shown.words)}</due-clock>')


@register.simple_tag(takes_context=True)
def rail_link(
    context: Context, place: str, url: str, text: str, image: str, counted: str = "", of: str = "", go: str = "",
    hot: bool = False,
) -> SafeString:  # fmt: skip
    """One link of the rail. `place` is its name in `shell.active`, `image` that of its icon; `counted` the name of its
    count, which is followed live, `of` what that counts, in words; `hot` counts in red; `go` is the second key after g.
    """
    shell = context["shell"]
    here = ' aria-current="page"' if shell.active == place else ""
    key = f' data-key="g{safely(go)}"' if go else ""
    count = _count(counted, shell.counts.get(counted), of, hot) if counted else ""
    return SafeString(
        f'<li><a href="{safely(url)}"{here}{key}>{icon(image)}<span class="clip">{safely(text)}</span>{count}</a></li>'
    )


def _count(counted: str, many: int | None, of: str, hot: bool) -> str:
    named, said = (f' title="{safely(of)}"', f'<span class="sr">{safely(of)}</span>') if of else ("", "")
    return f'<span class="n{" hot" * hot}" data-count="{safely(counted)}"{named}>{many or ""}</span>{said}'


@register.filter
def moment(at: datetime | None, now: datetime) -> str:
    """Briefly: "14:18" today, "4 Nov" this year, else with the year."""
    return clocks.moment(at, now) if at else ""


@register.filter
def stamp(at: datetime | None) -> str:
    """In full: "Thu 19 Nov 2026, 14:18"."""
    return clocks.stamp(at) if at else ""


@register.filter
def since(at: datetime | None, now: datetime) -> str:
    """How long ago, in the largest two units: "2 h 18 m"."""
    return clocks.span(now - at) if at else ""


@register.filter
def day(at: datetime, now: datetime) -> str:
    """The heading of a day: "Today", "Yesterday", "Wednesday 4 November"."""
    return clocks.day(at, now)


@register.simple_tag
def cells(columns: Sequence[Column], row: Sequence[object], url: str = "") -> SafeString:
    """The cells of a row of a table: the first is its heading, a link when there is a `url`.

    Raises ValueError when the row has too few or too many.
    """
    (_first, name), *others = zip(columns, row, strict=True)
    head = format_html('<a class="row" href="{}">{}</a>', url, name) if url else name
    rest = ((_css(column), column.label, cell) for column, cell in others)
    drawn = format_html_join("", '<td class="{}" data-label="{}">{}</td>', rest)
    return format_html('<th scope="row">{}</th>{}', head, drawn)


def _css(column: Column) -> str:
    return " ".join(
        name for name, wanted in (("n", column.n), ("first", column.lead), ("plain", column.plain)) if wanted
    )


@register.filter
def into(typed: Any, form: str) -> Any:
    """What was typed into this form when it was refused; nothing when it was another that was."""
    return typed if typed and typed.deed == form else None


@register.filter
def undo_url(message: Message) -> str:
    """The address that takes a message's deed back, from its extra tag "undo:/address/"; else nothing."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")
