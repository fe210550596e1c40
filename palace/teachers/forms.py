"""What the desk may send of a teacher."""

from __future__ import annotations

import re
from datetime import time

from flask_babel import lazy_gettext as _
from wtforms.validators import ValidationError

from palace.forms import NO_TIME, Form, Repeated
from palace.members.phones import PhoneForm
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

MOST_TIMES = 30


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
            Free(_weekday(weekday), time.fromisoformat(begins), time.fromisoformat(ends))
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


class LinkForm(PhoneForm):
    """The number and the name of a teacher's account."""

    name = name_field(_("姓名"))
