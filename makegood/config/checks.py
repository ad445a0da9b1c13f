"""What `makegood doctor` looks at: each check says in plain words what it found and what to do about it."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests
from django.db import OperationalError, connection

from makegood.adapters.asking import ChatModel
from makegood.adapters.telling import Teller
from makegood.config.environment import Environment, key_file
from makegood.config.identity import CALLBACK, DISCOVERY
from makegood.config.migrating import OLDEST, missing, server_version, unknown
from makegood.conversation.queries import mail_fares
from makegood.kernel.refusals import Refusal
from makegood.measurement.queries.recounting import counted_up, differing, some_days, waits_since
from makegood.people.queries import roster
from makegood.people.rules import Role
from makegood.platform.health import workers
from makegood.platform.installation import organisation
from makegood.promises.queries import calendar_of, kinds, overdue_checks
from makegood.webhooks.queries import hooks

_GIGABYTE = 1e9
_LEAST_SPACE = 1.0
_CLOCK_SECONDS = 2.0
_MAILBOXES = " Try it under Settings, Mailboxes, or by makegood mailbox test NAME."
_PATIENCE_SECONDS = 5
_TRIES, _BETWEEN_SECONDS, _LONG = 4, 0.5, timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check: whether all is well, and a sentence."""

    check: str
    ok: bool
    says: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks look at: the environment, and the instant (aware UTC) of looking."""

    where: Environment
    now: datetime


Check = Callable[[Look], str]
"""Answers what is well; raises Trouble with what is wrong and what to do."""


class Trouble(Exception):
    """Something is wrong; the message says what, and what to do."""


def findings(look: Look) -> Iterator[Finding]:
    """Every check in turn. When the database cannot be reached, those that need it are left out."""
    yield from (_find(name, check, look) for name, check in HOUSE)
    reached = _find("database", database, look)
    yield reached
    if not reached.ok:
        return
    fits = _find("migrations", migrations, look)
    yield fits
    if fits.ok:
        yield from (_find(name, check, look) for name, check in ROOMS)


def _find(name: str, check: Check, look: Look) -> Finding:
    try:
        return Finding(name, True, check(look))
    except Trouble as trouble:
        return Finding(name, False, str(trouble))
    except Exception as fault:  # a check that fails is itself a finding, and the others are still made
        first = (str(fault).strip().splitlines() or [type(fault).__name__])[0]
        return Finding(name, False, f"This could not be checked: {first}")


def home(look: Look) -> str:
    folder = look.where.home
    probe = folder / ".doctor"
    try:
        probe.touch()
        probe.unlink()
    except OSError as fault:
        raise Trouble(
            f"{folder} cannot be written ({fault.strerror}). Make it this user's, or set MAKEGOOD_HOME."
        ) from None
    if folder.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        raise Trouble(f"Everybody on this machine may look into {folder}. Close it: chmod o-rw {folder}")
    return f"{folder} is ours to write and closed to others."


def disk(look: Look) -> str:
    free = shutil.disk_usage(look.where.home).free / _GIGABYTE
    if free < _LEAST_SPACE:
        raise Trouble(f"Only {free:.1f} GB are free below {look.where.home}. Make room before the database stops.")
    return f"{free:,.0f} GB are free."


def key(look: Look) -> str:
    if look.where.key:
        return "The signing key comes from MAKEGOOD_SECRET_KEY."
    path = key_file(look.where.home)
    if not path.exists():
        raise Trouble(f"There is no signing key at {path}. Run: makegood init")
    if path.stat().st_mode & 0o077:
        raise Trouble(f"Others may read the signing key. Close it: chmod 600 {path}")
    return "The signing key is its owner's alone."


def address(look: Look) -> str:
    where = look.where
    if where.bind_host not in {"127.0.0.1", "::1", "localhost"} and not where.base_url.startswith("https://"):
        raise Trouble(
            f"Makegood listens on {where.bind_host} and is reached without encryption ({where.base_url}). Put a proxy"
            " with a certificate in front and set MAKEGOOD_URL=https://…"
        )
    return f"People open {where.base_url}."


def sign_in(look: Look) -> str:
    company = look.where.company
    if company is None:
        return "People sign in with passwords and passkeys."
    address = f"{company.issuer}{DISCOVERY}"
    try:
        answer = requests.get(address, timeout=_PATIENCE_SECONDS)
        answer.raise_for_status()
        issuer = str(answer.json().get("issuer", ""))
    except (requests.RequestException, ValueError, AttributeError) as fault:
        raise Trouble(f"{company.name} does not answer at {address}: {fault}. Check MAKEGOOD_OIDC_ISSUER.") from None
    if issuer.rstrip("/") != company.issuer:
        raise Trouble(f"{address} says that the issuer is {issuer!r}. Set MAKEGOOD_OIDC_ISSUER to that.")
    return f"{company.name} answers. It must send people back to {look.where.base_url}{CALLBACK}"


def notices(look: Look) -> str:
    account = look.where.notices_mail
    if not account:
        return "No mail account for notices is set: people are told by mail only where they name an account themselves."
    with Teller(look.where.private_networks, mail=account) as teller:
        told = teller.log_in()
    if told.problem:
        raise Trouble(f"The mail account for notices cannot be used. {told.problem} Check MAKEGOOD_NOTICES_MAIL.")
    return "The mail server for notices lets us in."


def debugging(look: Look) -> str:
    if look.where.debug:
        raise Trouble("MAKEGOOD_DEBUG is on: error pages show the inside of the system. Unset it.")
    return "Debugging is off."


def database(_look: Look) -> str:
    try:
        version = server_version()
    except OperationalError as fault:
        words = str(fault).strip().splitlines()[0]
        raise Trouble(
            f"The database cannot be reached. Check DATABASE_URL and that its server runs. It says: {words}"
        ) from None
    if version < OLDEST:
        raise Trouble(f"The server is PostgreSQL {version}; {OLDEST} or newer is needed. Point DATABASE_URL at one.")
    return f"PostgreSQL {version} answers."


def migrations(_look: Look) -> str:
    if newer := unknown():
        raise Trouble(f"The database was written by a newer Makegood (it has {newer[-1]}). Install that version.")
    if waiting := missing():
        raise Trouble(f"{len(waiting)} changes to the database are not made yet. Run: makegood migrate")
    return "The database is of this version."


def clock(_look: Look) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = (cursor.fetchone()[0] - datetime.now(UTC)).total_seconds()
    if abs(apart) > _CLOCK_SECONDS:
        raise Trouble(f"The database's clock is {apart:+.0f} s from this machine's. Set both by NTP.")
    return "This machine's clock and the database's agree."


def settled(_look: Look) -> str:
    known = organisation()
    if not known.name:
        raise Trouble("Nobody has said whose installation this is. Run: makegood init")
    return f"This installation belongs to {known.name}."


def watch(look: Look) -> str:
    alive = workers()
    if not alive:
        raise Trouble("No worker is alive: no promise is watched. Start one: makegood run (or makegood worker)")
    late = overdue_checks(look.now)
    if late:
        raise Trouble(f"{late:,} promises wait past their check. See what the worker logs; start another beside it.")
    return f"{alive} worker{'s' * (alive != 1)} alive, no promise waits."


def staff(look: Look) -> str:
    people = roster(look.now)
    active = [person for person in people.people.values() if person.is_active]
    if not any(person.role == Role.ADMINISTRATOR for person in active):
        raise Trouble("No administrator can sign in. Make one: makegood init --email you@example.com")
    there = len(people.present())
    if not there:
        raise Trouble("Everybody is away: nobody can own a new case. End an absence or add somebody under Staff.")
    return f"{there} of {len(active)} members of staff are there."


def calendars(look: Look) -> str:
    counted = 0
    for kind in kinds():
        try:
            counted += calendar_of(kind.calendar_id, around=look.now) is not None
        except (Refusal, NotImplementedError) as fault:
            raise Trouble(
                f"The calendar {kind.calendar_name!r} cannot be used: {fault} Change it under Kinds."
            ) from None
    return f"{counted} kinds of promise count in working hours; their calendars are sound."


def mail(look: Look) -> str:
    fares = mail_fares(by_service=look.where.mail_service is not None)
    if fares.unread:
        raise Trouble("Not read: " + " ".join(f"{name}: {why}" for name, why in fares.unread) + _MAILBOXES)
    if fares.unsent:
        raise Trouble("Sends nothing: " + " ".join(f"{name}: {why}" for name, why in fares.unsent) + _MAILBOXES)
    if fares.mute:
        raise Trouble(
            f"Nobody has said how these send: {', '.join(fares.mute)}. Name their mail server, or set"
            " MAKEGOOD_MAIL_SERVICE."
        )
    if not fares.active:
        return "No mailbox is connected: customers are written to on their page only."
    return f"{fares.active} mailbox{'es' * (fares.active != 1)}, read and sent by."


def webhooks(look: Look) -> str:
    fares = hooks(now=look.now)
    if fares.gave_up:
        raise Trouble(
            f"Messages were not accepted for days, so these are paused: {', '.join(fares.gave_up)}. See why under"
            " Settings, Webhooks, and resume them."
        )
    if fares.set_aside:
        raise Trouble(
            f"Lately messages were tried for days and set aside: {', '.join(fares.set_aside)}. See which under"
            " Settings, Webhooks, or by makegood webhook deliveries NAME, and send them again."
        )
    if fares.failing:
        return f"{', '.join(fares.failing)} did not accept a message, which is tried again."
    return f"{fares.active} system{'s' * (fares.active != 1)} told by webhook; nothing is refused."


def drafts(look: Look) -> str:
    if look.where.ai is None:
        return "No language model drafts messages; nothing about customers is told to one."
    asked = ChatModel(look.where.ai)
    answer = asked.ask([("user", "Answer with one word: yes")])
    if answer.problem:
        raise Trouble(f"{asked.model} does not answer at {look.where.ai.url}. {answer.problem} Check MAKEGOOD_AI_URL.")
    voice = " It phrases what customers say in practice." if look.where.practice_voice else ""
    return f"{asked.model} answers, and drafts messages where somebody asks it to.{voice}"


def journal(_look: Look) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_entry WHERE xid > pg_current_xact_id()::text::bigint")
        hidden = int(cursor.fetchone()[0])
    if hidden:
        raise Trouble(
            f"{hidden:,} rows of the journal come from another server and are hidden from live pages. The database was"
            " not copied with makegood backup and makegood restore; do so."
        )
    return "Live pages see the whole journal."


def figures(look: Look) -> str:
    days, stuck = some_days(), waits_since()
    for _again in range(_TRIES):
        found = differing(days)
        if not found:
            break
        if counted_up():  # nothing that moves meanwhile explains it
            raise Trouble(
                f"The daily figures of {len(found)} of {len(days)} days that were looked at are not what promises,"
                f" cases, remedies and answers say, such as {found[-1]}. Count them anew: makegood report recount"
            )
        time.sleep(_BETWEEN_SECONDS)
    if stuck and stuck < look.now - _LONG and waits_since() == stuck and workers():
        raise Trouble(f"What happened since {stuck:%d %B %H:%M} UTC is not counted yet. See what the worker logs.")
    if found:
        return "The daily figures wait for what is happening to be counted. Look later: makegood report recount --check"
    return f"The daily figures of {len(days)} days, some by lot, are what counting them anew gives."


HOUSE: list[tuple[str, Check]] = [
    ("home", home),
    ("disk", disk),
    ("signing key", key),
    ("address", address),
    ("debugging", debugging),
    ("sign-in", sign_in),
    ("notices", notices),
    ("drafts", drafts),
]
ROOMS: list[tuple[str, Check]] = [
    ("clock", clock),
    ("organisation", settled),
    ("watch", watch),
    ("staff", staff),
    ("calendars", calendars),
    ("mail", mail),
    ("webhooks", webhooks),
    ("journal", journal),
    ("figures", figures),
]
