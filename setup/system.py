"""System packages: what `apt.txt` wants, what is missing here, and bringing it in where we may."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WANTED = Path(__file__).with_name("apt.txt")
TO_RUN = frozenset({"python", "database", "paper", "scripts"})
TO_TEST = TO_RUN | {"browser", "reading", "load"}
TO_BENCH = TO_RUN | {"load"}
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/palace.conf")


@dataclass(frozen=True)
class Package:
    """A system package: its name, what needs it, and how its presence is seen."""

    name: str
    need: str
    sign: str

    def present(self) -> bool:
        """Return whether the machine has it, from wherever it came."""
        kind, _, names = self.sign.partition(":")
        return any(_SEEN[kind](name) for name in names.split(","))


def wanted(text: str) -> list[Package]:
    """Return the packages a text like `apt.txt` names."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [Package(*words) for words in lines if words]


def missing(needs: frozenset[str]) -> list[Package]:
    """Return the packages that these needs want and the machine has not."""
    return [
        package
        for package in wanted(WANTED.read_text())
        if package.need in needs and not package.present()
    ]


def may_install() -> bool:
    """Return whether we are root on a machine with apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_line(packages: Sequence[Package]) -> str:
    """Return the one line a person types to bring the packages in."""
    return "sudo apt-get install -y --no-install-recommends " + " ".join(
        package.name for package in packages
    )


def install(packages: Sequence[Package]) -> None:
    """Install with apt: all at once, or one by one where a name is unknown to this release."""
    print("Installing with apt:", " ".join(package.name for package in packages), flush=True)
    _apt("update", "-q")
    with _no_server_of_its_own():
        if not _apt("install", *(package.name for package in packages)):
            for package in packages:
                _apt("install", package.name)


def _apt(*words: str) -> bool:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-y", "-q", "--no-install-recommends", *words]
    return subprocess.run(command, check=False, env=env, stdout=subprocess.DEVNULL).returncode == 0


@contextmanager
def _no_server_of_its_own() -> Iterator[None]:
    """Keep Debian's package from starting a second PostgreSQL nobody asked for."""
    ours = not NO_CLUSTER.exists()
    if ours:
        NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        if ours:
            NO_CLUSTER.unlink(missing_ok=True)


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _has_command(name: str) -> bool:
    return shutil.which(name) is not None


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _has_file(pattern: str) -> bool:
    return any(Path("/").glob(pattern.lstrip("/")))


_SEEN = {"module": _has_module, "command": _has_command, "library": _has_library, "file": _has_file}
