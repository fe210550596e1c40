"""What a browser or JSON client may send about places in classes."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from palace import clock
from palace.clock import palace_day
from palace.courses.queries.catalogue import When
from palace.forms import DayField, Form, KeyedForm
from palace.identities.rules import OLDEST, age
from palace.members.phones import PhoneForm

LARGEST_ID = 2**63 - 1
LONGEST_WHY, LONGEST_NAME, LONGEST_WORD = 200, 40, 40
NOBODY = _("请选择给谁报名。")
NO_CLASS = _("请选择一个班。")
NOT_BORN = _("请填出生日期，例如 1966-05-01。")


def _trimmed(typed: str | None) -> str:
    return (typed or "").strip()


class LookForm(PlainForm):
    """What somebody looks for in the catalogue."""

    term = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID)])
    subject = StringField(filters=[_trimmed], validators=[Optional(), Length(max=LONGEST_WORD)])
    when = StringField(
        filters=[_trimmed], validators=[Optional(), AnyOf([one.value for one in When])]
    )
    free = BooleanField()


class PersonForm(PlainForm):
    """For whom somebody looks at a class: the member, or one of those they keep."""

    person = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID, NOBODY)])


class BirthdayField(DayField):
    """The day somebody alive was born on."""

    first_year, wrong = 1900, NOT_BORN


class BornForm(Form):
    """When somebody was born, as they say: asked where a class has ages, and kept nowhere."""

    born = BirthdayField(_("出生日期"))

    @property
    def born_on(self) -> date | None:
        """Return the day that was said."""
        return self.born.data

    def validate_born(self, field: DayField) -> None:
        """Refuse what is no day somebody alive was born on.

        Raises:
            ValidationError: it is not.
        """
        if field.data and not 0 <= age(field.data, palace_day(clock.now())) <= OLDEST:
            raise ValidationError(NOT_BORN)


class EnrolForm(BornForm, KeyedForm):
    """A place, for the member or one of those they keep; a guardian's word for a child."""

    person = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID, NOBODY)])
    guardian = BooleanField(_("我是监护人，同意孩子来上课"))


class WaitForm(Form):
    """For whom a place is waited for; nobody named: the member."""

    person = IntegerField(validators=[Optional(), NumberRange(1, LARGEST_ID, NOBODY)])


class TakeOfferForm(BornForm):
    """What is asked with taking the place that is offered: a guardian's word, or when a grown-up was born."""

    guardian = BooleanField(_("我是监护人，同意孩子来上课"))


class MoveForm(Form):
    """The parallel class that is changed to."""

    offering = IntegerField(
        validators=[InputRequired(NO_CLASS), NumberRange(1, LARGEST_ID, NO_CLASS)]
    )


class ExcuseForm(KeyedForm, PhoneForm):
    """Whom somebody of the palace lets into a class beyond a rule, and why."""

    name = StringField(_("姓名（这个手机号有几位会员时填）"), validators=[Length(max=LONGEST_NAME)])
    child = StringField(_("给家里哪一位报（本人报不填）"), validators=[Length(max=LONGEST_NAME)])
    guardian = BooleanField(_("孩子不满14岁：监护人在场，同意孩子来上课"))
    why = StringField(
        _("为什么破例"),
        validators=[
            InputRequired(_("请写一句为什么。")),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )
