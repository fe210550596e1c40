"""How large a picture may come and how large it is kept: plain values."""

from __future__ import annotations

from palace.pictures.errors import PictureTooLarge, PictureTooSmall

MEGABYTES = 10
MEGAPIXELS = 40
SMALLEST = 320
LARGE, SMALL = 1280, 480
"""The longer side of what is kept, in points: on a production's page, and in lists."""
FORMATS = ("JPEG", "PNG", "WEBP")


def check_bytes(size: int) -> None:
    """Refuse a file that is too long.

    Raises:
        PictureTooLarge: it has more than `MEGABYTES`; exactly so many are fine.
    """
    if size > MEGABYTES << 20:
        raise PictureTooLarge(megabytes=MEGABYTES, megapixels=MEGAPIXELS)


def check_size(width: int, height: int) -> None:
    """Refuse a picture by the size its header tells, before anything is unfolded.

    Raises:
        PictureTooLarge, PictureTooSmall: it unfolds to too many points, or has too few.
    """
    if width * height > MEGAPIXELS * 1_000_000:
        raise PictureTooLarge(megabytes=MEGABYTES, megapixels=MEGAPIXELS)
    if max(width, height) < SMALLEST:
        raise PictureTooSmall(points=SMALLEST)


def fitted(width: int, height: int, longest: int) -> tuple[int, int]:
    """Return a size in proportion whose longer side is at most `longest`; never larger than it was."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
