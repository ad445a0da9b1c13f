"""The words by which machines that send mail are known; the lists stand in wording.yaml."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

_LISTS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def _any(name: str) -> re.Pattern[str]:
    return re.compile("|".join(_LISTS[name]), re.IGNORECASE)


DAEMONS = re.compile(
    r"(?:mailer[-_. ]?daemon|post[-_.]?master|mail[ .]?delivery(?:[-_. ]?(?:sub)?system)?|mdaemon|mail-?system"
    r"|exchange-?(?:server|administrator))(?:[+=-][^@]*)?",
    re.IGNORECASE,
)
"""Local parts, or names, with which mail servers write and no person does. Not "delivery": that is a courier."""

NO_REPLY = re.compile(r"(?:no|do-?not|ne-?pas)[-_.]?(?:reply|respond|repondre|answer).*", re.IGNORECASE)

UNDELIVERED_SUBJECT = _any("undelivered_subject")
UNDELIVERED_TEXT = _any("undelivered_text")
GONE = _any("gone")
FOR_NOW = _any("for_now")
DELAYED = _any("delayed")
RETURNED_BELOW = _any("returned_below")
AUTO_REPLY_SUBJECT = _any("auto_reply_subject")
