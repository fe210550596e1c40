"""A partner's codes: looked through line by line, then taken in; between the two nothing is kept."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from palace.coupons import reading, services
from palace.coupons.errors import CodesMissing
from palace.coupons.forms import CodesForm
from palace.coupons.models import CouponPool
from palace.coupons.reading import Numbered
from palace.coupons.services import Read
from palace.coupons.views.base import OF_ONE, bp, get_pool
from palace.coupons.views.desk import done, page
from palace.db import db, transaction
from palace.errors import PalaceError
from palace.members.posts import AT_PROGRAMME
from palace.web import allow, checked, reads, wants_json


@bp.post(f"{OF_ONE}/codes")
@allow(*AT_PROGRAMME)
@reads(CodesForm)
def bring_in(pool_id: int) -> ResponseReturnValue:
    """Say what each line of a list is; with `sure` take its good codes in."""
    found, form = get_pool(pool_id), CodesForm()
    try:
        checked(form)
        lines = _lines(form)
        if form.sure.data:
            with transaction():
                read = services.bring_in(found.id, lines)
            return _brought(found, read)
        read = services.look(found, lines)
    except PalaceError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return page(found, refusal, form)
    if wants_json():
        return _json(found, read)
    return page(found, form=form, read=read)


def _lines(form: CodesForm) -> list[Numbered]:
    """Return the lines that were sent; those of a file stand in the form from here on, to be sent again.

    Raises:
        CodesMissing, CodesUnreadable, CodesTooLarge, CodesColumnUnclear.
    """
    file = request.files.get("file")
    if file is None or not file.filename:
        lines = reading.read_text(form.codes.data or "")
    else:
        lines = reading.read_file(cast("BinaryIO", file.stream))
        form.codes.data = "\n".join(text for _number, text in lines)
    if not lines:
        raise CodesMissing
    return lines


def _brought(found: CouponPool, read: Read) -> ResponseReturnValue:
    if wants_json():
        return _json(found, read)
    count = read.brought or 0
    said = ngettext("放进了%(num)s个券码。", "放进了%(num)s个券码。", count)
    if read.wrong:
        left_out = len(read.wrong)
        said += ngettext("有%(num)s行没有放。", "有%(num)s行没有放。", left_out)
    return done(found, said)


def _json(found: CouponPool, read: Read) -> dict[str, Any]:
    return {
        "pool": found.id,
        "good": len(read.good),
        "brought": read.brought,
        "wrong": [{"line": one.number, "outcome": one.outcome} for one in read.wrong],
    }
