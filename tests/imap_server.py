"""Dovecot on loopback, for tests of mailboxes.

It is started in a throwaway folder, as whoever runs the tests (as nobody when that is root, which it would refuse), and
ended by its number. One serves a whole run: any name is a mailbox.
"""

from __future__ import annotations

import base64
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import jwt

from tests.certificates import write_certificate

HOST = "127.0.0.1"
PASSWORD = "s3cret-word"
_TOKEN_KEY = b"a key that only tests know, long enough"
_NUMBERS = count(1)

_DOVECOT = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
protocols = imap
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_fsync = never
mail_max_userip_connections = 1000
mail_location = maildir:~/Maildir
first_valid_uid = 0
first_valid_gid = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {home}/oauth2.conf
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/users/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""
_TOKENS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = sub
"""


@cache
def has_dovecot() -> bool:
    """Whether Dovecot 2.3 is installed; 2.4 is configured in other words."""
    program = _dovecot()
    if program is None:
        return False
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.startswith("2.3.")


@dataclass
class ImapServer:
    """A Dovecot. Its `port` is plain and knows STARTTLS, its `tls_port` is TLS from the first byte."""

    home: Path
    port: int
    tls_port: int
    uid: int
    gid: int
    process: subprocess.Popen[bytes]

    @property
    def certificate(self) -> Path:
        """Its certificate, signed by itself for localhost and 127.0.0.1."""
        return self.home / "cert.pem"

    def box(self, user: str = "") -> ImapBox:
        """An empty mailbox; by a name of its own unless one is given."""
        return ImapBox(self, user or f"desk{next(_NUMBERS)}@example.com")

    def kill(self) -> None:
        """End it at once with all that it started, as a power cut would: a session of ours, so nobody else's."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """As after a power cut: the same mailboxes at the same ports."""
        self.process = _start(self.home, self.uid, self.gid)
        _wait_for(self)

    def said(self) -> str:
        """Its log."""
        return (self.home / "dovecot.log").read_text(errors="replace")


@dataclass
class ImapBox:
    """One mailbox of a server: what a test connects to, and how mail gets into it."""

    server: ImapServer
    user: str
    password: str = PASSWORD
    host: str = HOST

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def tls_port(self) -> int:
        return self.server.tls_port

    @property
    def token(self) -> str:
        """An OAuth 2 access token that lets in, for ten minutes."""
        now = int(time.time())
        return jwt.encode({"sub": self.user, "iat": now, "exp": now + 600}, _TOKEN_KEY, "HS256")

    def deliver(self, raw: bytes, folder: str = "") -> None:
        """Put a message into the inbox, or into a folder of that name."""
        home = self._folder(folder)
        name = f"{time.time_ns()}.{next(_NUMBERS)}.tests"
        self._write(home / "tmp" / name, raw)
        (home / "tmp" / name).rename(home / "new" / name)

    def make(self, folder: str) -> None:
        """Make a folder."""
        self._folder(folder)

    def renumber(self, folder: str = "") -> None:
        """What a server does that was rebuilt: every message gets a new number, and UIDVALIDITY another value.

        Nobody may be connected meanwhile.
        """
        for path in self._folder(folder).glob("dovecot*"):
            path.unlink()
        # UIDVALIDITY is the second in which the numbering began: let it be another one.
        self._write(self._folder(folder) / "dovecot-uidlist", f"3 V{int(time.time()) + next(_NUMBERS)} N1\n".encode())

    def files(self, folder: str = "") -> list[Path]:
        """The messages in a folder, seen or not."""
        home = self._folder(folder)
        return sorted([*(home / "new").iterdir(), *(home / "cur").iterdir()])

    def _folder(self, name: str) -> Path:
        inbox = self.server.home / "users" / self.user / "Maildir"
        home = inbox / f".{name}" if name else inbox
        for folder in (inbox, home):
            if not folder.exists():
                for part in ("tmp", "new", "cur"):
                    (folder / part).mkdir(parents=True)
                _give(self.server.home / "users" / self.user, self.server.uid, self.server.gid)
        return home

    def _write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        _give(path, self.server.uid, self.server.gid)


@contextmanager
def an_imap_server(*, able: str = "") -> Iterator[ImapServer]:
    """A Dovecot, until the block ends; one that is `able` to do no more than these when they are named."""
    home = Path(tempfile.mkdtemp(prefix="makegood-imap-", dir="/var/tmp"))
    who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    port, tls_port = _free_ports(2)
    try:
        _configure(home, who, port, tls_port, able)
        server = ImapServer(home, port, tls_port, who.pw_uid, who.pw_gid, _start(home, who.pw_uid, who.pw_gid))
        try:
            _wait_for(server)
            yield server
        finally:
            # Nothing in the folder is needed any more.
            server.kill()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _configure(home: Path, who: pwd.struct_passwd, port: int, tls_port: int, able: str) -> None:
    write_certificate(home)
    keys = home / "keys" / "default" / "HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_bytes(base64.b64encode(_TOKEN_KEY))
    (home / "users").mkdir()
    (home / "oauth2.conf").write_text(_TOKENS.format(home=home))
    group = grp.getgrgid(who.pw_gid).gr_name
    values = {"user": who.pw_name, "group": group, "uid": who.pw_uid, "gid": who.pw_gid}
    text = _DOVECOT.format(home=home, port=port, tls_port=tls_port, password=PASSWORD, **values)
    (home / "dovecot.conf").write_text(text + (f"imap_capability = {able}\n" if able else ""))
    _give(home, who.pw_uid, who.pw_gid)


def _start(home: Path, uid: int, gid: int) -> subprocess.Popen[bytes]:
    as_whom: dict[str, Any] = {"user": uid, "group": gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with (home / "out.log").open("wb") as out:
        return subprocess.Popen(
            [str(_dovecot()), "-F", "-c", str(home / "dovecot.conf")],
            stdout=out, stderr=subprocess.STDOUT, cwd=home, start_new_session=True, **as_whom,
        )  # fmt: skip


def _wait_for(server: ImapServer) -> None:
    patience = time.monotonic() + 10
    while True:
        with suppress(OSError), socket.create_connection((HOST, server.port), timeout=5) as link:
            if link.recv(16).startswith(b"* OK"):
                return
        told = (server.home / "out.log").read_text(errors="replace")
        assert server.process.poll() is None, f"Dovecot did not start: {told}"
        assert time.monotonic() < patience, f"Dovecot does not answer: {told}"
        time.sleep(0.02)


def _dovecot() -> str | None:
    """Debian keeps it where ordinary users do not look."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


def _free_ports(how_many: int) -> list[int]:
    """Ports that nobody listens on at this moment, all different."""
    probes = [socket.create_server((HOST, 0)) for _ in range(how_many)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _give(path: Path, uid: int, gid: int) -> None:
    if os.geteuid() == 0:
        for one in (path, *path.rglob("*")) if path.is_dir() else (path,):
            os.chown(one, uid, gid)
