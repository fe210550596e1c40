"""The English catalogue is complete: every sentence, every placeholder, nothing left over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from tests.architecture.measure import ROOT, expect_none

CATALOGUE = ROOT / "palace" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
SOURCES = (("palace", "**.py", "python"), ("templates", "**.*", "jinja2"))
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "N_": None}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN_NAMES = {"中文"}


@cache
def used() -> dict[str, tuple[str, ...]]:
    """Return every message id of code and templates, with its forms."""
    found: dict[str, tuple[str, ...]] = {}
    for folder, pattern, method in SOURCES:
        for *_, message, _comments, _context in extract_from_dir(
            ROOT / folder, [(pattern, method)], {pattern: {"silent": "false"}}, KEYWORDS
        ):
            forms = (message,) if isinstance(message, str) else tuple(message)
            found[forms[0]] = forms
    return found


@cache
def english() -> Catalog:
    """Return the English catalogue."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def sentences(message: Message | None) -> tuple[str, ...]:
    """Return the translations of a message: one, or one per plural form."""
    if message is None:
        return ("",)
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def placeholders(forms: Iterable[str]) -> set[str]:
    """Return what is filled into a sentence."""
    return {name for form in forms for name in PLACEHOLDER.findall(form)}


def test_every_sentence_has_its_english() -> None:
    expect_none([text for text in used() if not all(sentences(english().get(text)))])


def test_translations_keep_their_placeholders() -> None:
    translated = {text: sentences(english().get(text)) for text in used() if english().get(text)}
    changed = [
        text
        for text, english in translated.items()
        if placeholders(used()[text]) != placeholders(english)
    ]
    expect_none(changed)


def test_no_english_sentence_is_half_chinese() -> None:
    mixed = [text for message in english() for text in sentences(message) if CHINESE.search(text)]
    expect_none([text for text in mixed if text not in OWN_NAMES])


def test_nothing_in_the_catalogue_is_unsure_or_left_over() -> None:
    catalogue = english()
    expect_none([message.id for message in catalogue if message.id and message.fuzzy])
    expect_none(list(catalogue.obsolete))
    known = [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if message.id
    ]
    expect_none([text for text in known if text not in used()])


def test_nothing_is_translated_twice() -> None:
    written = Counter(re.findall(r"^msgid (\"[^\n]+)$", CATALOGUE.read_text(), re.MULTILINE))
    expect_none([text for text, times in written.items() if times > 1 and text != '""'])
