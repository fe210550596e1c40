"""An uploaded file as it lies in the database: locked with a key of the keys file.

Lists come with whole document numbers in columns nobody asked for; so a dump or a backup that is
made while the file waits holds nothing to read.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from palace.roster.errors import Unreadable
from palace.security import keys

PURPOSE = "personal"
NONCE = 12  # bytes
KEY_ID = 2


def sealed(piece: bytes, place: str) -> bytes:
    """Return a piece of a file as it may lie in the database; `place` says which piece of which."""
    key, nonce = keys().active(PURPOSE), os.urandom(NONCE)
    locked = AESGCM(key.secret).encrypt(nonce, piece, place.encode())
    return bytes.fromhex(key.id) + nonce + locked


def opened(body: bytes, place: str) -> bytes:
    """Return a piece as it came.

    Raises:
        Unreadable: its key was forgotten meanwhile, or it is not what was kept.
    """
    key = keys().find(PURPOSE, body[:KEY_ID].hex())
    nonce, locked = body[KEY_ID : KEY_ID + NONCE], body[KEY_ID + NONCE :]
    try:
        if key is None:
            raise Unreadable
        return AESGCM(key.secret).decrypt(nonce, locked, place.encode())
    except (InvalidTag, ValueError):
        raise Unreadable from None
