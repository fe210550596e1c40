"""What a member asks of an invoice, and what finance sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, Regexp

from palace.books.rules import FIELDS, MOST_COLUMNS, MOST_LINES, TAX_NUMBER, Heading
from palace.books.services import Wanted
from palace.books.states import Field, Payer
from palace.forms import DayField, Form, Repeated
from palace.money import Fen
from palace.payments.services import Seen
from palace.teachers.fields import YuanField

LONGEST_TITLE, LONGEST_TAX, LONGEST_EMAIL = 100, 30, 120
LONGEST_WHY, LONGEST_HEADING, LONGEST_FIXED = 200, 40, 100
LONGEST_LINE, LONGEST_REFERENCE = 120, 100
LARGEST_ID = 2**63 - 1
LONGEST_PASTED = MOST_LINES * LONGEST_LINE
TOO_LONG = _("写得太长了。")
WHY = _("请写一句原因。")
STALE = _("请刷新这一页再办。")
FIXED = "fixed"
REFERENCE = r"^\s*[A-Za-z0-9_-]+\s*\Z"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z"
DECISIONS = ("agree", "drop", "retry")


def _checked_email() -> list[Any]:
    wrong = _("邮箱地址不对，请核对。")
    return [Optional(), Length(max=LONGEST_EMAIL, message=wrong), Regexp(EMAIL, message=wrong)]


def _one_of_them(**how: Any) -> IntegerField:
    bounds = NumberRange(1, LARGEST_ID, message=STALE)
    return IntegerField(validators=[Optional(), bounds], **how)


class InvoiceForm(Form):
    """To whom an invoice is made out."""

    payer = StringField(
        _("开给"),
        validators=[AnyOf([one.value for one in Payer], message=_("请选开给个人还是单位。"))],
        default=Payer.PERSON.value,
    )
    title = StringField(
        _("发票抬头"),
        validators=[
            InputRequired(_("请写发票抬头：姓名，或者单位全称。")),
            Length(max=LONGEST_TITLE, message=TOO_LONG),
        ],
    )
    tax_number = StringField(
        _("税号（开给单位的要写）"),
        validators=[Optional(), Length(max=LONGEST_TAX, message=TOO_LONG)],
    )
    email = StringField(_("发票发到哪个邮箱（可以不写）"), validators=_checked_email())

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and that a unit's invoice has a tax number of the right shape."""
        super().validate(extra_validators)
        number = self._tax_number
        if self.payer.data == Payer.UNIT and TAX_NUMBER.fullmatch(number) is None:
            self.tax_number.errors = [gettext("请写单位的税号：15到20位数字和大写字母。")]
        return not self.errors

    @property
    def _tax_number(self) -> str:
        return "".join((self.tax_number.data or "").split()).upper()

    @property
    def wanted(self) -> Wanted:
        """Return what was asked for."""
        payer = Payer(self.payer.data or "")
        return Wanted(
            payer=payer,
            title=" ".join((self.title.data or "").split()),
            tax_number=self._tax_number if payer is Payer.UNIT else None,
            email=(self.email.data or "").strip() or None,
        )


class TableForm(Form):
    """Lines somebody pasted, or a file in the part `file`; `sure`: they are to come in."""

    lines = TextAreaField(
        _("或者把表格粘贴到这里，第一行是列名"),
        validators=[Optional(), Length(max=LONGEST_PASTED, message=TOO_LONG)],
    )
    sure = BooleanField()


class ReverseForm(Form):
    """On which day an invoice was reversed."""

    on = DayField(_("冲红日期"), [InputRequired(_("请填日期，例如 2026-12-05。"))])

    @property
    def asked(self) -> date:
        """Return the day of a form that was checked."""
        return self.on.data or date.max


class MatchForm(Form):
    """Which day is to be matched."""

    day = DayField(_("哪一天"), [InputRequired(_("请填日期，例如 2026-12-05。"))])

    @property
    def asked(self) -> date:
        """Return the day of a form that was checked."""
        return self.day.data or date.max


class PageForm(Form):
    """What somebody saw of a page on its provider's own pages: how much came, and that money's name there."""

    yuan = YuanField(_("收到多少元，没有付写0"), [InputRequired(_("请填收到多少元，没有付写0。"))])
    reference = StringField(
        _("付款编号，例如 pi_ 开头的"),
        [
            Optional(),
            Length(max=LONGEST_REFERENCE, message=TOO_LONG),
            Regexp(REFERENCE, message=_("付款编号不对，请照支付平台上的抄。")),
        ],
    )
    why = StringField(
        _("在哪里看到的"),
        validators=[
            InputRequired(_("请写在支付平台的哪一页看到的。")),
            Length(max=LONGEST_WHY, message=TOO_LONG),
        ],
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and that money which came has a name."""
        super().validate(extra_validators)
        if not self.errors and bool(self.seen.paid) != bool(self.seen.intent):
            self.reference.errors = [gettext("收到了钱要写付款编号，没有付就空着。")]
        return not self.errors

    @property
    def seen(self) -> Seen:
        """Return what was seen, of a form that was checked."""
        return Seen(
            paid=self.yuan.fen or Fen(0), intent=(self.reference.data or "").strip() or None
        )


class WhyForm(Form):
    """Words about what was looked into."""

    why = StringField(
        _("怎么回事"),
        validators=[InputRequired(WHY), Length(max=LONGEST_WHY, message=TOO_LONG)],
    )


class DecideForm(Form):
    """What becomes of money that waits to go back: agreed to, dropped, or tried once more."""

    what = StringField(validators=[AnyOf(DECISIONS, message=_("请选怎么办。"))])
    why = StringField(
        _("原因（不退的要写）"), validators=[Optional(), Length(max=LONGEST_WHY, message=TOO_LONG)]
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check each field, and that who drops a refund says why."""
        super().validate(extra_validators)
        if self.what.data == "drop" and not (self.why.data or "").strip():
            self.why.errors = [str(WHY)]
        return not self.errors


def _each(longest: int) -> Repeated:
    return Repeated(
        most=MOST_COLUMNS,
        longest=longest,
        too_many=_("列太多了，最多%(most)s列。", most=MOST_COLUMNS),
        wrong=TOO_LONG,
        default=list,
    )


class ColumnsForm(Form):
    """The columns of the finance tool's file in order: heading, what stands there, or fixed words."""

    heading = _each(LONGEST_HEADING)
    what = _each(LONGEST_HEADING)
    fixed = _each(LONGEST_FIXED)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check that every column is whole, and that the request's number is among them."""
        super().validate(extra_validators)
        if not self.errors and not self._is_whole:
            self.heading.errors = [gettext("每一列都要有列名，选了固定文字的要写文字。")]
        elif not self.errors and not any(one.field is Field.REQUEST for one in self.columns):
            self.heading.errors = [gettext("要有一列是申请单号，发票号码才导得回来。")]
        return not self.errors

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Return what was typed, column by column; those left empty are left out."""
        longest = max(len(self.heading.data), len(self.what.data), len(self.fixed.data))

        def of(field: Repeated, place: int) -> str:
            return field.data[place] if place < len(field.data) else ""

        every = [
            (of(self.heading, one), of(self.what, one), of(self.fixed, one))
            for one in range(longest)
        ]
        return [one for one in every if one[0] or one[2]]

    @property
    def _is_whole(self) -> bool:
        known = {*FIELDS, FIXED}
        return all(
            heading and what in known and (fixed or what != FIXED)
            for heading, what, fixed in self.rows
        )

    @property
    def columns(self) -> list[Heading]:
        """Return the columns of a form that was checked."""
        return [
            Heading(heading, None, fixed) if what == FIXED else Heading(heading, Field(what))
            for heading, what, fixed in self.rows
        ]


class RetryForm(Form):
    """Of which show, or of which class, what failed is tried again; neither: all there is."""

    show = _one_of_them()
    course_class = _one_of_them(name="class")
