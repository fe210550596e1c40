"""馆规: every figure of the house in plain words, and its change; every change is in the audit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.db import transaction
from palace.errors import PalaceError
from palace.house import queries, services
from palace.house.forms import (
    FORMS,
    CodesRulesForm,
    GroupForm,
    KeptRulesForm,
    LimitsRulesForm,
    MessagesRulesForm,
    MoneyRulesForm,
    PeopleRulesForm,
    ProgrammeRulesForm,
    RosterRulesForm,
    StrikesRulesForm,
    TicketsRulesForm,
    WaitingRulesForm,
)
from palace.house.queries import Bars, Choice
from palace.members.rules import Role
from palace.venues.errors import FiguresChanged
from palace.venues.fields import PresetForm, say_what_moved
from palace.venues.figure import seen_as
from palace.venues.figures import FIGURES, TITLES, Group, Unit
from palace.web import allow, answer, checked, reads, refusal_words, wants_json
from palace.words import named

bp = Blueprint("house", __name__, url_prefix="/staff/rules")


def init_app(app: Flask) -> None:
    """Register the pages of the rules of the house."""
    app.register_blueprint(bp)


@bp.get("")
@allow(Role.ADMIN)
def home() -> ResponseReturnValue:
    """Show every figure of the house, by group."""
    return answer(
        "house/home.html",
        lambda: {"groups": [_json(group) for group in Group]},
        groups=[(group, FIGURES[group], queries.figures_of(group)) for group in Group],
        titles=TITLES,
        default_of=queries.default_of,
    )


@bp.get(f"/<any({', '.join(Group)}):group>")
@allow(Role.ADMIN)
def show(group: str) -> ResponseReturnValue:
    """Show the figures of a group, and where they are changed."""
    return _page(Group(group))


@bp.post("/tickets")
@allow(Role.ADMIN, fresh=True)
@reads(TicketsRulesForm)
def set_tickets() -> ResponseReturnValue:
    """Set how many tickets people may have, and how long seats wait for them."""
    return _set(TicketsRulesForm())


@bp.post("/waiting")
@allow(Role.ADMIN, fresh=True)
@reads(WaitingRulesForm)
def set_waiting() -> ResponseReturnValue:
    """Set how long places wait for who queues, how long returned seats rest, when people are reminded."""
    return _set(WaitingRulesForm())


@bp.post("/strikes")
@allow(Role.ADMIN, fresh=True)
@reads(StrikesRulesForm)
def set_strikes() -> ResponseReturnValue:
    """Set what follows when somebody books and does not come."""
    return _set(StrikesRulesForm())


@bp.post("/strikes/preset")
@allow(Role.ADMIN, fresh=True)
@reads(PresetForm)
def take_preset() -> ResponseReturnValue:
    """Let strikes lead to what another house has made of them."""
    form = PresetForm()
    try:
        checked(form)
        with transaction():
            changed = services.take_preset(
                form.preset.data or "", seen=form.seen.data or "", why=form.why.data or ""
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(Group.STRIKES, told=refusal)
    return _done(Group.STRIKES, changed)


@bp.post("/kept")
@allow(Role.ADMIN, fresh=True)
@reads(KeptRulesForm)
def set_kept() -> ResponseReturnValue:
    """Set when kept seats go on sale, and what a choice on the web may leave."""
    return _set(KeptRulesForm())


@bp.post("/codes")
@allow(Role.ADMIN, fresh=True)
@reads(CodesRulesForm)
def set_codes() -> ResponseReturnValue:
    """Set how many text messages with codes the house sends."""
    return _set(CodesRulesForm())


@bp.post("/messages")
@allow(Role.ADMIN, fresh=True)
@reads(MessagesRulesForm)
def set_messages() -> ResponseReturnValue:
    """Set when messages rest at night, what they may cost, and how mass notices go out."""
    return _set(MessagesRulesForm())


@bp.post("/people")
@allow(Role.ADMIN, fresh=True)
@reads(PeopleRulesForm)
def set_people() -> ResponseReturnValue:
    """Set how many people a member brings along."""
    return _set(PeopleRulesForm())


@bp.post("/roster")
@allow(Role.ADMIN, fresh=True)
@reads(RosterRulesForm)
def set_roster() -> ResponseReturnValue:
    """Set what holds for rosters that come in."""
    return _set(RosterRulesForm())


@bp.post("/limits")
@allow(Role.ADMIN, fresh=True)
@reads(LimitsRulesForm)
def set_limits() -> ResponseReturnValue:
    """Set how often a day lists leave the house, and what a unit may do."""
    return _set(LimitsRulesForm())


@bp.post("/programme")
@allow(Role.ADMIN, fresh=True)
@reads(ProgrammeRulesForm)
def set_programme() -> ResponseReturnValue:
    """Set what a new performance begins with: minutes around it, and when its sale opens."""
    return _set(ProgrammeRulesForm())


@bp.post("/money")
@allow(Role.ADMIN, fresh=True)
@reads(MoneyRulesForm)
def set_money() -> ResponseReturnValue:
    """Set how many seats are kept unpaid, how long pages stay open, when a second person is needed."""
    return _set(MoneyRulesForm())


def _set(form: GroupForm) -> ResponseReturnValue:
    group = form.group
    try:
        checked(form)
        with transaction():
            changed = services.set_figures(
                group, form.figures, seen=form.seen.data or "", why=form.why.data or ""
            )
    except PalaceError as refusal:
        if wants_json():
            raise
        if isinstance(refusal, FiguresChanged):
            say_what_moved(form, refusal, queries.figures_of(group))
        return _page(group, form, told=refusal)
    return _done(group, changed)


def _page(
    group: Group, form: GroupForm | None = None, *, told: PalaceError | None = None
) -> ResponseReturnValue:
    figures = queries.figures_of(group)
    as_typed = {one.name: one.typed(figures[one.name]) for one in FIGURES[group]}
    shown = form or FORMS[group](formdata=None, seen=seen_as(figures), **as_typed)
    return answer(
        "house/group.html",
        lambda: _json(group),
        status=told.status if told else 200,
        group=group,
        title=TITLES[group],
        about=FIGURES[group],
        units=Unit,
        form=shown,
        bars=_bars(group),
        default_of=queries.default_of,
        told=_said(told, at_fields=form is not None) if told else "",
    )


def _json(group: Group) -> dict[str, Any]:
    figures = queries.figures_of(group)
    shown = [
        {
            "name": one.name,
            "value": one.typed(figures[one.name]),
            "default": one.typed(queries.default_of(one.name)),
            "unit": one.unit,
            "lowest": None if one.unit is Unit.YES_NO else one.lowest,
            "highest": None if one.unit is Unit.YES_NO else one.highest,
        }
        for one in FIGURES[group]
    ]
    bars = _bars(group)
    return {
        "group": group,
        "seen": seen_as(figures),
        "figures": shown,
        "barred": bars and bars.barred,
        "presets": [_preset_json(one) for one in bars.choices] if bars else [],
    }


def _said(refusal: PalaceError, *, at_fields: bool) -> str:
    """Return what stands above the page: nothing where each field says it by itself."""
    return "" if at_fields and "fields" in refusal.values else refusal_words(refusal)


def _bars(group: Group) -> Bars | None:
    return queries.bars(clock.now()) if group is Group.STRIKES else None


def _preset_json(choice: Choice) -> dict[str, Any]:
    ladder = choice.preset.ladder
    return {
        "preset": choice.preset.code,
        "strikes": ladder.strikes,
        "within_days": ladder.within_days,
        "bar_days": ladder.bar_days,
        "in_force": choice.in_force,
        "barred": choice.barred,
        "source": named(choice.preset, "source"),
    }


def _done(group: Group, changed: list[str]) -> ResponseReturnValue:
    if wants_json():
        return _page(group)
    flash(gettext("改好了，马上生效。") if changed else gettext("和原来一样，没有改。"))
    return redirect(url_for("house.show", group=group.value), 303)
