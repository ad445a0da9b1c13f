"""How single values of the environment are read, and refused with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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


def count(name: str, text: str, *, default: int, most: int) -> int:
    """A number from 1 to `most`; nothing is the default."""
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise BadSetting(f"{name} is {text!r}. Give a number from 1 to {most}, or leave it out.")
    return int(text) if text else default


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


def held(variables: Mapping[str, str], name: str, in_file: str) -> str:
    """A secret that one setting gives itself, or another the file of; nothing when neither does."""
    secret, path = variables.get(name, ""), variables.get(in_file, "")
    if secret and path:
        raise BadSetting(f"{name} and {in_file} are both given. Give one of the two.")
    if not path:
        return secret
    try:
        found = Path(path).expanduser().read_text().strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = getattr(fault, "strerror", None) or "it is not text"
        raise BadSetting(f"{in_file} is {path!r}, which cannot be read: {why}.") from None
    if not found:
        raise BadSetting(f"{in_file} is {path!r}, which is empty. Write the secret into it.")
    return found


def mail_account(variables: Mapping[str, str], name: str, in_file: str) -> str:
    """A mail account as Apprise writes it, without anybody to send to, or nothing. No part of it is in what is said."""
    account = held(variables, name, in_file)
    if not account:
        return ""
    if not account.startswith(("mailto://", "mailtos://")) or not host_of(account):
        raise BadSetting(f"{name} is no mail account. Give one such as mailtos://name:password@mail.example.com.")
    if {"to", "cc", "bcc"} & parse_qs(urlsplit(account).query).keys():
        raise BadSetting(f"{name} names receivers (to, cc or bcc). Leave them out: each person says their own address.")
    return account


def host_of(address: str) -> str | None:
    """The host that an address names, None when it names none."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
