"""Telling everybody of a move, in batches that a killed worker goes on with: nobody twice, nobody not."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from palace import clock
from palace.agenda import services as agenda
from palace.db import db
from palace.errors import NotFound
from palace.members import queries as members
from palace.members.services import note
from palace.moving import effects, queries
from palace.moving.effects import Target
from palace.moving.errors import MoveOpen
from palace.moving.models import Move, MoveNews
from palace.moving.rules import MoveKind, MoveState
from palace.notices import services as notices
from palace.notices.senders import text_of
from palace.programme.models import Performance
from palace.tickets import queries as tickets
from palace.tickets.services.news import dated
from palace.tickets.terms import Show, show_now

BATCH = 50
CANCELLED, MOVED = "show_cancelled", "show_moved"
WAKE = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', 'palace:tell_moves', 0, NULL,
        'tell_moves', '{"timestamp": 0}'::jsonb, NULL)::procrastinate_job_to_defer_v1])
    """
)

on_moved: dict[str, Callable[[int, timedelta | None, datetime], object]] = {}
"""Who else is told, once, in a transaction of their own: performance, by how long it moved, since when.

None: it is called off.
"""


def wake_worker() -> None:
    """Have the worker tell people at once, unless it is about to."""
    with suppress(IntegrityError), db.session.begin_nested():
        db.session.execute(WAKE)


def tell_some(limit: int = BATCH) -> int:
    """Tell the next ones of a move that is under way; return how many there were, 0 when all is done.

    One transaction; safe to run side by side and to kill. Members are locked in the order of their
    ids, before their news, as everything that locks two of them does.
    """
    move = _under_way()
    if move is None:
        return 0
    now = clock.now()
    if move.passed_on_at is None:
        return _pass_on(move, now)
    waiting = select(MoveNews.member_id).where(
        MoveNews.move_id == move.id, MoveNews.told_at.is_(None), MoveNews.failure.is_(None)
    )
    ids = db.session.scalars(waiting.order_by(MoveNews.member_id).limit(limit)).all()
    if not ids:
        return _finish(move, now)
    show, _ = show_now(move.performance_id)
    for member_id in ids:
        _tell_safely(move, show, member_id, now)
    return len(ids)


def _under_way() -> Move | None:
    wanted = select(Move).where(Move.state == MoveState.RUNNING).order_by(Move.id).limit(1)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).first()


def _pass_on(move: Move, now: datetime) -> int:
    """Tell the other parts, once."""
    mine = update(Move).where(Move.id == move.id, Move.passed_on_at.is_(None))
    if db.session.scalar(mine.values(passed_on_at=now).returning(Move.id)):
        by = None if move.kind is MoveKind.CANCEL else move.starts_at - move.old_starts_at
        for told in on_moved.values():
            told(move.performance_id, by, move.decided_at or now)
    return 1


def _finish(move: Move, now: datetime) -> int:
    done = update(Move).where(Move.id == move.id, Move.state == MoveState.RUNNING)
    db.session.execute(done.values(state=MoveState.DONE, finished_at=now))
    return 1


def _tell_safely(move: Move, show: Show, member_id: int, now: datetime) -> None:
    """Tell one; what goes wrong with one holds up nobody else, and is written down."""
    row = (MoveNews.move_id == move.id, MoveNews.member_id == member_id)
    try:
        with db.session.begin_nested():
            members.lock(member_id)
            fresh = update(MoveNews).where(*row, MoveNews.told_at.is_(None)).values(told_at=now)
            if db.session.scalar(fresh.returning(MoveNews.member_id)):
                _tell(move, show, member_id, now)
    except NotFound:  # they were erased, and have nothing of it any more
        db.session.execute(update(MoveNews).where(*row).values(told_at=now))
    except (SQLAlchemyError, LookupError, ValueError) as error:
        failed = update(MoveNews).where(*row).values(failure=type(error).__qualname__)
        db.session.execute(failed)


def _tell(move: Move, show: Show, member_id: int, now: datetime) -> None:
    if move.kind is MoveKind.CANCEL:
        agenda.cancel(member_id, f"performance:{show.id}", now)
    elif tickets.tickets_for(member_id, [show.id]):
        agenda.put(member_id, dated(show), now)
    kind, values = _told(effects.target_of(move), move.old_starts_at, move.performance)
    notices.owe(kind, f"move:{move.id}", f"member:{member_id}", values, now)


def _told(target: Target, old_starts_at: datetime, show: Performance) -> tuple[str, dict[str, Any]]:
    """Return the kind of notice a move is, and its values."""
    production, space = show.production, target.space
    values: dict[str, Any] = {
        "title": {"zh": production.title_zh, "en": production.title_en},
        "starts_at": old_starts_at.isoformat(),
    }
    if target.kind is MoveKind.CANCEL:
        return CANCELLED, values
    until = target.return_until or target.starts_at
    return MOVED, values | {
        "new_at": target.starts_at.isoformat(),
        "place": {"zh": space.name_zh, "en": space.name_en},
        "until": until.isoformat(),
    }


def text_for(target: Target, old_starts_at: datetime, show: Performance) -> str:
    """Return what everybody will be told, in the language in force."""
    kind, values = _told(target, old_starts_at, show)
    return text_of(kind, f"performance:{show.id}", values)


def keep(member_id: int, performance_id: int, now: datetime) -> None:
    """Write that a holder comes to a moved show all the same; repeating changes nothing.

    Raises:
        NotFound: the show was not moved, or they had no ticket then.
    """
    found = queries.news_of(member_id, performance_id)
    if found is None or found[1] is None or found[0].kind is not MoveKind.MOVE:
        raise NotFound
    mine = (MoveNews.move_id == found[0].id, MoveNews.member_id == member_id)
    said = update(MoveNews).where(*mine, MoveNews.kept_at.is_(None)).values(kept_at=now)
    if db.session.scalar(said.returning(MoveNews.member_id)):
        note("move_kept", f"performance:{performance_id}", after={"move": found[0].id})


def retry(performance_id: int, move_id: int) -> int:
    """Try once more with those whom telling failed; return how many.

    Raises:
        MoveOpen: the show is being moved anew; that tells everybody.
    """
    move = queries.locked(performance_id, move_id)
    other = queries.find_open(performance_id)
    if other is not None and other.id != move.id:
        raise MoveOpen
    failed = update(MoveNews).where(
        MoveNews.move_id == move.id, MoveNews.told_at.is_(None), MoveNews.failure.is_not(None)
    )
    again = db.session.scalars(failed.values(failure=None).returning(MoveNews.member_id)).all()
    if again and move.state is MoveState.DONE:
        move.state, move.finished_at = MoveState.RUNNING, None
        db.session.flush()
    if again:
        note("move_retried", f"performance:{performance_id}", after={"people": len(again)})
        wake_worker()
    return len(again)
