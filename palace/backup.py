"""Copies of the database that only the holder of a key kept elsewhere can read, and how they are kept.

A backup is what pg_dump writes, encrypted with age to the palace's recipient: this machine cannot
read its own backups, so who steals it gets one day, not ten years.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyrage
from sqlalchemy import make_url, text

from palace.config import Settings
from palace.db import db
from palace.host import HostRefused, find_bin, sync_folder
from palace.security import PURPOSES, keys

SUFFIX = ".palace"
PLAIN = "restore-"
LONGEST = 6 * 3600  # seconds a dump may take
DUMP = b"PGDMP"
LONGEST_LINE = 1 << 20
NAME = f"%Y%m%dT%H%M%SZ{SUFFIX}"


class BackupRefused(RuntimeError):
    """A backup cannot be made or read; the message says what to do. Nothing was changed."""


def new_identity() -> tuple[str, str]:
    """Return a new identity, which opens backups, and the recipient they are made for."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def backup(settings: Settings, now: datetime) -> Path:
    """Write an encrypted copy of the database as it is at one instant; return its file.

    It has its name, its instant in UTC, only when it is whole and on the disk. Older ones beyond the
    settings' days and weeks are removed then.

    Raises:
        BackupRefused: no recipient is set, PostgreSQL's programs are missing, or the disk is full.
    """
    if not settings.backup_recipient:
        raise BackupRefused("BACKUP_RECIPIENT is not set: `palace backup-key` makes one.")
    folder = settings.backup_folder
    made = _path(folder, now.astimezone(UTC))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(settings, made)
    except OSError as error:
        raise BackupRefused(f"The backup could not be written: {error.strerror}.") from None
    for old in superfluous(_made(folder, now), settings.backup_days, settings.backup_weeks):
        _path(folder, old).unlink()
    return made


def _write(settings: Settings, made: Path) -> None:
    """Encrypt what pg_dump says as it says it: nothing readable touches the disk."""
    if made.exists():
        raise BackupRefused(f"{made} was made in this very second: that is the backup.")
    recipient = pyrage.x25519.Recipient.from_str(settings.backup_recipient)
    new = made.with_suffix(f".{os.getpid()}")
    try:
        with new.open("wb") as out:
            new.chmod(0o600)
            with _dumped(settings) as plain:
                pyrage.encrypt_io(plain, out, [recipient])
            out.flush()
            os.fsync(out.fileno())
        new.rename(made)
        sync_folder(made.parent)
    except pyrage.EncryptError as error:
        why = str(error).rpartition("] ")[2]
        raise BackupRefused(f"The backup could not be written: {why}.") from None
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _dumped(settings: Settings) -> Iterator[BinaryIO]:
    """Give a line that names the palace's keys and, behind it, what pg_dump says as it says it.

    Raises:
        BackupRefused: pg_dump is missing, or failed by the end of the block.
    """
    words, env = _typed(settings, "pg_dump", "--format=custom")
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as plain, tempfile.TemporaryFile() as complaint:
        with os.fdopen(writing, "wb") as start:
            start.write(json.dumps(sorted(key_names())).encode() + b"\n")
            start.flush()
            dump = subprocess.Popen(words, stdout=start, stderr=complaint, env=env, cwd="/")  # noqa: S603 - our own words
        watch = threading.Timer(LONGEST, dump.kill)
        watch.daemon = True
        watch.start()
        try:
            yield plain
        finally:
            plain.close()
            dump.wait()
            watch.cancel()
        if dump.returncode:
            complaint.seek(0)
            raise BackupRefused(f"pg_dump says: {_error(complaint.read())}")


def key_names() -> set[str]:
    """Return the names of all keys that are here, which say nothing of the keys."""
    return {f"{key.purpose}:{key.id}" for purpose in PURPOSES for key in keys().all(purpose)}


@contextmanager
def plain_file(settings: Settings) -> Iterator[Path]:
    """Give a file for an unencrypted copy, in a folder nobody else enters; it is gone afterwards.

    What a restore that was killed left behind goes too.
    """
    settings.state.mkdir(mode=0o711, parents=True, exist_ok=True)
    for left in settings.state.glob(f"{PLAIN}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=settings.state, prefix=PLAIN) as folder:
        yield Path(folder) / "dump"


def run_program(settings: Settings, name: str, *words: str, connected: bool = True) -> bytes:
    """Run one of PostgreSQL's programs, `connected` to the database as its owner; return its output.

    Raises:
        BackupRefused: it is missing, or says no; with its error, without the rows it quotes.
    """
    typed, env = _typed(settings, name, *words, connected=connected)
    done = subprocess.run(typed, check=False, capture_output=True, env=env, cwd="/")  # noqa: S603 - our own words
    if done.returncode:
        raise BackupRefused(f"{name} says: {_error(done.stderr)}")
    return done.stdout


def _typed(
    settings: Settings, name: str, *words: str, connected: bool = True
) -> tuple[list[str], dict[str, str]]:
    """Return a program with its arguments and environment; the password is in the environment alone."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if not connected:
        return [_program(name), *words], env
    address = make_url(settings.database_owner_url or "").set(drivername="postgresql")
    env["PGPASSWORD"] = address.password or ""
    shown = address.set(password=None).render_as_string()
    return [_program(name), f"--dbname={shown}", *words], env


def _error(told: bytes) -> str:
    """Return the first error of what a program complained of: later lines may quote rows."""
    lines = told.decode(errors="replace").strip().splitlines()
    return next((line for line in lines if "error:" in line.lower()), "it ended without a word")


def _program(name: str) -> str:
    """Return a program of PostgreSQL, of the server's own version where it is here."""
    major = int(db.session.scalar(text("SHOW server_version_num")) or 0) // 10_000
    for wanted in (major, None):
        try:
            found = find_bin(wanted) / name
        except HostRefused:
            continue
        if found.exists():
            return str(found)
    anywhere = shutil.which(name)
    if anywhere is None:
        raise BackupRefused(f"{name} is not here. Type: apt-get install postgresql-client")
    return anywhere


def decrypt(file: Path, identity_file: Path, out: Path) -> None:
    """Write what a backup holds into `out`, all of it or an error.

    Raises:
        BackupRefused: it is another palace's, not whole, or not what was written.
    """
    try:
        lines = identity_file.read_text().split("\n")
        secret = next(line for line in lines if line.startswith("AGE-SECRET-KEY-"))
        identity = pyrage.x25519.Identity.from_str(secret.strip())
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError):
        raise BackupRefused(f"{identity_file} holds no identity (AGE-SECRET-KEY-…).") from None
    try:
        with file.open("rb") as sealed, out.open("wb") as plain:
            out.chmod(0o600)
            pyrage.decrypt_io(sealed, plain, [identity])
    except pyrage.DecryptError:
        raise BackupRefused(
            f"{identity_file} does not open {file}, or it is no backup of a palace."
        ) from None
    except OSError as error:
        why = error.strerror or "it is damaged or not whole; take another one"
        raise BackupRefused(f"{file} cannot be read: {why}.") from None


def unpack(whole: Path, dump: Path) -> set[str]:
    """Move what pg_dump wrote out of a decrypted backup; return the names of the keys it was made beside.

    The first backups named none and began with pg_dump's own first letters.

    Raises:
        BackupRefused: it is something else.
    """
    with whole.open("rb") as read, dump.open("wb") as write:
        dump.chmod(0o600)
        bare = read.read(len(DUMP)) == DUMP
        read.seek(0)
        try:
            named = [] if bare else json.loads(read.readline(LONGEST_LINE))
        except ValueError:
            raise BackupRefused("This is no backup of a palace: it names no keys.") from None
        shutil.copyfileobj(read, write)
    whole.unlink()
    return set(named)


def last_backup(settings: Settings, now: datetime) -> datetime | None:
    """Return the instant (UTC) of the newest complete backup, or None: there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    return max(_made(settings.backup_folder, now), default=None)


def _made(folder: Path, now: datetime) -> list[datetime]:
    """Return the instants of the backups in a folder, without those a wrong clock named after `now`."""
    found = []
    for path in folder.glob(f"*{SUFFIX}") if folder.exists() else ():
        try:
            found.append(datetime.strptime(path.name, NAME).replace(tzinfo=UTC))
        except ValueError:
            continue
    return [at for at in found if at <= now]


def _path(folder: Path, made_at: datetime) -> Path:
    return folder / made_at.strftime(NAME)


def superfluous(made: Sequence[datetime], days: int, weeks: int) -> list[datetime]:
    """Return which backups may go: none of the newest `days` days with one, nor the first of `weeks` weeks.

    One made by hand after an accident so never pushes out the good one of the night before.
    The newest day stays whatever the figures say.
    """
    kept_days = sorted({at.date() for at in made}, reverse=True)[: max(days, 1)]
    weekly = {at.isocalendar()[:2]: at for at in sorted(made, reverse=True)}
    kept_weeks = sorted(weekly.values(), reverse=True)[:weeks]
    return [at for at in made if at.date() not in kept_days and at not in kept_weeks]
