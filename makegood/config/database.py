"""Which PostgreSQL the rooms live in: the embedded one, or the one DATABASE_URL names."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from makegood.config.environment import Environment
from makegood.platform.postgres import NAME, USER, socket_folder


def connection_settings(environment: Environment) -> dict[str, Any]:
    """Django's settings for the one database."""
    where = _embedded(environment) if environment.embedded else _server(environment.database_url)
    options = {
        "pool": {"min_size": 1, "max_size": 16, "timeout": 5},
        # A statement that comes again is neither read nor planned again: that took the server longer than most answers.
        "server_side_binding": True,
        "prepare_threshold": 2,
        **where.pop("OPTIONS", {}),
    }
    return {
        # Looks at a connection before it is used again: requests survive a restart of the database.
        "ENGINE": "makegood.platform.database",
        "ATOMIC_REQUESTS": False,
        "OPTIONS": options,
        **where,
    }


def _embedded(environment: Environment) -> dict[str, Any]:
    return {"NAME": NAME, "USER": USER, "HOST": str(socket_folder(environment.home))}


def _server(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")) or "makegood",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
    }
