"""Who was erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base


class Erasure(Base):
    """Somebody who was erased, by number alone; lines are added, never changed.

    `mark` ties the number to that very row of that very palace: a ledger of another one erases
    nobody here. The copy beside the backups is what a restore goes by.
    """

    __tablename__ = "erasures"

    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str]
    erased_at: Mapped[datetime]
    asked_by: Mapped[str]
