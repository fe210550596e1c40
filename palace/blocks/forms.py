"""What a manager, an organiser or a member may send about a block."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import (
    AnyOf,
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
)

from palace.blocks.rules import MOST_NAMES, MOST_PAPER, Way
from palace.blocks.services.giving import Terms
from palace.blocks.services.placing import Places
from palace.forms import (
    MOST_VALUES,
    STALE,
    WHEN,
    Form,
    InstantField,
    KeyedForm,
    Repeated,
    WholeField,
)
from palace.text import N_

MOST_PLACES = 2000
MOST_EACH = 20
LONGEST_SEARCH = 40
LONGEST_CHOICE = 40
LONGEST_PASTED = 40_000
NUMBER = r"^[1-9][0-9]{0,17}\Z"
ROW = re.compile(r"[A-Za-z0-9-]{1,20}:[^\s:]{1,6}")
SEAT = re.compile(r"[A-Za-z0-9-]{1,20}")
PICK = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,17})")
CHOOSE_UNIT, CHOOSE_TIER = _("请先选一个单位。"), _("请选票种。")
HOW_MANY = _("请写要几个，1到%(most)s。", most=MOST_PLACES)
HOW_MANY_EACH = _("每人1到%(most)s张。", most=MOST_EACH)
UNKNOWN = _("没有这一项，请刷新后重新选。")
WAYS = {
    Way.ANY: N_("经办人自己定"),
    Way.LINK: N_("只用群里的链接"),
    Way.NAMES: N_("只按名单"),
    Way.PAPER: N_("只用纸票"),
}


def _choices(shape: re.Pattern[str]) -> Repeated:
    return Repeated(
        most=MOST_VALUES, longest=LONGEST_CHOICE, too_many=UNKNOWN, wrong=UNKNOWN, shape=shape
    )


class UnitSearch(PlainForm):
    """What somebody typed of a unit's name, and whether they want to mark seats by themselves."""

    q = StringField(
        filters=[lambda typed: (typed or "").replace("\0", "")], validators=[Optional()]
    )
    marks = StringField(validators=[Optional()])

    @property
    def words(self) -> str:
        """Return what was typed, as far as it can be looked for."""
        return " ".join((self.q.data or "")[:LONGEST_SEARCH].split())


class TermsFields:
    """How a block is handed out, in a form of any kind."""

    count = WholeField(_("几个座位"), 1, MOST_PLACES, HOW_MANY, needed=False)
    way = StringField(
        _("怎么发"),
        default=Way.ANY.value,
        validators=[AnyOf([way.value for way in Way], message=_("请选怎么发。"))],
    )
    per_member = WholeField(_("每人最多几张"), 1, MOST_EACH, HOW_MANY_EACH, default=1)
    releases = InstantField(_("收回时间"), validators=[DataRequired(WHEN)])

    @property
    def terms(self) -> Terms:
        """Return what was asked for."""
        if self.releases.data is None:
            raise ValueError("asked for the terms of a form that was not checked")
        return Terms(
            way=Way(self.way.data or ""),
            per_member=self.per_member.data or 1,
            releases_at=self.releases.data,
        )


class GiveForm(TermsFields, KeyedForm):
    """A new block: whose, which seats or how many, in which tier, how, until when."""

    q = StringField(validators=[Optional()])
    unit = StringField(
        _("单位"), validators=[InputRequired(CHOOSE_UNIT), Regexp(NUMBER, message=CHOOSE_UNIT)]
    )
    tier = StringField(
        _("票种"), validators=[InputRequired(CHOOSE_TIER), Regexp(NUMBER, message=CHOOSE_TIER)]
    )
    seats = _choices(SEAT)
    rows = _choices(ROW)

    def places(self, seats: tuple[str, ...]) -> Places:
        """Return which places are asked for: those marked, else so many."""
        return Places(seats=seats, count=0 if seats else self.count.data or 0)


class ChangeForm(TermsFields, Form):
    """Another size, way or release for a block, and what of it was shown."""

    shown = HiddenField(validators=[InputRequired(STALE), Length(max=200, message=STALE)])


class TurnForm(Form):
    """When those who sign up are given theirs; empty: who comes first."""

    turn = InstantField(_("几点分票"), validators=[Optional()])


class NamesForm(Form):
    """Names as they were pasted, one a line."""

    names = TextAreaField(
        _("姓名，一行一个"),
        validators=[
            InputRequired(_("请贴上姓名，一行一个，最多%(most)s个。", most=MOST_NAMES)),
            Length(max=LONGEST_PASTED, message=_("名单太长了，请分几次贴。")),
        ],
    )


class GiveListForm(Form):
    """Whom lines mean that several are called by, and the word of those without an account."""

    picks = _choices(PICK)
    consent = BooleanField(_("他们同意由单位代领"))

    @property
    def chosen(self) -> dict[int, int]:
        """Return the roster entry that each line means."""
        parts = [value.partition(":") for value in self.picks.data or ()]
        return {int(line): int(entry) for line, _colon, entry in parts}


class PaperForm(KeyedForm):
    """How many tickets are wanted on paper."""

    count = WholeField(
        _("要几张纸票"), 1, MOST_PAPER, _("请写要几张，1到%(most)s。", most=MOST_PAPER)
    )


class PaperNamesForm(Form):
    """Who gets the paper tickets, by seat (an empty line: nobody yet), and which ones the page had."""

    names = TextAreaField(
        _("领票人，按座位顺序，一行一个"),
        validators=[
            Optional(),
            Length(max=LONGEST_PASTED, message=_("名单太长了，请分几次贴。")),
        ],
    )
    shown = HiddenField(validators=[Optional(), Length(max=LONGEST_PASTED, message=STALE)])


class TakeForm(KeyedForm):
    """One tap on the unit's link."""
