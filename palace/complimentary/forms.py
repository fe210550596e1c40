"""What staff say of complimentary tickets."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from palace.complimentary.rules import MOST_EACH, MOST_PEOPLE, SOURCES, Reason
from palace.complimentary.services import Giving
from palace.forms import KeyedForm, WholeField

LONGEST_LIST, LONGEST_WHY, LONGEST_SEATS = 2000, 200, 1000
HOW_MANY = _("请写每人几张，1到%(most)s。", most=MOST_EACH)
BREAKS = re.compile(r"[\s,，;；、]+")


class GiveForm(KeyedForm):
    """Complimentary tickets: for whom, how many each, why, which seats."""

    people = TextAreaField(
        _("给谁：手机号或会员卡号，一行一个"),
        validators=[
            InputRequired(_("请写手机号或会员卡号，一行一个。")),
            Length(max=LONGEST_LIST, message=_("名单太长了，请分几次送。")),
        ],
    )
    each = WholeField(_("每人几张"), 1, MOST_EACH, HOW_MANY, default=1)
    reason = StringField(
        _("为什么送"),
        validators=[AnyOf([one.value for one in Reason], message=_("请选为什么送。"))],
    )
    why = StringField(
        _("说明"), validators=[Optional(), Length(max=LONGEST_WHY, message=_("写得太长了。"))]
    )
    source = StringField(
        _("从哪些座位里"),
        validators=[
            AnyOf(["", *(key.value for key in SOURCES)], message=_("请选从哪些座位里送。"))
        ],
        default="",
    )
    seats = StringField(
        _("座位号（可以不写）"),
        validators=[Optional(), Length(max=LONGEST_SEATS, message=_("写得太长了。"))],
    )

    def validate_people(self, _field: Any) -> None:
        """Want of a list that it can be given at once.

        Raises:
            ValidationError: it has too many lines.
        """
        if len(self._lines) > MOST_PEOPLE:
            raise ValidationError(gettext("一次最多%(most)s个人，请分几次送。", most=MOST_PEOPLE))

    def validate_reason(self, field: Any) -> None:
        """Want of any other reason that it is said.

        Raises:
            ValidationError: it is not.
        """
        if field.data == Reason.OTHER and not (self.why.data or "").strip():
            raise ValidationError(gettext("选了“别的”，请在说明里写为什么送。"))

    @property
    def _lines(self) -> list[str]:
        return [line.strip() for line in (self.people.data or "").splitlines() if line.strip()]

    @property
    def _seats(self) -> list[str]:
        return [code.upper() for code in BREAKS.split(self.seats.data or "") if code]

    @property
    def giving(self) -> Giving:
        """Return what was asked for."""
        return Giving(
            people=tuple(self._lines),
            each=self.each.data or 0,
            reason=Reason(self.reason.data or ""),
            why=(self.why.data or "").strip(),
            seats=tuple(self._seats),
            source=self.source.data or None,
        )
