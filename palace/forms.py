"""What every form shares: it reads a page's fields or a JSON object's alike, and only plain text."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from babel.support import Translations
from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, HiddenField, IntegerField, StringField
from wtforms.i18n import DefaultTranslations, messages_path
from wtforms.validators import (
    DataRequired,
    InputRequired,
    NumberRange,
    Optional,
    Regexp,
)
from wtforms.widgets import TextInput

from palace import words
from palace.clock import SHANGHAI
from palace.errors import BadInput

MOST_VALUES = 300
"""What a table of prices may have: zones by kinds of tickets."""
FIRST_YEAR, LAST_YEAR = 2000, 2999
NO_DAY, NO_TIME = _("请填日期，例如 2026-12-05。"), _("请填时间，例如 19:30。")
WHEN = _("请写日期和时间，比如 2026-11-28 19:00。")
STALE = _("页面已过期，请刷新后再来。")
UNTYPABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # all but tab and line ends


class Form(FlaskForm):
    """A form of the palace: fields arrive as text without control characters, or not at all."""

    class Meta(FlaskForm.Meta):
        """How WTForms says by itself what is wrong; `CSRFProtect` has looked at every POST before."""

        csrf = False

        def get_translations(self, _form: object) -> DefaultTranslations:
            """Return WTForms' own sentences in the language in force."""
            return _own_sentences(words.locale())

    def __init__(self, **values: Any) -> None:
        super().__init__(**({"formdata": sent_fields()} | values))


def six_digits(label: Any) -> StringField:
    """Return the field of a code that came as a message: six digits, however they are spaced."""
    return StringField(
        label,
        filters=[lambda typed: "".join(typed.split()) if typed else typed],
        validators=[
            InputRequired(_("请填写验证码。")),
            Regexp(r"^[0-9]{6}\Z", message=_("验证码是6位数字。")),
        ],
    )


class Repeated(Field):
    """Repeated values of one name: at most so many, none longer, and each of one shape where there is one.

    What has a shape is a choice among things: empty values are left out.
    """

    data: list[str]

    def __init__(
        self,
        *,
        most: int,
        longest: int,
        too_many: Any,
        wrong: Any,
        shape: re.Pattern[str] | None = None,
        **how: Any,
    ) -> None:
        self.most, self.longest, self.shape = most, longest, shape
        self.too_many, self.wrong = too_many, wrong
        super().__init__(**how)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the values.

        Raises:
            ValueError: there are too many, or one is too long or of another shape.
        """
        if len(valuelist) > self.most:
            raise ValueError(str(self.too_many))
        given = [value for value in valuelist if value] if self.shape else valuelist
        if not all(self._fits(value) for value in given):
            raise ValueError(str(self.wrong))
        self.data = [value.strip() for value in given]

    def _fits(self, value: str) -> bool:
        shaped = self.shape is None or self.shape.fullmatch(value) is not None
        return shaped and len(value) <= self.longest


class KeyedForm(Form):
    """What is done once, however often it is sent: a key in the form or in the header."""

    key = HiddenField(
        validators=[DataRequired(STALE), Regexp(r"^[\x21-\x7e]{8,64}\Z", message=STALE)]
    )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.key.data = self.key.data or request.headers.get("Idempotency-Key")


class WholeField(IntegerField):
    """A whole number between two bounds; what is none, or beyond them, is told in one sentence and stays."""

    widget = TextInput()

    def __init__(
        self,
        label: Any,
        lowest: int,
        highest: int,
        sentence: Any,
        *,
        needed: bool = True,
        **how: Any,
    ) -> None:
        self.sentence = sentence
        first = InputRequired(sentence) if needed else Optional()
        super().__init__(label, [first, NumberRange(lowest, highest, sentence)], **how)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no whole number.
        """
        self.data = None
        try:
            if valuelist and valuelist[0].strip():
                self.data = int(valuelist[0])
        except ValueError:
            raise ValueError(str(self.sentence)) from None


def as_typed(instant: datetime | None) -> str:
    """Return an instant as a browser's field has it: the palace's day and clock time."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}" if instant else ""


class InstantField(Field):
    """A day and a clock time at the palace; programs may say an offset."""

    widget = TextInput()
    typed = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no day and time, or in no year a palace plans in.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            read = datetime.fromisoformat(self.typed)
        except ValueError:
            raise ValueError(WHEN) from None
        if not FIRST_YEAR <= read.year <= LAST_YEAR:
            raise ValueError(WHEN)
        self.data = read if read.tzinfo else read.replace(tzinfo=SHANGHAI)

    def _value(self) -> str:
        return self.typed or as_typed(self.data)


class DayField(Field):
    """A palace day."""

    widget = TextInput()
    typed = ""
    first_year = FIRST_YEAR
    wrong = NO_DAY
    data: date | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no day, or in no year a palace plans in.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            read = date.fromisoformat(self.typed)
        except ValueError:
            raise ValueError(self.wrong) from None
        if not self.first_year <= read.year <= LAST_YEAR:
            raise ValueError(self.wrong)
        self.data = read

    def _value(self) -> str:
        return self.typed or (self.data.isoformat() if self.data else "")


class ClockField(Field):
    """A clock time at the palace."""

    widget = TextInput()
    typed = ""
    data: time | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no time, or says a zone.
        """
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            read = time.fromisoformat(self.typed)
        except ValueError:
            raise ValueError(NO_TIME) from None
        if read.tzinfo or read.second or read.microsecond:
            raise ValueError(NO_TIME)
        self.data = read

    def _value(self) -> str:
        return self.typed or (f"{self.data:%H:%M}" if self.data else "")


def new_key() -> str:
    """Return a fresh key for a command that a form carries."""
    return secrets.token_urlsafe(12)


@functools.cache
def _own_sentences(locale: str) -> DefaultTranslations:
    """Read WTForms' sentences once; Flask-WTF reads the file again at every request."""
    return DefaultTranslations(Translations.load(messages_path(), [locale], domain="wtforms"))


def sent_fields() -> MultiDict[str, str] | None:
    """Return the fields of a POST, one of nothing but space as empty; None for other methods.

    Raises:
        BadInput: it is no object of texts and numbers, or holds what no person types.
    """
    if request.method != "POST":
        return None
    pairs = (
        list(_json_pairs(_json_body())) if request.is_json else list(request.form.items(multi=True))
    )
    if len(pairs) > MOST_VALUES or any(_is_untypable(text) for pair in pairs for text in pair):
        raise BadInput
    return MultiDict((name, value if value.strip() else "") for name, value in pairs)


def _json_body() -> object:
    try:
        return request.get_json()
    except RecursionError:
        raise BadInput from None


def _json_pairs(body: object) -> Iterator[tuple[str, str]]:
    if not isinstance(body, Mapping):
        raise BadInput
    for name, value in body.items():
        for part in value if isinstance(value, list) else [value]:
            if part is not None and part is not False:
                yield str(name), _text(part)


def _text(value: object) -> str:
    if value is True:
        return "1"
    if not isinstance(value, str | int):
        raise BadInput
    return str(value)


def _is_untypable(text: str | None) -> bool:
    """Return whether no person types this; the nameless part of an upload has None for a name."""
    return text is None or UNTYPABLE.search(text) is not None
