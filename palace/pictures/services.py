"""Taking a picture in: read with care, made anew in two sizes, kept once by its content."""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
from datetime import datetime
from typing import IO

from PIL import Image, ImageFile, ImageOps
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.db import db
from palace.pictures.errors import NotAPicture
from palace.pictures.models import Picture
from palace.pictures.rules import FORMATS, LARGE, MEGABYTES, SMALL, check_bytes, check_size, fitted

QUALITY = 82
BLENDING = {"RGBA", "LA"}
SMOOTH = BLENDING | {"RGB", "L", "CMYK"}
"""Modes that are made smaller as they are; palettes and bits are not."""
CODE_BYTES = 13
CODE_LENGTH = 20
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError, IndexError)
"""What Pillow raises on files that are broken or were made to break it."""


def keep(sent: IO[bytes]) -> Picture:
    """Keep a picture that was sent; the same picture again is the same row.

    Raises:
        NotAPicture, PictureTooLarge, PictureTooSmall: it is not taken.
    """
    content = sent.read((MEGABYTES << 20) + 1)
    check_bytes(len(content))
    drawn = _drawn(content)
    large, small = _jpeg(drawn, LARGE), _jpeg(drawn, SMALL)
    width, height = fitted(*drawn.size, LARGE)
    row = {
        "code": _code(large),
        "width": width,
        "height": height,
        "large": large,
        "small": small,
        "kept_at": clock.now(),
    }
    db.session.execute(insert(Picture).values(row).on_conflict_do_nothing())
    return db.session.get_one(Picture, row["code"])


def show(code: str, now: datetime) -> None:
    """Let the public see a picture from now on."""
    unseen = update(Picture).where(Picture.code == code, Picture.shown_at.is_(None))
    db.session.execute(unseen.values(shown_at=now))


def _drawn(content: bytes) -> Image.Image:
    """Return a picture upright on white, of bounded size; nothing is unfolded before its header is judged.

    Raises:
        NotAPicture, PictureTooLarge, PictureTooSmall: it is not taken.
    """
    # WeasyPrint lets half pictures pass for its whole process
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as sent:
                check_size(*sent.size)
                sent.draft("RGB", (LARGE, LARGE))  # a JPEG is unfolded no larger than needed
                sent.load()
                return _upright(_shrunk(sent))
    except (Image.DecompressionBombError, *UNREADABLE) as error:
        raise NotAPicture from error


def _shrunk(sent: Image.Image) -> Image.Image:
    """Return a picture no larger than kept, before more is made of it: each copy costs its points."""
    if sent.has_transparency_data and sent.mode not in BLENDING:
        sent = sent.convert("RGBA")
    elif sent.mode not in SMOOTH:
        sent = sent.convert("RGB")
    sent.thumbnail((LARGE, LARGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return sent


def _upright(sent: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(sent)
    if turned.has_transparency_data:
        drawn = Image.new("RGBA", turned.size, "white")
        drawn.alpha_composite(turned.convert("RGBA"))
        turned = drawn
    turned = turned.convert("RGB")
    turned.info.clear()  # what is told of camera, place and program would be written again
    return turned


def _jpeg(drawn: Image.Image, longest: int) -> bytes:
    to = io.BytesIO()
    shown = drawn.resize(fitted(*drawn.size, longest), Image.Resampling.LANCZOS)
    shown.save(to, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return to.getvalue()


def _code(content: bytes) -> str:
    """Return what a picture is called: made of what it shows, in the form of every public code."""
    told = base64.b32encode(hashlib.sha256(content).digest()[:CODE_BYTES]).decode()
    return told.lower()[:CODE_LENGTH]
