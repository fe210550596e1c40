"""Fields of names, texts and amounts, which the forms of teachers and of courses share."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp, StopValidation

from palace.money import Fen, read_yuan

LONGEST_NAME, LONGEST_TEXT = 60, 4000
NUMBER = r"^[0-9]{1,18}\Z"
NAME = _("请写名称，60个字以内。")
UNKNOWN = _("请从列出的里面选。")
TOO_LONG = _("写得太长了。")
NO_PRICE = _("请填元，最多两位小数，例如 30 或 12.5；免费填0。")


class YuanField(StringField):
    """An amount typed in yuan; kept as fen."""

    fen: Fen | None = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - as WTForms calls it
        """Read what was typed.

        Raises:
            StopValidation: it is no amount.
        """
        try:
            self.fen = read_yuan((self.data or "").strip())
        except ValueError:
            raise StopValidation(NO_PRICE) from None


def name_field(label: Any) -> StringField:
    """Return the field of a name that is needed."""
    return StringField(label, [InputRequired(NAME), Length(max=LONGEST_NAME, message=NAME)])


def line_field(label: Any, longest: int = LONGEST_NAME) -> StringField:
    """Return the field of a line that may be left empty."""
    return StringField(label, [Optional(), Length(max=longest, message=TOO_LONG)])


def text_field(label: Any) -> TextAreaField:
    """Return the field of a text that may be left empty."""
    return TextAreaField(label, [Optional(), Length(max=LONGEST_TEXT, message=TOO_LONG)])


def chosen_field(label: Any) -> StringField:
    """Return the field of a row's number, chosen from a list."""
    return StringField(label, [InputRequired(UNKNOWN), Regexp(NUMBER, message=UNKNOWN)])


def tidy(typed: str | None) -> str:
    """Return a text with plain line ends and without space around it."""
    return (typed or "").replace("\r\n", "\n").replace("\r", "\n").strip()
