"""A service for text messages on loopback that speaks as Twilio does, and says what a test wants."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.loopback import Quiet, listening

ACCOUNT, TOKEN, NUMBER = "AC1", "a-token-of-the-account", "+442079460118"


@dataclass
class TextService:
    """Who may in, which number they have, what it is able to, and what was taken over."""

    status: str = "active"
    numbers: tuple[str, ...] = (NUMBER,)
    sms: bool = True
    tells_numbers: bool = True
    taken: list[dict[str, str]] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What it answers to a question."""
        if path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            return 200, {"sid": ACCOUNT, "status": self.status, "type": "Full"}
        if path == f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers.json" and self.tells_numbers:
            found = [one for one in self.numbers if one == asked.get("PhoneNumber")]
            able = {"sms": self.sms, "voice": True}
            return 200, {"incoming_phone_numbers": [{"phone_number": one, "capabilities": able} for one in found]}
        return 404, {"code": 20404, "message": f"The requested resource {path} was not found"}


@contextmanager
def a_text_service() -> Iterator[TextService]:
    """Listens until the block ends."""
    ours = TextService()
    shown = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    class Talk(Quiet):
        def do_GET(self) -> None:
            where = urlsplit(self.path)
            self._say(*ours.answer(unquote(where.path), dict(parse_qsl(where.query))))

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) == length:
                ours.taken.append(dict(parse_qsl(body.decode())))
                self._say(201, {"sid": f"SM{len(ours.taken)}"})

        def _say(self, status: int, told: dict[str, Any]) -> None:
            if self.headers.get("Authorization") != shown:
                status, told = 401, {"code": 20003, "message": "Authenticate"}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

    with listening(Talk) as where:
        ours.address = f"http://{where}"
        yield ours
