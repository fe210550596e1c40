"""How somebody wants to be told, and under which numbers a provider knows our words."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import Field, HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from palace.forms import Form, six_digits
from palace.notices.rules import DECLINABLE, LONGEST_EMAIL
from palace.notices.senders import KINDS

ADDRESS = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z"
LONGEST_TEMPLATE = 40
UNKNOWN = _("没有这一种，请重新选择。")
STALE = _("请刷新这一页再改。")
LARGEST_ID = 2**63 - 1


class ReadForm(Form):
    """Up to which notice somebody has read what they were told."""

    up_to = IntegerField(
        validators=[InputRequired(STALE), NumberRange(0, LARGEST_ID, message=STALE)]
    )


class Kinds(Field):
    """Repeated names of kinds that can be declined; others, as of an older page, are left out."""

    data: frozenset[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the values."""
        self.data = DECLINABLE.intersection(valuelist)


class WaysForm(Form):
    """The language of messages, and which kinds leave the house; those not named stay in the inbox."""

    language = StringField(validators=[AnyOf(["zh", "en"], message=UNKNOWN)])
    wanted = Kinds()


class EmailForm(Form):
    """An e-mail address of one's own."""

    email = StringField(
        _("邮箱"),
        filters=[lambda typed: typed.strip() if typed else typed],
        validators=[
            InputRequired(_("请填写邮箱。")),
            Length(max=LONGEST_EMAIL, message=_("邮箱太长了。")),
            Regexp(ADDRESS, message=_("请填写完整的邮箱，像 name@example.com。")),
        ],
    )


class EmailCodeForm(Form):
    """The code that came by letter."""

    code = six_digits(_("验证码"))


class TemplateForm(Form):
    """The number of an approved template, and what it was when it was seen."""

    kind = StringField(validators=[AnyOf(list(KINDS), message=UNKNOWN)])
    language = StringField(validators=[AnyOf(["zh", "en"], message=UNKNOWN)])
    template = StringField(
        _("模板编号"),
        filters=[lambda typed: typed.strip() if typed else typed],
        validators=[
            Optional(),
            Length(max=LONGEST_TEMPLATE, message=_("模板编号太长了。")),
            Regexp(r"^[A-Za-z0-9_-]*\Z", message=_("模板编号只有字母、数字和下划线。")),
        ],
    )
    seen = HiddenField(validators=[Length(max=LONGEST_TEMPLATE, message=STALE)])
