"""Finding pictures; never writes."""

from __future__ import annotations

from sqlalchemy import select

from palace.db import db
from palace.pictures.models import Picture

SIZES = {"large": Picture.large, "small": Picture.small}


def find(code: str) -> Picture | None:
    """Return a picture without its bytes."""
    return db.session.get(Picture, code)


def shown_bytes(code: str, size: str) -> bytes | None:
    """Return a picture the public may see, in a size; None: there is none, or it is not theirs to see."""
    wanted = select(SIZES[size]).where(Picture.code == code, Picture.shown_at.is_not(None))
    return db.session.scalar(wanted)


def any_bytes(code: str, size: str) -> bytes | None:
    """Return any picture in a size, for those who write and review."""
    return db.session.scalar(select(SIZES[size]).where(Picture.code == code))
