"""What somebody who joins, or who makes a poster, may send."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional, Regexp

from palace.forms import Form
from palace.joining.rules import LONGEST_PLACE, LONGEST_SEARCH
from palace.members.rules import is_name, tidy_name

NUMBER = r"^[1-9][0-9]{0,17}\Z"
CHOOSE_ONE = _("请从名单里选一个单位。找不到的话，换个说法再查。")


def _plain(typed: str | None) -> str:
    """Return what an address may say to the database, which takes no NUL."""
    return (typed or "").replace("\0", "")


class Sought:
    """What somebody typed of a unit's name, in a form of any kind."""

    q: StringField

    @property
    def words(self) -> str:
        """Return what was typed, as far as it can be looked for."""
        return " ".join((self.q.data or "")[:LONGEST_SEARCH].split())


class UnitSearch(Sought, PlainForm):
    """What somebody typed of a unit's name, and the poster they came from."""

    q = StringField(_("找单位"), filters=[_plain], validators=[Optional()])
    poster = StringField(filters=[_plain], validators=[Optional()])


class ApplyForm(Sought, Form):
    """The unit somebody says they belong to, and their name if they want to give it now."""

    q = StringField(validators=[Optional()])
    unit = StringField(
        _("单位"), validators=[InputRequired(CHOOSE_ONE), Regexp(NUMBER, message=CHOOSE_ONE)]
    )
    name = StringField(_("姓名"), validators=[Optional()])
    poster = StringField(validators=[Optional()])

    def validate_name(self, field: StringField) -> None:
        """Take a real name or none."""
        if not is_name(tidy_name(field.data or "")):
            raise ValidationError(_("请填写真实姓名，2到30个字，不带数字和符号。"))


class PosterForm(Sought, Form):
    """A new poster: whose, and where it will hang."""

    q = StringField(validators=[Optional()])
    unit = StringField(
        _("单位"), validators=[InputRequired(CHOOSE_ONE), Regexp(NUMBER, message=CHOOSE_ONE)]
    )
    place = StringField(
        _("贴在哪里"),
        validators=[
            InputRequired(_("请写上贴在哪里，以后好找。")),
            Length(max=LONGEST_PLACE, message=_("地点写短一些，60个字以内。")),
        ],
    )
