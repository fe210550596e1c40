"""Giving one's word for a text, taking it back, and publishing a new version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from palace.consents import queries
from palace.consents.errors import TextChanged
from palace.consents.models import Consent, ConsentText
from palace.consents.rules import Purpose, Words
from palace.db import db
from palace.members.services import note


def give(member_id: int, purpose: Purpose, now: datetime, version: int | None = None) -> None:
    """Note that a member agreed to the version they were shown, by default the one that holds now.

    A second time changes nothing.

    Raises:
        NotFound: there is no such version.
    """
    give_each([member_id], purpose, now, version)


def give_each(
    member_ids: Iterable[int], purpose: Purpose, now: datetime, version: int | None = None
) -> None:
    """Note what several members agreed to at one time, as `give` does."""
    seen = queries.version_of(purpose, version, now) if version is not None else None
    text = _kept(seen or queries.current(purpose, now))
    rows = [{"member_id": one, "text_id": text.id, "given_at": now} for one in member_ids]
    if rows:
        db.session.execute(insert(Consent).values(rows).on_conflict_do_nothing())


def agree_at_joining(member_id: int, now: datetime) -> None:
    """Note that somebody joined under the version that the page named."""
    give(member_id, Purpose.PRIVACY, now)


def withdraw(member_id: int, purpose: Purpose, now: datetime) -> int:
    """Take a member's word back for every version of a text; return for how many."""
    of_purpose = select(ConsentText.id).where(ConsentText.purpose == purpose)
    taken = update(Consent).where(
        Consent.member_id == member_id,
        Consent.withdrawn_at.is_(None),
        Consent.text_id.in_(of_purpose),
    )
    count = len(db.session.execute(taken.values(withdrawn_at=now).returning(Consent.id)).all())
    if count:
        note("consent_withdrawn", f"member:{member_id}", after={"purpose": purpose.value})
    return count


def publish(purpose: Purpose, words: Words, *, after: int, actor: str, now: datetime) -> None:
    """Publish the version that follows `after`; everybody is asked for it the next time.

    Raises:
        TextChanged: `after` is not the newest any more.
    """
    _kept(queries.current(purpose, now))
    newest = select(ConsentText.version).where(ConsentText.purpose == purpose)
    if db.session.scalar(newest.order_by(ConsentText.version.desc()).limit(1)) != after:
        raise TextChanged
    made = _written(
        ConsentText(
            purpose=purpose,
            version=after + 1,
            body_zh=words.zh,
            body_en=words.en,
            valid_from=now,
            published_by=actor,
        )
    )
    if made is None:
        raise TextChanged
    told = {"purpose": purpose.value, "version": after + 1}
    note("consent_text_published", f"consent_text:{made}", after=told)


def _kept(text: ConsentText) -> ConsentText:
    """Return a version as it stands in the table, made now where nobody needed it before."""
    if text.id is None:
        _written(text)
    wanted = select(ConsentText).where(
        ConsentText.purpose == text.purpose, ConsentText.version == text.version
    )
    return db.session.scalars(wanted).one()


def _written(text: ConsentText) -> int | None:
    """Insert a version unless it is there; return its number, None if somebody was faster."""
    row = {
        "purpose": text.purpose,
        "version": text.version,
        "body_zh": text.body_zh,
        "body_en": text.body_en,
        "valid_from": text.valid_from,
        "published_by": text.published_by,
    }
    new = insert(ConsentText).values(row).on_conflict_do_nothing().returning(ConsentText.id)
    return db.session.scalar(new)
