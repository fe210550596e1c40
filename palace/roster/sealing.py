"""An uploaded file as it lies in the database: locked with a key of the keys file.

Lists come with whole document numbers in columns nobody asked for; so a dump or a backup that is
made while the file waits holds nothing to read.
"""

from __future__ import annotations

from palace import sealing
from palace.roster.errors import Unreadable

sealed = sealing.sealed


def opened(body: bytes, place: str) -> bytes:
    """Return a piece as it came.

    Raises:
        Unreadable: its key was forgotten meanwhile, or it is not what was kept.
    """
    found = sealing.opened(body, place)
    if found is None:
        raise Unreadable
    return found
