"""The statements that take notices to be sent, each for one pair of hands, and spend the day's money."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from palace.db import db, literally, table_of
from palace.money import Fen
from palace.notices.models import MessageDay, Notice
from palace.notices.rules import CODES, LOST_AFTER, Fund, State
from palace.statements import execute

NOTICES = table_of(Notice)
SETTLE_SENT = (
    update(NOTICES)
    .where(
        NOTICES.c.id == bindparam("notice_id"),
        NOTICES.c.attempts == bindparam("tried"),
        or_(NOTICES.c.state == State.SENDING, NOTICES.c.state == State.UNCERTAIN),
    )
    .values(
        state=State.SENT,
        sent_at=func.palace_clock(),
        due_at=None,
        error=None,
        reference=bindparam("told"),
        address=None,
    )
    .returning(NOTICES.c.id)
)
WAKE = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'palace:send_notices', 0, NULL, NULL,
        '{"timestamp": 0}'::jsonb, NULL)::procrastinate_job_to_defer_v1])
    """
)


def lock_due(kinds: Collection[str], now: datetime, limit: int) -> list[Notice]:
    """Lock and return notices that may go, codes first, then the longest due; not what others have locked."""
    codes = _lock(Notice.kind.in_(CODES & set(kinds)), now, limit)
    rest = limit - len(codes)
    others = _lock(Notice.kind.in_(set(kinds) - CODES), now, rest) if rest else []
    return [*codes, *others]


def _lock(which: ColumnElement[bool], now: datetime, limit: int) -> list[Notice]:
    due = select(Notice).where(Notice.state == literally(State.OWED), Notice.due_at <= now, which)
    oldest_first = due.order_by(Notice.due_at, Notice.id).limit(limit)
    found = db.session.scalars(
        oldest_first.with_for_update(skip_locked=True, key_share=True).execution_options(
            populate_existing=True
        )
    )
    return list(found)


def lock_tried(notice_id: int, attempts: int) -> Notice | None:
    """Lock a notice that is being sent by this very try; None: somebody settled it meanwhile."""
    wanted = select(Notice).where(
        Notice.id == notice_id,
        Notice.attempts == attempts,
        Notice.state.in_([State.SENDING, State.UNCERTAIN]),
    )
    return db.session.scalars(
        wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).first()


def settle_sent(notice_id: int, attempts: int, reference: str | None) -> bool:
    """Write down that a try was taken, as `reference`; False: somebody settled it meanwhile.

    One statement: at an opening the worker has one for every order, beside the web.
    """
    tried = {"notice_id": notice_id, "tried": attempts, "told": reference}
    return bool(execute(SETTLE_SENT, tried))


def lock_in(state: State, kind: str, error: str, limit: int) -> list[Notice]:
    """Lock notices of a kind that stand in a state for a reason, for a person who decides about them."""
    wanted = select(Notice).where(
        Notice.state == literally(state),
        Notice.kind == kind,
        func.coalesce(Notice.error, "") == error,
    )
    found = db.session.scalars(
        wanted.order_by(Notice.id).limit(limit).with_for_update(skip_locked=True, key_share=True)
    )
    return list(found)


def give_up_lost(now: datetime) -> int:
    """Take tries for uncertain that were cut off before anything was known; return how many."""
    lost = (
        update(Notice)
        .where(Notice.state == literally(State.SENDING), Notice.attempted_at <= now - LOST_AFTER)
        .values(state=State.UNCERTAIN, due_at=now, error="cut_off")
        .returning(Notice.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.session.execute(lost).all())


def lock_uncertain(now: datetime, oldest: datetime, limit: int) -> list[Notice]:
    """Lock and return tries whose provider may be asked now what became of them."""
    wanted = select(Notice).where(
        Notice.state == literally(State.UNCERTAIN),
        Notice.due_at <= now,
        Notice.attempted_at > oldest,
    )
    found = db.session.scalars(
        wanted.order_by(Notice.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(found)


def spend(day: date, fund: Fund, wanted: Sequence[tuple[int, Fen]], budget: Fen) -> int:
    """Spend a fund's money of a day on messages (pieces, fen) in their order; return how many it paid for.

    The day's row is locked until the transaction ends: two hands never spend the same fen.
    """
    db.session.execute(insert(MessageDay).values(day=day, fund=fund).on_conflict_do_nothing())
    locked = select(MessageDay).where(MessageDay.day == day, MessageDay.fund == fund)
    spent = db.session.scalars(
        locked.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).one()
    count = 0
    for pieces, amount in wanted:
        if spent.amount + amount > budget:
            break
        spent.pieces, spent.amount = spent.pieces + pieces, Fen(spent.amount + amount)
        count += 1
    db.session.flush()
    return count


def unspend(day: date, fund: Fund, pieces: int, amount: Fen) -> None:
    """Take back what a message did not cost after all."""
    db.session.execute(
        update(MessageDay)
        .where(MessageDay.day == day, MessageDay.fund == fund)
        .values(
            pieces=func.greatest(MessageDay.pieces - pieces, 0),
            amount=func.greatest(MessageDay.amount - amount, 0),
        )
        .execution_options(synchronize_session=False)
    )


def wake_worker() -> None:
    """Have the worker send at once: somebody waits for a code."""
    db.session.execute(WAKE)
