"""What is sent of a ladder."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from palace.charging.rules import MOST_STEPS, NotSteps, Typed, read_steps
from palace.forms import Form, Repeated

LONGEST_NAME, LONGEST_NUMBER = 40, 6
NAME = _("请填名称，%(most)s个字以内。", most=LONGEST_NAME)
STEPS = _("请填小时数和1到100的百分比；越早退得越多，同一时间只写一次。")


class LadderForm(Form):
    """A ladder: its names, whether it is the usual one, and its steps as hours and percents side by side."""

    name_zh = StringField(_("名称"), [InputRequired(NAME), Length(max=LONGEST_NAME, message=NAME)])
    name_en = StringField(
        _("英文名称"), [InputRequired(NAME), Length(max=LONGEST_NAME, message=NAME)]
    )
    usual = BooleanField(_("没有另外指定的场次都按这个"))
    hours = Repeated(
        most=MOST_STEPS,
        longest=LONGEST_NUMBER,
        too_many=STEPS,
        wrong=STEPS,
        label=_("开演前几小时"),
    )
    percents = Repeated(
        most=MOST_STEPS, longest=LONGEST_NUMBER, too_many=STEPS, wrong=STEPS, label=_("退百分之几")
    )

    @property
    def rows(self) -> list[Typed]:
        """Return the steps as they were typed, side by side."""
        hours, percents = list(self.hours.data or ()), list(self.percents.data or ())
        longest = max(len(hours), len(percents))
        pad = [""] * longest
        return list(zip((hours + pad)[:longest], (percents + pad)[:longest], strict=True))

    def validate_percents(self, field: Repeated) -> None:
        """See that the steps can be.

        Raises:
            ValidationError: they cannot.
        """
        del field
        try:
            read_steps(self.rows)
        except NotSteps:
            raise ValidationError(str(STEPS)) from None
