"""What somebody may send about their data, and an administrator about texts and days."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional

from palace.consents.rules import LONGEST, SHORTEST, Purpose, Words
from palace.forms import Form
from palace.privacy.rules import LONGEST_WHY

MOST_DAYS = 36_500
DAYS = _("请填写整数，天数最少1天。")
LENGTH = _("请写20到8000个字。")
AUDIT = _("操作记录至少留183天；一直留着就空着不填。")
IDLE = _("请填写12到600的整数；从不自动注销就空着不填。")


def _days(label: str) -> IntegerField:
    return IntegerField(
        label, validators=[InputRequired(DAYS), NumberRange(1, MOST_DAYS, message=DAYS)]
    )


class TextForm(Form):
    """A new version of a text, `after` the one it follows."""

    purpose = StringField(
        validators=[InputRequired(), AnyOf([purpose.value for purpose in Purpose])]
    )
    after = IntegerField(validators=[InputRequired(), NumberRange(1, 10_000)])
    body_zh = TextAreaField(
        _("中文"), validators=[InputRequired(LENGTH), Length(SHORTEST, LONGEST, message=LENGTH)]
    )
    body_en = TextAreaField(
        _("英文"), validators=[InputRequired(LENGTH), Length(SHORTEST, LONGEST, message=LENGTH)]
    )

    @property
    def words(self) -> Words:
        """Return the text in both languages, with one kind of line end."""
        typed = (self.body_zh.data or "", self.body_en.data or "")
        return Words(*("\n".join(text.split("\r\n")).strip() for text in typed))


class DaysForm(Form):
    """How long things are kept, in days, and how often a day somebody may take their data along."""

    entrant_keep_days = _days(_("入场人的姓名和证件印记，散场后留几天"))
    notice_keep_days = _days(_("发出的通知留几天"))
    agenda_keep_days = _days(_("会员的日程，过去后留几天"))
    application_keep_days = _days(_("办完的入会申请留几天"))
    challenge_keep_days = _days(_("要过验证码的记录留几天"))
    command_key_keep_days = _days(_("防止重复办理的记录留几天"))
    export_keep_days = _days(_("导出的文件留几天"))
    downloads_per_day = IntegerField(
        _("会员一天最多下载几次自己的资料"),
        validators=[InputRequired(DAYS), NumberRange(1, 100, message=_("请填写1到100的整数。"))],
    )
    audit_keep_days = IntegerField(
        _("操作记录留几天"), validators=[Optional(), NumberRange(183, MOST_DAYS, message=AUDIT)]
    )
    idle_keep_months = IntegerField(
        _("多少个月没有来过的会员自动注销"),
        validators=[Optional(), NumberRange(12, 600, message=IDLE)],
    )

    @property
    def days(self) -> dict[str, int | None]:
        """Return the figures by the name of their rule."""
        return {field.name: field.data for field in self if isinstance(field, IntegerField)}


class ErasureForm(Form):
    """Why an administrator erases somebody who asks at the counter."""

    why = StringField(
        _("原因"),
        validators=[
            InputRequired(_("请写上原因，比如：本人持身份证到售票处要求。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )
