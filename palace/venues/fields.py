"""Figures as fields of a form, for every page that changes some: each with its sentence and its bounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import new_class
from typing import Any, cast

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs are older
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import TextInput

from palace.forms import Form
from palace.venues.errors import FiguresChanged
from palace.venues.figure import Figure, Figures, Unit, Value, seen_as

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


class ChoiceField(SelectField):
    """One of the values of a choice, each with its words."""

    def __init__(self, label: Any = None, options: Any = None, **how: Any) -> None:
        self.options: Mapping[str, str] = options or {}
        choices = [SelectChoice(value, _(words)) for value, words in self.options.items()]
        super().__init__(label, choices=choices, **how)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - as WTForms calls it
        """Check that it is one of them.

        Raises:
            ValidationError: it is none.
        """
        if self.data not in self.options:
            raise ValidationError(UNKNOWN)


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
    """A preset that is taken over, by its code."""

    preset = StringField(
        validators=[InputRequired(UNKNOWN), Length(max=LONGEST_CODE, message=UNKNOWN)]
    )


class FiguresForm(SeenForm):
    """Figures that stand on one page."""

    about: tuple[Figure, ...]

    @property
    def figures(self) -> dict[str, Any]:
        """Return the figures by the name of their rule."""
        return {figure.name: self._value(figure) for figure in self.about}

    def _value(self, figure: Figure) -> Any:
        typed = self[figure.name].data
        if figure.unit is Unit.YUAN and typed is not None:
            return typed * figure.scale
        return int(typed) if figure.unit is Unit.WEEKDAY else typed


def _field_of(figure: Figure) -> Field:
    if figure.unit is Unit.YES_NO:
        return BooleanField(_(figure.words))
    if figure.options:
        return ChoiceField(_(figure.words), figure.options)
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


def form_of(
    name: str,
    about: Iterable[Figure],
    words: str,
    base: type[FiguresForm] = FiguresForm,
    **more: Any,
) -> type[FiguresForm]:
    """Return a form of figures, called `name`; `more` are fields and values beside them."""
    figures = tuple(about)
    body = {
        "__doc__": words,
        "__module__": __name__,
        "about": figures,
        **{figure.name: _field_of(figure) for figure in figures},
        **more,
    }
    return cast("type[FiguresForm]", new_class(name, (base,), exec_body=lambda of: of.update(body)))


def say_what_moved(form: FiguresForm, refusal: FiguresChanged, figures: Figures) -> None:
    """Say at each field what somebody else has made of it; what was typed stays."""
    form.seen.data = seen_as(figures)
    words = {figure.name: figure for figure in form.about}
    for name in refusal.moved:
        told = _plain(words[name], figures[name])
        form[name].errors = [gettext("刚被改成%(figure)s。", figure=told)]


def _plain(figure: Figure, value: Value) -> str:
    """Return a figure in words, as its field would be typed."""
    if isinstance(value, bool):
        return str(gettext("是") if value else gettext("否"))
    if figure.options:
        return str(gettext(figure.options[str(value)]))
    return str(figure.typed(value))
