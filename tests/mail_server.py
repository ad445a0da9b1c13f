"""A mail server on loopback, just enough of one: it lets one name in, and keeps what it is given."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NAME, PASSWORD = "desk", "s3cret-word"


@dataclass
class Postbox:
    """Where it listens, the receivers of each message and the messages."""

    port: int = 0
    receivers: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def account(self, password: str = PASSWORD) -> str:
        """The account as a setting names it."""
        return f"mailto://{NAME}:{password}@127.0.0.1:{self.port}?from=desk@desk.example"


@contextmanager
def a_mail_server() -> Iterator[Postbox]:
    """Listens until the block ends."""
    box = Postbox()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                if not self.answer(line):
                    break

        def say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

        def answer(self, line: str) -> bool:
            word = line.split(" ")[0].upper()
            if word == "EHLO":
                self.say("250-ours", "250 AUTH PLAIN")
            elif word == "AUTH":
                whole = base64.b64decode(line.split(" ")[2]).decode()
                self.say("235 welcome" if whole.endswith(f"\0{NAME}\0{PASSWORD}") else "535 no")
            elif word == "DATA":
                self.say("354 go on")
                self.take()
            else:
                if word == "RCPT":
                    box.receivers.append(line.partition("<")[2].rstrip(">"))
                self.say("221 bye" if word == "QUIT" else "250 ok")
            return word != "QUIT"

        def take(self) -> None:
            lines = []
            while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                lines.append(line)
            box.messages.append("\n".join(lines))
            self.say("250 taken")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
