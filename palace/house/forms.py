"""What an administrator may send about the figures of the house: a form for each group, made of them."""

from __future__ import annotations

from types import new_class
from typing import Any, cast

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import TextInput

from palace.forms import Form
from palace.venues.figures import FIGURES, Figure, Group, Unit

STALE = _("请刷新这一页再改。")
UNKNOWN = _("没有这一种，请重新选择。")
LONGEST_WHY = 200
LONGEST_SEEN = 2000
LONGEST_CODE = 64
MINUTES = 60


class FigureField(IntegerField):
    """A whole number; what is none is told in the sentence of the figure's bounds."""

    widget = TextInput()

    def __init__(self, label: Any = None, validators: Any = None, **how: Any) -> None:
        self.sentence = how.pop("sentence", "")
        super().__init__(label, validators, **how)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no whole number.
        """
        try:
            self.data = int(valuelist[0]) if valuelist else None
        except ValueError:
            self.data = None
            raise ValueError(self.sentence) from None


class ClockField(FigureField):
    """A clock time, typed 21:30 or 2130; kept as the number 2130."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data // 100:02}:{self.data % 100:02}" if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed.

        Raises:
            ValueError: it is no time.
        """
        super().process_formdata([typed.replace(":", "").replace("：", "") for typed in valuelist])
        if self.data is not None and self.data % 100 >= MINUTES:
            raise ValueError(self.sentence)


class NotAbove:
    """Refuse a figure that passes another of the same form."""

    def __init__(self, other: str) -> None:
        self.other = other

    def __call__(self, form: Form, field: Field) -> None:
        """Check the field of a form that was filled in.

        Raises:
            ValidationError: it passes the other one.
        """
        limit = form[self.other]
        if limit.data is not None and field.data is not None and field.data > limit.data:
            raise ValidationError(_("不能比“%(other)s”还多。", other=limit.label.text))


class SeenForm(Form):
    """What every form here carries: the figures as they were seen, and why they change."""

    seen = HiddenField(validators=[InputRequired(STALE), Length(max=LONGEST_SEEN, message=STALE)])
    why = StringField(
        _("原因（可以不写）"),
        validators=[
            Optional(),
            Length(max=LONGEST_WHY, message=_("原因写短一些，200个字以内。")),
        ],
    )


class PresetForm(SeenForm):
    """What strikes lead to, taken over from a preset by its code."""

    preset = StringField(
        validators=[InputRequired(UNKNOWN), Length(max=LONGEST_CODE, message=UNKNOWN)]
    )


class FiguresForm(SeenForm):
    """The figures of a group."""

    group: Group

    @property
    def figures(self) -> dict[str, Any]:
        """Return the figures by the name of their rule."""
        return {figure.name: self[figure.name].data for figure in FIGURES[self.group]}


def _field_of(figure: Figure) -> Field:
    if figure.unit is Unit.YES_NO:
        return BooleanField(_(figure.words))
    bounds = {"lowest": figure.lowest, "highest": figure.highest}
    sentence = _("请填写%(lowest)s到%(highest)s的整数。", **bounds)
    validators = [
        InputRequired(sentence),
        NumberRange(figure.lowest, figure.highest, message=sentence),
        *([NotAbove(figure.at_most)] if figure.at_most else []),
    ]
    if figure.unit is Unit.CLOCK:
        sentence = _("请写成21:30这样的时间。")
        return ClockField(
            _(figure.words),
            [InputRequired(sentence), NumberRange(0, figure.highest, message=sentence)],
            sentence=sentence,
        )
    return FigureField(_(figure.words), validators, sentence=sentence)


def _form_of(group: Group) -> type[FiguresForm]:
    fields = {figure.name: _field_of(figure) for figure in FIGURES[group]}
    about = f"The figures of the group {group.value}, with what they were when they were seen."
    body = {"__doc__": about, "__module__": __name__, "group": group, **fields}
    name = f"{group.value.capitalize()}RulesForm"
    return cast(
        "type[FiguresForm]", new_class(name, (FiguresForm,), exec_body=lambda of: of.update(body))
    )


TicketsRulesForm = _form_of(Group.TICKETS)
WaitingRulesForm = _form_of(Group.WAITING)
StrikesRulesForm = _form_of(Group.STRIKES)
KeptRulesForm = _form_of(Group.KEPT)
CodesRulesForm = _form_of(Group.CODES)
MessagesRulesForm = _form_of(Group.MESSAGES)
PeopleRulesForm = _form_of(Group.PEOPLE)
RosterRulesForm = _form_of(Group.ROSTER)
LimitsRulesForm = _form_of(Group.LIMITS)
ProgrammeRulesForm = _form_of(Group.PROGRAMME)
FORMS = {
    form.group: form
    for form in (
        TicketsRulesForm,
        WaitingRulesForm,
        StrikesRulesForm,
        KeptRulesForm,
        CodesRulesForm,
        MessagesRulesForm,
        PeopleRulesForm,
        RosterRulesForm,
        LimitsRulesForm,
        ProgrammeRulesForm,
    )
}
