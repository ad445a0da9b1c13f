"""Telling a watchdog elsewhere that we are alive and on time: one GET, and nothing follows from the answer."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from typing import Any

SECONDS = 5.0


class HeartbeatLost(Exception):
    """The address did not take the sign of life; the message says why."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        """A sign of life goes where the administrator said and nowhere else."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def beat(url: str) -> None:
    """Send one sign of life. `url` is http or https (checked when settings are read). Raises HeartbeatLost."""
    request = urllib.request.Request(url, headers={"User-Agent": "makegood"})  # noqa: S310 - checked in settings
    try:
        with _OPENER.open(request, timeout=SECONDS):
            pass
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as trouble:
        raise HeartbeatLost(str(trouble)) from trouble
