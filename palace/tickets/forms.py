"""What a browser, kiosk or JSON client may send about seats."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, IntegerField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import AnyOf, DataRequired, NumberRange, Optional, Regexp

from palace.forms import STALE, Form
from palace.money import LARGEST_PRICE, Fen
from palace.tickets.entrants import MOST_SEATS, TOO_MANY
from palace.tickets.rules import Wish

CODE = re.compile(r"[A-Za-z0-9-]{1,20}(:[a-z0-9_-]{1,20})?")


class SeatList(Field):
    """Repeated "CODE" or "CODE:tier" values as (code, tier or None) pairs."""

    data: list[tuple[str, str | None]]

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the values."""
        if len(valuelist) > MOST_SEATS:
            raise ValueError(TOO_MANY)
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
    """What somebody chose: seats, or how many together in a zone and tier; a link may carry it too."""

    seats = SeatList()
    count = IntegerField(validators=[Optional(), NumberRange(1, MOST_SEATS, _("请选择要几张票。"))])
    zone = StringField(
        validators=[Optional(), Regexp(r"^[\w-]{1,20}\Z", message=_("没有这个票区。"))]
    )
    tier = StringField(
        validators=[Optional(), Regexp(r"^[a-z0-9_-]{1,20}\Z", message=_("没有这个票种。"))]
    )

    @property
    def picked(self) -> Sequence[str]:
        """Return the codes of the seats that were chosen."""
        return [code for code, _tier in self.seats.data or ()]


class ChoiceForm(Choice, PlainForm):
    """A choice carried by a link, over the sign-in page and back; anything unreadable is left out."""

    @property
    def kept(self) -> dict[str, object]:
        """Return the readable fields as they stand in a link."""
        values = {"seats": self.picked, "count": self.count.data, "zone": self.zone.data}
        values |= {"tier": self.tier.data}
        return {name: value for name, value in values.items() if value and not self[name].errors}


class HoldForm(Choice, Form):
    """A choice with its key; `confirm` settles a free one at once, `list` says it was made by rows.

    `kept`: of the seats kept under this key, which a grant of theirs opens. `leave_gap`: staff say that
    a single seat may be left over.
    """

    key = StringField(
        validators=[
            DataRequired(_("页面已过期，请刷新后再选。")),
            Regexp(r"^[\x21-\x7e]{8,64}\Z", message=_("页面已过期，请刷新后再选。")),
        ]
    )
    confirm = BooleanField()
    list = BooleanField()
    leave_gap = BooleanField()
    kept = StringField(
        validators=[
            Optional(),
            Regexp(r"^[a-z_]{1,20}(:[0-9]{1,18})?\Z", message=_("没有这些保留的座位。")),
        ]
    )

    def __init__(self) -> None:
        super().__init__()
        self.key.data = self.key.data or request.headers.get("Idempotency-Key")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask also for seats or a number: not neither, not both."""
        valid = bool(super().validate(extra_validators))
        if valid and bool(self.seats.data) == (self.count.data is not None):
            self.count.errors = [_("请先选座位，或选择要几张票。")]
            return False
        return valid

    @property
    def wish(self) -> Wish:
        """Return what was asked for."""
        return Wish(
            seats=tuple(self.seats.data or ()),
            count=self.count.data or 0,
            zone=self.zone.data or None,
            tier=self.tier.data or None,
            kept=self.kept.data or None,
        )


class SeatForm(Form):
    """The one seat a ticket shall be for; `list` says it was chosen by rows."""

    seats = SeatList()
    list = BooleanField()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for one seat: not none, not several."""
        valid = bool(super().validate(extra_validators))
        if valid and len(self.seats.data or ()) != 1:
            self.seats.errors = [_("请选一个座位。")]
            return False
        return valid

    @property
    def wanted(self) -> str:
        """Return the code of the seat."""
        return self.seats.data[0][0]


class ReturnForm(Form):
    """What the page of a ticket said comes back of its price, in fen; nothing where it said nothing."""

    back = IntegerField(validators=[Optional(), NumberRange(0, LARGEST_PRICE, STALE)])

    @property
    def seen(self) -> Fen | None:
        """Return what was said to come back."""
        return None if self.back.data is None else Fen(self.back.data)


class ProgrammeForm(PlainForm):
    """Filters of the programme; anything unknown is ignored, a link must never break."""

    kind = StringField(validators=[Optional(), Regexp(r"^[a-z_-]{1,20}\Z")])
    space = StringField(validators=[Optional(), Regexp(r"^[\w-]{1,20}\Z")])
    price = StringField(validators=[AnyOf(["", "free", "member"])])
    left = StringField(validators=[AnyOf(["", "1"])])
