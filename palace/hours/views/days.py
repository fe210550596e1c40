"""Special days: the list, one day, and a year's list somebody brings, looked through before it counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from werkzeug.datastructures import FileStorage

from palace import clock
from palace.clock import palace_day
from palace.db import db, transaction
from palace.errors import BadInput, NotFound, PalaceError
from palace.hours import reading
from palace.hours.forms import DayForm, DaysForm, HouseForm
from palace.hours.queries.special import coming_days, get_day
from palace.hours.queries.weeks import houses
from palace.hours.rules import Outcome
from palace.hours.services import special
from palace.hours.services.special import Looked
from palace.hours.views.base import ADMINISTRATORS, DESK, bp, day_json, own_sites, saved
from palace.text import N_
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

DAYS = f"{DESK}/days"
LOOKS_BACK, LOOKS_AHEAD = timedelta(days=31), timedelta(days=731)
OUTCOMES = {
    Outcome.NEW: N_("新加"),
    Outcome.CHANGED: N_("改掉"),
    Outcome.SAME: N_("已经是这样"),
    Outcome.WRONG: N_("有错，不导入"),
}


@bp.get(DAYS)
@allow(*ADMINISTRATORS)
def special_days() -> ResponseReturnValue:
    """Show the special days of a month back and two years ahead, and where more come in."""
    return _page()


@bp.post(DAYS)
@allow(*ADMINISTRATORS)
@reads(DayForm)
def put_day() -> ResponseReturnValue:
    """Say what one day counts as."""
    form = DayForm()
    try:
        checked(form)
        site_id = _site_of(form)
        line = _line(form)
        with transaction():
            changed = special.put_day(line, site_id)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(day=form, refusal=refusal)
    return _done(saved(changed=changed))


@bp.post(f"{DAYS}/list")
@allow(*ADMINISTRATORS)
@reads(DaysForm)
def bring_in() -> ResponseReturnValue:
    """Say what each line of a list would do; with `sure` take its good lines in."""
    form = DaysForm()
    try:
        checked(form)
        site_id = _site_of(form)
        form.lines.data = _text(form)
        lines = reading.read(form.lines.data)
        if form.sure.data:
            with transaction():
                looked = special.bring_in(lines, site_id)
        else:
            looked = special.look(lines, site_id)
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(days=form, refusal=refusal)
    if wants_json():
        return {"lines": [_line_json(one) for one in looked]}
    if form.sure.data:
        count = sum(one.outcome in (Outcome.NEW, Outcome.CHANGED) for one in looked)
        return _done(ngettext("导入了%(num)s天。", "导入了%(num)s天。", count))
    return _page(days=form, looked=looked)


@bp.post(f"{DAYS}/<id:special_id>/remove")
@allow(*ADMINISTRATORS)
def remove_day(special_id: int) -> ResponseReturnValue:
    """Let a day be like its weekday again."""
    with transaction():
        special.remove_day(get_day(special_id, own_sites()))
    return _done(gettext("去掉了，这一天照它本来的星期几。"))


def _site_of(form: HouseForm) -> int | None:
    """Return the house a form is about.

    Raises:
        NotFound: it is not this person's, or it is the whole palace and they have a house only.
    """
    own, wanted = own_sites(), form.site_id
    if wanted is None and own is None:
        return None
    if wanted is None or wanted not in {site.id for site in houses(own)}:
        raise NotFound
    return wanted


def _line(form: DayForm) -> reading.Line:
    """Return the one day of a form, read as a line of a list is.

    Raises:
        BadInput: it names no day.
    """
    line = reading.one(form[name].data or "" for name in ("day", "counts_as", "name_zh", "name_en"))
    if line.wrong:
        form.day.errors = [gettext(line.wrong)]
        raise BadInput(fields={"day": gettext(line.wrong)})
    return line


def _text(form: DaysForm) -> str:
    """Return the list that was sent: a file's, a year's that comes with the palace, or what was pasted."""
    file: FileStorage | None = request.files.get("file")
    if file is not None and file.filename:
        return reading.decode(file.stream.read())
    return reading.official(int(form.year.data or 0)) or form.lines.data or ""


def _done(sentence: str) -> ResponseReturnValue:
    if wants_json():
        return _page()
    flash(sentence)
    return redirect(url_for("hours.special_days"), 303)


def _page(
    *,
    day: DayForm | None = None,
    days: DaysForm | None = None,
    looked: list[Looked] | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    own, today = houses(own_sites()), palace_day(clock.now())
    first = "" if own_sites() is None else str(own[0].id)
    shown = coming_days([site.id for site in own], today - LOOKS_BACK, today + LOOKS_AHEAD)
    return answer(
        "hours/days.html",
        lambda: {"days": [day_json(one) for one in shown]},
        status=refusal.status if refusal else 200,
        shown=shown,
        names={site.id: site for site in own},
        day=day or DayForm(formdata=None, site=first),
        days=days or DaysForm(formdata=None, site=first),
        looked=looked,
        outcomes=OUTCOMES,
        good=sum(one.outcome in (Outcome.NEW, Outcome.CHANGED) for one in looked or ()),
        years=reading.official_years(),
        told=_told(refusal, day or days),
    )


def _told(refusal: PalaceError | None, form: DayForm | DaysForm | None) -> str:
    """Return what stands above the page: nothing where a field says it by itself."""
    if refusal is None:
        return ""
    unseen = form.year.errors if isinstance(form, DaysForm) else ()
    return refusal_words(refusal) if unseen or form is None or not form.errors else ""


def _line_json(one: Looked) -> dict[str, Any]:
    good = not one.line.wrong
    return {
        "line": one.line.number,
        "outcome": one.outcome.value,
        "day": one.line.day.isoformat() if good else None,
        "counts_as": one.line.counts_as if good else None,
        "sentence": gettext(one.line.wrong) if one.line.wrong else "",
    }
