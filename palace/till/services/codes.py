"""The house's printed codes (收款码): put up, taken down."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.members.services import note
from palace.till.errors import CodeKnown
from palace.till.models import PrintedCode


def add_code(*, site_id: int, name_zh: str, name_en: str, content: str, by: str) -> PrintedCode:
    """Put a printed code up, behind those of its house.

    Raises:
        CodeKnown: the house has one that is called so.
    """
    last = select(func.coalesce(func.max(PrintedCode.position), 0) + 1)
    new = insert(PrintedCode).values(
        site_id=site_id,
        position=last.where(PrintedCode.site_id == site_id).scalar_subquery(),
        name_zh=name_zh,
        name_en=name_en,
        content=content,
    )
    once = new.on_conflict_do_nothing(index_elements=[PrintedCode.site_id, PrintedCode.name_zh])
    code = db.session.scalars(once.returning(PrintedCode)).first()
    if code is None:
        raise CodeKnown
    note("printed_code_added", f"site:{site_id}", after={"name": name_zh}, actor=by)
    return code


def remove_code(code: PrintedCode, *, by: str) -> None:
    """Take a printed code down."""
    note("printed_code_removed", f"site:{code.site_id}", before={"name": code.name_zh}, actor=by)
    db.session.delete(code)
    db.session.flush()
