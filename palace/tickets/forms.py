"""What a browser, kiosk or JSON client may send about seats."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, IntegerField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, DataRequired, NumberRange, Optional, Regexp, ValidationError

from palace.forms import Form
from palace.tickets.rules import Wish

MOST_SEATS = 20
CODE = re.compile(r"[A-Za-z0-9-]{1,20}(:[a-z0-9_-]{1,20})?")


class SeatList(Field):
    """Repeated "CODE" or "CODE:tier" values as (code, tier or None) pairs."""

    data: list[tuple[str, str | None]]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the values."""
        if len(valuelist) > MOST_SEATS:
            raise ValueError(_("一次选的座位太多了，请分几次选。"))
        pairs = [self._pair(value) for value in valuelist]
        if len({code for code, _tier in pairs}) < len(pairs):
            raise ValueError(_("同一个座位选了两次，请重新选择。"))
        self.data = pairs

    def _pair(self, value: str) -> tuple[str, str | None]:
        if not CODE.fullmatch(value):
            raise ValueError(_("没有这个座位，请刷新座位图后重新选择。"))
        code, _colon, tier = value.partition(":")
        return code, tier or None


class Choice:
    """The seats somebody chose, or how many together; both HoldForm and a link carry them."""

    seats = SeatList()
    count = IntegerField(validators=[Optional(), NumberRange(1, MOST_SEATS, _("请选择要几张票。"))])

    @property
    def picked(self) -> Sequence[str]:
        """Return the codes of the seats that were chosen."""
        return [code for code, _tier in self.seats.data or ()]


class ChoiceForm(Choice, PlainForm):
    """A choice carried by a link, over the sign-in page and back; anything unknown is ignored."""


class HoldForm(Choice, Form):
    """A choice with its zone, tier and key; `confirm` settles a free one at once.

    `list` says that it was made on the list by rows.
    """

    zone = StringField(
        validators=[Optional(), Regexp(r"^[\w-]{1,20}\Z", message=_("没有这个票区。"))]
    )
    tier = StringField(
        validators=[Optional(), Regexp(r"^[a-z0-9_-]{1,20}\Z", message=_("没有这个票种。"))]
    )
    key = StringField(
        validators=[
            DataRequired(_("页面已过期，请刷新后再选。")),
            Regexp(r"^[\x21-\x7e]{8,64}\Z", message=_("页面已过期，请刷新后再选。")),
        ]
    )
    confirm = BooleanField()
    list = BooleanField()

    def __init__(self) -> None:
        super().__init__()
        self.key.data = self.key.data or request.headers.get("Idempotency-Key")

    def validate_count(self, field: IntegerField) -> None:
        """Ask for seats or a number, not neither and not both."""
        if bool(self.seats.data) == (field.data is not None):
            raise ValidationError(_("请先选座位，或选择要几张票。"))

    @property
    def wish(self) -> Wish:
        """Return what was asked for."""
        return Wish(
            seats=tuple(self.seats.data or ()),
            count=self.count.data or 0,
            zone=self.zone.data or None,
            tier=self.tier.data or None,
        )


class ProgrammeForm(PlainForm):
    """Filters of the programme; anything unknown is ignored, a link must never break."""

    kind = StringField(validators=[Optional(), Regexp(r"^[a-z_-]{1,20}\Z")])
    space = StringField(validators=[Optional(), Regexp(r"^[\w-]{1,20}\Z")])
    price = StringField(validators=[AnyOf(["", "free", "member"])])
    left = StringField(validators=[AnyOf(["", "1"])])


def new_key() -> str:
    """Return a fresh idempotency key for a form."""
    return secrets.token_urlsafe(12)
