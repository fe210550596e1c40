"""Which version of a text holds, and what a member agreed to; reads only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from palace.consents.models import Consent, ConsentText
from palace.consents.rules import FIRST, Purpose
from palace.db import db
from palace.errors import NotFound

SYSTEM = "system"


def first(purpose: Purpose, now: datetime) -> ConsentText:
    """Return version 1 as the program words it, unsaved: the row is made when it is first needed."""
    words = FIRST[purpose]
    return ConsentText(
        purpose=purpose,
        version=1,
        body_zh=words.zh,
        body_en=words.en,
        valid_from=now,
        published_by=SYSTEM,
    )


def current(purpose: Purpose, now: datetime) -> ConsentText:
    """Return the version that holds now."""
    wanted = select(ConsentText).where(
        ConsentText.purpose == purpose, ConsentText.valid_from <= now
    )
    newest = db.session.scalars(wanted.order_by(ConsentText.version.desc()).limit(1)).first()
    return newest or first(purpose, now)


def version_of(purpose: Purpose, version: int, now: datetime) -> ConsentText:
    """Return one version of a text.

    Raises:
        NotFound: there is none.
    """
    wanted = select(ConsentText).where(
        ConsentText.purpose == purpose, ConsentText.version == version
    )
    found = db.session.scalars(wanted).first()
    if found is None and version == 1:
        return first(purpose, now)
    if found is None:
        raise NotFound
    return found


def given_by(member_id: int) -> list[Consent]:
    """Return what a member agreed to, newest first, also what was taken back."""
    wanted = select(Consent).where(Consent.member_id == member_id)
    return list(db.session.scalars(wanted.order_by(Consent.given_at.desc(), Consent.id.desc())))


def due(member_id: int, purpose: Purpose, now: datetime) -> ConsentText | None:
    """Return the version a member has not agreed to yet; None: they have."""
    text = current(purpose, now)
    live = exists().where(
        Consent.member_id == member_id,
        Consent.text_id == text.id,
        Consent.withdrawn_at.is_(None),
    )
    is_given = text.id is not None and db.session.scalar(select(live))
    return None if is_given else text
