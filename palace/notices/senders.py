"""How a notice is said: its words with its values in them, as a text and as a template's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from string import Formatter
from typing import Any

from flask import current_app

from palace import words
from palace.clock import palace_day
from palace.config import Settings
from palace.members.services import code_of
from palace.notices.gateways import MAIL, SCREEN
from palace.notices.kinds import KINDS as KINDS  # noqa: PLC0414 - says: shown to others
from palace.notices.rules import EMAIL_CODE, SIGN_IN_CODE, is_change, pieces_of
from palace.security import keys

LONGEST_VARIABLE = 20
CODE_DIGITS = 6
ARROW = " → "
NUMBERED = "tencent"
"""The provider whose templates number their variables."""


def sms_gateway() -> str | None:
    """Return where messages to phones go: the screen of a demonstration, a provider, or nowhere yet."""
    settings: Settings = current_app.extensions["palace"]
    return SCREEN if settings.demo else settings.sms_gateway or None


def mail_gateway() -> str | None:
    """Return where letters go: the screen of a demonstration, a mail server, or nowhere."""
    settings: Settings = current_app.extensions["palace"]
    return SCREEN if settings.demo else MAIL if settings.smtp_url else None


def may_send() -> bool:
    """Return whether a code can be sent to a phone."""
    return sms_gateway() is not None


def text_of(kind: str, subject: str, values: Mapping[str, Any], *, whole: bool = False) -> str:
    """Return a notice's words in the language in force; a code is derived here and kept nowhere.

    `whole`: where no gateway cuts what is long.

    Raises:
        KeyError: the notice lacks a value its words need, or has one nobody can say.
    """
    sentence = words_of(kind, words.language())
    return sentence.format_map(_said(kind, subject, values, whole=whole))


def link_of(values: Mapping[str, Any]) -> str:
    """Return the address of the page where what a notice tells of is done, below a letter's words."""
    settings: Settings = current_app.extensions["palace"]
    return f"\n{settings.public_url}{values['page']}" if "page" in values else ""


def pieces_sent(text: str) -> int:
    """Return how many messages a text is paid as; the house's signature, sent before it, counts."""
    settings: Settings = current_app.extensions["palace"]
    return pieces_of(f"【{settings.sms_signature}】{text}")


def variables_of(kind: str, subject: str, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what fills a kind's template in the language in force, in the order of its words.

    Raises:
        KeyError: as `text_of`.
    """
    said = _said(kind, subject, values)
    return tuple((name, said[name]) for name in names_of(kind, words.language()))


def names_of(kind: str, language: str) -> list[str]:
    """Return the variables of a kind's words, each once, in their order."""
    parts = Formatter().parse(words_of(kind, language))
    return list(dict.fromkeys(name for _, name, _, _ in parts if name))


def as_template(kind: str, gateway: str, language: str) -> str:
    """Return a kind's words as a provider's form wants them: `${title}`, or numbered `{1}`."""
    numbered = {name: f"{{{place}}}" for place, name in enumerate(names_of(kind, language), 1)}
    named = {name: f"${{{name}}}" for name in numbered}
    return words_of(kind, language).format_map(numbered if gateway == NUMBERED else named)


def email_code(subject: str) -> str:
    """Return the six digits that prove an e-mail address: of the wish it was asked by, kept nowhere."""
    mac = keys().active("code").mac(subject)
    return f"{int.from_bytes(mac[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def words_of(kind: str, language: str) -> str:
    """Return a kind's sentence with its variables in braces."""
    sentence: str = getattr(KINDS[kind], language)
    return sentence


def _said(
    kind: str, subject: str, values: Mapping[str, Any], *, whole: bool = False
) -> dict[str, str]:
    """Return each value in words; one that changed is said as a whole, and its two sides on their own."""
    most = None if whole else LONGEST_VARIABLE
    said = {name: of(subject) for name, of in DERIVED.get(kind, {}).items()}
    for name, value in values.items():
        say = SAID[name]
        if is_change(value):
            old, new = say(value["old"])[:most], say(value["new"])[:most]
            said |= {f"{name}_old": old, f"{name}_new": new, name: f"{old}{ARROW}{new}"}
        else:
            said[name] = say(value)[:most]
    return said


def _title(titles: Mapping[str, str]) -> str:
    return titles[words.language()] or titles["zh"]


def _day(written: str) -> str:
    return words.date_words(date.fromisoformat(written))


def _instant(written: str) -> str:
    """Return day and time; without the weekday where that and the year are more than a template takes."""
    instant = datetime.fromisoformat(written)
    said = words.instant_words(instant)
    if len(said) <= LONGEST_VARIABLE:
        return said
    return f"{words.date_words(palace_day(instant))} {words.time_words(instant)}"


SAID: dict[str, Callable[[Any], str]] = {
    "title": _title,
    "place": _title,
    "teacher": _title,
    "season": _title,
    "starts_at": _instant,
    "new_at": _instant,
    "seat": _title,
    "pay_by": _instant,
    "until": _instant,
    "releases_at": _instant,
    "amount": words.money_words,
    "count": str,
    "unit": str,
    "page": str,
    "due_on": _day,
    "word": str,
}
"""How each value is said: titles are {"zh", "en"}, instants ISO texts, amounts fen.

A value that changed is {"old", "new"} of these (`rules.changed`): `{starts_at}` in the words of a kind
then says "old → new", `{starts_at_old}` and `{starts_at_new}` each side, short enough for templates.
"""
DERIVED: dict[str, dict[str, Callable[[str], str]]] = {
    SIGN_IN_CODE: {"code": code_of},
    EMAIL_CODE: {"code": email_code},
}
"""What is made of the subject when a kind is said, and kept nowhere."""
