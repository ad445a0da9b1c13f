"""What stands around every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of the rail and the bottom bar."""
    return {}
