"""Keys in one file outside the database, and what is made with them: signatures, codes, secrets."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

PURPOSES = ("cookie", "code", "calendar", "digest", "ticket")


class BadKeys(ValueError):
    """The keys file is missing a purpose or open to other users."""


@dataclass(frozen=True)
class Key:
    """One key: its id is written beside everything made with it, so that it can be retired."""

    id: str
    purpose: str
    active: bool
    secret: bytes = field(repr=False)

    def mac(self, message: str) -> bytes:
        """Return the HMAC-SHA256 of a message (32 bytes)."""
        return hmac.digest(self.secret, message.encode(), hashlib.sha256)


class KeyRing:
    """All keys of an installation, the active one of each purpose first."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = sorted(keys, key=lambda key: not key.active)

    def active(self, purpose: str) -> Key:
        """Return the key that new things of a purpose are made with."""
        return next(key for key in self._keys if key.purpose == purpose and key.active)

    def find(self, purpose: str, key_id: str) -> Key | None:
        """Return a key by id, also a retired one, or None."""
        return next(
            (key for key in self._keys if key.purpose == purpose and key.id == key_id), None
        )

    def all(self, purpose: str) -> list[Key]:
        """Return the keys of a purpose, the active one first."""
        return [key for key in self._keys if key.purpose == purpose]


def load_keys(path: Path) -> KeyRing:
    """Read the keys file, making it (0600) on the first start.

    Raises:
        BadKeys: other users can read it, or an active key is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _write_new(path)
    if path.stat().st_mode & 0o077:
        raise BadKeys(f"{path} can be read by others: chmod 600 {path}")
    rows = json.loads(path.read_text())["keys"]
    ring = KeyRing([_key(row) for row in rows])
    missing = [purpose for purpose in PURPOSES if not any(key.active for key in ring.all(purpose))]
    if missing:
        raise BadKeys(f"{path} has no active key for: {', '.join(missing)}")
    return ring


def _write_new(path: Path) -> None:
    rows = [
        {
            "id": secrets.token_hex(2),
            "purpose": purpose,
            "status": "active",
            "secret": secrets.token_hex(32),
        }
        for purpose in PURPOSES
    ]
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": rows}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def _key(row: dict[str, str]) -> Key:
    return Key(row["id"], row["purpose"], row["status"] == "active", bytes.fromhex(row["secret"]))


def keys() -> KeyRing:
    """Return the key ring of the running application."""
    ring: KeyRing = current_app.extensions["palace_keys"]
    return ring


def public_code() -> str:
    """Return a random public code: 100 bits as 20 characters of base32, for addresses."""
    return base64.b32encode(secrets.token_bytes(13))[:20].decode().lower()


def digest(value: str) -> bytes:
    """Return the keyed hash that stands for a phone's browser or address in tables and logs."""
    return keys().active("digest").mac(value)


def sign(key: Key, body: bytes) -> str:
    """Return body and Ed25519 signature as upper-case base32 without padding (QR alphanumeric)."""
    signature = Ed25519PrivateKey.from_private_bytes(key.secret).sign(body)
    return base64.b32encode(body + signature).decode().rstrip("=")


def verified(key: Key, token: str) -> bytes | None:
    """Return the body of a signed token, or None if it was not made with `key`."""
    try:
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
        Ed25519PrivateKey.from_private_bytes(key.secret).public_key().verify(raw[-64:], raw[:-64])
    except (ValueError, InvalidSignature):
        return None
    return raw[:-64]
