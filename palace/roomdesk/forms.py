"""What administrators may send about policies, rooms, what stands in them, and closures."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import AnyOf, InputRequired, Length, Optional, Regexp, ValidationError

from palace.forms import Form, InstantField, Repeated, WholeField
from palace.rooms.figures import figures_for
from palace.rooms.wishes import Takers
from palace.venues.fields import FiguresForm, form_of

LONGEST_NAME, LONGEST_REASON, LONGEST_SEEN = 60, 200, 60
MOST_COUNT, MOST_PEOPLE, LARGEST, HIGHEST, LOWEST = 999, 100_000, 100_000, 200, -20
MOST_THINGS, MOST_PURPOSES, MOST_SPACES = 200, 50, 250
NUMBER = re.compile(r"[0-9]{1,18}\Z")
COUNT = re.compile(r"[0-9]{0,3}")
WORD = re.compile(r"[a-z_]{1,40}")
STALE = _("请刷新这一页再改。")
UNKNOWN = _("没有这一种，请重新选择。")
NAME = _("请写名称，60个字以内。")
WRONG_COUNT = _("设备的数量请填0到999的整数。")
ENOUGH = _("选得太多了，请分几次。")


def _policy_form(takers: Takers) -> type[FiguresForm]:
    figures = [one for part in figures_for(takers).values() for one in part]
    about = (
        f"The figures of a policy for a {takers.value}, with what they were when they were seen."
    )
    return form_of(f"{takers.value.capitalize()}PolicyForm", figures, about)


TroupePolicyForm = _policy_form(Takers.TROUPE)
MemberPolicyForm = _policy_form(Takers.MEMBER)
POLICY_FORMS = {Takers.TROUPE: TroupePolicyForm, Takers.MEMBER: MemberPolicyForm}


def _number(label: Any) -> StringField:
    """Return the field of a row's number, chosen from a list."""
    return StringField(label, [InputRequired(UNKNOWN), Regexp(NUMBER, message=UNKNOWN)])


class NamedForm(Form):
    """A thing by both its names."""

    name_zh = StringField(_("名称"), [InputRequired(NAME), Length(max=LONGEST_NAME, message=NAME)])
    name_en = StringField(_("名称（英文）"), [Optional(), Length(max=LONGEST_NAME, message=NAME)])

    @property
    def names(self) -> tuple[str, str]:
        """Return both names; without an English one the Chinese stands for it."""
        zh = (self.name_zh.data or "").strip()
        return zh, (self.name_en.data or "").strip() or zh


class NewPolicyForm(NamedForm):
    """A policy to be made: whose, and for whom."""

    site = _number(_("哪个馆"))
    takers = StringField(_("谁来约"), [AnyOf([one.value for one in Takers], message=UNKNOWN)])


class EquipmentForm(NamedForm):
    """Something of the house, and how many are carried to where they are wanted."""

    stock = WholeField(_("能搬去别处用的有几个"), 0, MOST_COUNT, WRONG_COUNT)


class NewEquipmentForm(EquipmentForm):
    """Something a house has for its rooms."""

    site = _number(_("哪个馆"))


class PairForm(Form):
    """Two rooms."""

    first = _number(_("一个场地"))
    other = _number(_("另一个场地"))


class RoomForm(Form):
    """What is written of a room, and what it was when it was seen."""

    policy = _number(_("照哪种办法借"))
    floor = WholeField(_("在几层"), LOWEST, HIGHEST, _("层数请填-20到200的整数。"))
    area_m2 = WholeField(
        _("面积（平方米）"), 1, LARGEST, _("面积请填整数，不知道就空着。"), needed=False
    )
    capacity = WholeField(_("最多几人"), 1, MOST_PEOPLE, _("请填1到100000的整数。"))
    min_people = WholeField(_("至少几人才借"), 0, MOST_PEOPLE, _("请填0到100000的整数。"))
    setup_minutes = WholeField(
        _("每次前面留几分钟布置"),
        0,
        240,
        _("请填%(lowest)s到%(highest)s的整数。", lowest=0, highest=240),
    )
    teardown_minutes = WholeField(
        _("每次后面留几分钟收拾"),
        0,
        240,
        _("请填%(lowest)s到%(highest)s的整数。", lowest=0, highest=240),
    )
    approval = BooleanField(_("每一次都要人批准"))
    bookable = BooleanField(_("现在外借"))
    purposes = Repeated(
        most=MOST_PURPOSES,
        longest=40,
        too_many=UNKNOWN,
        wrong=UNKNOWN,
        shape=WORD,
        label=_("能做什么用"),
    )
    things = Repeated(most=MOST_THINGS, longest=18, too_many=STALE, wrong=STALE, shape=NUMBER)
    counts = Repeated(most=MOST_THINGS, longest=3, too_many=STALE, wrong=WRONG_COUNT)
    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])

    def validate_min_people(self, field: WholeField) -> None:
        """Check that as many fit as are wanted at least.

        Raises:
            ValidationError: fewer do.
        """
        if field.data and self.capacity.data and field.data > self.capacity.data:
            raise ValidationError(_("不能比“%(other)s”还多。", other=self.capacity.label.text))

    def validate_counts(self, field: Repeated) -> None:
        """Check that every thing has its number.

        Raises:
            ValidationError: there are more or fewer numbers, or one is none.
        """
        fits = all(COUNT.fullmatch(typed) for typed in field.data or ())
        if not fits or len(field.data or ()) != len(self.things.data or ()):
            raise ValidationError(WRONG_COUNT)

    @property
    def facts(self) -> dict[str, Any]:
        """Return what was typed, as rooms have it."""
        counts = zip(self.things.data or (), self.counts.data or (), strict=True)
        return {
            "policy_id": int(self.policy.data or 0),
            "floor": self.floor.data,
            "area_m2": self.area_m2.data,
            "setup_minutes": self.setup_minutes.data,
            "teardown_minutes": self.teardown_minutes.data,
            "min_people": self.min_people.data,
            "approval": bool(self.approval.data),
            "bookable": bool(self.bookable.data),
            "purposes": sorted(set(self.purposes.data or ())),
            "capacity": self.capacity.data,
            "equipment": {int(of): int(count) for of, count in counts if int(count or 0)},
        }


class ClosureForm(Form):
    """Spaces to be closed, from when to when, and why."""

    spaces = Repeated(
        most=MOST_SPACES,
        longest=18,
        too_many=ENOUGH,
        wrong=UNKNOWN,
        shape=NUMBER,
        label=_("哪些场地"),
    )
    starts_at = InstantField(_("从"))
    ends_at = InstantField(_("到"))
    reason_zh = StringField(
        _("原因，大家看得到"),
        [
            InputRequired(_("请写原因，大家看得到。")),
            Length(max=LONGEST_REASON, message=_("原因写短一些，200个字以内。")),
        ],
    )
    reason_en = StringField(
        _("原因（英文）"),
        [Optional(), Length(max=LONGEST_REASON, message=_("原因写短一些，200个字以内。"))],
    )

    def validate_spaces(self, field: Repeated) -> None:
        """Check that something is chosen.

        Raises:
            ValidationError: nothing is.
        """
        if not field.data:
            raise ValidationError(_("请至少选一个场地。"))

    def validate_starts_at(self, field: InstantField) -> None:
        """Check that there is a beginning.

        Raises:
            ValidationError: there is none.
        """
        _need(field)

    def validate_ends_at(self, field: InstantField) -> None:
        """Check that there is an end.

        Raises:
            ValidationError: there is none.
        """
        _need(field)


class CloseForm(ClosureForm):
    """A closure, with what was in its way on the list that was shown."""

    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])
    displaces = BooleanField(_("借出去的也让开：马上通知他们，并给他们留出别的时间或场地"))


def _need(field: InstantField) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(_("请写日期和时间，比如 2026-11-28 19:00。"))
