"""A pool is typed by the programme's desk, and changed."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace.coupons import queries, services
from palace.coupons.errors import (
    PoolMoved,
    PoolSiteNotYours,
    PoolUnitUnclear,
    PoolUnitUnknown,
)
from palace.coupons.forms import ChangePoolForm, NewPoolForm, PoolForm
from palace.coupons.models import CouponPool
from palace.coupons.views.base import DESK, OF_ONE, bp, get_pool, sites_of_desk
from palace.coupons.views.desk import pool_json
from palace.db import db, transaction
from palace.errors import BadInput, PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.security import public_code
from palace.venues.queries import find_site, sites
from palace.web import allow, answer, checked, reads, refusal_words, wants_json


@bp.get(f"{DESK}/new")
@allow(*AT_PROGRAMME)
def new() -> ResponseReturnValue:
    """Ask what a new pool is."""
    return _page(_blank())


def _blank() -> NewPoolForm:
    return NewPoolForm(formdata=None, key=public_code())


@bp.post(DESK)
@allow(*AT_PROGRAMME)
@reads(NewPoolForm)
def make() -> ResponseReturnValue:
    """Make a pool; its codes come next."""
    form = NewPoolForm()
    try:
        checked(form)
        with transaction():
            made = services.make(
                form.values(_unit(form)),
                (form.text("partner_zh"), form.text("partner_en")),
                current_user.actor,
                key=form.key.data or "",
                site_id=_site(form),
                within=sites_of_desk(),
            )
    except PalaceError as refusal:
        return _refused(form, refusal)
    if wants_json():
        return pool_json(made), 201
    flash(gettext("建好了。接下来放券码。"))
    return redirect(url_for("coupons.pool", pool_id=made.id), 303)


@bp.get(f"{OF_ONE}/change")
@allow(*AT_PROGRAMME)
def ask_change(pool_id: int) -> ResponseReturnValue:
    """Show what of a pool may be changed."""
    found = get_pool(pool_id)
    return _page(_filled(found), found)


@bp.post(f"{OF_ONE}/change")
@allow(*AT_PROGRAMME)
@reads(ChangePoolForm)
def change(pool_id: int) -> ResponseReturnValue:
    """Change a pool; who has a coupon keeps it."""
    found, form = get_pool(pool_id), ChangePoolForm()
    try:
        checked(form)
        with transaction():
            services.change(found.id, form.values(_unit(form)), seen=int(form.seen.data or 0))
    except PalaceError as refusal:
        if isinstance(refusal, PoolMoved):
            db.session.rollback()
            form.seen.data = str(queries.fresh(found.id).revision)
        return _refused(form, refusal, found)
    if wants_json():
        return pool_json(found)
    flash(gettext("改好了。"))
    return redirect(url_for("coupons.pool", pool_id=found.id), 303)


def _unit(form: PoolForm) -> int | None:
    """Return the union that was typed.

    Raises:
        BadInput: no union, or more than one, is called so.
    """
    try:
        return services.unit_called(form.text("unit"))
    except (PoolUnitUnknown, PoolUnitUnclear) as refusal:
        raise _at(form, "unit", refusal) from None


def _at(form: PoolForm, name: str, refusal: PalaceError) -> BadInput:
    """Return a refusal as that of a field, where it is said."""
    form[name].errors = [refusal_words(refusal)]
    return BadInput(fields={name: form[name].errors[0]})


def _site(form: NewPoolForm) -> int | None:
    """Return the house a pool belongs to: the only one of the desk, where it has one.

    Raises:
        PoolSiteNotYours: there is no such house.
    """
    own, code = sites_of_desk(), form.text("site")
    if not code:
        return next(iter(own)) if own is not None and len(own) == 1 else None
    found = find_site(code)
    if found is None:
        raise PoolSiteNotYours
    return found.id


def _filled(found: CouponPool) -> ChangePoolForm:
    return ChangePoolForm(
        formdata=None,
        seen=str(found.revision),
        worth_zh=found.worth_zh,
        worth_en=found.worth_en,
        how_zh=found.how_zh,
        how_en=found.how_en,
        opens_at=found.opens_at,
        valid_until=found.valid_until.isoformat(),
        per_member=found.per_member,
        unit=found.unit.name_zh if found.unit else "",
    )


def _refused(
    form: PoolForm, refusal: PalaceError, found: CouponPool | None = None
) -> ResponseReturnValue:
    """Show the form again with what was typed and why it was refused.

    Raises:
        PalaceError: an outside program asked.
    """
    if wants_json():
        raise refusal
    db.session.rollback()
    return _page(form, found, refusal)


def _page(
    form: PoolForm, found: CouponPool | None = None, refusal: PalaceError | None = None
) -> Response:
    own = sites_of_desk()
    at_fields = isinstance(refusal, BadInput)
    return answer(
        "coupons/form.html",
        lambda: _form_json(form, found),
        status=refusal.status if refusal else 200,
        form=form,
        pool=found,
        partners=queries.partner_names() if found is None else [],
        sites=[one for one in sites() if own is None or one.id in own] if found is None else [],
        refusal=refusal_words(refusal) if refusal and not at_fields else "",
    )


def _form_json(form: PoolForm, found: CouponPool | None) -> dict[str, Any]:
    return {
        "key": form.key.data if isinstance(form, NewPoolForm) else None,
        "pool": pool_json(found) if found else None,
    }
