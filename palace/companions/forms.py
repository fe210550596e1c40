"""What a member may send of somebody they bring along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from palace import clock
from palace.clock import palace_day
from palace.companions.rules import Relation, birthday
from palace.forms import Form
from palace.identities.rules import (
    GUARDIAN_AGE,
    OLDEST,
    Declared,
    Document,
    age,
    flaw_of,
    tidy_number,
)
from palace.members.rules import is_name, tidy_name

LONGEST_TEXT = 60


class CompanionForm(Form):
    """Somebody to keep: a child needs a birthday or an identity card, a number needs consent."""

    name = StringField(
        _("姓名"),
        validators=[
            InputRequired(_("请填写真实姓名，2到30个字，不带数字和符号。")),
            Length(max=LONGEST_TEXT, message=_("姓名太长了。")),
        ],
    )
    relation = StringField(
        _("是我的"),
        validators=[AnyOf([one.value for one in Relation], message=_("请选择是您的什么人。"))],
    )
    document = StringField(
        _("证件"),
        default=Document.ID_CARD.value,
        validators=[
            Optional(),
            AnyOf([one.value for one in Document], message=_("请选择证件。")),
        ],
    )
    number = StringField(
        _("证件号码"),
        validators=[
            Optional(),
            Length(max=LONGEST_TEXT, message=_("有一格写得太长了，请照证件填。")),
        ],
    )
    born = StringField(
        _("孩子的生日"),
        validators=[Optional(), Length(max=LONGEST_TEXT, message=_("请选择生日。"))],
    )
    guardian = BooleanField(_("不满14岁：我是监护人，同意保存"))
    consent = BooleanField(_("同意保存证件的尾号和加密印记，订实名场时用"))

    def validate_name(self, field: StringField) -> None:
        """Take what people are called."""
        if not is_name(tidy_name(field.data or "")):
            raise ValidationError(_("请填写真实姓名，2到30个字，不带数字和符号。"))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Look also at what hangs together: number and consent, child and birthday, guardian."""
        if not super().validate(extra_validators):
            return False
        today = palace_day(clock.now())
        self._look_at_number(today)
        self._look_at_birthday(today)
        return not self.errors

    def _look_at_number(self, today: date) -> None:
        declared = self.declared
        flaw = flaw_of(declared.document, declared.number, today) if declared else None
        if flaw:
            self.number.errors = [gettext(flaw)]
        elif declared and not self.consent.data:
            self.consent.errors = [gettext("存证件要先勾选同意；不想存，就把号码空着。")]

    def _look_at_birthday(self, today: date) -> None:
        if self.number.errors:
            return
        typed = self.born.data and self._born is None
        born = birthday(self.declared, self._born)
        needed = self.relation.data == Relation.CHILD and born is None
        if typed or needed or (born is not None and not 0 <= age(born, today) <= OLDEST):
            self.born.errors = [gettext("请填孩子的生日，例如 2016-05-01。")]
        elif born is not None and age(born, today) < GUARDIAN_AGE and not self.guardian.data:
            self.guardian.errors = [gettext("不满14岁的孩子，要监护人勾选同意。")]

    @property
    def declared(self) -> Declared | None:
        """Return the document that was typed; None: it is left out."""
        number = tidy_number(self.number.data or "")
        if not number:
            return None
        document = Document(self.document.data or Document.ID_CARD)
        return Declared(name=tidy_name(self.name.data or ""), document=document, number=number)

    @property
    def born_on(self) -> date | None:
        """Return the birthday that was typed, where it counts."""
        return self._born

    @property
    def _born(self) -> date | None:
        try:
            return date.fromisoformat((self.born.data or "").strip())
        except ValueError:
            return None
