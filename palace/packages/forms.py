"""What a member sends who takes a package, and what the desk sends about one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
)

from palace.desk.rules import MOST_SEATS
from palace.forms import MOST_VALUES, WHEN, Form, InstantField, KeyedForm, Repeated, WholeField
from palace.money import Fen, read_yuan
from palace.packages.rules import MOST_SHOWS
from palace.packages.services.making import Terms
from palace.programme.rules import Returns
from palace.venues.figures import LARGEST_ORDER

LONGEST_NAME, LONGEST_ZONE, LONGEST_SEEN, LONGEST_CODE = 60, 40, 20_000, 20
STALE = _("请刷新这一页再改。")
HOW_MANY = _("请选择要几套。")
SEATS = _("请填1到%(most)s的整数。", most=MOST_SEATS)
EACH = _("请填1到%(most)s的整数。", most=LARGEST_ORDER)
NO_PRICE = _("请填元，最多两位小数，例如 30 或 12.5；免费填0。")
NO_NAME = _("请填套票的名字，中文、英文都要。")
NUMBER = re.compile(r"[0-9]{1,18}")


class TakeForm(KeyedForm):
    """How many packages, in which tier, with a key; `confirm` settles a free one at once."""

    count = WholeField(None, 1, LARGEST_ORDER, HOW_MANY)
    tier = StringField(
        validators=[Optional(), Regexp(r"^[a-z0-9_-]{1,20}\Z", message=_("没有这个票种。"))]
    )
    confirm = BooleanField()


class TermsFields:
    """What a package is called and how it is sold."""

    name_zh = StringField(_("中文名"), [InputRequired(NO_NAME), Length(max=LONGEST_NAME)])
    name_en = StringField(_("英文名"), [InputRequired(NO_NAME), Length(max=LONGEST_NAME)])
    seats = WholeField(_("一共卖几套"), 1, MOST_SEATS, SEATS)
    seats_per_member = WholeField(_("每人最多几套"), 1, LARGEST_ORDER, EACH)
    opens = InstantField(_("几点开卖"), [DataRequired(WHEN)])
    members_open = InstantField(_("会员提前到几点"), [Optional()])
    closes = InstantField(_("几点停卖"), [DataRequired(WHEN)])
    singly = BooleanField(_("这几场也单卖"))
    returns = StringField(
        _("怎么退"), [AnyOf([one.value for one in Returns], message=_("请选一种。"))]
    )

    @property
    def terms(self) -> Terms:
        """Return how it is sold, once the form was checked."""
        return Terms(
            name_zh=(self.name_zh.data or "").strip(),
            name_en=(self.name_en.data or "").strip(),
            seats=self.seats.data or 0,
            seats_per_member=self.seats_per_member.data or 0,
            opens_at=self.opens.data,
            members_open_at=self.members_open.data,
            closes_at=self.closes.data,
            singly=bool(self.singly.data),
            returns=Returns(self.returns.data or ""),
        )

    def in_order(self) -> bool:
        """Say what is wrong where the hours are not in their order: members, everybody, the end."""
        if self.closes.data <= self.opens.data:
            self.closes.errors = [_("停卖要晚于开卖。")]
            return False
        if self.members_open.data and self.members_open.data >= self.opens.data:
            self.members_open.errors = [_("会员提前的时间要早于开卖。")]
            return False
        return True


class NewPackageForm(TermsFields, Form):
    """A new package and its shows."""

    shows = Repeated(
        label=_("哪几场"),
        most=MOST_SHOWS,
        longest=18,
        too_many=_("一种套票最多%(most)s场。", most=MOST_SHOWS),
        wrong=_("没有这一项，请刷新后重新选。"),
        shape=NUMBER,
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Look also at the order of the hours."""
        return bool(super().validate(extra_validators)) and self.in_order()


class PackageForm(TermsFields, Form):
    """A package, changed: `tiers` names tiers, `prices` has a value for each, `zones` one for each show."""

    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])
    tiers = Repeated(most=MOST_VALUES, longest=LONGEST_CODE, too_many=STALE, wrong=STALE)
    prices = Repeated(most=MOST_VALUES, longest=LONGEST_CODE, too_many=STALE, wrong=NO_PRICE)
    zones = Repeated(most=MOST_SHOWS, longest=LONGEST_ZONE, too_many=STALE, wrong=STALE)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Look also at the order of the hours, and read each price."""
        valid = bool(super().validate(extra_validators)) and self.in_order()
        if not valid:
            return False
        if len(self.tiers.data or ()) != len(self.prices.data or ()):
            self.prices.errors = [STALE]
            return False
        try:
            self.amounts()
        except ValueError:
            self.prices.errors = [NO_PRICE]
            return False
        return True

    def amounts(self) -> dict[str, Fen | None]:
        """Return what the package costs by the code of a tier.

        Raises:
            ValueError: one is no price.
        """
        typed = zip(self.tiers.data or (), self.prices.data or (), strict=True)
        return {tier: read_yuan(yuan) for tier, yuan in typed}

    @property
    def typed(self) -> dict[str, str]:
        """Return what was typed as prices, by tier."""
        return dict(zip(self.tiers.data or (), self.prices.data or (), strict=False))
