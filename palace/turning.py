"""Short proofs that somebody stands where a screen is: made with a key, kept nowhere.

Each begins with the id of its key, so that what hangs somewhere outlives a rotation until the old key
is forgotten. The half minute it is of is part of what was named.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable

from palace.security import keys

PURPOSE = "door"
KEY_ID = 2  # bytes


def written(named: str, size: int) -> str:
    """Return the proof of something named, `size` bytes long, as lower-case letters and digits."""
    key = keys().active(PURPOSE)
    whole = bytes.fromhex(key.id) + key.mac(named)[:size]
    return base64.b32encode(whole).decode().lower()


def proves(text: str, named: Iterable[str], size: int) -> bool:
    """Return whether a text is the proof of one of these."""
    try:
        whole = base64.b32decode(text.upper())
    except ValueError:
        return False
    key = keys().find(PURPOSE, whole[:KEY_ID].hex())
    if key is None:
        return False
    return any(hmac.compare_digest(whole[KEY_ID:], key.mac(one)[:size]) for one in named)
