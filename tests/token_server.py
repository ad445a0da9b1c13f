"""A server on loopback that gives access tokens out, as OAuth 2 has it, and says what a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.loopback import Quiet, listening

CLIENT, SECRET, REFRESH, CODE = "a-client", "its-secret", "a-refresh-token", "a-code"


@dataclass
class TokenServer:
    """What `makes` the tokens, for how many `seconds`; which `refresh` token is good, and the next one if it is changed
    each time; `asked` is what it was asked. `challenge` is what a verifier must fit."""

    makes: Callable[[], str] = lambda: "an-access-token"
    seconds: int = 3600
    refresh: str = REFRESH
    changes: bool = False
    challenge: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def answer(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What it answers."""
        self.asked.append(asked)
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client", "error_description": "The client secret is wrong."}
        if not self._is_good(asked):
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if self.changes:
            self.refresh += "+"
        told = {"access_token": self.makes(), "token_type": "Bearer", "expires_in": self.seconds}
        return 200, told | ({"refresh_token": self.refresh} if self.changes or "code" in asked else {})

    def _is_good(self, asked: dict[str, str]) -> bool:
        if asked["grant_type"] == "refresh_token":
            return asked["refresh_token"] == self.refresh
        made = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=")
        return asked["code"] == CODE and made.decode() == self.challenge


@contextmanager
def a_token_server() -> Iterator[TokenServer]:
    """Listens until the block ends."""
    ours = TokenServer()

    class Talk(Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = ours.answer(dict(parse_qsl(body.decode())))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

    with listening(Talk) as where:
        ours.address = f"http://{where}/token"
        yield ours
