"""Asking a language model for words: a port, and behind it any endpoint that speaks as OpenAI's chat API does."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from makegood import __version__
from makegood.adapters.posting import FAULTS, Poster

SECONDS = 25.0
"""How long somebody waits who pressed a button."""
VOICE_SECONDS = 4.0
"""How long somebody waits who has said something in practice."""
_MOST = 200_000
"""How much of an answer is read, in bytes; a draft has some thousand."""
_ANYWHERE = ("0.0.0.0/0", "::/0")
"""The address is the administrator's own, from the environment: a model often runs in the house."""
_AT_ONCE = threading.BoundedSemaphore(2)
"""Of the threads of a process that answer people no more wait for a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model answers: the address before `/chat/completions`, its name, and a key ("" for none)."""

    url: str
    model: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: the words of the model, or the `problem` in a sentence."""

    words: str = ""
    problem: str = ""


class Asked(Protocol):
    """Answers a conversation of (role, words)."""

    @property
    def model(self) -> str:
        """What the model is called."""

    def ask(self, said: Sequence[tuple[str, str]]) -> Answer:
        """What it says next."""


class ChatModel:
    """An Asked by an endpoint. No redirect is followed, so that the key goes nowhere else."""

    def __init__(self, endpoint: Endpoint, *, seconds: float = SECONDS) -> None:
        self._endpoint = endpoint
        self._poster = Poster(_ANYWHERE, seconds=seconds, most=_MOST)

    @property
    def model(self) -> str:
        """See `Asked`."""
        return self._endpoint.model

    def ask(self, said: Sequence[tuple[str, str]]) -> Answer:
        """See `Asked`. It is asked at most twice at once by each process; whoever comes third is told so."""
        if not _AT_ONCE.acquire(blocking=False):
            return Answer(problem="It writes for somebody else just now. Try again in a moment.")
        try:
            heard = self._poster.post(f"{self._endpoint.url}/chat/completions", self._body(said), self._headers())
        except FAULTS as fault:
            return Answer(problem=self._poster.words(fault))
        finally:
            _AT_ONCE.release()
        return _read(*heard)

    def _body(self, said: Sequence[tuple[str, str]]) -> bytes:
        messages = [{"role": role, "content": words} for role, words in said]
        return json.dumps({"model": self._endpoint.model, "messages": messages, "stream": False}).encode()

    def _headers(self) -> Mapping[str, str]:
        shown = {"Authorization": f"Bearer {self._endpoint.key}"} if self._endpoint.key else {}
        return {
            "Content-Type": "application/json", "User-Agent": f"Makegood/{__version__}", "Connection": "close", **shown,
        }  # fmt: skip


def _read(status: int, text: str) -> Answer:
    if status in (401, 403):
        return Answer(problem=f"It answered {status}: the key is not accepted. Check MAKEGOOD_AI_KEY.")
    if 300 <= status < 400:
        return Answer(problem=f"It answered {status}, a redirect, and none is followed. Check MAKEGOOD_AI_URL.")
    if status != 200:
        return Answer(problem=f"It answered {status}.")
    if len(text.encode()) >= _MOST:
        return Answer(problem="It answered far more than a draft.")
    try:
        words = _words(json.loads(text))
    except (ValueError, RecursionError):
        words = ""
    return Answer(words=words) if words else Answer(problem="What it answered is no draft.")


def _words(said: Any) -> str:
    """The words of the first choice; "" when there are none where they belong."""
    for key in ("choices", 0, "message", "content"):
        try:
            said = said[key]
        except (KeyError, IndexError, TypeError):
            return ""
    return said.replace("\0", "").strip() if isinstance(said, str) else ""
