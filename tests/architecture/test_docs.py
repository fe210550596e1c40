"""The docs know every setting, command, part and noun; whoever adds one writes it down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from palace.cli import cli
from palace.db import Base
from tests.architecture.measure import ROOT, committed, expect_none, parsed

DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)#\s]+)")
FILE_NAMED = re.compile(
    r"`((?:palace|templates|static|tests|migrations|docs|setup|bench)/[\w./-]+\.\w+)`"
)
FETCHED = ("static/vendor/", "var/")
PAGES = [path for path in committed(".md") if path.parent != ROOT or path.name == "README.md"]


def page(name: str) -> str:
    """Return a page of the docs."""
    return (DOCS / name).read_text(encoding="utf-8")


def settings_read() -> set[str]:
    """Return the names of all environment variables that the settings read."""
    tree = parsed(ROOT / "palace" / "config.py")
    words = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {word for word in words if re.fullmatch(r"[A-Z][A-Z_]+[A-Z]", word)}


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Yield every command as it is typed."""
    for name, command in group.commands.items():
        typed = f"{before} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, typed)
        else:
            yield typed


def test_every_setting_is_explained() -> None:
    assert "PALACE_STATE" in settings_read()
    expect_none(
        [name for name in sorted(settings_read()) if f"`{name}" not in page("operations.md")]
    )


def test_every_command_is_explained() -> None:
    expect_none([typed for typed in commands(cli) if typed not in page("operations.md")])


def test_every_part_is_on_the_map() -> None:
    parts = [path.parent.name for path in (ROOT / "palace").glob("*/__init__.py")]
    expect_none([part for part in parts if f"{part}/" not in page("architecture.md")])


def test_every_table_is_in_the_glossary() -> None:
    expect_none([name for name in Base.metadata.tables if f"`{name}`" not in page("glossary.md")])


def broken_links(path: Path) -> Iterator[str]:
    """Yield what a page links to or names in the tree, and is not there."""
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if "://" not in target and not (path.parent / target).exists():
            yield f"{path.relative_to(ROOT)} → {target}"
    for named in FILE_NAMED.findall(text):
        if not named.startswith(FETCHED) and not (ROOT / named).exists():
            yield f"{path.relative_to(ROOT)} names {named}"


def test_pages_name_only_what_is_there() -> None:
    expect_none([broken for path in PAGES for broken in broken_links(path)])


def test_decisions_say_context_decision_and_consequence() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in decisions]
    heads = ("## Context", "## Decision", "## Consequence")
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    expect_none(
        [
            path.name
            for path in decisions
            if not all(head in path.read_text(encoding="utf-8") for head in heads)
        ]
    )
