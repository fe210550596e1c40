"""What a programme manager may send; every form that changes something carries what was seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    Optional,
    Regexp,
    StopValidation,
)

from palace.clock import at
from palace.desk.rules import (
    MOST_SEATS,
    Prices,
    TwoFigures,
    price_table,
    read_day,
    read_seats,
    read_time,
)
from palace.forms import MOST_VALUES, Form, Repeated, WholeField
from palace.money import read_yuan
from palace.programme.rules import IdentityPolicy, Qualifies, SeatChoice, Seating
from palace.venues.changes import MOST_GIFTS
from palace.venues.figures import LARGEST_ORDER

STALE = _("请刷新这一页再改。")
LONGEST_SEEN, LONGEST_NAME, LONGEST_PROOF, LONGEST_CELLS = 20_000, 60, 200, 8_000
LONGEST_WORK = 7 * 24 * 60
NO_DAY, NO_TIME = _("请填日期，例如 2026-12-05。"), _("请填时间，例如 19:30。")
NO_PRICE = _("请填元，最多两位小数，例如 30 或 12.5；免费填0。")
NOT_SAME = _("各区都填了自己的价，“各区一样”就空着，或者填成同一个数。")
NO_SEATS = _("请填0到%(most)s的整数，不限就空着。", most=MOST_SEATS)
NUMBER = Regexp(r"^[0-9]{1,18}\Z", message=_("请从列出的里面选。"))


class Whole(WholeField):
    """A whole number whose sentence says its two bounds."""

    def __init__(self, label: Any, lowest: int, highest: int, **how: Any) -> None:
        sentence = _("请填写%(lowest)s到%(highest)s的整数。", lowest=lowest, highest=highest)
        super().__init__(label, lowest, highest, sentence, **how)


class Reads:
    """Refuse what a reader of the rules cannot read."""

    def __init__(self, read: Callable[[str], object], sentence: Any) -> None:
        self.read, self.sentence = read, sentence

    def __call__(self, _form: Form, of: Field) -> None:
        """Check the field of a form that was filled in.

        Raises:
            StopValidation: it cannot be read.
        """
        try:
            self.read(of.data or "")
        except ValueError:
            raise StopValidation(str(self.sentence)) from None


IS_DAY, IS_TIME = Reads(read_day, NO_DAY), Reads(read_time, NO_TIME)


def _instant(day: Field, clock_time: Field) -> datetime:
    return at(read_day(day.data or ""), read_time(clock_time.data or ""))


class Seen:
    """What was seen when somebody set out to change it."""

    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])


class StartFields:
    """When it begins."""

    day = StringField(_("日期"), [IS_DAY])
    time = StringField(_("开演时间"), [IS_TIME])

    @property
    def starts_at(self) -> datetime:
        """Return when it begins."""
        return _instant(self.day, self.time)


class PlaceFields(StartFields):
    """Where and when, and how people sit."""

    space = StringField(_("场地"), [InputRequired(_("请选场地。")), NUMBER])
    seating = StringField(
        _("座位"), [AnyOf([one.value for one in Seating], message=_("请选一种。"))]
    )
    plan = StringField(_("哪张座位图"), [Optional(), NUMBER])
    capacity = Whole(_("最多多少人"), 1, MOST_SEATS, needed=False)
    get_in = Whole(_("开演前几分钟开始占场地（装台）"), 0, LONGEST_WORK)
    get_out = Whole(_("散场后几分钟还占场地（拆台）"), 0, LONGEST_WORK)
    doors = Whole(_("开演前几分钟开门检票"), 0, 240)
    displaced = StringField(
        validators=[Optional(), Regexp(r"[0-9]{1,18}( [0-9]{1,18}){0,59}\Z", message=STALE)]
    )

    @property
    def displaced_ids(self) -> frozenset[int]:
        """Return the dates of lent rooms that were shown, and that give the hall up."""
        return frozenset(map(int, (self.displaced.data or "").split()))


class SaleFields:
    """When it is sold, and how much each may take."""

    opens_day = StringField(_("开票日期"), [Optional(), IS_DAY])
    opens_time = StringField(_("开票时间"), [Optional(), IS_TIME])
    closes_day = StringField(_("停止订票日期"), [Optional(), IS_DAY])
    closes_time = StringField(_("停止订票时间"), [Optional(), IS_TIME])
    seats_per_member = Whole(_("每人最多订几张"), 1, LARGEST_ORDER)
    identity_policy = StringField(
        _("入场要登记证件"),
        [AnyOf([one.value for one in IdentityPolicy], message=_("请选一种。"))],
    )
    one_per_identity = BooleanField(_("一个证件只能订一张"))
    choice = StringField(
        _("座位怎么定"),
        [Optional(), AnyOf([one.value for one in SeatChoice], message=_("请选一种。"))],
    )
    no_single_gap = BooleanField(_("网上选座不能留下单个空座"))
    gifts_per_ticket = Whole(_("一张票最多转送几次（0：不能转送）"), 0, MOST_GIFTS, needed=False)
    ladder = StringField(_("退票阶梯"), [Optional(), NUMBER])

    @property
    def opens_at(self) -> datetime | None:
        """Return when the sale opens, None where nothing is said."""
        return _both(self.opens_day, self.opens_time)

    @property
    def closes_at(self) -> datetime | None:
        """Return when the sale closes, None where nothing is said."""
        return _both(self.closes_day, self.closes_time)


def _both(day: Field, clock_time: Field) -> datetime | None:
    return _instant(day, clock_time) if day.data and clock_time.data else None


class Dated(Form):
    """A form that says when a sale opens and ends: a day alone or a time alone says nothing."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for both or neither of a day and its time, and for a policy behind one document, one ticket."""
        valid = bool(super().validate(extra_validators))
        for day, clock_time in (("opens_day", "opens_time"), ("closes_day", "closes_time")):
            valid = self._pair(self[day], self[clock_time]) and valid
        policy = self["identity_policy"]
        if self["one_per_identity"].data and policy.data == IdentityPolicy.NONE:
            policy.errors = [_("一个证件只能订一张，就要选登记谁的证件。")]
            return False
        return valid

    @staticmethod
    def _pair(day: Field, clock_time: Field) -> bool:
        if bool(day.data) == bool(clock_time.data):
            return True
        wrong, sentence = (clock_time, NO_TIME) if day.data else (day, NO_DAY)
        wrong.errors = [sentence]
        return False


class NewForm(PlaceFields, SaleFields, Dated):
    """A new performance: where, when, and how it is sold; an opening left empty is the house's."""


class PlaceForm(Seen, PlaceFields, Form):
    """Where and when a performance is, changed."""


class TroupesForm(Form):
    """Which troupes play in a performance."""

    troupes = Repeated(
        most=MOST_VALUES,
        longest=18,
        too_many=STALE,
        wrong=STALE,
        shape=re.compile(r"[1-9][0-9]{0,17}"),
        default=list,
    )


class SaleForm(Seen, SaleFields, Dated):
    """When a performance is sold and what each may take, changed."""


class CopyForm(StartFields, Form):
    """When another evening of a performance is."""


class CellsForm(Seen, Form):
    """A table as it was typed: `cells` names the cells, a space between, `typed` has a value for each."""

    cells = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_CELLS, message=STALE)])
    typed = Repeated(most=MOST_VALUES, longest=LONGEST_NAME, too_many=STALE, wrong=STALE)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Ask for a value for each cell, then look at each."""
        valid = bool(super().validate(extra_validators))
        if valid and len((self.cells.data or "").split()) != len(self.typed.data or ()):
            self.seen.errors = [STALE]
            return False
        self.wrong: dict[str, str] = {}
        return valid and self._look()

    def _look(self) -> bool:
        for cell, typed in self.by_cell.items():
            try:
                self.read(typed)
            except ValueError:
                self.wrong[cell] = str(self.sentence)
        if self.wrong:
            self.typed.errors = [next(iter(self.wrong.values()))]
        return not self.wrong

    sentence = NO_SEATS
    read: Callable[[str], int | None] = staticmethod(read_seats)

    @property
    def by_cell(self) -> dict[str, str]:
        """Return what was typed, by cell."""
        return dict(zip((self.cells.data or "").split(), self.typed.data or (), strict=False))


class QuotasForm(CellsForm):
    """Quotas by what they are called: house, tier:free, zone:A; an empty one is none."""

    @property
    def quotas(self) -> dict[str, int | None]:
        """Return the quotas as they were read."""
        return {cell: self.read(typed) for cell, typed in self.by_cell.items()}


class PricesForm(CellsForm):
    """Prices in yuan by tier and zone: free:A, and free:* for all zones; an empty one is none."""

    sentence = NO_PRICE
    read = staticmethod(read_yuan)

    def amounts(self, zones: Sequence[str]) -> Prices:
        """Return what each tier costs by zone.

        Raises:
            TwoFigures: a tier says two things; its cell is told.
        """
        try:
            return price_table(
                {cell: self.read(typed) for cell, typed in self.by_cell.items()}, zones
            )
        except TwoFigures as wrong:
            self.wrong[wrong.cell] = str(NOT_SAME)
            raise


class TierFields:
    """What a tier says."""

    name_zh = StringField(_("中文名"), [InputRequired(_("请填中文名。")), Length(max=LONGEST_NAME)])
    name_en = StringField(_("英文名"), [InputRequired(_("请填英文名。")), Length(max=LONGEST_NAME)])
    qualifies = StringField(
        _("谁能买"), [AnyOf([one.value for one in Qualifies], message=_("请选一种。"))]
    )
    cap = Whole(_("一场每人最多几张"), 1, LARGEST_ORDER, needed=False)
    monthly = BooleanField(_("算在每月的免费票里"))
    proof_zh = StringField(_("入场看什么证件（中文）"), [Optional(), Length(max=LONGEST_PROOF)])
    proof_en = StringField(_("入场看什么证件（英文）"), [Optional(), Length(max=LONGEST_PROOF)])
    fund = StringField(_("差价由谁出"), [Optional(), Length(max=LONGEST_PROOF)])


class TierForm(Seen, TierFields, Form):
    """A tier, changed."""


class NewTierForm(TierFields, Form):
    """A new tier."""
