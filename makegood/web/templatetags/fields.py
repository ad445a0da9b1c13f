"""A form field as one template tag: a page has some twenty, and most of what a field may have each has not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from makegood.web.marking import safely
from makegood.web.templatetags.desk import glyph, options

register = template.Library()
Told = Mapping[str, Any]


@register.simple_tag(takes_context=True)
def field(context: Context) -> SafeString:
    """The field that the context tells of, as web/components/field.html says."""
    told = cast(Told, context.flatten())
    key = safely(f"{told.get('prefix') or 'f'}-{told['name']}")
    optional = f' <span class="opt">{safely(_("(if you like)"))}</span>' if told.get("optional") else ""
    hint = f'<p class="hint" id="{key}-hint">{safely(told["hint"])}</p>' if told.get("hint") else ""
    preview = f'<output class="hint" id="{key}-preview" for="{key}"></output>' if told.get("preview") else ""
    return SafeString(
        f'<div class="f{" bad" if told.get("error") else ""}">'
        f'<label for="{key}">{safely(told.get("label", ""))}{optional}</label>'
        f"{hint}{_control(told, key)}{_error(told, key)}{preview}</div>"
    )


def _error(told: Told, key: str) -> str:
    if not told.get("error"):
        return ""
    return f'<p class="error" id="{key}-error">{glyph("broken", label=False)}{safely(told["error"])}</p>'


def _control(told: Told, key: str) -> str:
    """What is chosen from, or typed into."""
    value = "" if told.get("value") is None else told["value"]
    if told.get("options") is not None:
        blank = f'<option value="">{safely(told["blank"])}</option>' if told.get("blank") else ""
        return f'<select class="field"{_attributes(told, key)}>{blank}{options(told["options"], value)}</select>'
    if told.get("kind") == "area":
        css = "field" + " said" * bool(told.get("said")) + " code" * bool(told.get("code"))
        drawn = _attributes(told, key, rows="12" if told.get("code") else "2", **_typing(told))
        return f'<textarea class="{css}"{drawn}>{safely(value)}</textarea>'
    own = {
        "type": told.get("kind") or "text", "value": value, "multiple": _bare(told, "several"),
        "autofocus": _bare(told, "autofocus"), "autocomplete": told.get("autocomplete") or "off",
    }  # fmt: skip
    return f'<input class="field"{_attributes(told, key, **own, **_typing(told), **_asked(told, key))}>'


def _typing(told: Told) -> dict[str, Any]:
    return {"placeholder": told.get("placeholder") or None, "required": _bare(told, "required")}


def _asked(told: Told, key: str) -> dict[str, Any]:
    """What has the server answer in words while somebody types."""
    if not told.get("preview"):
        return {}
    return {
        "hx-get": told["preview"], "hx-trigger": "input changed delay:150ms", "hx-target": f"#{key}-preview",
        "hx-swap": "innerHTML", "hx-sync": "this:replace",
    }  # fmt: skip


def _bare(told: Told, name: str) -> bool | None:
    return True if told.get(name) else None


def _attributes(told: Told, key: str, **own: Any) -> str:
    """Its attributes: one that is None is not there, one that is True stands without a value."""
    every = {"id": key, "name": told["name"], **own, "data-key": told.get("key") or None, **_described(told, key)}
    valued = [f' {name}="{safely(value)}"' for name, value in every.items() if value is not None and value is not True]
    return "".join([*valued, *(f" {name}" for name, value in every.items() if value is True)])


def _described(told: Told, key: str) -> dict[str, str]:
    if told.get("error"):
        return {"aria-invalid": "true", "aria-describedby": f"{key}-error"}
    by = next((part for part in ("preview", "hint") if told.get(part)), None)
    return {"aria-describedby": f"{key}-{by}"} if by else {}
