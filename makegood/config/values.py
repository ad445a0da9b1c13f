"""How single values of the environment are read, and refused with a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

from makegood.adapters.reach import read_networks


class BadSetting(Exception):
    """A setting that cannot be used; the message says which, why and what would work."""


def flag(name: str, text: str) -> bool:
    """1 or 0; nothing is 0."""
    return choice(name, text, {"1": True, "0": False, "": False})


def switch(name: str, text: str, *, default: bool) -> bool:
    """on or off; nothing is the default."""
    return choice(name, text, {"on": True, "off": False, "": default})


def choice(name: str, text: str, values: dict[str, bool]) -> bool:
    """What one of two words means; nothing may mean one of them, too."""
    if text not in values:
        raise BadSetting(f"{name} is {text!r}. Use {' or '.join(filter(None, values))}.")
    return values[text]


def web_address(name: str, text: str) -> str:
    """An address that starts with http:// or https://, or nothing."""
    if text and not (text.startswith(("http://", "https://")) and host_of(text)):
        raise BadSetting(f"{name} is {text!r}. Give a web address that starts with https://, or leave it out.")
    return text


def network_names(name: str, text: str) -> tuple[str, ...]:
    """Networks with commas between them, such as 10.0.0.0/8."""
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        read_networks(names)
    except ValueError as fault:
        raise BadSetting(f"{name}: {fault}. Give networks such as 10.0.0.0/8, with commas between them.") from None
    return names


def host_of(address: str) -> str | None:
    """The host that an address names, None when it names none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
