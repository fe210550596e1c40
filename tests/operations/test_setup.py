"""Set-up: pins, hashes, markers, and what a machine lacks."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from setup import fetched, system
from setup.fetched import ROOT
from setup.system import Package

PIN = re.compile(r"[a-z0-9-]+(\[[a-z]+\])?==[\w.]+")
RUN, DEV = "requirements.txt", "requirements-dev.txt"
LISTS = (RUN, DEV, "requirements-embedded.txt", "requirements-node.txt")
REGISTRIES = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmmirror" + ".com",
    "tuna" + ".tsinghua",
)


def pins(name: str) -> list[str]:
    """Return the lines of a requirements file that name a package."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    return [line for line in lines if line and not line.startswith("-r")]


@pytest.mark.parametrize("name", LISTS)
def test_every_package_is_pinned(name: str) -> None:
    assert [line for line in pins(name) if not PIN.fullmatch(line)] == []


def test_what_is_installed_is_what_is_pinned() -> None:
    wanted = {re.sub(r"\[.*\]", "", line) for name in (RUN, DEV) for line in pins(name)}

    assert {
        f"{name}=={version(name)}" for name in (line.split("==")[0] for line in wanted)
    } == wanted


def test_no_registry_is_named_anywhere() -> None:
    folders = ("setup", "docs", "palace", ".ci", "tests")
    files = [
        path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc"
    ]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    texts = {path: path.read_text(errors="ignore") for path in files if path.is_file()}
    assert [path for path, text in texts.items() if any(host in text for host in REGISTRIES)] == []


def test_fetched_files_are_locked_by_hash_and_to_no_address() -> None:
    lock = (ROOT / "package-lock.json").read_text()

    assert "://" not in lock
    assert lock.count('"version"') == lock.count('"integrity": "sha512-') > 0


def test_a_marker_holds_until_its_source_changes(tmp_path: Path) -> None:
    source, marker = tmp_path / "list", tmp_path / "venv" / "marker"
    source.write_text("one==1")
    assert not fetched.marked(marker, [source])
    fetched.mark(marker, [source])
    assert fetched.marked(marker, [source])

    source.write_text("one==2")
    assert not fetched.marked(marker, [source])


def test_fetched_files_count_only_when_all_are_there(tmp_path: Path) -> None:
    (tmp_path / "package-lock.json").write_text("{}")
    folder = tmp_path / "static" / "vendor"
    for name in fetched.VENDOR:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    fetched.mark(folder / ".lock", [tmp_path / "package-lock.json", Path(fetched.__file__)])
    assert fetched.vendor_complete(tmp_path)

    (folder / "axe" / "axe.min.js").unlink()
    assert not fetched.vendor_complete(tmp_path)


def test_every_system_package_says_what_needs_it_and_why() -> None:
    lines = [line for line in system.WANTED.read_text().splitlines() if not line.startswith("#")]

    assert [line for line in lines if not line.partition("#")[2].strip()] == []
    assert {package.need for package in system.wanted("\n".join(lines))} == system.TO_TEST


@pytest.mark.parametrize(
    ("sign", "present"),
    [
        ("command:no-such-command,sh", True),
        ("command:no-such-command", False),
        ("library:libc.so.6", True),
        ("library:libno-such.so.1", False),
        ("file:/usr/bin/env,/no/such", True),
        ("file:/no/such*", False),
        ("module:json", True),
        ("module:no_such_module", False),
    ],
)
def test_presence_is_seen_on_the_machine_itself(sign: str, present: bool) -> None:
    assert Package("any", "paper", sign).present() is present


def test_one_line_names_everything_to_type() -> None:
    packages = system.wanted(
        "chromium browser command:chromium # why\nnpm scripts command:npm # why\n"
    )

    assert (
        system.apt_line(packages) == "sudo apt-get install -y --no-install-recommends chromium npm"
    )


def test_a_machine_without_python_hears_what_to_type() -> None:
    shell = shutil.which("sh") or "/bin/sh"
    asked = subprocess.run(
        [shell, "setup/python.sh"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": "/none", "PYTHON": "/none/python3"},
    )
    assert asked.returncode == 1
    assert "Python 3.11 or newer" in asked.stderr
    assert "apt-get install" in asked.stderr
