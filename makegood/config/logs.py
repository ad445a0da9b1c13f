"""How the log is written: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

from typing import Any

_FORMATS: dict[bool, dict[str, Any]] = {
    False: {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    True: {"()": "makegood.platform.logs.JsonLines"},
}
# The pool tells of every connection it loses; who uses one tells once what that means.
_LEVELS = {"makegood": {"level": "INFO"}, "psycopg.pool": {"level": "CRITICAL"}}
# A line for each request and each turn of the watch is for programs; people would see nothing else.
_QUIET = {"makegood.request": {"level": "WARNING"}, "makegood.turn": {"level": "WARNING"}}


def logging_settings(*, json: bool) -> dict[str, Any]:
    """What Django is told of logging. With `json`, lines of every library come out in the same shape."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _FORMATS[json]},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": _LEVELS if json else _LEVELS | _QUIET,
    }
