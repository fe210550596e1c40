"""What a leader and the desk may send about troupes."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from palace.forms import FIRST_YEAR, LAST_YEAR, Form, WholeField
from palace.members.phones import PhoneForm
from palace.members.posts import OF_TROUPES
from palace.members.rules import Role, is_name, mobile_number, tidy_name
from palace.troupes.rules import CertificationState, Somebody, TroupeKind
from palace.troupes.services import Facts
from palace.troupes.services.certifying import Decision

LONGEST_NAME, LONGEST_WHY, LONGEST_LETTER, LONGEST_LIST = 40, 200, 10_000, 20_000
LARGEST_TROUPE, HOURS_OF_WEEK, HOURS_OF_MONTH = 1000, 168, 744
MINUTES = 60
WEEK_HOURS = _("请填1到168的整数，照场地的规则就空着。")
MONTH_HOURS = _("请填1到744的整数，照场地的规则就空着。")
A_DAY = _("请填日期，例如 2026-11-28。")
BEYOND = _("写得太长了。")


def _stripped(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


def _text(label: Any, missing: Any, longest: int = LONGEST_NAME) -> StringField:
    wanted = [InputRequired(missing), Length(max=longest, message=BEYOND)]
    return StringField(label, filters=[_stripped], validators=wanted)


def _some(label: Any, longest: int) -> StringField:
    wanted = [Optional(), Length(max=longest, message=BEYOND)]
    return StringField(label, filters=[_stripped], validators=wanted)


def _letter(label: Any, missing: Any) -> TextAreaField:
    wanted = [InputRequired(missing), Length(max=LONGEST_LETTER, message=BEYOND)]
    return TextAreaField(label, filters=[_stripped], validators=wanted)


class TroupeForm(Form):
    """What a troupe is; its own hours only where it has other ones than the rooms' policies say."""

    name_zh = _text(_("中文名"), _("请填写中文名。"))
    name_en = _some(_("英文名"), LONGEST_NAME * 2)
    kind = StringField(
        _("门类"),
        validators=[AnyOf([kind.value for kind in TroupeKind], message=_("请选择门类。"))],
    )
    size = WholeField(_("人数"), 1, LARGEST_TROUPE, _("请填1到1000的整数。"))
    week_hours = WholeField(_("每周几小时"), 1, HOURS_OF_WEEK, WEEK_HOURS, needed=False)
    month_hours = WholeField(_("每月几小时"), 1, HOURS_OF_MONTH, MONTH_HOURS, needed=False)

    @property
    def facts(self) -> Facts:
        """Return what was typed."""
        return Facts(
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or "",
            kind=TroupeKind(self.kind.data or ""),
            size=self.size.data or 0,
            week_minutes=_minutes(self.week_hours.data),
            month_minutes=_minutes(self.month_hours.data),
        )


class ChangedTroupeForm(TroupeForm):
    """What a troupe is to be, and what it was when it was seen."""

    seen = HiddenField(
        validators=[InputRequired(_("页面已过期，请刷新后再来。")), Length(max=40, message=BEYOND)]
    )


class NewTroupeForm(TroupeForm):
    """A troupe that is to be founded, and at which house."""

    site = StringField(
        _("场馆"), validators=[InputRequired(_("请选择场馆。")), Length(max=100, message=BEYOND)]
    )


def _minutes(hours: int | None) -> int | None:
    return None if hours is None else hours * MINUTES


class ListForm(Form):
    """Somebody for a troupe's roster."""

    full_name = StringField(
        _("姓名"),
        validators=[
            InputRequired(_("请填写姓名。")),
            Length(max=LONGEST_NAME, message=BEYOND),
        ],
    )
    phone = StringField(
        _("手机号（可以不写）"),
        validators=[Optional(), Length(max=LONGEST_NAME, message=BEYOND)],
    )

    def validate_full_name(self, field: StringField) -> None:
        """Take what is a name.

        Raises:
            ValidationError: it is none.
        """
        if not is_name(tidy_name(field.data or "")):
            raise ValidationError(gettext("请填写真实姓名，2到30个字，不带数字和符号。"))

    def validate_phone(self, field: StringField) -> None:
        """Take mainland mobile numbers only, by which people sign in.

        Raises:
            ValidationError: it is none.
        """
        if mobile_number(field.data or "") is None:
            raise ValidationError(gettext("请填写11位的大陆手机号。"))

    @property
    def somebody(self) -> Somebody:
        """Return whom it names."""
        return Somebody(tidy_name(self.full_name.data or ""), mobile_number(self.phone.data or ""))


class PasteForm(Form):
    """Many people for a troupe's roster, a line each."""

    people = TextAreaField(
        _("一行一个人：姓名，手机号可以不写"),
        validators=[
            InputRequired(_("请贴上名单，一行一个人。")),
            Length(max=LONGEST_LIST, message=_("名单太长了，请分几次贴。")),
        ],
    )


class SignForm(Form):
    """A leader's signature under the version of the safety letter that was shown."""

    letter = HiddenField(
        validators=[InputRequired(_("页面已过期，请刷新后再来。")), Length(max=20, message=BEYOND)]
    )
    agreed = BooleanField(
        _("我看过了全文，代表团队签署"),
        validators=[InputRequired(_("看过全文、愿意代表团队签署，请打勾。"))],
    )

    @property
    def letter_id(self) -> int:
        """Return the version that was shown; what is no number was never one."""
        typed = self.letter.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() else 0


class DecideForm(Form):
    """What the palace decides about a troupe's season, on how it stood when it was seen."""

    seen = HiddenField(
        validators=[AnyOf([state.value for state in CertificationState], message=BEYOND)]
    )
    verdict = StringField(
        _("认定吗"),
        validators=[AnyOf(["certified", "refused"], message=_("请选认定还是不认定。"))],
    )
    why = _some(_("原因（不认定要写，负责人会看到）"), LONGEST_WHY)

    @property
    def decision(self) -> Decision:
        """Return what is decided."""
        return Decision(
            seen=CertificationState(self.seen.data or ""),
            verdict=CertificationState(self.verdict.data or ""),
            why=self.why.data or "",
        )


class LeaderForm(PhoneForm):
    """Who is to lead a troupe: the number they sign in by, their name, as what."""

    full_name = _text(_("姓名"), _("请填写姓名。"))
    role = StringField(
        _("担任什么"),
        validators=[
            AnyOf([role.value for role in OF_TROUPES], message=_("请选负责人还是副负责人。"))
        ],
    )

    @property
    def somebody(self) -> Somebody:
        """Return whom it names."""
        return Somebody(tidy_name(self.full_name.data or ""), self.number)

    @property
    def as_what(self) -> Role:
        """Return leader or deputy."""
        return Role(self.role.data or "")


class EndForm(Form):
    """A troupe ends, with the rehearsals to come that were shown."""

    seen = WholeField(_("还没排的次数"), 0, 10_000, _("页面已过期，请刷新后再来。"))
    why = _text(_("为什么停办"), _("请写为什么停办。"), LONGEST_WHY)


class SeasonForm(Form):
    """A season of the troupes."""

    name_zh = _text(_("中文名"), _("请填写中文名。"))
    name_en = _some(_("英文名"), LONGEST_NAME * 2)
    first = _text(_("第一天"), A_DAY)
    last = _text(_("最后一天"), A_DAY)

    def validate_first(self, field: StringField) -> None:
        """Want a palace day."""
        _day(field)

    def validate_last(self, field: StringField) -> None:
        """Want a palace day."""
        _day(field)

    @property
    def span(self) -> tuple[date, date]:
        """Return the first and the last day."""
        return _day(self.first), _day(self.last)


def _day(field: StringField) -> date:
    """Return the palace day that was typed.

    Raises:
        ValidationError: it is none, or in no year a palace plans in.
    """
    try:
        day = date.fromisoformat(field.data or "")
    except ValueError:
        raise ValidationError(A_DAY) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(A_DAY)
    return day


class LetterForm(Form):
    """A version of a season's safety letter, after the one that was shown."""

    after = WholeField(_("上一版"), 0, 10_000, _("页面已过期，请刷新后再来。"))
    text_zh = _letter(_("中文全文"), _("请填写中文全文。"))
    text_en = _letter(_("英文全文"), _("请填写英文全文。"))
