"""Tickets on paper, for a unit that hands them out by itself (集中领票)."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from palace.blocks import printing, queries, services
from palace.blocks.forms import PaperForm, PaperNamesForm
from palace.blocks.views.base import bp, pdf, who
from palace.blocks.views.unit import HERE, done, refused
from palace.db import transaction
from palace.errors import PalaceError
from palace.members.rules import Role
from palace.web import allow, checked, reads


@bp.post(f"{HERE}/paper")
@allow(Role.UNIT)
@reads(PaperForm)
def print_paper(block_id: int) -> ResponseReturnValue:
    """Make tickets to be printed."""
    found, form = queries.block_of(who(), block_id), PaperForm()
    try:
        checked(form)
        with transaction():
            services.print_paper(found.id, form.count.data or 0, form.key.data or "", who().actor)
    except PalaceError as refusal:
        return refused(block_id, refusal, form)
    return done(block_id, gettext("票出好了，可以打印。"))


@bp.post(f"{HERE}/paper/names")
@allow(Role.UNIT)
@reads(PaperNamesForm)
def name_paper(block_id: int) -> ResponseReturnValue:
    """Write down who gets which paper ticket."""
    found, form = queries.block_of(who(), block_id), PaperNamesForm()
    try:
        checked(form)
        with transaction():
            names = (form.names.data or "").splitlines()
            services.name_paper(found.id, names, form.shown.data or "")
    except PalaceError as refusal:
        return refused(block_id, refusal, form)
    return done(block_id, gettext("姓名记好了。"))


@bp.post(f"{HERE}/paper/<code:code>/return")
@allow(Role.UNIT)
def return_paper(block_id: int, code: str) -> ResponseReturnValue:
    """Give one paper ticket back: its seat waits in the block again."""
    found = queries.block_of(who(), block_id)
    try:
        with transaction():
            services.return_paper(found.id, code)
    except PalaceError as refusal:
        return refused(block_id, refusal)
    return done(block_id, gettext("退好了，座位回到这一块里。"))


@bp.get(f"{HERE}/tickets.pdf")
@allow(Role.UNIT)
def tickets_pdf(block_id: int) -> ResponseReturnValue:
    """Send the paper tickets, a page each."""
    found = queries.block_of(who(), block_id)
    return pdf(printing.batch(found), f"tickets-{found.id}")


@bp.get(f"{HERE}/sheet.pdf")
@allow(Role.UNIT)
def sheet_pdf(block_id: int) -> ResponseReturnValue:
    """Send the sheet on which everybody signs for their ticket."""
    found = queries.block_of(who(), block_id)
    return pdf(printing.sheet(found), f"sheet-{found.id}")
