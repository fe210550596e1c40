"""What staff write to many, and the word somebody was sent."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp

from palace.broadcasts.rules import LONGEST_BODY, LONGEST_TITLE, Audience
from palace.broadcasts.services import Text
from palace.forms import Form

STALE = _("请刷新这一页再办。")
NO_LINKS = r"^(?!.*(://|www\.)).*\Z"


def _tidied(typed: str | None) -> str | None:
    return " ".join(typed.split()) if typed else typed


def _lines(typed: str | None) -> str | None:
    return "\n".join(line.rstrip() for line in typed.strip().splitlines()) if typed else typed


def _title(label: str, *needed: object) -> StringField:
    told = _("标题最多20个字，短信里要放得下。")
    link = _("标题里不能有网址，短信公司不发。")
    checks = [*needed, Length(max=LONGEST_TITLE, message=told), Regexp(NO_LINKS, message=link)]
    return StringField(label, filters=[_tidied], validators=checks)


def _body(label: str, *needed: object) -> TextAreaField:
    told = _("正文太长了，最多2000个字。")
    return TextAreaField(
        label, filters=[_lines], validators=[*needed, Length(max=LONGEST_BODY, message=told)]
    )


class BroadcastForm(Form):
    """A text in both languages, and to whom it goes."""

    title_zh = _title(_("标题（中文）"), InputRequired(_("请写标题。")))
    title_en = _title(_("标题（英文，可以不写）"), Optional())
    body_zh = _body(_("正文（中文）"), InputRequired(_("请写正文。")))
    body_en = _body(_("正文（英文，可以不写）"), Optional())
    audience = StringField(
        _("发给谁"),
        validators=[AnyOf([one.value for one in Audience], message=_("请选发给谁。"))],
    )
    unit = StringField(
        _("单位的全名或编号"),
        filters=[_tidied],
        validators=[Optional(), Length(max=100, message=_("写得太长了。"))],
    )
    performance_id = IntegerField(_("哪一场"), validators=[Optional()])
    outside = BooleanField(_("也发短信或邮件（不勾：只放在各人的“通知”里，不花钱）"))

    @property
    def text(self) -> Text:
        """Return what was written."""
        return Text(
            title_zh=self.title_zh.data or "",
            title_en=self.title_en.data or "",
            body_zh=self.body_zh.data or "",
            body_en=self.body_en.data or "",
            audience=Audience(self.audience.data or ""),
            unit=self.unit.data or "",
            performance_id=self.performance_id.data,
            outside=bool(self.outside.data),
        )


class SeenForm(Form):
    """Which revision somebody saw before they acted on it."""

    seen = IntegerField(validators=[InputRequired(STALE)])


class ReviseForm(BroadcastForm):
    """A changed text, and which revision it was made from."""

    seen = HiddenField(validators=[InputRequired(STALE), Regexp(r"^[0-9]{1,9}\Z", message=STALE)])


class WordForm(PlainForm):
    """The word of a message, as it stands in the address."""

    word = StringField(
        _("短信里的数字"),
        filters=[_tidied],
        validators=[Optional(), Length(max=20), Regexp(r"^[0-9]+\Z")],
    )
