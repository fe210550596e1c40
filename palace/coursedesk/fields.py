"""Fields that several forms of the desk share; what is written of a class, a teacher, a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, HiddenField, IntegerField, TextAreaField
from wtforms.validators import (
    InputRequired,
    Length,
    NumberRange,
    StopValidation,
    ValidationError,
)

from palace.coursedesk.services.classes import ClassFacts
from palace.courses.series import MOST_SESSIONS
from palace.forms import (
    FIRST_YEAR,
    LAST_YEAR,
    NO_TIME,
    DayField,
    Form,
    InstantField,
    Repeated,
    WholeField,
)
from palace.members.phones import PhoneForm
from palace.money import FREE
from palace.teachers.fields import (
    UNKNOWN,
    YuanField,
    chosen_field,
    line_field,
    name_field,
    text_field,
    tidy,
)
from palace.teachers.rules import LEVELS, SUBJECTS, Free
from palace.teachers.services import TeacherFacts

LONGEST_LINE, LONGEST_WHY, LONGEST_SEEN = 120, 200, 80
MOST_TIMES = 30
LARGEST = 2**63 - 1
MOST_PLACES, MOST_MINUTES, MOST_CLASSES = 2000, 12 * 60, 50
CODE = r"^[a-z2-7]{20}\Z"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
BETWEEN = re.compile(r"[\s,，、;；]+")
PLACE = r"^[0-9]{1,18}\.[0-9]{1,10}\Z"
WEEKLY = r"^[0-9]{1,18}\.[1-7]\.(?:[01][0-9]|2[0-3])[0-5][0-9]\Z"
"""A room, a weekday and a clock time."""
STALE = _("请刷新这一页再改。")
NO_DAYS = _("请写日期，一行一个，例如 2026-12-05。")


def seen_field() -> HiddenField:
    """Return the field of what somebody saw."""
    return HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])


def whole(label: Any, lowest: int, highest: int, *, needed: bool = True) -> WholeField:
    """Return the field of a whole number whose sentence says its two bounds."""
    sentence = _("请填写%(lowest)s到%(highest)s的整数。", lowest=lowest, highest=highest)
    return WholeField(label, lowest, highest, sentence, needed=needed)


def need(sentence: Any) -> Callable[[Any, Field], None]:
    """Return what refuses a field with nothing in it."""

    def check(_form: Any, field: Field) -> None:
        if field.data is None and not field.errors:
            raise ValidationError(sentence)

    return check


class DaysField(TextAreaField):
    """Days, one a line or with commas between."""

    days: Sequence[date] = ()

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - as WTForms calls it
        """Read what was typed.

        Raises:
            StopValidation: one is no day, or there are too many.
        """
        typed = [one for one in BETWEEN.split((self.data or "").strip()) if one]
        try:
            days = [date.fromisoformat(one) for one in typed]
        except ValueError:
            raise StopValidation(NO_DAYS) from None
        if len(days) > MOST_SESSIONS or not all(
            FIRST_YEAR <= one.year <= LAST_YEAR for one in days
        ):
            raise StopValidation(NO_DAYS)
        self.days = days


class FactsForm(Form):
    """What is written of a class beside its sessions."""

    name_zh = line_field(_("班名（可以不写，例如“周三晚班”）"))
    name_en = line_field(_("班名（英文）"))
    places = whole(_("名额"), 1, MOST_PLACES)
    in_person = whole(_("留给到场报名的名额"), 0, MOST_PLACES)
    in_person_until = InstantField(_("留到什么时候"))
    opens_at = InstantField(_("自己的开始报名时间（不写就跟学期）"))
    member_fee = YuanField(_("工会会员学费（元）"))
    public_fee = YuanField(_("公众学费（元），不写就只收会员"))
    material_fee = YuanField(_("材料费（元）"))
    fund = line_field(_("差价由谁出"), LONGEST_WHY)
    minimum = whole(_("至少几人开班"), 0, MOST_PLACES)
    decides_on = DayField(_("哪天决定开不开"))
    trial_sessions = whole(_("可以先试听几次"), 0, MOST_SESSIONS)
    late_sessions = whole(_("第几次课以后不再插班"), 0, MOST_SESSIONS)
    offer_sessions = whole(_("第几次课以后不再递补"), 0, MOST_SESSIONS)
    absences = whole(_("无故缺几次课让出名额（0：不让）"), 0, MOST_SESSIONS)

    def validate_in_person(self, field: WholeField) -> None:
        """Check that no more places are kept than there are.

        Raises:
            ValidationError: more are.
        """
        not_above(field, self.places)

    def validate_minimum(self, field: WholeField) -> None:
        """Check that as many fit as are wanted at least.

        Raises:
            ValidationError: fewer do.
        """
        not_above(field, self.places)

    @property
    def facts(self) -> ClassFacts:
        """Return what was typed."""
        plain = [
            "places", "in_person", "in_person_until", "opens_at", "minimum", "decides_on",
            "trial_sessions", "late_sessions", "offer_sessions", "absences",
        ]  # fmt: skip
        return ClassFacts(
            name_zh=(self.name_zh.data or "").strip(),
            name_en=(self.name_en.data or "").strip(),
            member_fee=self.member_fee.fen or FREE,
            public_fee=self.public_fee.fen,
            material_fee=self.material_fee.fen or FREE,
            fund=(self.fund.data or "").strip() or None,
            **{name: self[name].data for name in plain},
        )


def not_above(field: WholeField, other: WholeField) -> None:
    """Refuse a number that passes another of the same form.

    Raises:
        ValidationError: it does.
    """
    if field.data and other.data and field.data > other.data:
        raise ValidationError(_("不能比“%(other)s”还多。", other=other.label.text))


class TeacherForm(Form):
    """A teacher: names, skills with levels, free times, the fee of a lesson."""

    name_zh = name_field(_("姓名"))
    name_en = line_field(_("姓名（英文）"))
    about_zh = text_field(_("介绍"))
    about_en = text_field(_("介绍（英文）"))
    fee = YuanField(_("每课时课酬（元，可以不写）"))
    subjects = Repeated(
        most=len(SUBJECTS),
        longest=20,
        too_many=UNKNOWN,
        wrong=UNKNOWN,
        shape=re.compile("|".join(SUBJECTS)),
        label=_("能教什么"),
    )
    levels = Repeated(most=len(SUBJECTS), longest=1, too_many=UNKNOWN, wrong=UNKNOWN)
    weekdays = Repeated(most=MOST_TIMES, longest=1, too_many=UNKNOWN, wrong=UNKNOWN)
    froms = Repeated(most=MOST_TIMES, longest=5, too_many=UNKNOWN, wrong=NO_TIME)
    tos = Repeated(most=MOST_TIMES, longest=5, too_many=UNKNOWN, wrong=NO_TIME)

    def validate_froms(self, _field: Repeated) -> None:
        """Check that every free time is one.

        Raises:
            ValidationError: one is not.
        """
        try:
            well = all(one.begins < one.ends for one in self.times)
        except ValueError:
            well = False
        if not well:
            raise ValidationError(_("有空的时间请写成 09:00 到 11:30 这样，开始在前。"))

    @property
    def facts(self) -> TeacherFacts:
        """Return what was typed."""
        return TeacherFacts(
            name_zh=(self.name_zh.data or "").strip(),
            name_en=(self.name_en.data or "").strip(),
            about_zh=tidy(self.about_zh.data),
            about_en=tidy(self.about_en.data),
            fee=self.fee.fen,
        )

    @property
    def skills(self) -> dict[str, int]:
        """Return what they can teach, up to which level; each subject's level stands in its place."""
        levels = dict(zip(SUBJECTS, self.levels.data or (), strict=False))
        known = {str(one) for one in LEVELS}
        return {
            one: int(levels[one]) if levels.get(one) in known else 0
            for one in self.subjects.data or ()
        }

    @property
    def times(self) -> list[Free]:
        """Return when they are free; rows without a beginning and an end are left out.

        Raises:
            ValueError: one is no time of a weekday.
        """
        rows = zip(
            self.weekdays.data or (), self.froms.data or (), self.tos.data or (), strict=True
        )
        return [
            Free(_weekday(weekday), _clock_time(begins), _clock_time(ends))
            for weekday, begins, ends in rows
            if begins or ends
        ]


class NewTeacherForm(TeacherForm):
    """A new teacher of a house."""

    site = chosen_field(_("哪个馆"))


def _weekday(typed: str) -> int:
    if typed not in set("1234567"):
        raise ValueError(typed)
    return int(typed)


def _clock_time(typed: str) -> time:
    read = time.fromisoformat(typed)
    if read.tzinfo:
        raise ValueError(typed)
    return read


class LinkForm(PhoneForm):
    """The number and the name of a teacher's account."""

    name = name_field(_("姓名"))


class DecideForm(Form):
    """Which proposal is withdrawn."""

    call_off = IntegerField(validators=[InputRequired(STALE), NumberRange(1, LARGEST, STALE)])


class ConfirmForm(DecideForm):
    """What the second person confirms, with the figures they were shown."""

    seen = seen_field()
