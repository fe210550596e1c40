"""Keys in one file outside the database, and what is made with them: signatures, codes, secrets."""

from __future__ import annotations

import base64
import fcntl
import functools
import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from palace.host import current_user, sync_folder

log = logging.getLogger("palace")

LATER = ("identity", "totp", "personal", "door")
"""Purposes that files of an older version lack; `complete_keys` brings them in with the tables."""
PURPOSES = ("cookie", "code", "calendar", "digest", "ticket", *LATER)
FIVE_BITS = b"abcdefghijklmnopqrstuvwxyz234567" * 8  # a letter for each byte, all equally often
LOST = (
    "Only if it is lost for good: remove what is left of it, then `palace keys rotate` makes new keys; "
    "every ticket, feed and sign-in of before is void then."
)


class BadKeys(ValueError):
    """The keys file is missing, damaged, without a purpose or open to other users; says what to do."""


@dataclass(frozen=True)
class Key:
    """One key: its id is written beside what is made with it; `retired_at` None = active."""

    id: str
    purpose: str
    secret: bytes = field(repr=False)
    retired_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Return whether new things are made with it."""
        return self.retired_at is None

    def mac(self, message: str) -> bytes:
        """Return the HMAC-SHA256 of a message (32 bytes)."""
        return hmac.digest(self.secret, message.encode(), hashlib.sha256)


class KeyRing:
    """All keys of an installation, the active one of each purpose first."""

    def __init__(self, keys: list[Key]) -> None:
        active = [key for key in keys if key.active]
        retired = [(key.retired_at, key) for key in keys if key.retired_at]
        retired.sort(key=lambda when_and_key: when_and_key[0], reverse=True)
        self._keys = [*active, *(key for _, key in retired)]

    def active(self, purpose: str) -> Key:
        """Return the key that new things of a purpose are made with."""
        return next(key for key in self._keys if key.purpose == purpose and key.active)

    def find(self, purpose: str, key_id: str) -> Key | None:
        """Return a key by id, also a retired one, or None."""
        return next(
            (key for key in self._keys if key.purpose == purpose and key.id == key_id), None
        )

    def all(self, purpose: str) -> list[Key]:
        """Return the keys of a purpose: the active one, then the retired ones, newest first."""
        return [key for key in self._keys if key.purpose == purpose]

    def at(self, purpose: str, instant: datetime) -> Key:
        """Return the key that was active at an instant, for what carries no key id."""
        found = self.active(purpose)
        for key in self.all(purpose):
            if key.retired_at and key.retired_at > instant:
                found = key
        return found


def load_keys(path: Path) -> KeyRing:
    """Read the keys file.

    Raises:
        BadKeys: it is missing or damaged, other users can read it, or an active key is missing.
    """
    return KeyRing(_read(path))


def make_keys(path: Path) -> bool:
    """Make a keys file (0600) where there is none; return whether there was none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path):
        if path.exists():
            return False
        _write(path, [_new(purpose) for purpose in PURPOSES])
    return True


def complete_keys(path: Path) -> None:
    """Add the keys for purposes that were not there when the file was made, if it is there."""
    if not path.exists():
        return
    with _locked(path):
        found = _read(path, needed=[purpose for purpose in PURPOSES if purpose not in LATER])
        missing = [name for name in LATER if not any(key.purpose == name for key in found)]
        if missing:
            _write(path, [*found, *(_new(purpose) for purpose in missing)])


def rotate_keys(path: Path, purposes: Collection[str], now: datetime) -> list[Key]:
    """Retire the active key of each purpose at `now` and make another; return the new ones."""
    with _locked(path):
        old = [
            replace(key, retired_at=now) if key.active and key.purpose in purposes else key
            for key in _read(path)
        ]
        taken = {key.id for key in old}
        new = [_new(purpose, taken) for purpose in PURPOSES if purpose in purposes]
        _write(path, [*old, *new])
    return new


def forget_keys(path: Path, ids: Collection[str]) -> None:
    """Take retired keys out of the file: what was made with them alone is void from now on."""
    with _locked(path):
        _write(path, [key for key in _read(path) if key.active or key.id not in ids])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Keep every other writer of the keys file out."""
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new(purpose: str, taken: Collection[str] = ()) -> Key:
    while (key_id := secrets.token_hex(2)) in taken:
        pass
    return Key(key_id, purpose, secrets.token_bytes(32))


def _read(path: Path, needed: Collection[str] = PURPOSES) -> list[Key]:
    try:
        mode, written = path.stat().st_mode, path.read_bytes()
    except FileNotFoundError:
        raise BadKeys(f"{path} is missing: bring it back from its copy. {LOST}") from None
    except OSError as error:
        raise BadKeys(f"{path}: {error.strerror} for user {current_user()}.") from None
    if mode & 0o077:
        raise BadKeys(f"{path} can be read by others: chmod 600 {path}")
    try:
        found = [_key(row) for row in json.loads(written)["keys"]]
    except (ValueError, LookupError, TypeError):
        raise BadKeys(f"{path} is damaged: bring it back from its copy. {LOST}") from None
    active = {key.purpose for key in found if key.active}
    missing = [purpose for purpose in needed if purpose not in active]
    if missing:
        raise BadKeys(f"{path} has no active key for: {', '.join(missing)}")
    return found


def _write(path: Path, keys: list[Key]) -> None:
    """Put a new file in the place of the old one; whoever reads has one of the two, whole."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"keys": [_row(key) for key in keys]}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        os.chown(new, path.stat().st_uid, path.stat().st_gid)
    new.rename(path)
    sync_folder(path.parent)


def _row(key: Key) -> dict[str, str]:
    row = {"id": key.id, "purpose": key.purpose, "secret": key.secret.hex()}
    if key.retired_at is None:
        return row | {"status": "active"}
    return row | {"status": "retired", "retired_at": key.retired_at.isoformat()}


def _key(row: dict[str, str]) -> Key:
    retired = row["status"] != "active"
    retired_at = datetime.fromisoformat(row["retired_at"]) if retired else None
    return Key(row["id"], row["purpose"], bytes.fromhex(row["secret"]), retired_at)


class Ageless(URLSafeTimedSerializer):
    """Reads a cookie whatever its age: a web whose clock runs behind met cookies "from the future"."""

    def loads(self, s: str | bytes, *_: Any, **__: Any) -> Any:
        """Return what the cookie holds if we signed it."""
        return super().loads(s)


class Cookies(SecureCookieSessionInterface):
    """Cookies signed with the keys as the file has them at this request.

    They end with their sign-in's row, by the database's clock alone (design R5).
    """

    _kept: tuple[KeyRing, URLSafeTimedSerializer] | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:
        """Return what signs and reads cookies; the keys are looked at first."""
        ring = use_keys(app)
        kept: tuple[KeyRing, URLSafeTimedSerializer] | None = self._kept
        if kept is None or kept[0] is not ring:
            cookie_keys = [key.secret.hex() for key in ring.all("cookie")]
            derived = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
            # The last key signs, as Flask has it; made of the ring alone, so that both belong together.
            made = Ageless(
                cookie_keys[::-1], salt=self.salt, serializer=self.serializer, signer_kwargs=derived
            )
            self._kept = kept = (ring, made)
        return kept[1]


def use_keys(app: Flask) -> KeyRing:
    """Return the keys of an application, read anew when their file was replaced since.

    A file that cannot be read while the application runs leaves it with the keys it has; that is
    logged once.
    """
    path: Path = app.extensions["palace"].keys_file
    known: tuple[int, KeyRing] | None = app.extensions.get("palace_keys")
    if known is None:
        return _take_up(app, path)
    try:
        if path.stat().st_mtime_ns != known[0]:
            return _take_up(app, path)
    except (OSError, ValueError):
        if not app.extensions.get("palace_keys_lost"):
            log.error("keys file unreadable: %s", path)
        app.extensions["palace_keys_lost"] = True
    return known[1]


def _take_up(app: Flask, path: Path) -> KeyRing:
    # The time is read before the file: a file that comes between is met again at the next use.
    found = path.stat().st_mtime_ns if os.access(path, os.F_OK) else 0
    ring = load_keys(path)
    app.extensions["palace_keys_lost"] = False
    app.extensions["palace_keys"] = (found, ring)
    cookie_keys = [key.secret.hex() for key in ring.all("cookie")]
    app.config.update(SECRET_KEY=cookie_keys[0], SECRET_KEY_FALLBACKS=cookie_keys[1:])
    return ring


def keys() -> KeyRing:
    """Return the key ring of the running application."""
    return use_keys(current_app)


def public_code() -> str:
    """Return a random public code: 100 bits as 20 characters of base32, for addresses."""
    return secrets.token_bytes(20).translate(FIVE_BITS).decode()


def digest(value: str) -> bytes:
    """Return the keyed hash that stands for a phone's browser or address in tables and logs."""
    return keys().active("digest").mac(value)


@functools.lru_cache(maxsize=64)
def _signer(key: Key) -> Ed25519PrivateKey:
    """Return a key ready for use: making it ready takes as long as a signature."""
    return Ed25519PrivateKey.from_private_bytes(key.secret)


def sign(key: Key, body: bytes) -> str:
    """Return body and Ed25519 signature as upper-case base32 without padding (QR alphanumeric)."""
    signature = _signer(key).sign(body)
    return base64.b32encode(body + signature).decode().rstrip("=")


def verified(key: Key, signed: bytes) -> bytes | None:
    """Return the body of what `sign` made, decoded, or None if it was not made with `key`."""
    try:
        _signer(key).public_key().verify(signed[-64:], signed[:-64])
    except (ValueError, InvalidSignature):
        return None
    return signed[:-64]
