"""The organiser's desk: the unit's blocks, and how one is handed out by its link."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace import clock
from palace.blocks import printing, queries, services
from palace.blocks.forms import NamesForm, PaperForm, PaperNamesForm, TurnForm
from palace.blocks.models import Block
from palace.blocks.rules import TurnOut, Way
from palace.blocks.services.paper import papers_shown
from palace.blocks.views.base import (
    BLOCK,
    NONE_YET,
    at,
    block_json,
    blocks_json,
    bp,
    pdf,
    ticket_json,
    who,
)
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.forms import Form, new_key
from palace.members.models import Unit
from palace.members.rules import Role
from palace.programme.rules import IdentityPolicy
from palace.tickets.printing import qr_svg
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

HERE = f"/unit/blocks/{BLOCK}"


@bp.get("/unit/blocks")
@allow(Role.UNIT)
def home() -> ResponseReturnValue:
    """Show the unit's blocks: those to hand out first, then how many came by those of before."""
    now = clock.now()
    blocks = queries.blocks_of(who())
    units = queries.units_of(who())
    years = {unit.id: queries.turn_out_of_year(unit.id, now) for unit in units}
    open_now = [one for one in blocks if one.performance.ends_at > now]
    return answer(
        "blocks/unit_home.html",
        lambda: {
            "blocks": blocks_json(blocks, now),
            "years": [_year_json(unit, years[unit.id]) for unit in units],
        },
        coming=sorted(open_now, key=lambda one: one.performance.starts_at),
        past=[one for one in blocks if one.performance.ends_at <= now],
        counted=queries.counted(blocks, now),
        came=queries.turn_out(blocks, now),
        none_yet=NONE_YET,
        units=units,
        years=years,
        now=now,
    )


def _year_json(unit: Unit, year: TurnOut) -> dict[str, Any]:
    return {"unit": unit.name_zh, "given": year.given, "came": year.came}


@bp.get(HERE)
@allow(Role.UNIT)
def block(block_id: int) -> ResponseReturnValue:
    """Show a block: how much of it is handed out, and the ways to hand it out."""
    return page(block_id)


def page(block_id: int, told: PalaceError | None = None, asked: Form | None = None) -> Response:
    """Return the page of a block; a refused form stays as it was typed, and says why."""
    found, now = queries.block_of(who(), block_id), clock.now()
    counted = queries.counted([found], now)[found.id]
    came = queries.turn_out([found], now).get(found.id, NONE_YET)
    given, lists = queries.given(found), queries.lists_of(found)
    return answer(
        "blocks/unit_block.html",
        lambda: block_json(found, counted, came) | _more_json(found, now),
        status=told.status if told else 200,
        block=found,
        counted=counted,
        came=came,
        given=given,
        papers=[one for one in given if one.paper],
        papers_shown=papers_shown(given),
        paper_names=asked.names.data if isinstance(asked, PaperNamesForm) else None,
        lists=lists,
        signed=[one for one in queries.sign_ups(found) if one.outcome is None],
        may={way.value: found.way in (Way.ANY, way) for way in Way},
        is_open=not counted.is_over and found.performance.cancelled_at is None,
        named_here=found.performance.identity_policy is not IdentityPolicy.NONE,
        address=printing.address(found),
        qr=qr_svg(printing.address(found), gettext("领票的二维码")),
        told=refusal_words(told) if told else "",
        turn=asked if isinstance(asked, TurnForm) else TurnForm(formdata=None, turn=found.turn_at),
        names=asked if isinstance(asked, NamesForm) else NamesForm(formdata=None),
        paper=asked if isinstance(asked, PaperForm) else PaperForm(formdata=None),
        key=new_key(),
        now=now,
    )


def _more_json(found: Block, now: datetime) -> dict[str, Any]:
    return {
        "link": printing.address(found) if found.releases_at > now else None,
        "tickets": [ticket_json(one) for one in queries.given(found)],
        "lists": [
            {"list": one.id, "given_at": at(one.given_at)} for one in queries.lists_of(found)
        ],
    }


@bp.post(f"{HERE}/link")
@allow(Role.UNIT)
def renew(block_id: int) -> ResponseReturnValue:
    """Make a new link: whoever has the old one can do nothing with it."""
    found = queries.block_of(who(), block_id)
    with transaction():
        services.renew_link(found.id)
    return done(block_id, gettext("换好了，旧链接已经失效。"))


@bp.post(f"{HERE}/turn")
@allow(Role.UNIT)
@reads(TurnForm)
def turn(block_id: int) -> ResponseReturnValue:
    """Set the hour at which those who signed up are given theirs, or that who comes first has it."""
    found, form = queries.block_of(who(), block_id), TurnForm()
    try:
        checked(form)
        with transaction():
            services.set_turn(found.id, form.turn.data)
    except PalaceError as refusal:
        return refused(block_id, refusal, form)
    words = (
        gettext("定好了，到时间按报名先后分票。") if form.turn.data else gettext("改成先到先得了。")
    )
    return done(block_id, words)


@bp.get(f"{HERE}/poster.pdf")
@allow(Role.UNIT)
def poster(block_id: int) -> ResponseReturnValue:
    """Send the link on A4."""
    found = queries.block_of(who(), block_id)
    return pdf(printing.poster(found), f"block-{found.id}")


def done(block_id: int, words: str) -> ResponseReturnValue:
    """Go back to the block's page, saying what was done; outside programs get the block."""
    if wants_json():
        return page(block_id)
    flash(words)
    return redirect(url_for("blocks.block", block_id=block_id), 303)


def refused(block_id: int, refusal: PalaceError, form: Form | None = None) -> ResponseReturnValue:
    """Show the block's page again with what was typed and why it was refused.

    Raises:
        PalaceError: an outside program asked, or there is no such block.
    """
    pass_on(refusal)
    db.session.rollback()
    return page(block_id, refusal, form)
