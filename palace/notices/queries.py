"""Which notices there are; reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, exists, func, select

from palace.db import db, literally, table_of
from palace.members.models import Member
from palace.money import Fen
from palace.notices.models import Contact, GatewayState, MessageDay, Notice, Template
from palace.notices.rules import Fund, Receiver, State
from palace.statements import Question, execute

OF_MEMBER, OF_PHONE, OF_EMAIL = "member:", "phone:", "email:"
MOST_SHOWN = 200
INBOX_PAGE = 50
NOTICES = table_of(Notice)
UNREAD = select(func.count().label("unread")).where(
    NOTICES.c.receiver == bindparam("receiver", type_=Text),
    NOTICES.c.read_at.is_(None),
    NOTICES.c.kind == func.any(bindparam("kinds", type_=ARRAY(Text))),
)
UNSENT = (State.OWED, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True)
class Trouble:
    """Notices of a kind that did not leave the house, or perhaps did: why, how many, since when."""

    state: State
    kind: str
    error: str
    count: int
    since: datetime


def since(instant: datetime, kinds: Sequence[str]) -> list[Notice]:
    """Return the notices of some kinds owed since an instant, newest first."""
    wanted = select(Notice).where(Notice.created_at > instant, Notice.kind.in_(kinds))
    newest_first = wanted.order_by(Notice.created_at.desc(), Notice.id.desc())
    return list(db.session.scalars(newest_first.limit(MOST_SHOWN)))


def _ids(receivers: Iterable[str]) -> list[int]:
    numbers = [name.removeprefix(OF_MEMBER) for name in receivers if name.startswith(OF_MEMBER)]
    return [int(number) for number in numbers if number.isdecimal()]


def receivers(notices: Sequence[Notice]) -> dict[int, Receiver]:
    """Return, by notice, how its receiver can be reached now."""
    members = _members({notice.receiver for notice in notices})
    found = {}
    for notice in notices:
        language = notice.language or "zh"
        kind, _, address = notice.receiver.partition(":")
        if kind == "phone":
            found[notice.id] = Receiver(phone=address, language=language)
        elif kind == "email":
            found[notice.id] = Receiver(email=address, language=language)
        else:
            phone, email, own, muted = members.get(notice.receiver, (None, None, None, []))
            found[notice.id] = Receiver(phone, email, own or language, frozenset(muted or []))
    return found


def _members(names: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    wanted = (
        select(Member.id, Member.phone, Contact.email, Contact.language, Contact.muted)
        .outerjoin(Contact, Contact.member_id == Member.id)
        .where(Member.id.in_(_ids(names)), Member.erased_at.is_(None))
    )
    return {f"{OF_MEMBER}{row[0]}": tuple(row)[1:] for row in db.session.execute(wanted)}


def contact_of(member_id: int) -> Contact:
    """Return how a member wants to be told; who never said is told by the house's own way."""
    return db.session.get(Contact, member_id) or Contact(member_id=member_id, muted=[], tries=0)


def inbox(member_id: int, before: int | None, kinds: Iterable[str]) -> list[Notice]:
    """Return a page of what a member was told, newest first, with one more that says there is another."""
    wanted = select(Notice).where(
        Notice.receiver == f"{OF_MEMBER}{member_id}", Notice.kind.in_(kinds)
    )
    if before is not None:
        wanted = wanted.where(Notice.id < before)
    return list(db.session.scalars(wanted.order_by(Notice.id.desc()).limit(INBOX_PAGE + 1)))


def asking_unread(member_id: int, kinds: Iterable[str]) -> Question:
    """Return the statement that counts what a member was told and has not marked as read (`unread`)."""
    return UNREAD, {"receiver": f"{OF_MEMBER}{member_id}", "kinds": sorted(kinds)}


def unread_count(member_id: int, kinds: Iterable[str]) -> int:
    """Return how much of what a member was told they have not marked as read."""
    counted: int = execute(*asking_unread(member_id, kinds))[0].unread
    return counted


def templates(gateway: str) -> dict[tuple[str, str], str]:
    """Return a provider's approved templates by (kind, language)."""
    rows = db.session.scalars(select(Template).where(Template.gateway == gateway))
    return {(row.kind, row.language): row.template for row in rows}


def unsent_count() -> int:
    """Return how many notices are on their way, or should be."""
    return db.session.scalar(select(func.count()).where(Notice.state.in_(literally(UNSENT)))) or 0


def troubles(states: Sequence[State]) -> list[Trouble]:
    """Return what stands in some states, by kind and reason, the most first."""
    error = func.coalesce(Notice.error, "")
    count = func.count()
    rows = db.session.execute(
        select(Notice.state, Notice.kind, error, count, func.min(Notice.created_at))
        .where(Notice.state.in_(literally(states)))
        .group_by(Notice.state, Notice.kind, error)
        .order_by(count.desc(), Notice.kind)
        .limit(MOST_SHOWN)
    )
    return [Trouble(*row) for row in rows]


def is_waiting_for(error: str) -> bool:
    """Return whether the house owes a notice that it cannot send now for a reason."""
    owed = Notice.state == literally(State.OWED)
    return bool(db.session.scalar(select(exists().where(owed, Notice.error == error))))


def gateway_state(name: str) -> GatewayState | None:
    """Return what is known of a gateway."""
    return db.session.get(GatewayState, name)


def spent_on(day: date, fund: Fund) -> MessageDay:
    """Return what a palace day's messages cost a fund so far."""
    nothing = MessageDay(day=day, fund=fund, pieces=0, amount=Fen(0))
    return db.session.get(MessageDay, (day, fund)) or nothing
