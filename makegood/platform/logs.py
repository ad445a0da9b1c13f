"""The log as one JSON object a line, for programs that collect it."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The name of the request that is being answered; it stands on every line that is logged meanwhile."""


class JsonLines(logging.Formatter):
    """Whoever logs, the same shape: at (UTC), level, logger, event; then what was told beside it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "event": record.getMessage(),
        }  # fmt: skip
        if name := REQUEST.get():
            line["request_id"] = name
        line |= getattr(record, "told", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def tell(log: logging.Logger, event: str, **told: Any) -> None:
    """Log an event with what belongs to it, for programs; people are not shown what is `told`."""
    if log.isEnabledFor(logging.INFO):
        log.info(event, extra={"told": told})
