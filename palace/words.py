"""Words for people: the language in force, and dates, money, seats and names as they are said."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import format_date, gettext
from markupsafe import Markup

from palace import clock
from palace.clock import SHANGHAI
from palace.config import ROOT
from palace.money import Fen, yuan_of

CATALOGUES = str(ROOT / "palace" / "translations")
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LANGUAGE_COOKIE, SIZE_COOKIE = "lang", "size"
KEPT = "palace.language"
WEEKDAYS_ZH = "一二三四五六日"


def language() -> str:
    """Return "zh" or "en": the cookie's choice, else the browser's first language, else Chinese.

    A page asks some hundred times, so its request keeps the answer.
    """
    if not has_request_context():
        return getattr(g, "language", "zh")
    kept: str | None = request.environ.get(KEPT)
    if kept is None:
        kept = request.environ[KEPT] = _asked_for()
    return kept


@contextmanager
def spoken(chosen: str) -> Iterator[None]:
    """Say things in one language for the length of the block, whatever the request asked for."""
    kept = language()
    request.environ[KEPT] = chosen
    try:
        yield
    finally:
        request.environ[KEPT] = kept


def _asked_for() -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LOCALES:
        return chosen
    first = request.accept_languages.best or ""
    return "en" if first.lower().startswith("en") else "zh"


def locale() -> str:
    """Return Babel's locale name of the language in force."""
    return LOCALES[language()]


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """Return a language's sentences, read once: Flask-Babel looks for them anew at each sentence."""
    return Translations.load(CATALOGUES, [LOCALES[language]])


def init_app(app: Flask) -> None:
    """Let templates speak the language in force."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # Jinja's i18n extension adds it
        gettext=lambda one: catalogue(language()).ugettext(one),
        ngettext=lambda one, many, count: catalogue(language()).ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = said


def said(message: str, **values: object) -> Markup:
    """Return a sentence of a template in the language in force, `values` escaped and put in.

    Jinja's own way makes a sentence anew each time, and a page has some fifty.
    """
    return _sentence(language(), message) if not values else _marked(language(), message) % values


@functools.lru_cache(maxsize=2048)
def _marked(language: str, message: str) -> Markup:
    return Markup(catalogue(language).ugettext(message))  # noqa: S704 - our own sentences


@functools.lru_cache(maxsize=2048)
def _sentence(language: str, message: str) -> Markup:
    return _marked(language, message) % {}


def large_text() -> bool:
    """Return whether this browser asked for 大字版."""
    return has_request_context() and request.cookies.get(SIZE_COOKIE) == "large"


def named(thing: Any, field: str = "name") -> str:
    """Return the `field` of a thing that has `field`_zh and `field`_en, in the language in force."""
    text: str = getattr(thing, f"{field}_{language()}") or getattr(thing, f"{field}_zh")
    return text


def called(who: Any) -> str:
    """Return what to call a member: the name, or the end of the phone while they have said none."""
    name: str = who.name
    return name or str(gettext("手机尾号%(digits)s", digits=(who.phone or "")[-4:]))


def day_words(instant: datetime, *, year: bool | None = None, lang: str = "") -> str:
    """Return the palace day as said: 11月28日 周六, or Sat 28 Nov; by default in the language in force.

    `year` says whether with it; None: where it is another than this one, 2027年1月6日 周三.
    """
    here = instant.astimezone(SHANGHAI)
    year = here.year != clock.this_year() if year is None else year
    if (lang or language()) == "en":
        return here.strftime("%a ") + f"{here.day} " + here.strftime("%b" + (" %Y" if year else ""))
    front = f"{here.year}年" if year else ""
    return f"{front}{here.month}月{here.day}日 周{WEEKDAYS_ZH[here.weekday()]}"


def date_words(day: date) -> str:
    """Return a palace day that may lie in another year: 2027年3月5日, or 5 Mar 2027."""
    if language() == "en":
        return f"{day.day} {day:%b %Y}"
    return f"{day.year}年{day.month}月{day.day}日"


def whole_month(first: date) -> str:
    """Return a month with its year: 2026年11月, November 2026."""
    said: str = format_date(first, gettext("y年M月"))
    return said


def time_words(instant: datetime) -> str:
    """Return the clock time at the palace: 19:30."""
    return instant.astimezone(SHANGHAI).strftime("%H:%M")


def clock_words(instant: datetime) -> str:
    """Return the clock time at the palace to the second: 07:59:58."""
    return instant.astimezone(SHANGHAI).strftime("%H:%M:%S")


def instant_words(instant: datetime, *, lang: str = "") -> str:
    """Return day and time: 11月28日 周六 19:30, of another year 2027年1月6日 周三 19:30."""
    return f"{day_words(instant, lang=lang)} {time_words(instant)}"


def money_words(amount: Fen) -> str:
    """Return an amount as said: 免费, 30元, 12.50元; free, ¥30, ¥12.50."""
    if amount == 0:
        return str(gettext("免费"))
    yuan = f"{amount // 100}" if amount % 100 == 0 else f"{amount / 100:.2f}"
    return str(gettext("%(yuan)s元", yuan=yuan))


def yuan_words(amount: int) -> str:
    """Return a sum of money as it stands in accounts, nothing and less than nothing too: 0元, -12.50元."""
    sign = "-" if amount < 0 else ""
    return sign + str(gettext("%(yuan)s元", yuan=yuan_of(Fen(abs(amount)))))


def seat_words(seat: Any) -> str:
    """Return a seat's one name: 池座5排12座."""
    return named(seat, "label")


def value_words(value: object) -> object:
    """Return a refusal's raw value as people read it: instants, amounts wrapped by name stay numbers."""
    if isinstance(value, datetime):
        return instant_words(value)
    if isinstance(value, date):
        return date_words(value)
    if isinstance(value, (list, tuple)):
        return gettext("、").join(str(value_words(part)) for part in value)
    if hasattr(value, "label_zh"):
        return seat_words(value)
    if hasattr(value, "name_zh"):
        return named(value)
    return value
