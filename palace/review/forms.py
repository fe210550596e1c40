"""What a reviewer may send, and what an administrator of the steps."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp

from palace.forms import Form

LONGEST_REASON, LONGEST_NAME = 500, 30
STALE = _("请刷新这一页再审。")
NUMBER = r"^[0-9]{1,9}\Z"
PASS, BACK = "pass", "back"


class DecideForm(Form):
    """Whether a revision passes, at the step and of the version that were seen, and why."""

    verdict = StringField(
        validators=[InputRequired(STALE), AnyOf([PASS, BACK], message=STALE)],
    )
    step = HiddenField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    version = HiddenField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    reason = TextAreaField(
        _("意见（退回要写）"),
        validators=[
            Optional(),
            Length(
                max=LONGEST_REASON, message=_("写短一些，%(most)s个字以内。", most=LONGEST_REASON)
            ),
        ],
    )


class StepForm(Form):
    """A step that is added to the review."""

    name_zh = StringField(
        _("这一步叫什么"),
        validators=[
            InputRequired(_("请填写这一步的名称。")),
            Length(max=LONGEST_NAME, message=_("写短一些，%(most)s个字以内。", most=LONGEST_NAME)),
        ],
    )
    name_en = StringField(
        _("英文名称"),
        validators=[
            Optional(),
            Length(max=LONGEST_NAME, message=_("写短一些，%(most)s个字以内。", most=LONGEST_NAME)),
        ],
    )
    another_person = BooleanField(_("要换一个人审：审过前一步的人不能审"))
