"""优惠券: what there is to take, and what a member took, with its code. Only they see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from markupsafe import Markup

from palace import clock
from palace.clock import palace_day
from palace.coupons import queries, rules, services
from palace.coupons.forms import TakeForm, UsedForm
from palace.coupons.models import Coupon
from palace.coupons.queries import Had, Offered
from palace.coupons.rules import LEFT, Left
from palace.coupons.views.base import bp, told
from palace.db import db, transaction
from palace.errors import NotFound, PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.throttle import limiter
from palace.tickets.printing import qr_svg
from palace.venues.queries import house_rules
from palace.web import allow, answer, checked, public, reads, refusal_words, wants_json


@dataclass(frozen=True)
class Look:
    """A pool as somebody sees it: how many are left, and why they cannot take one now."""

    offered: Offered
    left: Left
    refusal: PalaceError | None

    @property
    def why(self) -> str:
        """Return why they cannot, in words."""
        return refusal_words(self.refusal) if self.refusal else ""


@dataclass(frozen=True)
class Own:
    """A member's coupon with its code; None: it was deleted."""

    coupon: Coupon
    code: str | None
    is_over: bool

    @property
    def qr(self) -> Markup:
        """Return its code as a QR, for a cinema's scanner."""
        return qr_svg(self.code or "", gettext("券码的二维码"))


@bp.get("/coupons")
@public
def home() -> ResponseReturnValue:
    """Show the coupons there are, and those of whoever is signed in."""
    return _page()


@bp.post("/coupons/<id:pool_id>/take")
@allow(Role.MEMBER)
@reads(TakeForm)
@limiter.limit("60 per hour", key_func=lambda: f"member:{current_member().id}")
def take(pool_id: int) -> ResponseReturnValue:
    """Take one coupon; its code stands on the page that follows."""
    form = TakeForm()
    try:
        checked(form)
        with transaction():
            taken = services.take(current_member(), pool_id, form.key.data or "")
    except PalaceError as refusal:
        if wants_json() or refusal.status == NotFound.status:
            raise
        db.session.rollback()
        return _page(refusal)
    if wants_json():
        return _own_json(_own(taken, clock.now())), 201
    flash(gettext("领到了，券码在下面。"))
    return redirect(url_for("coupons.home"), 303)


@bp.post("/coupons/<code:code>/used")
@allow(Role.MEMBER)
@reads(UsedForm)
def used(code: str) -> ResponseReturnValue:
    """Note that a coupon was used, or was not after all."""
    form = UsedForm()
    checked(form)
    with transaction():
        coupon = services.tick(current_member(), code, used=form.used.data)
    if wants_json():
        return _own_json(_own(coupon, clock.now()))
    flash(gettext("记下了：用过了。") if form.used.data else gettext("记下了：还没用。"))
    return redirect(url_for("coupons.home"), 303)


def _member() -> Known | None:
    """Return the member who looks; staff who act for one see no code."""
    is_member = current_user.is_authenticated and not current_user.staff
    return current_user.member if is_member else None


def _page(refusal: PalaceError | None = None) -> Response:
    member, now = _member(), clock.now()
    own = [_own(one, now) for one in queries.coupons_of(member.id)] if member else []
    looks = _looks(member, now)
    return answer(
        "coupons/home.html",
        lambda: {
            "pools": [_look_json(one) for one in looks],
            "coupons": [_own_json(one) for one in own],
        },
        status=refusal.status if refusal else 200,
        looks=looks,
        own=[one for one in own if not one.is_over and not one.coupon.used_at],
        past=[one for one in own if one.is_over or one.coupon.used_at],
        words=LEFT,
        refusal=refusal_words(refusal) if refusal else "",
        signed_in=current_user.is_authenticated,
        is_member=member is not None,
        new_key=new_key,
    )


def _looks(member: Known | None, now: datetime) -> list[Look]:
    """Return the pools, those that they can take one of first."""
    few = house_rules().few_left_percent
    had = queries.had(member.id, now) if member else Had({}, 0)
    looks = [
        Look(
            one,
            rules.left_in_words(one.left, one.total, few),
            _refusal(one, member, had, now),
        )
        for one in queries.on_offer(palace_day(now))
    ]
    return sorted(looks, key=lambda look: look.refusal is not None or look.left is Left.GONE)


def _refusal(one: Offered, member: Known | None, had: Had, now: datetime) -> PalaceError | None:
    if member is not None:
        return services.refusal_of(one.pool, member, had, now)
    try:
        rules.check_open(one.pool.conditions, now, palace_day(now))
    except PalaceError as refusal:
        return refusal
    return None


def _own(coupon: Coupon, now: datetime) -> Own:
    return Own(coupon, services.opened(coupon), coupon.pool.valid_until < palace_day(now))


def _look_json(look: Look) -> dict[str, Any]:
    return told(look.offered.pool) | {
        "left": look.left,
        "why": look.refusal.code if look.refusal else None,
    }


def _own_json(own: Own) -> dict[str, Any]:
    pool = own.coupon.pool
    return {
        "coupon": own.coupon.receipt,
        "pool": pool.id,
        "worth": told(pool)["worth"],
        "code": own.code,
        "valid_until": pool.valid_until.isoformat(),
        "over": own.is_over,
        "used": own.coupon.used_at is not None,
    }
