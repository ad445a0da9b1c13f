"""How single values of the environment are read, and refused with a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit


class BadSetting(Exception):
    """A setting that cannot be used; the message says which, why and what would work."""


def flag(name: str, text: str) -> bool:
    """1 or 0; nothing is 0."""
    return _one_of(name, text, {"0": False, "1": True, "": False}, "1 or 0")


def switch(name: str, text: str, *, default: bool) -> bool:
    """on or off; nothing is the default."""
    return _one_of(name, text, {"off": False, "on": True, "": default}, "on or off")


def web_address(name: str, text: str) -> str:
    """An address that starts with http:// or https://, or nothing."""
    if text and not (text.startswith(("http://", "https://")) and host_of(text)):
        raise BadSetting(f"{name} is {text!r}. Give a web address that starts with https://, or leave it out.")
    return text


def host_of(address: str) -> str | None:
    """The host that an address names, None when it names none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _one_of(name: str, text: str, values: dict[str, bool], words: str) -> bool:
    if text not in values:
        raise BadSetting(f"{name} is {text!r}. Use {words}.")
    return values[text]
