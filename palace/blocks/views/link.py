"""The link of a block, opened from a chat group on a phone: one tap takes one."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from palace import clock
from palace.blocks import queries, services
from palace.blocks.forms import TakeForm
from palace.blocks.models import Block
from palace.blocks.rules import LinkState
from palace.blocks.services import Look
from palace.blocks.views.base import at, bp
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import new_key
from palace.members.queries import current_member
from palace.members.rules import Known, Role
from palace.throttle import limiter
from palace.tickets.models import Order
from palace.tickets.queries import parts_of
from palace.tickets.rules import OrderState
from palace.web import allow, answer, checked, pass_on, public, reads, refusal_words, wants_json
from palace.words import named


@bp.get("/b/<code:code>")
@public
def link(code: str) -> ResponseReturnValue:
    """Show what the unit gives out, and whether this person can have one."""
    return _page(queries.block_by_code(code))


@bp.post("/b/<code:code>")
@allow(Role.MEMBER, Role.ACTING)
@reads(TakeForm)
@limiter.limit("60 per hour", key_func=lambda: f"member:{current_member().id}")
def take(code: str) -> ResponseReturnValue:
    """Take one, or sign up for one where they are given out at an hour."""
    form = TakeForm()
    try:
        checked(form)
        with transaction():
            order = services.take(code, current_member(), form.key.data or "")
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(queries.block_by_code(code), refusal)
    if wants_json():
        return _json(queries.block_by_code(code)), 201
    if order is None:
        flash(gettext("报名好了，到时间按报名先后分票，结果会通知您。"))
        return redirect(url_for("blocks.link", code=code), 303)
    return redirect(_onward(order), 303)


def _onward(order: Order) -> str:
    """Return the page of the ticket, or of the order while something is left to do."""
    if order.state is OrderState.SETTLED:
        return url_for("tickets.ticket", code=parts_of(order).tickets[0])
    return url_for("tickets.order", code=order.code)


def _member() -> Known | None:
    return current_user.member if current_user.is_authenticated else None


def _page(block: Block, refusal: PalaceError | None = None) -> Response:
    now = clock.now()
    look = services.look(block, _member(), now)
    return answer(
        "blocks/link.html",
        lambda: _json(block),
        status=refusal.status if refusal else 200,
        block=block,
        show=block.performance,
        look=look,
        state=look.state.value,
        counted=queries.counted([block], now)[block.id],
        waiting=len(queries.sign_ups(block)),
        due=block.turn_at is not None and block.turn_at <= now,
        refusal=refusal_words(refusal) if refusal else "",
        why=refusal_words(look.refusal) if look.refusal else "",
        onward=_onward(look.order) if look.order else "",
        signed_in=_member() is not None,
        key=new_key(),
    )


def _json(block: Block) -> dict[str, Any]:
    now = clock.now()
    look: Look = services.look(block, _member(), now)
    show = block.performance
    return {
        "performance": show.id,
        "title": named(show.production, "title"),
        "starts_at": at(show.starts_at),
        "unit": block.unit.name_zh,
        "state": look.state,
        "why": look.refusal.code if look.refusal else None,
        "left": queries.counted([block], now)[block.id].left,
        "rank": look.rank,
        "order": look.order.code if look.state is LinkState.HAS and look.order else None,
        "releases_at": at(block.releases_at),
        "turn_at": at(block.turn_at),
    }
