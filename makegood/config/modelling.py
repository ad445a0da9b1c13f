"""The language model that drafts, as the environment names it."""

from __future__ import annotations

from collections.abc import Mapping

from makegood.adapters.asking import Endpoint
from makegood.config.values import BadSetting, choice, held, web_address

_WITH_MODEL = ("MAKEGOOD_AI_MODEL", "MAKEGOOD_AI_KEY", "MAKEGOOD_AI_KEY_FILE")


def read_endpoint(variables: Mapping[str, str]) -> Endpoint | None:
    """Where the model answers, checked; None when nothing is named. Raises BadSetting with a sentence."""
    url = web_address("MAKEGOOD_AI_URL", variables.get("MAKEGOOD_AI_URL", "").strip())
    if not url:
        if said := [other for other in _WITH_MODEL if variables.get(other)]:
            raise BadSetting(f"{said[0]} is set, but MAKEGOOD_AI_URL is not. Give the address, or leave both out.")
        return None
    model = variables.get("MAKEGOOD_AI_MODEL", "").strip()
    if not model:
        raise BadSetting("MAKEGOOD_AI_MODEL is missing. Name the model that is to be asked at MAKEGOOD_AI_URL.")
    key = held(variables, "MAKEGOOD_AI_KEY", "MAKEGOOD_AI_KEY_FILE")
    if not key.isascii() or any(sign.isspace() for sign in key):
        raise BadSetting("MAKEGOOD_AI_KEY has a space or a letter that no key has. Copy it anew.")
    return Endpoint(url=url.rstrip("/").removesuffix("/chat/completions"), model=model[:200], key=key)


def read_voice(variables: Mapping[str, str]) -> bool:
    """Whether the model phrases what customers say in practice. Raises BadSetting when there is no model to do it."""
    name = "MAKEGOOD_PRACTICE_VOICE"
    on = choice(name, variables.get(name, ""), {"on": True, "off": False, "": False})
    if on and not variables.get("MAKEGOOD_AI_URL", "").strip():
        raise BadSetting(
            f"{name} is on, but no model is named. Set MAKEGOOD_AI_URL and MAKEGOOD_AI_MODEL, or turn it off."
        )
    return on
