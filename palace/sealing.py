"""What lies in the database locked with a key of the keys file: a dump or a backup alone reads none of it."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from palace.security import keys

PURPOSE = "personal"
NONCE = 12  # bytes
KEY_ID = 2


def sealed(plain: bytes, place: str) -> bytes:
    """Return what may lie in the database, behind its key's id; `place` says what of, and opens it again."""
    key, nonce = keys().active(PURPOSE), os.urandom(NONCE)
    return bytes.fromhex(key.id) + nonce + AESGCM(key.secret).encrypt(nonce, plain, place.encode())


def opened(body: bytes, place: str) -> bytes | None:
    """Return what was sealed for this place; None: its key was forgotten, or it is no seal of ours."""
    key = keys().find(PURPOSE, body[:KEY_ID].hex())
    nonce, locked = body[KEY_ID : KEY_ID + NONCE], body[KEY_ID + NONCE :]
    try:
        return AESGCM(key.secret).decrypt(nonce, locked, place.encode()) if key else None
    except (InvalidTag, ValueError):
        return None
