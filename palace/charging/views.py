"""退票阶梯: read and written by who looks after a house; every change is in the audit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.charging import queries, services
from palace.charging.forms import LadderForm
from palace.charging.rules import FIRST_STEPS, MOST_STEPS, read_steps, typed
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.members.rules import Role
from palace.payments import services as payments
from palace.payments.models import Ladder
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json
from palace.words import named

bp = Blueprint("charging", __name__, url_prefix="/staff/ladders")
ADMINISTRATORS = (Role.ADMIN, Role.SITE_ADMIN)


def init_app(app: Flask) -> None:
    """Register the pages of the ladders."""
    app.register_blueprint(bp)


@bp.get("")
@allow(*ADMINISTRATORS)
def home() -> ResponseReturnValue:
    """Show every ladder in words, and where a new one is written."""
    return _home()


@bp.post("")
@allow(*ADMINISTRATORS, fresh=True)
@reads(LadderForm)
def add() -> ResponseReturnValue:
    """Write a new ladder."""
    form = LadderForm()
    try:
        _write(None, form)
    except PalaceError as refusal:
        return _home(form, refusal)
    return _done(gettext("退票阶梯加好了，从现在起新的订单按它。"))


@bp.get("/<id:ladder_id>")
@allow(*ADMINISTRATORS)
def show(ladder_id: int) -> ResponseReturnValue:
    """Show a ladder, to be changed or taken away."""
    return _one(queries.get_ladder(ladder_id))


@bp.post("/<id:ladder_id>")
@allow(*ADMINISTRATORS, fresh=True)
@reads(LadderForm)
def change(ladder_id: int) -> ResponseReturnValue:
    """Change a ladder; what was ordered before keeps the steps it was shown."""
    form = LadderForm()
    try:
        _write(ladder_id, form)
    except PalaceError as refusal:
        return _refused(ladder_id, refusal, form)
    return _done(gettext("改好了，从现在起新的订单按它；以前的订单照当时说的退。"))


@bp.post("/<id:ladder_id>/remove")
@allow(*ADMINISTRATORS, fresh=True)
def remove(ladder_id: int) -> ResponseReturnValue:
    """Take a ladder away that no show is sold by."""
    try:
        with transaction():
            services.remove_ladder(ladder_id)
    except PalaceError as refusal:
        return _refused(ladder_id, refusal)
    return _done(gettext("退票阶梯删了；以前的订单照当时说的退。"))


def _write(ladder_id: int | None, form: LadderForm) -> None:
    checked(form)
    with transaction():
        services.write_ladder(
            ladder_id,
            name_zh=(form.name_zh.data or "").strip(),
            name_en=(form.name_en.data or "").strip(),
            usual=bool(form.usual.data),
            steps=read_steps(form.rows),
        )


def _refused(
    ladder_id: int, refusal: PalaceError, form: LadderForm | None = None
) -> ResponseReturnValue:
    pass_on(refusal)
    db.session.rollback()
    return _one(queries.get_ladder(ladder_id), form, refusal)


def _home(
    form: LadderForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    if refusal is not None:
        pass_on(refusal)
        db.session.rollback()
    found = payments.ladders()
    shown = form or LadderForm(formdata=None)
    return answer(
        "charging/home.html",
        lambda: {"ladders": [_json(one) for one in found]},
        status=refusal.status if refusal else 200,
        ladders=found,
        form=shown,
        rows=_rows(shown.rows),
        told=_told(refusal),
    )


def _one(
    ladder: Ladder, form: LadderForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    names = {"name_zh": ladder.name_zh, "name_en": ladder.name_en, "usual": ladder.usual}
    rows = form.rows if form else typed(_steps(ladder))
    return answer(
        "charging/ladder.html",
        lambda: _json(ladder),
        status=refusal.status if refusal else 200,
        ladder=ladder,
        form=form or LadderForm(formdata=None, **names),
        rows=_rows(rows),
        told=_told(refusal),
    )


def _rows(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the rows of a form, with empty ones to write more in: one at least, while there may be more."""
    return (rows + [("", "")] * max(FIRST_STEPS - len(rows), 1))[:MOST_STEPS]


def _told(refusal: PalaceError | None) -> str:
    """Return what stands above the page: nothing where each field says it by itself."""
    return "" if refusal is None or isinstance(refusal, BadInput) else refusal_words(refusal)


def _steps(ladder: Ladder) -> list[tuple[int, int]]:
    return [(step.minutes_before, step.percent) for step in ladder.steps]


def _json(ladder: Ladder) -> dict[str, Any]:
    return {
        "ladder": ladder.id,
        "name": named(ladder),
        "usual": ladder.usual,
        "steps": [{"minutes": minutes, "percent": percent} for minutes, percent in _steps(ladder)],
    }


def _done(said: str) -> ResponseReturnValue:
    if wants_json():
        return _home()
    flash(said)
    return redirect(url_for("charging.home"), 303)
