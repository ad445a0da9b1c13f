"""The mail service, as the environment names it."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.config.values import BadSetting, held
from makegood.platform.mail_service import FOLDER, SERVICES, MailService, Offered

_BY_SERVER = ("amazon_ses", "amazon", "ses", "sendgrid")
"""Those that we send by their mail servers only."""
_WITH_SERVICE = ("MAKEGOOD_MAIL_KEY", "MAKEGOOD_MAIL_KEY_FILE", "MAKEGOOD_MAIL_OPTIONS")


def read_mail_service(variables: Mapping[str, str]) -> MailService | None:
    """The service, checked; None when none is named. Raises BadSetting with a sentence."""
    name = variables.get("MAKEGOOD_MAIL_SERVICE", "").strip().lower()
    if not name:
        if said := [other for other in _WITH_SERVICE if variables.get(other)]:
            raise BadSetting(
                f"{said[0]} is set, but MAKEGOOD_MAIL_SERVICE is not. Name the service, or leave both out."
            )
        return None
    if name == FOLDER:
        return MailService(name=FOLDER, arguments={})
    if name in _BY_SERVER:
        raise BadSetting(
            f"MAKEGOOD_MAIL_SERVICE cannot be {name!r}. Name its mail server (SMTP) at the mailbox, and leave this out."
        )
    if name not in SERVICES:
        raise BadSetting(f"MAKEGOOD_MAIL_SERVICE is {name!r}. Give one of: {', '.join([*SERVICES, FOLDER])}.")
    return MailService(name=name, arguments=_key(SERVICES[name], variables) | _options(SERVICES[name], variables))


def _key(service: Offered, variables: Mapping[str, str]) -> dict[str, str]:
    secret = held(variables, "MAKEGOOD_MAIL_KEY", "MAKEGOOD_MAIL_KEY_FILE")
    if not secret:
        raise BadSetting(f"MAKEGOOD_MAIL_KEY is missing. Give the key that {service.title} has made for Makegood.")
    parts = secret.split(":") if len(service.key) > 1 else [secret]
    if len(parts) != len(service.key) or not all(parts):
        raise BadSetting(f"MAKEGOOD_MAIL_KEY: {service.title} has two keys. Give both, with a colon between.")
    return dict(zip(service.key, parts, strict=True))


def _options(service: Offered, variables: Mapping[str, str]) -> dict[str, str]:
    text = variables.get("MAKEGOOD_MAIL_OPTIONS", "")
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    given = {word.strip(): value.strip() for word, _, value in pairs}
    known = service.needs | service.may
    if strange := [word for word in given if word not in known or not given[word]]:
        words = f"{service.title} takes {', '.join(f'{word}=…' for word in sorted(known))}" if known else "Leave it out"
        raise BadSetting(f"MAKEGOOD_MAIL_OPTIONS: {strange[0]!r} means nothing here. {words}.")
    if missing := sorted(service.needs - given.keys()):
        raise BadSetting(f"MAKEGOOD_MAIL_OPTIONS: {service.title} needs {missing[0]}=….")
    return given
