"""Another evening of the same, the check page, publishing and taking back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from palace import clock
from palace.clock import SHANGHAI
from palace.db import transaction
from palace.desk.forms import CopyForm
from palace.desk.rules import Stand, next_start
from palace.desk.services import copying, publishing
from palace.desk.views.base import (
    MAY,
    ONE,
    at_fields,
    bp,
    done,
    performance_of,
    staged_json,
    stand,
)
from palace.errors import PalaceError
from palace.programme.models import Performance
from palace.web import allow, answer, checked, pass_on, reads, wants_json


@bp.get(f"{ONE}/copy")
@allow(*MAY)
def copy(performance_id: int) -> ResponseReturnValue:
    """Ask when another evening of a performance is."""
    return _copy_page(performance_of(performance_id))


@bp.post(f"{ONE}/copy")
@allow(*MAY)
@reads(CopyForm)
def play_again(performance_id: int) -> ResponseReturnValue:
    """Put a performance on once more as a draft, with everything it has."""
    one, form = performance_of(performance_id), CopyForm()
    try:
        checked(form)
        with transaction():
            new = copying.copy(one, form.starts_at)
    except PalaceError as refusal:
        pass_on(refusal)
        return _copy_page(performance_of(performance_id), form, refusal)
    if wants_json():
        return staged_json(new), 201
    return done(new, gettext("照样排好了，公众还看不到。请看一遍，再发布。"), "desk.check")


def _begun(one: Performance) -> CopyForm:
    start = next_start(one.starts_at, clock.now()).astimezone(SHANGHAI)
    return CopyForm(formdata=None, day=start.date().isoformat(), time=start.strftime("%H:%M"))


def _copy_page(
    one: Performance, form: CopyForm | None = None, refusal: PalaceError | None = None
) -> ResponseReturnValue:
    form = form or _begun(one)
    return answer(
        "desk/copy.html",
        lambda: staged_json(one),
        status=refusal.status if refusal else 200,
        one=one,
        form=form,
        kept=len(copying.kept_again(one)),
        told=at_fields(form, refusal) if refusal else "",
    )


@bp.get(f"{ONE}/check")
@allow(*MAY)
def check(performance_id: int) -> ResponseReturnValue:
    """Show what is right and what is to be done before a performance is published."""
    return _check_page(performance_of(performance_id))


def _check_page(one: Performance, refusal: PalaceError | None = None) -> ResponseReturnValue:
    found = publishing.findings(one)
    return answer(
        "desk/check.html",
        lambda: _checked(one),
        status=refusal.status if refusal else 200,
        one=one,
        stand=stand(one),
        findings=[(finding, publishing.said(finding)) for finding in found],
        red=[finding for finding in found if not finding.well],
        told=at_fields(None, refusal) if refusal else "",
    )


def _checked(one: Performance) -> dict[str, Any]:
    found = zip(publishing.checks, publishing.findings(one), strict=True)
    return {
        "performance": one.id,
        "stand": stand(one).value,
        "findings": [
            {"check": name, "well": finding.well, "words": publishing.said(finding)}
            for name, finding in found
        ],
    }


@bp.post(f"{ONE}/publish")
@allow(*MAY)
def publish(performance_id: int) -> ResponseReturnValue:
    """Publish a performance on which every check is green, once."""
    performance_of(performance_id)
    try:
        with transaction():
            is_news = publishing.publish(performance_id)
    except PalaceError as refusal:
        pass_on(refusal)
        return _check_page(performance_of(performance_id), refusal)
    one = performance_of(performance_id)
    if wants_json():
        return _checked(one)
    flash(gettext("发布了，公众看得到了。") if is_news else gettext("已经发布了。"))
    return redirect(url_for("desk.performance", performance_id=performance_id), 303)


@bp.post(f"{ONE}/unpublish")
@allow(*MAY)
def unpublish(performance_id: int) -> ResponseReturnValue:
    """Take a performance back that nobody has booked."""
    performance_of(performance_id)
    try:
        with transaction():
            publishing.unpublish(performance_id)
        with transaction():
            sold = publishing.stays_published(performance_id)
    except PalaceError as refusal:
        pass_on(refusal)
        return _check_page(performance_of(performance_id), refusal)
    one = performance_of(performance_id)
    if wants_json():
        return _checked(one)
    flash(_taken_back(sold, stand(one)))
    return redirect(url_for("desk.performance", performance_id=performance_id), 303)


def _taken_back(sold: int, now: Stand) -> str:
    if sold and now is Stand.PUBLISHED:
        words = ngettext(
            "撤下的那一刻有人订了%(num)s个位子，这一场照旧发布着。",
            "撤下的那一刻有人订了%(num)s个位子，这一场照旧发布着。",
            sold,
        )
        return str(words)
    return str(gettext("撤下了，公众看不到了。"))
