"""docs/operations.md does what it says: every command in it is run, in order, in one palace."""

from __future__ import annotations

import re
import subprocess

import pytest

from palace.care import rules
from palace.config import ROOT
from palace.words import catalogue
from tests.care.test_rules import DATABASE, MACHINE, SETTING
from tests.operations.conftest import Installed

PAGE = (ROOT / "docs" / "operations.md").read_text()
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BY_HAND = {"console", "sql"}


@pytest.mark.timeout(400)
def test_every_command_of_the_handbook_works(service: Installed) -> None:
    failed = []
    for line in commands():
        asked = f"make -n {line.removeprefix('make ')}" if line.startswith("make ") else line
        done = subprocess.run(
            ["sh", "-c", asked],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=service.env,
            timeout=120,
        )
        if done.returncode:
            failed.append(f"{line}: {done.stdout}{done.stderr}")
    assert failed == []


def commands() -> list[str]:
    """Return what stands in boxes to be typed anywhere, in order."""
    boxes = [text for kind, text in FENCE.findall(PAGE) if kind == "sh"]
    return [line for text in boxes for line in text.splitlines() if line.strip()]


def test_every_box_is_run_or_marked_as_done_by_hand() -> None:
    kinds = {kind for kind, _ in FENCE.findall(PAGE)}

    assert kinds <= BY_HAND | {"sh"}
    assert len(commands()) > 5


def test_every_line_of_the_health_page_is_explained_in_both_languages() -> None:
    lines = [rules.STOPPED, *rules.lines(MACHINE, DATABASE, SETTING)]
    english = catalogue("en")
    told = [(line.name, english.gettext(line.name)) for line in lines]

    table = [row for row in PAGE.splitlines() if row.startswith("|")]
    assert [pair for pair in told if not any(all(n in row for n in pair) for row in table)] == []


def test_every_make_target_named_is_there() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", PAGE))

    assert "install" in named
    for target in named:
        done = subprocess.run(["make", "-n", target], check=False, capture_output=True, cwd=ROOT)
        assert done.returncode == 0, target
