"""预留: which seats of a show are kept for whom until when, and keeping more."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from palace import clock, words
from palace.db import transaction
from palace.errors import BadInput, PalaceError
from palace.kept import queries, rules, services
from palace.kept.forms import KeepForm, LetGoForm
from palace.kept.queries import Group
from palace.kept.services import Keeping, Kept
from palace.kept.views.base import DESK, bp, get_performance
from palace.programme import queries as programme
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import queries as tickets
from palace.tickets.seatmap import plan_svg
from palace.tickets.seatstate import pack
from palace.venues import queries as venues
from palace.venues.queries import Plan
from palace.venues.rules import PlanSeat
from palace.web import allow, answer, checked, reads, refusal_words, wants_json

MOST_NAMED = 12


@bp.get("/kept")
@allow(*DESK)
def kept(performance_id: int) -> ResponseReturnValue:
    """Show what is kept of a show, for whom and until when, and the seats that may be kept."""
    return _page(get_performance(performance_id))


@bp.get("/kept/seats.bin")
@allow(*DESK)
def states(performance_id: int) -> Response:
    """Send the state of each seat for the drawing, also before the show is public."""
    performance = get_performance(performance_id)
    closed = tickets.closed_seats(performance.id, clock.now())
    seats = queries.plan_seats(performance)
    told = [(seat.ordinal, 2 if closed[seat.id] else 1) for seat in seats if seat.id in closed]
    body = pack(len(seats), told)
    return Response(
        body, mimetype="application/octet-stream", headers={"Cache-Control": "no-store"}
    )


@bp.post("/kept")
@allow(*DESK)
@reads(KeepForm)
def keep(performance_id: int) -> ResponseReturnValue:
    """Keep seats, or a number of places, for somebody until their release."""
    performance, form = get_performance(performance_id), KeepForm()
    try:
        checked(form)
        done = _keep(performance, form)
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(performance, form, refusal)
    if wants_json():
        return _json(performance) | _outcome(done)
    for sentence in _sentences(done, form.count.data):
        flash(sentence)
    return redirect(url_for("kept.kept", performance_id=performance.id), 303)


def _keep(performance: Performance, form: KeepForm) -> Kept | None:
    asked = Keeping(
        reason=form.reason.data or "", why=(form.why.data or "").strip(), until=form.until.instant
    )
    if services.until_of(performance, asked) <= clock.now() < performance.starts_at:
        form.until.errors = [gettext("要在现在以后。")]
        raise BadInput(fields={"until": form.until.errors[0]})
    if performance.plan_id is None:
        if not form.count.data:
            form.count.errors = [gettext("请填写要留几个名额。")]
            raise BadInput(fields={"count": form.count.errors[0]})
        with transaction():
            services.keep_some_places(performance, form.count.data, asked)
        return None
    by_code = venues.plan(performance.plan_id).by_code
    codes = dict.fromkeys(form.seats.data or [])
    if not codes or any(code not in by_code for code in codes):
        form.seats.errors = [gettext("请先选座位。")]
        raise BadInput(fields={"seats": form.seats.errors[0]})
    with transaction():
        return services.keep(performance, [by_code[code] for code in codes], asked)


def _sentences(done: Kept | None, count: int | None) -> list[str]:
    """Return what became of it, by seat."""
    if done is None:
        return [ngettext("留了%(num)s个名额。", "留了%(num)s个名额。", count or 0)]
    said = []
    if done.seats:
        until = words.instant_words(done.until)
        said.append(
            ngettext(
                "留了%(num)s个座位，%(until)s 放出来。",
                "留了%(num)s个座位，%(until)s 放出来。",
                len(done.seats),
                until=until,
            )
        )
    if done.others:
        named = [_not_kept(seat, key) for seat, key in done.others[:MOST_NAMED]]
        more = len(done.others) - MOST_NAMED
        told = gettext("、").join(named) + (gettext("等") if more > 0 else "")
        said.append(
            ngettext(
                "%(num)s个没有留成：%(seats)s。",
                "%(num)s个没有留成：%(seats)s。",
                len(done.others),
                seats=told,
            )
        )
    return said


def _not_kept(seat: PlanSeat, key: str) -> str:
    why = gettext(rules.reason_words(key)) if key else gettext("已有人订")
    return str(gettext("%(seat)s（%(why)s）", seat=words.seat_words(seat), why=why))


def _outcome(done: Kept | None) -> dict[str, Any]:
    if done is None:
        return {"not_kept": []}
    return {"not_kept": [{"seat": seat.code, "key": key or None} for seat, key in done.others]}


@bp.post("/kept/release")
@allow(*DESK)
@reads(LetGoForm)
def let_go(performance_id: int) -> ResponseReturnValue:
    """Put kept seats on sale now, a whole group or some of it."""
    performance, form = get_performance(performance_id), LetGoForm()
    try:
        checked(form)
        with transaction():
            freed = services.let_go(performance, int(form.group.data or 0), form.seats.data or ())
    except PalaceError as refusal:
        if wants_json():
            raise
        return _page(performance, refusal=refusal)
    if wants_json():
        return _json(performance)
    flash(ngettext("%(num)s个座位现在放出来了。", "%(num)s个座位现在放出来了。", freed))
    return redirect(url_for("kept.kept", performance_id=performance.id), 303)


def _page(
    performance: Performance,
    form: KeepForm | None = None,
    refusal: PalaceError | None = None,
) -> Response:
    now = clock.now()
    plan = venues.plan(performance.plan_id) if performance.plan_id else None
    closed = tickets.closed_seats(performance.id, now)
    typed = isinstance(refusal, BadInput)
    return answer(
        "kept/seats.html",
        lambda: _json(performance),
        status=refusal.status if refusal else 200,
        performance=performance,
        titles=programme.working_title(performance.production),
        form=form or KeepForm(formdata=None),
        picked=set(form.seats.data or ()) if form else set(),
        groups=queries.groups(performance, now),
        reasons=rules.REASONS,
        words_of=rules.reason_words,
        releases=_releases(performance),
        places=performance.seating is Seating.PLACES,
        left=None if plan else queries.places_left(performance, now),
        plan_svg=plan_svg(plan.drawn, plan.seats, words.language()) if plan else None,
        sections=_sections(plan, closed),
        over=performance.cancelled_at is not None or now >= performance.starts_at,
        refusal=refusal_words(refusal) if refusal and not (typed and form) else "",
        seats_wrong=form.seats.errors[0] if form and form.seats.errors else "",
    )


def _releases(performance: Performance) -> dict[str, str]:
    """Return until when seats of each reason are kept unless somebody says else."""
    asked = {reason: Keeping(reason=reason, why="", until=None) for reason in rules.REASONS}
    return {
        reason: words.instant_words(services.until_of(performance, one))
        for reason, one in asked.items()
    }


def _sections(plan: Plan | None, closed: dict[int, str]) -> list[tuple[str, str, list[PlanSeat]]]:
    """Return the seats that may be kept by section, in words, and row."""
    if plan is None:
        return []
    names = {one["code"]: one["name"][words.language()] for one in plan.drawn.drawing["sections"]}
    free = [seat for seat in plan.seats if seat.id not in closed]
    rows = groupby(free, key=lambda seat: (seat.section, seat.row))
    return [(names.get(section, section), row, list(those)) for (section, row), those in rows]


def _json(performance: Performance) -> dict[str, Any]:
    now = clock.now()
    return {
        "performance": performance.id,
        "kept": [_group(one) for one in queries.groups(performance, now)],
    }


def _group(one: Group) -> dict[str, Any]:
    return {
        "group": one.id,
        "key": one.key,
        "why": one.why,
        "until": clock.iso(one.until),
        "seats": [seat.code for seat in one.seats],
        "count": one.count,
        "bought": one.bought,
    }
