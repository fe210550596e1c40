"""What a teacher or the office may send about a class."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, DataRequired, Length

from palace.forms import Form, WholeField
from palace.troupes.rules import TroupeKind

LONGEST_MESSAGE, LONGEST_TITLE, LONGEST_ADDRESS, MOST_MINUTES = 500, 60, 500, 1000
BEYOND = _("写得太长了。")


def _stripped(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


class MessageForm(Form):
    """A message to everybody of a class."""

    words = TextAreaField(
        _("写给全班"),
        filters=[_stripped],
        validators=[
            DataRequired(_("请写要说的话。")),
            Length(max=LONGEST_MESSAGE, message=_("请写短一点，500个字以内。")),
        ],
    )


class RecordingForm(Form):
    """A recorded lesson, kept elsewhere."""

    title = StringField(
        _("名称"),
        filters=[_stripped],
        validators=[DataRequired(_("请写名称。")), Length(max=LONGEST_TITLE, message=BEYOND)],
    )
    address = StringField(
        _("网址"),
        filters=[_stripped],
        validators=[DataRequired(_("请贴网址。")), Length(max=LONGEST_ADDRESS, message=BEYOND)],
    )
    minutes = WholeField(
        _("多少分钟（可以不写）"), 1, MOST_MINUTES, _("请填1到1000的整数。"), needed=False
    )

    def validate_address(self, field: StringField) -> None:
        """Take addresses of pages that are safe to lead members to.

        Raises:
            ValidationError: it is none.
        """
        if not _is_address(field.data or ""):
            raise ValidationError(_("网址要以 https:// 开头。"))


def _is_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    named = parts.scheme == "https" and bool(parts.hostname) and parts.username is None
    return named and typed.isprintable() and " " not in typed and "\\" not in typed


class TroupeForm(Form):
    """What the troupe made of a class is called, and what it does."""

    name = StringField(
        _("团队名称"),
        filters=[_stripped],
        validators=[DataRequired(_("请填写团队名称。")), Length(max=40, message=BEYOND)],
    )
    kind = StringField(
        _("门类"),
        validators=[AnyOf([kind.value for kind in TroupeKind], message=_("请选择门类。"))],
    )

    @property
    def chosen(self) -> Any:
        """Return what the troupe does."""
        return TroupeKind(self.kind.data or "")
