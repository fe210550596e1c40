"""The texts of codes: made from a batch's seed and a key of the keys file, never kept."""

from __future__ import annotations

import hashlib

from palace.codes.rules import plain, text_of
from palace.security import keys

PURPOSE = "digest"


def text_at(key_id: str, seed: str, number: int) -> str | None:
    """Return the text of a batch's code; None where its key is lost."""
    key = keys().find(PURPOSE, key_id)
    return text_of(key.mac(f"code:{seed}:{number}")) if key else None


def hash_of(typed: str) -> bytes:
    """Return what stands for a code in its table: 80 random bits need no salt."""
    return hashlib.sha256(plain(typed).encode()).digest()
