"""What members and the office may send about menus and scores."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf, DataRequired, Length, Optional

from palace.forms import WHEN, Form, InstantField, Repeated, WholeField
from palace.surveys.rules import MOST_LINES, Figures

LONGEST_TITLE, LONGEST_PASTED, LONGEST_WORDS, MOST_CHOICES = 60, 20_000, 500, 20
AN_ID = re.compile(r"[0-9]{1,18}")
BEYOND = _("写得太长了。")


def _stripped(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


class VoteForm(Form):
    """The lines of a menu that a member chooses, all of them."""

    lines = Repeated(
        most=MOST_LINES,
        longest=18,
        too_many=_("选得太多了。"),
        wrong=_("菜单刚刚有变动，请再看一遍。"),
        shape=AN_ID,
        label=_("想学的"),
    )

    @property
    def chosen(self) -> set[int]:
        """Return the lines by their numbers."""
        return {int(one) for one in self.lines.data or []}


class SurveyForm(Form):
    """What a menu is called, how many lines each member chooses, from when until when."""

    title_zh = StringField(
        _("中文名"),
        filters=[_stripped],
        validators=[DataRequired(_("请填写中文名。")), Length(max=LONGEST_TITLE, message=BEYOND)],
    )
    title_en = StringField(
        _("英文名"),
        filters=[_stripped],
        validators=[Optional(), Length(max=LONGEST_TITLE * 2, message=BEYOND)],
    )
    choices = WholeField(_("每人选几门"), 1, MOST_CHOICES, _("请填1到20的整数。"))
    opens_at = InstantField(_("几点开始选"), [DataRequired(WHEN)])
    closes_at = InstantField(_("几点截止"), [DataRequired(WHEN)])

    def validate_closes_at(self, field: InstantField) -> None:
        """Want the end behind the beginning.

        Raises:
            ValidationError: it is not.
        """
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_("截止要比开始晚。"))

    @property
    def figures(self) -> Figures:
        """Return what was typed."""
        return Figures(
            title_zh=self.title_zh.data or "",
            title_en=self.title_en.data or "",
            choices=self.choices.data or 0,
            opens_at=_given(self.opens_at),
            closes_at=_given(self.closes_at),
        )


def _given(field: InstantField) -> Any:
    return field.data


class NewSurveyForm(SurveyForm):
    """A menu that is to be made, and of which house."""

    site = StringField(
        _("场馆"), validators=[DataRequired(_("请选择场馆。")), Length(max=100, message=BEYOND)]
    )


class PasteForm(Form):
    """Many lines for a menu at once."""

    pasted = TextAreaField(
        _("一行一门：科目、课名"),
        validators=[
            DataRequired(_("请贴上课程，一行一门。")),
            Length(max=LONGEST_PASTED, message=_("太长了，请分几次贴。")),
        ],
    )


class MoveForm(Form):
    """Which way a line goes by one place."""

    way = HiddenField(validators=[AnyOf(["up", "down"], message=BEYOND)])


class ScoreForm(Form):
    """One to five stars for a class, and words that only the palace reads."""

    stars = StringField(
        _("给几颗星"), validators=[AnyOf(list("12345"), message=_("请选1到5颗星。"))]
    )
    words = TextAreaField(
        _("想说的话（可以不写，只有文化宫看）"),
        filters=[_stripped],
        validators=[Optional(), Length(max=LONGEST_WORDS, message=BEYOND)],
    )
