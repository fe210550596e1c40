"""What the programme's desk says of a batch, and what a member types."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
    ValidationError,
)

from palace.codes.rules import MOST_CODES, MOST_EACH, MOST_PLACES, Reason
from palace.codes.services import Making
from palace.forms import STALE, WHEN, Form, InstantField, KeyedForm, WholeField

LONGEST_LABEL, LONGEST_CODE, LONGEST_ZONE = 60, 40, 20
NUMBER = r"^[1-9][0-9]{0,17}\Z"
HOW_MANY = _("请写要几个码，1到%(most)s。", most=MOST_CODES)
HOW_MANY_EACH = _("请写一个码几张票，1到%(most)s。", most=MOST_EACH)
UNKNOWN = _("没有这一项，请刷新后重新选。")


def _plain(typed: str | None) -> str | None:
    """Return what was typed without space around it: space alone is nothing, and no number."""
    return typed.strip() if typed else typed


class MakeForm(KeyedForm):
    """A new batch: for whom, what for, how many, until when, what its codes open."""

    label = StringField(
        _("给谁、做什么用"),
        validators=[
            InputRequired(_("请写给谁，比如“市总工会合作媒体”。")),
            Length(max=LONGEST_LABEL, message=_("写得太长了。")),
        ],
    )
    reason = StringField(
        _("哪一类"),
        default=Reason.PARTNER.value,
        validators=[AnyOf([one.value for one in Reason], message=_("请选一类。"))],
    )
    count = WholeField(_("要几个码"), 1, MOST_CODES, HOW_MANY)
    each = WholeField(_("一个码能订几张"), 1, MOST_EACH, HOW_MANY_EACH, default=1)
    ends = InstantField(_("用到什么时候"), validators=[DataRequired(WHEN)])
    keeps = BooleanField(_("给这些码留座"))
    zone = StringField(
        _("留在哪个票区"), validators=[Optional(), Length(max=LONGEST_ZONE, message=UNKNOWN)]
    )
    tier = StringField(
        _("按什么价"), filters=[_plain], validators=[Optional(), Regexp(NUMBER, message=UNKNOWN)]
    )

    def validate_each(self, field: Any) -> None:
        """Want of a batch that its places can be kept at all.

        Raises:
            ValidationError: they are too many.
        """
        if (self.count.data or 0) * (field.data or 0) > MOST_PLACES:
            raise ValidationError(_("一批最多%(most)s张，请少做几个。", most=MOST_PLACES))

    @property
    def making(self) -> Making:
        """Return the batch that was asked for."""
        if self.ends.data is None:
            raise ValueError("asked for the batch of a form that was not checked")
        return Making(
            label=(self.label.data or "").strip(),
            reason=Reason(self.reason.data or ""),
            count=self.count.data or 0,
            each=self.each.data or 0,
            ends_at=self.ends.data,
            keeps=self.keeps.data,
            zone=(self.zone.data or None) if self.keeps.data else None,
            tier_id=int(self.tier.data) if self.tier.data else None,
        )


class CodeForm(Form):
    """A code as somebody types it, on a show's page or anywhere."""

    code = StringField(
        _("码，16位"),
        validators=[
            InputRequired(_("请输入码，一共16位。")),
            Length(max=LONGEST_CODE, message=_("码没有这么长，一共16位。")),
        ],
    )
    performance = HiddenField(
        filters=[_plain], validators=[Optional(), Regexp(NUMBER, message=STALE)]
    )

    @property
    def performance_id(self) -> int | None:
        """Return the show on whose page it was typed."""
        return int(self.performance.data) if self.performance.data else None


class AtShow(PlainForm):
    """On which show's page somebody was who wants to type a code."""

    performance = StringField(validators=[Optional(), Regexp(NUMBER)])
