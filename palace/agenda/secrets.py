"""The secret in the address of a feed: whose it is, and the proof that we said so."""

from __future__ import annotations

import base64
import hmac
import struct
from dataclasses import dataclass
from enum import StrEnum

from palace.errors import NotFound
from palace.security import Key, keys

FORM = struct.Struct(">2sQ")
MAC_BYTES = 20


class FeedOf(StrEnum):
    """Whose feed a secret opens; that of the one never opens that of the other."""

    MEMBER = "feed"
    TROUPE = "troupe"
    CLASS = "class"


@dataclass(frozen=True)
class Opened:
    """What a secret says: whose feed it is, if its proof holds."""

    of: FeedOf
    owner_id: int
    key: Key
    proof: bytes

    def fits(self, generation: int) -> bool:
        """Return whether this is a secret of the generation that its owner's calendar is in."""
        proof = _proof(self.key, self.of, self.owner_id, generation)
        return hmac.compare_digest(self.proof, proof)


def secret_of(of: FeedOf, owner_id: int, generation: int) -> str:
    """Return the secret in the address of a feed; it changes with the generation of its calendar."""
    key = keys().active("calendar")
    named = FORM.pack(bytes.fromhex(key.id), owner_id)
    told = named + _proof(key, of, owner_id, generation)
    return base64.b32encode(told).decode().rstrip("=").lower()


def opened(of: FeedOf, secret: str) -> Opened:
    """Return what a secret says, to be asked with the generation of the owner it names.

    Raises:
        NotFound: it is not of the form of our secrets.
    """
    try:
        raw = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    except ValueError:
        raise NotFound from None
    if len(raw) != FORM.size + MAC_BYTES:
        raise NotFound
    key_id, owner_id = FORM.unpack(raw[: FORM.size])
    key = keys().find("calendar", key_id.hex())
    if key is None or owner_id >= 1 << 63:
        raise NotFound
    return Opened(of, owner_id, key, raw[FORM.size :])


def _proof(key: Key, of: FeedOf, owner_id: int, generation: int) -> bytes:
    return key.mac(f"{of}:{owner_id}:{generation}")[:MAC_BYTES]
