"""Names that an organiser pasted: looked through first, then given, the result of each line staying."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from palace import clock
from palace.blocks import queries, services
from palace.blocks.forms import GiveListForm, NamesForm
from palace.blocks.models import ListedName, NameList
from palace.blocks.rules import Outcome
from palace.blocks.services.naming import candidates
from palace.blocks.views.base import at, bp, who
from palace.blocks.views.unit import HERE, refused
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.rules import Role
from palace.text import N_
from palace.web import allow, answer, checked, pass_on, reads, refusal_words, wants_json

LIST = f"{HERE}/lists/<id:list_id>"
WORDS = {
    Outcome.FOUND: N_("可以发"),
    Outcome.NAMESAKE: N_("有同名的，请选是哪一位"),
    Outcome.HAS: N_("已经有票了"),
    Outcome.OVER: N_("会籍过期，或者已经离开单位"),
    Outcome.UNKNOWN: N_("不在本单位名册上"),
    Outcome.REPEATED: N_("名单里重复了"),
    Outcome.GIVEN: N_("已发"),
    Outcome.REFUSED: N_("没发成"),
    Outcome.NO_SEAT: N_("座位不够，没发到"),
}
REFUSALS = {
    "has_one": N_("已经有票了"),
    "too_many_seats": N_("这一场的票已经够数了"),
    "tier_full": N_("这个月的免费票用完了，或者这种票没有了"),
    "barred": N_("预约了没来，现在不能新预约"),
    "sale_closed": N_("已经停止订票"),
    "sold_out": N_("票没有了"),
    "seat_taken": N_("座位刚被别人拿走"),
}


@bp.post(f"{HERE}/lists")
@allow(Role.UNIT)
@reads(NamesForm)
def paste(block_id: int) -> ResponseReturnValue:
    """Look through pasted names; nothing is given yet."""
    found, form = queries.block_of(who(), block_id), NamesForm()
    try:
        checked(form)
        with transaction():
            names = services.read_list(found.id, form.names.data or "", who().actor)
    except PalaceError as refusal:
        return refused(block_id, refusal, form)
    if wants_json():
        return _json(names), 201
    return redirect(url_for("blocks.list", block_id=block_id, list_id=names.id), 303)


@bp.get(LIST, endpoint="list")
@allow(Role.UNIT)
def show_list(block_id: int, list_id: int) -> ResponseReturnValue:
    """Show what each line of a list means, or what became of it."""
    return _page(block_id, list_id)


@bp.post(LIST)
@allow(Role.UNIT)
@reads(GiveListForm)
def give_list(block_id: int, list_id: int) -> ResponseReturnValue:
    """Give a ticket to everybody on the list who was found."""
    found, form = queries.block_of(who(), block_id), GiveListForm()
    try:
        checked(form)
        with transaction():
            names = services.give_list(
                found.id, list_id, form.chosen, consents=form.consent.data, actor=who().actor
            )
    except PalaceError as refusal:
        pass_on(refusal)
        db.session.rollback()
        return _page(block_id, list_id, refusal, form)
    if wants_json():
        return _json(names)
    return redirect(url_for("blocks.list", block_id=block_id, list_id=list_id), 303)


def _page(
    block_id: int,
    list_id: int,
    told: PalaceError | None = None,
    asked: GiveListForm | None = None,
) -> Response:
    block, now = queries.block_of(who(), block_id), clock.now()
    found = queries.list_of(block, list_id)
    count = dict.fromkeys(Outcome, 0)
    for one in found.names:
        count[one.outcome] += 1
    entries = queries.entries_of(found.names)
    return answer(
        "blocks/list.html",
        lambda: _json(found),
        status=told.status if told else 200,
        block=block,
        found=found,
        count={outcome.value: number for outcome, number in count.items()},
        entries=entries,
        may_mean=candidates(block, found, now) if found.given_at is None else {},
        new=sum(one.outcome is Outcome.FOUND and one.member_id is None for one in found.names),
        left=queries.counted([block], now)[block.id].left,
        is_open=block.releases_at > now and block.performance.cancelled_at is None,
        picked=asked.chosen if asked else {},
        seats=queries.seat_labels(block),
        words=WORDS,
        refusals=REFUSALS,
        told=refusal_words(told) if told else "",
    )


def _json(found: NameList) -> dict[str, Any]:
    return {
        "list": found.id,
        "given_at": at(found.given_at),
        "names": [_name_json(one) for one in found.names],
    }


def _name_json(one: ListedName) -> dict[str, Any]:
    return {
        "line": one.line,
        "typed": one.typed,
        "outcome": one.outcome,
        "refusal": one.refusal,
        "seat": one.seat,
    }
