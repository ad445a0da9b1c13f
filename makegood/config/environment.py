"""The environment, read once: where this installation lives and how it is reached."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from makegood.adapters.asking import Endpoint
from makegood.config.identity import read_company
from makegood.config.mailing import read_mail_service
from makegood.config.modelling import read_endpoint, read_voice
from makegood.config.values import (
    BadSetting,
    choice,
    count,
    flag,
    host_of,
    mail_account,
    network_names,
    switch,
    web_address,
)
from makegood.platform.company import Company
from makegood.platform.mail_service import FOLDER, MailService

_SHORTEST_KEY = 32
# Two answer while one calculates; each takes some 30 MiB of its own and up to 16 connections to the database.
_USUAL_PROCESSES, _MOST_PROCESSES = 2, 16


_KEPT = MailService(name=FOLDER, arguments={})
"""What is written is kept as files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What the environment says, checked. `home` is the folder of this installation.

    `database_url` is empty when the embedded PostgreSQL is used; `key` when the home keeps the signing key.
    `company` is the identity provider, if there is one; `passwords` says whether people may sign in with one,
    `json_log` that the log is for programs. `private_networks` are those of ours that what is sent may reach,
    `notices_mail` is the mail account by which staff are told, "" for none. `mail_service` takes what we write to
    customers where a mailbox names no mail server. From `incident_from` customers on who are
    let down by what looks like one cause an incident is suggested. `ai` is the model that may be asked for drafts,
    `practice_voice` that it phrases what customers say in practice; `scene_of_day` says that the line-up shows one.
    """

    home: Path
    database_url: str
    bind_host: str
    bind_port: int
    web_processes: int
    base_url: str
    heartbeat_url: str
    key: str
    debug: bool
    company: Company | None
    passwords: bool
    json_log: bool
    private_networks: tuple[str, ...]
    notices_mail: str
    mail_service: MailService | None
    incident_from: int
    ai: Endpoint | None
    practice_voice: bool
    scene_of_day: bool

    @property
    def mail_folder(self) -> Path:
        """Where mail is kept that is to go nowhere."""
        return self.home / "mail-kept"

    @property
    def embedded(self) -> bool:
        """Whether this installation runs its own PostgreSQL."""
        return not self.database_url

    @property
    def allowed_hosts(self) -> list[str]:
        """The host names under which the desk answers."""
        names = {urlsplit(self.base_url).hostname or "", self.bind_host, "localhost", "127.0.0.1", "::1"}
        return sorted(names - {"0.0.0.0", "::"})  # noqa: S104


def default_home() -> Path:
    """Where an installation lives unless MAKEGOOD_HOME says otherwise.

    For root it is a system folder: the embedded PostgreSQL runs as a user of its own and must be able to
    reach its data, and opening root's private home for it would be wrong.
    """
    if _is_root():
        return Path("/var/lib/makegood")
    return platformdirs.user_data_path("makegood")


def read_environment(variables: Mapping[str, str]) -> Environment:
    """The checked environment. Raises BadSetting with a sentence for a value that cannot be used."""
    host, port = _bind(variables.get("MAKEGOOD_BIND", "127.0.0.1:8000"))
    company = read_company(variables)
    home = Path(variables.get("MAKEGOOD_HOME") or default_home()).expanduser().absolute()
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    return Environment(
        home=home,
        database_url=_database_url(variables.get("DATABASE_URL", "")),
        bind_host=host,
        bind_port=port,
        web_processes=count(
            "MAKEGOOD_WEB_PROCESSES",
            variables.get("MAKEGOOD_WEB_PROCESSES", ""),
            default=min(_USUAL_PROCESSES, os.cpu_count() or 1),
            most=_MOST_PROCESSES,
        ),
        base_url=_base_url(variables.get("MAKEGOOD_URL", f"http://{_bracketed(shown)}:{port}")),
        heartbeat_url=web_address("MAKEGOOD_HEARTBEAT_URL", variables.get("MAKEGOOD_HEARTBEAT_URL", "")),
        key=_key(variables.get("MAKEGOOD_SECRET_KEY", "")),
        debug=flag("MAKEGOOD_DEBUG", variables.get("MAKEGOOD_DEBUG", "0")),
        company=company,
        json_log=choice("MAKEGOOD_LOG", variables.get("MAKEGOOD_LOG", ""), {"text": False, "json": True, "": False}),
        private_networks=network_names("MAKEGOOD_PRIVATE_NETWORKS", variables.get("MAKEGOOD_PRIVATE_NETWORKS", "")),
        notices_mail=mail_account(variables, "MAKEGOOD_NOTICES_MAIL", "MAKEGOOD_NOTICES_MAIL_FILE"),
        mail_service=_KEPT if demo_file(home).exists() else read_mail_service(variables),
        ai=read_endpoint(variables),
        practice_voice=read_voice(variables),
        incident_from=count(
            "MAKEGOOD_INCIDENT_FROM", variables.get("MAKEGOOD_INCIDENT_FROM", ""), default=10, most=100_000
        ),
        scene_of_day=choice(
            "MAKEGOOD_SCENE_OF_DAY", variables.get("MAKEGOOD_SCENE_OF_DAY", ""), {"on": True, "off": False, "": True}
        ),
        passwords=_passwords(variables.get("MAKEGOOD_PASSWORDS", ""), company),
    )


def secret_key(environment: Environment) -> str:
    """The signing key of this installation. Before it is set up there is one that nobody keeps."""
    if environment.key:
        return environment.key
    path = key_file(environment.home)
    return path.read_text().strip() if path.exists() else secrets.token_urlsafe(50)


def key_file(home: Path) -> Path:
    """Where the signing key is kept, readable by its owner only."""
    return home / "secret-key"


def demo_file(home: Path) -> Path:
    """Where the demo keeps what it plays. Its customers are invented: whoever works on it writes to nobody."""
    return home / "demo.json"


def prepare_home(home: Path) -> None:
    """Make the folder of an installation and its signing key, if they are not there. Nobody else may list it.

    Root's home may be entered (not listed) by others, because the embedded PostgreSQL runs as another user.
    """
    home.mkdir(mode=0o711 if _is_root() else 0o700, parents=True, exist_ok=True)
    path = key_file(home)
    if not path.exists():
        # Whole or not at all, whoever else is doing the same: a half-written key would sign out everybody.
        partial = home / f".secret-key.{os.getpid()}"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bind(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(f"MAKEGOOD_BIND is {text!r}. Give an address and a port, such as 127.0.0.1:8000.")
    return host.strip("[]"), int(port)


def _database_url(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise BadSetting(
            "DATABASE_URL must name a PostgreSQL database, such as postgresql://user:password@host:5432/makegood."
            " Leave it out to use the embedded one."
        )
    return text


def _base_url(text: str) -> str:
    if not text.startswith(("http://", "https://")) or not host_of(text):
        raise BadSetting(f"MAKEGOOD_URL is {text!r}. Give the address people open, such as https://desk.example.com.")
    return text.rstrip("/")


def _key(text: str) -> str:
    if text and len(text) < _SHORTEST_KEY:
        raise BadSetting(f"MAKEGOOD_SECRET_KEY is too short. Give at least {_SHORTEST_KEY} random characters.")
    return text


def _passwords(text: str, company: Company | None) -> bool:
    allowed = switch("MAKEGOOD_PASSWORDS", text, default=True)
    if not allowed and company is None:
        raise BadSetting(
            "MAKEGOOD_PASSWORDS is off, but nobody could sign in otherwise. Name an identity provider first:"
            " MAKEGOOD_OIDC_ISSUER."
        )
    return allowed
