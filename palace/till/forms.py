"""What a clerk types at the till."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, ValidationError

from palace.forms import DayField, Form, WholeField
from palace.money import LARGEST_PRICE, Fen
from palace.payments.states import Method
from palace.teachers.fields import YuanField, chosen_field, line_field, name_field
from palace.till.rules import AT_TILL

LONGEST_WORD, LONGEST_SLIP, LONGEST_WHY, LONGEST_CODE = 60, 64, 200, 300
WHICH_WAY = _("请选怎么收退。")
NO_AMOUNT = _("请填金额。")
NO_WHY = _("请写明原因。")
TOO_LONG = _("写得太长了。")


def _tidy(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


def _why(*first: Any) -> StringField:
    return StringField(
        _("原因"), [*first, Length(max=LONGEST_WHY, message=TOO_LONG)], filters=[_tidy]
    )


class _Way(Form):
    """By which way money comes or goes, with the number of its slip where it leaves one."""

    ways: tuple[Method, ...] = AT_TILL
    method = StringField(_("怎么收退"), [InputRequired(WHICH_WAY)])
    reference = StringField(
        _("单号（POS单、转账、收款码的交易单号）"),
        [Optional(), Length(max=LONGEST_SLIP, message=TOO_LONG)],
        filters=[_tidy],
    )

    def validate_method(self, field: StringField) -> None:
        """Take the ways of this form.

        Raises:
            ValidationError: it is none of them.
        """
        if field.data not in self.ways:
            raise ValidationError(WHICH_WAY)

    @property
    def way(self) -> Method:
        """Return the way that was chosen."""
        return Method(self.method.data or "")

    @property
    def slip(self) -> str | None:
        """Return the slip's number."""
        return self.reference.data or None


class _Asked(Form):
    """What the page said has to be paid, in fen: another amount by now is told."""

    amount = WholeField(_("金额"), 1, LARGEST_PRICE, NO_AMOUNT)

    @property
    def fen(self) -> Fen:
        """Return the amount."""
        return Fen(self.amount.data or 0)


class FindForm(Form):
    """What a payment is found by."""

    word = StringField(
        _("订单号、取票码、手机号（后四位也行）、四位付款号，或单位"),
        [
            InputRequired(_("请填要找的。")),
            Length(max=LONGEST_WORD, message=TOO_LONG),
        ],
        filters=[_tidy],
    )


class TakeForm(_Asked, _Way):
    """By which way money came."""


class AccountForm(_Asked):
    """Which unit settles it later, and by when; by default the house's days from today."""

    unit = StringField(
        _("哪个单位签单"),
        [InputRequired(_("请填单位。")), Length(max=LONGEST_WORD, message=TOO_LONG)],
        filters=[_tidy],
    )
    due_on = DayField(_("哪天前结清"), [Optional()])


class BackForm(_Way):
    """By which way money goes back; off a unit's account where it is not settled yet."""

    ways = (*AT_TILL, Method.ACCOUNT)


class SettleForm(_Way):
    """How a unit settles what it took on account."""


class ProposeForm(Form):
    """How much is to go back that no rule owes, and why."""

    yuan = YuanField(_("退多少元"), [InputRequired(NO_AMOUNT)])
    why = _why(InputRequired(NO_WHY))

    def validate_yuan(self, field: YuanField) -> None:
        """Want something to go back."""
        _wants_some(field)


class WhyForm(Form):
    """Why something is let go or sent back."""

    why = _why(InputRequired(NO_WHY))


class CorrectForm(_Way):
    """By which way it really came, and why it was written otherwise."""

    why = _why(InputRequired(NO_WHY))


class MatchForm(Form):
    """Which money of the printed code it is."""

    movement = chosen_field(_("哪一笔"))


class UnmatchedForm(Form):
    """Money of the printed code that nobody knows the payment of."""

    site = line_field(_("哪个馆"))
    yuan = YuanField(_("金额（元）"), [InputRequired(NO_AMOUNT)])
    reference = StringField(
        _("交易单号"),
        [InputRequired(_("请填交易单号。")), Length(max=LONGEST_SLIP, message=TOO_LONG)],
        filters=[_tidy],
    )

    def validate_yuan(self, field: YuanField) -> None:
        """Want an amount."""
        _wants_some(field)


class OpenForm(Form):
    """How much cash a drawer begins with, and at which house."""

    site = line_field(_("哪个馆"))
    yuan = YuanField(_("钱箱里的备用金（元）"), [InputRequired(_("请填备用金，没有就填0。"))])


class CloseForm(Form):
    """The cash that was counted, and why it is not what has to be there."""

    yuan = YuanField(_("点出的现金（元，连备用金）"), [InputRequired(_("请填点出的现金。"))])
    why = _why(Optional())


class CodeForm(Form):
    """A printed code: what it is called and what its QR says."""

    site = line_field(_("哪个馆"))
    name_zh = name_field(_("名称，例如：微信收款"))
    name_en = name_field(_("英文名称"))
    content = TextAreaField(
        _("码的内容（用扫码软件读出来的文字）"),
        [
            InputRequired(_("请填码的内容。")),
            Length(max=LONGEST_CODE, message=TOO_LONG),
        ],
        filters=[_tidy],
    )


class PaperForm(PlainForm):
    """What a receipt is printed on: a till's roll, or A4."""

    paper = StringField(validators=[Optional(), AnyOf(["roll", "a4"])])


def _wants_some(field: YuanField) -> None:
    if not field.errors and not field.fen:
        field.errors = [*field.errors, gettext("金额要大于0。")]
