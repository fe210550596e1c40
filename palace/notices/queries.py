"""Which notices there are; reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice

OF_MEMBER, OF_PHONE = "member:", "phone:"
MOST_SHOWN = 200


def since(instant: datetime, kinds: Sequence[str]) -> list[Notice]:
    """Return the notices of some kinds owed since an instant, newest first."""
    wanted = select(Notice).where(Notice.created_at > instant, Notice.kind.in_(kinds))
    newest_first = wanted.order_by(Notice.created_at.desc(), Notice.id.desc())
    return list(db.session.scalars(newest_first.limit(MOST_SHOWN)))


def phones(notices: Sequence[Notice]) -> dict[str, str]:
    """Return the phone number of each receiver that has one."""
    receivers = {notice.receiver for notice in notices}
    direct = {name: name.removeprefix(OF_PHONE) for name in receivers if name.startswith(OF_PHONE)}
    ids = [int(name.removeprefix(OF_MEMBER)) for name in receivers if name.startswith(OF_MEMBER)]
    rows = db.session.execute(select(Member.id, Member.phone).where(Member.id.in_(ids)))
    return direct | {f"{OF_MEMBER}{member_id}": phone for member_id, phone in rows if phone}


def due(since: Mapping[str, datetime], limit: int) -> list[Notice]:
    """Lock and return notices that wait to be sent, oldest first, leaving alone what others are sending.

    `since` names the kinds to send, each with the instant after which it must have been owed.
    """
    fresh = [and_(Notice.kind == kind, Notice.created_at > start) for kind, start in since.items()]
    wanted = select(Notice).where(Notice.sent_at.is_(None), or_(*fresh))
    oldest_first = wanted.order_by(Notice.created_at, Notice.id).limit(limit)
    return list(db.session.scalars(oldest_first.with_for_update(skip_locked=True)))


def unsent_count() -> int:
    """Return how many notices have not been sent."""
    return db.session.scalar(select(func.count()).where(Notice.sent_at.is_(None))) or 0
