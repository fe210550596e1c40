"""Copies of the database that only the holder of a key kept elsewhere can read, and how they are kept.

A backup is what pg_dump writes, encrypted with age to the palace's recipient: this machine cannot
read its own backups, so who steals it gets one day, not ten years.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyrage
from sqlalchemy import make_url, text

from palace.config import Settings
from palace.db import db
from palace.host import HostRefused, find_bin

SUFFIX = ".palace"
NAME = f"%Y%m%dT%H%M%SZ{SUFFIX}"


class BackupRefused(RuntimeError):
    """A backup cannot be made or read; the message says what to do. Nothing was changed."""


def new_identity() -> tuple[str, str]:
    """Return a new identity, which opens backups, and the recipient they are made for."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def backup(settings: Settings, now: datetime) -> Path:
    """Write an encrypted copy of the database as it is at one instant; return its file.

    It has its name only when it is whole and on the disk. Older ones beyond the settings' days and
    weeks are removed then.

    Raises:
        BackupRefused: no recipient is set, PostgreSQL's programs are missing, or the disk is full.
    """
    recipient = _recipient(settings)
    folder = settings.backup_folder
    made = folder / now.astimezone(UTC).strftime(NAME)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with plain_file(settings) as dump:
            run_program(settings, "pg_dump", "--format=custom", f"--file={dump}")
            run_program(settings, "pg_restore", "--list", str(dump), connected=False)
            _encrypt(dump, made, recipient)
    except OSError as error:
        raise BackupRefused(f"The backup could not be written: {error.strerror}.") from None
    for old in superfluous(_made(folder), settings.backup_days, settings.backup_weeks):
        _path(folder, old).unlink()
    return made


def _recipient(settings: Settings) -> pyrage.x25519.Recipient:
    if not settings.backup_recipient:
        raise BackupRefused("BACKUP_RECIPIENT is not set: `palace backup-key` makes one.")
    try:
        return pyrage.x25519.Recipient.from_str(settings.backup_recipient)
    except pyrage.RecipientError:
        raise BackupRefused("BACKUP_RECIPIENT is no age recipient (age1…).") from None


@contextmanager
def plain_file(settings: Settings) -> Iterator[Path]:
    """Give a file for an unencrypted copy, in a folder nobody else enters; it is gone afterwards."""
    settings.state.mkdir(mode=0o711, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.state, prefix="backup-") as folder:
        yield Path(folder) / "dump"


def _encrypt(dump: Path, made: Path, recipient: pyrage.x25519.Recipient) -> None:
    new = made.with_suffix(".new")
    try:
        with dump.open("rb") as plain, new.open("wb") as out:
            new.chmod(0o600)
            pyrage.encrypt_io(plain, out, [recipient])
            out.flush()
            os.fsync(out.fileno())
        new.rename(made)
    finally:
        new.unlink(missing_ok=True)


def run_program(
    settings: Settings, name: str, *words: str, connected: bool = True, given: bytes | None = None
) -> bytes:
    """Run one of PostgreSQL's programs, `connected` to the database as its owner; return its output.

    The password goes through the environment: arguments are for everybody to read.

    Raises:
        BackupRefused: it is missing, or says no; with its last words.
    """
    program = _program(name)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    if connected:
        address = make_url(settings.database_owner_url or "").set(drivername="postgresql")
        env["PGPASSWORD"] = address.password or ""
        shown = address.set(password=None).render_as_string()
        words = (f"--dbname={shown}", *words)
    done = subprocess.run(  # noqa: S603 - our own words
        [program, *words], check=False, capture_output=True, env=env, input=given
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [""]
        raise BackupRefused(f"{name} says: {told[0]}")
    return done.stdout


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


def last_backup(settings: Settings) -> datetime | None:
    """Return the instant (UTC) of the newest complete backup, or None: there is none.

    Raises:
        OSError: the folder cannot be read.
    """
    return max(_made(settings.backup_folder), default=None)


def _made(folder: Path) -> list[datetime]:
    found = []
    for path in folder.glob(f"*{SUFFIX}") if folder.exists() else ():
        try:
            found.append(datetime.strptime(path.name, NAME).replace(tzinfo=UTC))
        except ValueError:
            continue
    return found


def _path(folder: Path, made_at: datetime) -> Path:
    return folder / made_at.strftime(NAME)


def superfluous(made: Sequence[datetime], days: int, weeks: int) -> list[datetime]:
    """Return which backups may go: none of the newest `days`, nor the first of one of `weeks` weeks.

    The newest stays whatever the figures say.
    """
    newest = sorted(made, reverse=True)
    weekly: dict[tuple[int, int], datetime] = {}
    for at in newest:
        weekly[at.isocalendar()[:2]] = at
    first_of_weeks = sorted(weekly.values(), reverse=True)[:weeks]
    return [at for at in newest[max(days, 1) :] if at not in first_of_weeks]
