"""`python3 -m setup run|test|tools|bench|demo-reset|install`: bring in what is missing, then do it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from setup import fetched, service, system
from setup.fetched import ROOT, NotBroughtIn

PYTHON = str(ROOT / ".venv" / "bin" / "python")
TESTS = [
    "-m",
    "pytest",
    "tests",
    "--ignore=tests/architecture",
    "-q",
    "-n",
    "2",
    "--dist",
    "loadfile",
]
MARKS = {
    "paper": "paper",
    "reading": "paper",
    "scripts": "paper",
    "browser": "browser",
    "load": "load",
}
LOST = {
    "paper": "printing (the web answers 503 for PDFs)",
    "scripts": "print fonts and the accessibility checker",
    "browser": "journeys in a browser",
    "reading": "reading printed tickets back",
    "load": "the bench's seat state",
}


def bring_in(needs: frozenset[str], requirements: str) -> list[str]:
    """Bring in everything that may be; return the needs that stay unmet.

    Raises:
        NotBroughtIn: nothing can run.
    """
    lacking = _system(needs)
    fetched.environment(ROOT, sys.executable)
    fetched.python_packages(ROOT, requirements)
    if any(package.need == "database" for package in lacking):
        fetched.python_packages(ROOT, "requirements-embedded.txt")
    unmet = {package.need for package in lacking} - {"database", "scripts"}
    try:
        fetched.vendor(ROOT)
    except NotBroughtIn as refusal:
        print(refusal)
        unmet.add("scripts")
    fetched.words(ROOT)
    return [need for need in LOST if need in unmet]


def _system(needs: frozenset[str]) -> list[system.Package]:
    """Install missing system packages where we may; return those still missing."""
    if fetched.vendor_complete(ROOT):
        needs -= {"scripts"}
    lacking = system.missing(needs)
    if lacking and system.may_install():
        system.install(lacking)
        lacking = system.missing(needs)
    if lacking:
        print(
            f"Not here: {', '.join(package.name for package in lacking)}. To have all of it, type:"
        )
        print(f"  {system.apt_line(lacking)}", flush=True)
    return lacking


def _palace(*words: str) -> None:
    """Become the palace's own command, so that signals reach it directly."""
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, "-m", "palace", *words])  # noqa: S606 - no shell wanted


def _test(unmet: list[str], more: list[str]) -> int:
    """Run what can run; a run with something left out is not a success."""
    marks = dict.fromkeys(MARKS[need] for need in unmet)
    chosen = ["-m", " and ".join(f"not {mark}" for mark in marks)] if marks else []
    code = subprocess.run([PYTHON, *TESTS, *chosen, *more], check=False, cwd=ROOT).returncode
    for need in unmet:
        print(f"Left out: {LOST[need]}")
    return code or bool(unmet)


def _bench(unmet: list[str], more: list[str]) -> int:
    """Measure what can be measured."""
    for need in unmet:
        print(f"Left out: {LOST[need]}", flush=True)
    return subprocess.run([PYTHON, "-m", "bench", *more], check=False, cwd=ROOT).returncode


def _install(root: Path) -> int:
    """Make the palace a service and start it; in another root, only write its files."""
    if root == Path("/"):
        service.check_may_install()
        for need in bring_in(system.TO_RUN, "requirements.txt"):
            print(f"Away: {LOST[need]}", flush=True)
    if not service.install(root, os.environ.get("PUBLIC_URL", "")):
        print(
            f"Now write PUBLIC_URL into {root / 'etc/palace/palace.env'}, then type the same again."
        )
        return 0
    if root == Path("/"):
        service.start()
        print("The palace is a service. Next: docs/operations.md, “First day”.")
    return 0


def main(words: list[str]) -> int:
    """Do what was asked; return the exit code."""
    match words:
        case ["run", *more]:
            for need in bring_in(system.TO_RUN, "requirements.txt"):
                print(f"Away: {LOST[need]}", flush=True)
            _palace("run", *more)
        case ["test", *more]:
            return _test(bring_in(system.TO_TEST, "requirements-dev.txt"), more)
        case ["tools"]:
            bring_in(frozenset({"python", "database"}), "requirements-dev.txt")
        case ["bench", *more]:
            return _bench(bring_in(system.TO_BENCH, "requirements-dev.txt"), more)
        case ["demo-reset"]:
            bring_in(frozenset({"python", "database"}), "requirements.txt")
            _palace("demo", "reset")
        case ["install"] | ["install", "--root", _]:
            return _install(Path(words[2] if words[2:] else "/").resolve())
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NotBroughtIn as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
