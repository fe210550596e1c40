"""A person's names and numbers in the audit: readable until the person's own key is destroyed."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from palace.db import db
from palace.members.models import PersonalKey
from palace.security import Key, keys

PURPOSE = "personal"
NONCE, SECRET = 12, 32  # bytes

Values = dict[str, Any]


@dataclass(frozen=True)
class Personal:
    """Values of a member that the audit may keep only as long as the member wants."""

    member_id: int
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)


def sealed(personal: Personal) -> bytes | None:
    """Return the values encrypted with the person's key, made now if they have none; None: destroyed."""
    secret = _secret_of(personal.member_id)
    if secret is None:
        return None
    plain = json.dumps([personal.before, personal.after], ensure_ascii=False).encode()
    return _locked(secret, plain, personal.member_id)


def opened(body: bytes, key: PersonalKey | None, member_id: int) -> tuple[Values, Values] | None:
    """Return the values before and after, or None: the person's key, or the one around it, is gone."""
    secret = _unwrapped(key) if key else None
    plain = _unlocked(secret, body, member_id) if secret else None
    if plain is None:
        return None
    before, after = json.loads(plain)
    return before, after


def destroy_key(member_id: int, now: datetime) -> None:
    """Make a person's values in the audit unreadable for good; they never get another key."""
    gone = {"member_id": member_id, "key_id": "", "wrapped": None, "destroyed_at": now}
    destroyed = insert(PersonalKey).values(gone)
    db.session.execute(
        destroyed.on_conflict_do_update(
            index_elements=[PersonalKey.member_id],
            set_={"wrapped": None, "destroyed_at": now},
            where=PersonalKey.destroyed_at.is_(None),
        )
    )


def _secret_of(member_id: int) -> bytes | None:
    key, secret = keys().active(PURPOSE), os.urandom(SECRET)
    wrapped = _locked(key.secret, secret, member_id)
    new = insert(PersonalKey).values(member_id=member_id, key_id=key.id, wrapped=wrapped)
    db.session.execute(new.on_conflict_do_nothing())
    wanted = select(PersonalKey).where(PersonalKey.member_id == member_id)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one()
    return _unwrapped(found)


def _unwrapped(found: PersonalKey) -> bytes | None:
    around: Key | None = keys().find(PURPOSE, found.key_id)
    if around is None or found.wrapped is None:
        return None
    return _unlocked(around.secret, found.wrapped, found.member_id)


def _locked(secret: bytes, plain: bytes, member_id: int) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(secret).encrypt(nonce, plain, f"member:{member_id}".encode())


def _unlocked(secret: bytes, body: bytes, member_id: int) -> bytes | None:
    try:
        return AESGCM(secret).decrypt(body[:NONCE], body[NONCE:], f"member:{member_id}".encode())
    except (InvalidTag, ValueError):
        return None
