"""What phones say of a roll, and what teachers and their people write."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask_babel import lazy_gettext as _
from wtforms import Form as PlainForm
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from palace.forms import FIRST_YEAR, LAST_YEAR, STALE, Form, InstantField, Repeated, WholeField
from palace.rollcall.rules import LONGEST_AGO, LONGEST_WORDS, Mark, Saying

MOST_PEOPLE = 1000
ID = re.compile(r"[0-9]{1,18}")
MARKED = re.compile(rf"[0-9]{{1,18}}:(?:{'|'.join(Mark)})")
LARGEST = 2**53
LONGEST_CODE = 60
TOO_MANY = _("名单太长了，一次最多1000人。")
RESCAN = _("请对着老师手机上的二维码再扫一次。")
SHORTER = _("写短一些，200个字以内。")


def _people(shape: re.Pattern[str]) -> Repeated:
    return Repeated(most=MOST_PEOPLE, longest=30, too_many=TOO_MANY, wrong=STALE, shape=shape)


class RollForm(Form):
    """What a phone says of the people of a session.

    `shown` is what the page had set of each when it was opened; who is in neither of the two others is
    there. `ago`: so many seconds ago it was saved, on a phone that had no network.
    """

    device = HiddenField(
        validators=[DataRequired(STALE), Regexp(r"^[\x21-\x7e]{8,64}\Z", message=STALE)]
    )
    sequence = WholeField("", 1, LARGEST, STALE)
    opened = InstantField(validators=[DataRequired(STALE)])
    ago = WholeField("", 0, LARGEST, STALE, needed=False)
    shown = _people(MARKED)
    absent = _people(ID)
    late = _people(ID)

    @property
    def said(self) -> dict[int, Mark]:
        """Return what is said of each; who is marked late too has come."""
        those = dict.fromkeys(self.before, Mark.PRESENT)
        those |= dict.fromkeys(map(int, self.absent.data or ()), Mark.ABSENT)
        return those | dict.fromkeys(map(int, self.late.data or ()), Mark.LATE)

    @property
    def before(self) -> dict[int, Mark]:
        """Return what the page had set of each when it was opened."""
        pairs = (one.split(":") for one in self.shown.data or ())
        return {int(one): Mark(mark) for one, mark in pairs}

    def saying(self) -> Saying:
        """Return what is said."""
        return Saying(
            device=self.device.data or "",
            sequence=self.sequence.data or 0,
            shown=self.before,
            said=self.said,
            opened_at=self.opened.data,
            ago=timedelta(seconds=min(self.ago.data or 0, LONGEST_AGO)),
        )


class RestForm(PlainForm):
    """Whether a roll opens with everybody away whom nothing is said of yet: who did not scan."""

    rest = StringField()


class HereForm(Form):
    """What was scanned off the teacher's phone."""

    code = HiddenField(validators=[Length(max=LONGEST_CODE, message=RESCAN)])


class CodeForm(PlainForm):
    """What the QR on the teacher's phone carries."""

    code = StringField()


class BackForm(Form):
    """The session somebody comes to after all."""

    class_session = HiddenField(validators=[Regexp(r"^[0-9]{1,18}\Z", message=STALE)])


class LeaveForm(BackForm):
    """Leave from a session, and why, for who wants to say."""

    words = StringField(
        _("为什么（可以不写）"), validators=[Length(max=LONGEST_WORDS, message=SHORTER)]
    )


class DeclineForm(Form):
    """Why a teacher cannot."""

    why = StringField(
        _("为什么不行"),
        validators=[
            DataRequired(_("请写一句为什么，好安排别人。")),
            Length(max=LONGEST_WORDS, message=SHORTER),
        ],
    )


class InviteForm(Form):
    """Whom the office asks to teach, and which session; none: the class."""

    teacher = StringField(
        _("问哪位老师"), validators=[Regexp(r"^[0-9]{1,18}\Z", message=_("请选一位老师。"))]
    )
    class_session = StringField(
        _("教什么"), validators=[Optional(), Regexp(r"^[0-9]{1,18}\Z", message=STALE)]
    )


class MonthForm(PlainForm):
    """Which month: 2026-11."""

    month = StringField()

    def first(self, today: date) -> date:
        """Return the first day of the month asked for, of this one where none is."""
        return _first(self.month.data) or today.replace(day=1)


class SignForm(Form):
    """The month somebody signs, as they saw it."""

    month = HiddenField(validators=[Regexp(r"^[0-9]{4}-[0-9]{2}\Z", message=STALE)])
    sessions = WholeField("", 0, LARGEST, STALE)
    minutes = WholeField("", 0, LARGEST, STALE)

    def first(self, today: date) -> date:
        """Return the first day of the month."""
        return _first(self.month.data) or today.replace(day=1)


def _first(typed: str | None) -> date | None:
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year < LAST_YEAR else None
