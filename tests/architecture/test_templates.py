"""Templates: nothing inline, nothing from elsewhere, every Chinese sentence can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, nodes

from tests.architecture.measure import ROOT, Found, committed, expect_none, parsed, python_files

TEMPLATES = [
    path
    for path in committed(".html", ".svg", ".xml", ".txt")
    if ROOT / "templates" in path.parents
]
CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
TRANSLATES = {"_", "N_", "gettext", "ngettext", "lazy_gettext", "pgettext"}
OWN_NAMES = {"中文": "a language is offered by its own name"}
CHINESE_BY_ITSELF = {
    "palace/agenda/blocks.py": "a calendar does not know its reader's language: both stand in it",
    "palace/books/reading.py": "what finance tools and providers write above a column",
    "palace/coupons/reading.py": "what partners write above a column, in both languages",
    "palace/hours/rules.py": "what people write between two times",
    "palace/hours/reading.py": "what people write for a weekday in a list, in both languages",
    "palace/consents/rules.py": "a text stands in both languages, as the one who agrees may read either",
    "palace/calendars/services.py": "a public feed is asked for in a language, whatever its reader's is",
    "palace/calendars/views.py": "names the house where no site is known yet",
    "palace/demo/": "invented people and places; what it says to people stands in both languages",
    "palace/members/rules.py": "the characters names are made of",
    "palace/money.py": "capitals of an amount on paper, Chinese beside any language",
    "palace/notices/lessons.py": "gateways send approved texts, one per language",
    "palace/notices/kinds.py": "gateways send approved texts, one per language",
    "palace/pages.py": "names the house where no site is known yet",
    "palace/plans/headings.py": "the words a plan's sheet uses, in both languages",
    "palace/rooms/services/telling.py": "an agenda's titles stand in both languages, whoever reads it",
    "palace/roster/headings.py": "the words lists use for their columns, in both languages",
    "palace/printing_fonts.py": "characters to cut out of a font",
    "palace/printing_process.py": "tries the fonts at its start",
    "palace/run.py": "the terminal speaks both languages at once",
    "palace/surveys/reading.py": "the headings of lists that people paste, in both languages",
    "palace/troupes/reading.py": "the headings of lists that people paste, in both languages",
    "palace/words.py": "says days in each language by itself",
}
INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.I),
    "an inline stylesheet": re.compile(r"<style\b", re.I),
    "a handler attribute": re.compile(r"<[^>]*\son\w+\s*=", re.I),
    "a javascript address": re.compile(r"javascript:", re.I),
}
STYLED_INSIDE = "paper"  # what is printed brings its own style sheet
ELSEWHERE = re.compile(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<]*")
LAWFUL = re.compile(r"https?://(www\.w3\.org/|beian\.miit\.gov\.cn|(www\.)?beian\.(mps|gov)\.)")


@pytest.mark.parametrize("what", INLINE)
def test_templates_hold_nothing_that_the_content_policy_refuses(what: str) -> None:
    pages = [path for path in TEMPLATES if path.parent.name != STYLED_INSIDE]
    expect_none(
        [
            path.relative_to(ROOT).as_posix()
            for path in pages
            if INLINE[what].search(path.read_text())
        ]
    )


def test_no_page_is_given_what_the_frame_sets_itself() -> None:
    """A name the frame sets hides what a view gives under it, without a word."""
    frame = (ROOT / "templates/base.html").read_text(encoding="utf-8")
    taken = set(re.findall(r"{% set (\w+) =", frame))
    assert "here" in taken
    expect_none(
        Found(path, node.lineno, str(given.arg))
        for path in python_files("palace")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"answer", "render_template"}
        if "/paper/" not in ast.unparse(node.args[0])
        for given in node.keywords
        if given.arg in taken
    )


def test_templates_load_nothing_from_elsewhere() -> None:
    found = [
        f"{path.relative_to(ROOT)} {address}"
        for path in (*TEMPLATES, *committed(".css", ".js"))
        if path.is_relative_to(ROOT / "templates") or path.is_relative_to(ROOT / "static")
        for address in ELSEWHERE.findall(path.read_text())
        if not LAWFUL.match(address)
    ]
    expect_none(found)


def untranslated(node: nodes.Node) -> Iterator[tuple[int, str]]:
    """Yield the Chinese texts below a node of a template that no gettext call wraps."""
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in TRANSLATES
    ):
        return
    text = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
    if isinstance(text, str) and CHINESE.search(re.sub("|".join(OWN_NAMES), "", text)):
        yield node.lineno, " ".join(text.split())[:40]
    for child in node.iter_child_nodes():
        yield from untranslated(child)


def test_every_chinese_text_of_a_template_can_be_translated() -> None:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    environment.install_null_translations()  # type: ignore[attr-defined]  # put there by the i18n extension
    found = [
        str(Found(path, line, text))
        for path in TEMPLATES
        for line, text in untranslated(environment.parse(path.read_text()))
    ]
    expect_none(found)


def untranslated_constants(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the Chinese strings of Python code that no gettext call wraps; docstrings are for developers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in TRANSLATES:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CHINESE.search(node.value)
        ):
            yield node
        yield from untranslated_constants(node)


def test_every_chinese_text_of_the_code_can_be_translated() -> None:
    found = [
        str(Found(path, node.lineno, str(node.value)[:40]))
        for path in python_files("palace")
        if not path.relative_to(ROOT).as_posix().startswith(tuple(CHINESE_BY_ITSELF))
        for node in untranslated_constants(parsed(path))
    ]
    expect_none(found)
