"""What staff find somebody by, and what makes an account for who has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length

from palace import clock
from palace.clock import palace_day
from palace.forms import Form
from palace.identities.rules import Declared, Document, flaw_of, tidy_number
from palace.members.facts import LONGEST_FACT
from palace.members.rules import is_name, tidy_name
from palace.tickets.tokens import LONGEST as LONGEST_CODE

TOO_LONG = _("写得太长了。")


class FindForm(Form):
    """One thing that is read or typed, or a name and a unit."""

    who = StringField(
        _("会员卡号、身份证、手机号，或扫会员二维码"),
        validators=[Length(max=LONGEST_CODE, message=TOO_LONG)],
    )
    name = StringField(_("姓名"), validators=[Length(max=LONGEST_FACT, message=TOO_LONG)])
    unit = StringField(
        _("单位（全称、俗称或拼音）"), validators=[Length(max=LONGEST_FACT, message=TOO_LONG)]
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Want one of the two ways whole."""
        if not super().validate(extra_validators):
            return False
        if self.typed:
            return True
        name, unit = (self.name.data or "").strip(), (self.unit.data or "").strip()
        if not name and not unit:
            self.who.errors = [gettext("请刷卡、扫码，或填写卡号；没有卡的，填姓名和单位。")]
        elif not name:
            self.name.errors = [gettext("请填写姓名全名。")]
        elif not unit:
            self.unit.errors = [gettext("请填写单位。")]
        return not self.errors

    @property
    def typed(self) -> str:
        """Return what was read or typed."""
        return (self.who.data or "").strip()


class BeginForm(Form):
    """Whom of those found staff act for, and the word of who has no account yet."""

    person = StringField(
        validators=[
            InputRequired(_("请先找到这位会员，再点“替他办理”。")),
            Length(max=100, message=TOO_LONG),
        ]
    )
    consent = BooleanField(_("本人听过《个人信息说明》，同意建账号"))


class IntroduceForm(Form):
    """Somebody who has no account and stands on no roster; their document finds them the next time."""

    full_name = StringField(_("姓名"), validators=[Length(max=LONGEST_FACT, message=TOO_LONG)])
    document = StringField(
        _("证件"),
        default=Document.ID_CARD.value,
        validators=[AnyOf([one.value for one in Document], message=_("请选择证件。"))],
    )
    number = StringField(_("证件号码"), validators=[Length(max=LONGEST_FACT, message=TOO_LONG)])
    consent = BooleanField(_("本人听过《个人信息说明》和《证件号码单独同意书》，都同意"))

    def validate_full_name(self, field: StringField) -> None:
        """Take what people are called."""
        if not is_name(tidy_name(field.data or "")):
            raise ValidationError(_("请填写真实姓名，2到30个字，不带数字和符号。"))

    def validate_number(self, _field: StringField) -> None:
        """Take what may be such a document's number."""
        if self.document.errors:
            return
        today = palace_day(clock.now())
        flaw = flaw_of(self.declared.document, self.declared.number, today)
        if flaw:
            raise ValidationError(gettext(flaw))

    def validate_consent(self, field: BooleanField) -> None:
        """Want their word."""
        if not field.data:
            raise ValidationError(_("先念给本人听，本人同意了再勾选。"))

    @property
    def declared(self) -> Declared:
        """Return who it is, as typed."""
        return Declared(
            name=tidy_name(self.full_name.data or ""),
            document=Document(self.document.data or Document.ID_CARD),
            number=tidy_number(self.number.data or ""),
        )
