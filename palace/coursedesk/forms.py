"""What the desk of courses may send; every form that changes something carries what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp, ValidationError

from palace.coursedesk.fields import (
    CODE,
    DAY,
    LONGEST_LINE,
    LONGEST_SEEN,
    LONGEST_WHY,
    MOST_CLASSES,
    MOST_MINUTES,
    MOST_PLACES,
    NO_DAYS,
    PLACE,
    STALE,
    WEEKLY,
    DaysField,
    FactsForm,
    need,
    seen_field,
    whole,
)
from palace.coursedesk.rules import OLDEST
from palace.coursedesk.services.terms import TermFacts
from palace.courses.figures import ALL
from palace.courses.series import MOST_SESSIONS, Pattern, Series
from palace.forms import (
    NO_DAY,
    NO_TIME,
    WHEN,
    ClockField,
    DayField,
    Form,
    InstantField,
    KeyedForm,
    Repeated,
    WholeField,
)
from palace.pictures.sending import PictureForm
from palace.teachers.fields import (
    NUMBER,
    TOO_LONG,
    UNKNOWN,
    chosen_field,
    line_field,
    name_field,
    text_field,
    tidy,
)
from palace.teachers.rules import LEVELS, SUBJECTS
from palace.venues.fields import form_of


class TermForm(Form):
    """A term: its days, and when its phases begin."""

    name_zh = name_field(_("名称"))
    name_en = line_field(_("名称（英文）"))
    first_on = DayField(_("第一天"), [need(NO_DAY)])
    last_on = DayField(_("最后一天"), [need(NO_DAY)])
    shown_at = InstantField(_("什么时候公布课程"), [need(WHEN)])
    opens_at = InstantField(_("工会会员什么时候开始报名"), [need(WHEN)])
    public_opens_at = InstantField(_("公众什么时候开始报名"), [need(WHEN)])
    closes_at = InstantField(_("什么时候报名截止"), [need(WHEN)])
    per_person = whole(_("一个人最多报几个班"), 1, MOST_CLASSES)
    seen = HiddenField(validators=[Optional(), Length(max=LONGEST_SEEN, message=STALE)])

    @property
    def facts(self) -> TermFacts:
        """Return what was typed; without an English name the Chinese stands for it."""
        name = (self.name_zh.data or "").strip()
        told = {field: self[field].data for field in TermFacts.__annotations__}
        english = (self.name_en.data or "").strip() or name
        return TermFacts(**told | {"name_zh": name, "name_en": english})


class NewTermForm(TermForm):
    """A new term of a house."""

    site = chosen_field(_("哪个馆"))


class CourseForm(PictureForm):
    """A course in both languages; the file of a new picture is the part `file`."""

    subject = StringField(
        _("门类"),
        [AnyOf(list(SUBJECTS), message=_("请选择门类。"))],
    )
    title_zh = StringField(
        _("课程名称"),
        [InputRequired(_("请填写课程名称。")), Length(max=LONGEST_LINE, message=TOO_LONG)],
    )
    title_en = line_field(_("课程名称（英文）"), LONGEST_LINE)
    about_zh = text_field(_("介绍"))
    about_en = text_field(_("介绍（英文）"))
    bring_zh = text_field(_("要带什么"))
    bring_en = text_field(_("要带什么（英文）"))
    level = StringField(_("程度"), [AnyOf([str(one) for one in LEVELS], message=_("请选择程度。"))])
    min_age = whole(_("最小几岁"), 0, OLDEST, needed=False)
    max_age = whole(_("最大几岁"), 0, OLDEST, needed=False)
    prerequisite = StringField(_("先修课程"), [Optional(), Regexp(NUMBER, message=UNKNOWN)])
    seen = HiddenField(validators=[Optional(), Length(max=LONGEST_LINE, message=STALE)])

    def validate_max_age(self, field: WholeField) -> None:
        """Check that the ages are in order.

        Raises:
            ValidationError: nobody is of such an age.
        """
        if (
            field.data is not None
            and self.min_age.data is not None
            and field.data < self.min_age.data
        ):
            raise ValidationError(_("不能比最小的还小。"))

    @property
    def values(self) -> dict[str, Any]:
        """Return the reviewed fields of a form that was checked."""
        lines = ("title_zh", "title_en", "about_zh", "about_en", "bring_zh", "bring_en")
        told: dict[str, Any] = {name: tidy(self[name].data) for name in lines}
        return told | {
            "subject": self.subject.data,
            "picture": self.kept,
            "level": int(self.level.data or 0),
            "min_age": self.min_age.data,
            "max_age": self.max_age.data,
        }

    @property
    def builds_on(self) -> int | None:
        """Return the course that who enrols has finished."""
        return int(self.prerequisite.data) if self.prerequisite.data else None


class NewCourseForm(CourseForm):
    """A new course, the key of the page it was typed on, and the house it belongs to."""

    key = StringField(validators=[InputRequired(STALE), Regexp(CODE, message=STALE)])
    site = StringField(_("哪个馆的"), [Optional(), Regexp(NUMBER, message=UNKNOWN)])


class WithdrawForm(Form):
    """The revision that is taken back, and its version, as they were seen."""

    revision = chosen_field("")
    version = chosen_field("")


class LookForm(FactsForm):
    """A class to be opened: its course, term, room, teacher, and how its days follow each other."""

    course = chosen_field(_("课程"))
    term = chosen_field(_("学期"))
    space = StringField(_("教室"), [Optional(), Regexp(NUMBER, message=UNKNOWN)])
    teacher = StringField(_("老师"), [Optional(), Regexp(NUMBER, message=UNKNOWN)])
    pattern = StringField(_("怎么上"), [AnyOf([one.value for one in Pattern], message=UNKNOWN)])
    first = DayField(_("第一次在哪天"), [need(NO_DAY)])
    count = whole(_("上几次"), 1, MOST_SESSIONS)
    picked = DaysField(_("选的日期，一行一个"))
    begins = ClockField(_("几点开始"), [need(NO_TIME)])
    minutes = whole(_("一次几分钟"), 5, MOST_MINUTES)
    displaces = BooleanField(_("借出去的让开：马上通知他们，并给他们留出别的时间或场地"))
    key = HiddenField(validators=[Optional(), Length(max=LONGEST_SEEN, message=STALE)])
    seen = HiddenField(validators=[Optional(), Length(max=LONGEST_SEEN, message=STALE)])
    skips = Repeated(most=MOST_SESSIONS * 2, longest=10, too_many=STALE, wrong=NO_DAYS, shape=DAY)

    def validate_picked(self, field: DaysField) -> None:
        """Check that days are picked where they are to be.

        Raises:
            ValidationError: none are.
        """
        if self.pattern.data == Pattern.PICKED and not field.days:
            raise ValidationError(NO_DAYS)

    def validate_skips(self, field: Repeated) -> None:
        """Check that what is left out are days.

        Raises:
            ValidationError: one is none.
        """
        try:
            frozenset(map(date.fromisoformat, field.data or ()))
        except ValueError:
            raise ValidationError(NO_DAYS) from None

    @property
    def series(self) -> Series:
        """Return the days that are wished for."""
        return Series(
            pattern=Pattern(self.pattern.data or ""),
            first=self.first.data or date.min,
            count=self.count.data or 0,
            picked=self.picked.days,
            skips=frozenset(map(date.fromisoformat, self.skips.data or ())),
        )


class PlanForm(KeyedForm, LookForm):
    """A class as its dates were shown."""

    seen = seen_field()


class ChangeClassForm(FactsForm):
    """What is written of a class, and what it was when it was seen."""

    bought = BooleanField(_("材料已经买了，材料费不再退"))
    seen = seen_field()


class WhyForm(Form):
    """Why something is called off."""

    why = StringField(
        _("原因，大家看得到"),
        [
            InputRequired(_("请写原因，大家看得到。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )


class PlaceForm(Form):
    """Where and when a session is to be: one of those that were proposed, or day, time and room by hand."""

    place = StringField(_("什么时候、在哪里"), [Optional(), Regexp(PLACE, message=UNKNOWN)])
    day = DayField(_("日期"))
    begins = ClockField(_("几点开始"))
    space = StringField(_("教室"), [Optional(), Regexp(NUMBER, message=UNKNOWN)])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and that a place is named wholly, one way or the other."""
        super().validate(extra_validators)
        if not self.place.data and not self.errors and self.is_needed:
            self._check_by_hand()
        return not self.errors

    def _check_by_hand(self) -> None:
        for field, sentence in ((self.day, NO_DAY), (self.begins, NO_TIME)):
            if field.data is None:
                field.errors = [*field.errors, gettext(str(sentence))]
        if not self.space.data:
            self.space.errors = [*self.space.errors, gettext("请选教室。")]

    @property
    def is_needed(self) -> bool:
        """Return whether a place has to be named."""
        return True


class CancelSessionForm(PlaceForm):
    """Why a session is called off, and when it is made up for, if that is known."""

    why = StringField(
        _("原因（可以不写）"),
        [Optional(), Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。"))],
    )
    later = BooleanField(_("补课时间以后再定"))

    @property
    def is_needed(self) -> bool:
        """Return whether a place has to be named: not where it is made up for later."""
        return not self.later.data


class SubstituteForm(Form):
    """Who teaches instead."""

    teacher = chosen_field(_("谁来代课"))


class OpenLineForm(KeyedForm):
    """A line of a menu becomes a class: its course, term and teacher, its room and time as shown."""

    course = HiddenField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    term = HiddenField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    teacher = HiddenField(validators=[InputRequired(STALE), Regexp(NUMBER, message=STALE)])
    place = HiddenField(validators=[InputRequired(STALE), Regexp(WEEKLY, message=STALE)])
    places = whole(_("名额"), 1, MOST_PLACES)
    seen = seen_field()


RulesForm = form_of(
    "RulesForm", ALL, "The figures of classes of a house, with what they were when they were seen."
)
