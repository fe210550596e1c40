"""Who earns a certificate, and how its number is written: plain values."""

from __future__ import annotations

from datetime import datetime

from palace.certificates.errors import ClassNotOver

WHOLE = 100
SERIAL_DIGITS = 4


def earns(attended: int, held: int, percent: int) -> bool:
    """Return whether somebody was at enough of the sessions held; exactly `percent` is enough."""
    return held > 0 and attended * WHOLE >= held * percent


def check_over(ends_at: datetime | None, now: datetime) -> None:
    """Refuse certificates of a class that goes on; the last instant of its last session is its end.

    Raises:
        ClassNotOver: it does, or it has no session.
    """
    if ends_at is None or now < ends_at:
        raise ClassNotOver


def number_of(site_code: str, year: int, serial: int) -> str:
    """Return a certificate's number as printed: the house, the year, and its place in that year."""
    return f"{site_code.upper()}-{year}-{serial:0{SERIAL_DIGITS}d}"
