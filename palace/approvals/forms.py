"""What somebody who decides says."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import AnyOf, Length, ValidationError

from palace.approvals.rules import LONGEST_WHY, MOST_DATES, Verdict
from palace.forms import Form, Repeated

NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class DecideForm(Form):
    """Which dates, passed or refused, and why not."""

    dates = Repeated(
        label=_("哪几次"),
        most=MOST_DATES,
        longest=20,
        too_many=_("一次最多批60次。"),
        wrong=_("请在列出的日期里选。"),
        shape=NUMBER,
    )
    verdict = StringField(
        validators=[
            AnyOf([one.value for one in Verdict], message=_("请选一个：同意，还是不同意。"))
        ]
    )
    why = StringField(
        _("不同意的原因（团队会看到）"),
        validators=[Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。"))],
    )

    def validate_dates(self, field: Repeated) -> None:
        """Refuse a decision about nothing."""
        if not field.data:
            raise ValidationError(str(_("请至少选一次。")))

    def validate_why(self, field: Any) -> None:
        """Refuse a refusal without a reason."""
        if self.verdict.data == Verdict.REFUSED and not (field.data or "").strip():
            raise ValidationError(str(_("不同意的，请写一句为什么。")))

    @property
    def ids(self) -> set[int]:
        """Return the dates that were chosen."""
        return {int(one) for one in self.dates.data}
