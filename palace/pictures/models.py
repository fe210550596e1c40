"""Pictures in two sizes, by their content."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from palace.db import Base


class Picture(Base):
    """A picture as JPEG without anything told of camera or place; `code` is made of what it shows.

    `shown_at`: since when the public may see it; None: only who writes and reviews.
    """

    __tablename__ = "pictures"
    __table_args__ = (CheckConstraint("least(width, height) > 0", name="size"),)

    code: Mapped[str] = mapped_column(primary_key=True)
    width: Mapped[int]
    height: Mapped[int]
    large: Mapped[bytes] = mapped_column(deferred=True)
    small: Mapped[bytes] = mapped_column(deferred=True)
    kept_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
