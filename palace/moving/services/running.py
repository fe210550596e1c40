"""Calling a show off or moving it, once a second person has confirmed: the show itself, at once.

The performance is locked against the foreign keys of whoever books: who has tickets of it is true
from then on, and tickets that wait to be written find it changed (`booked.unchanged`). Nobody's
claims are waited for long: who books goes before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, literal, select, text, update
from sqlalchemy.exc import OperationalError

from palace import clock
from palace.db import db
from palace.members.services import note
from palace.moving import effects, queries, rules
from palace.moving.effects import Preview
from palace.moving.errors import MoveBusy, MoveGone, NewHallTaken, ShowOver
from palace.moving.models import Move, MoveNews
from palace.moving.rules import Figures, MoveKind, MoveState
from palace.moving.services.proposing import check_possible, is_over
from palace.moving.services.telling import wake_worker
from palace.payments.states import RefundReason
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.proposals import SecondPersonNeeded, check_seen, figures_seen
from palace.rooms.services.displacing import make_way
from palace.tickets.kept import before_the_start, seat_anew, stand_still
from palace.tickets.models import Claim
from palace.tickets.services.owing import owe_show
from palace.venues import claims as venues
from palace.venues.models import Occupancy
from palace.venues.rules import Use

FOR_THE_SHOW, FOR_A_SEAT = "3s", "300ms"
NO_LOCK = "55P03"
"""PostgreSQL's code for a lock that was not had in time; shorter for seats than its deadlock check."""


def confirm(performance_id: int, move_id: int, *, mark: str, seen: str, actor: str) -> Move:
    """Do what was proposed for a show, as its second person; repeating changes nothing.

    Args:
        mark: of what they were shown (`queries.mark`).
        seen: the figures they were shown (`proposals.seen_as`).
        actor: who confirms.

    Raises:
        SecondPersonNeeded, MoveGone, FiguresMoved: it is not theirs to confirm, or not this.
        ShowOver, NewHallTaken, SeatsMissing, ZonesUnpriced, OpensTooLate, AnswerTooLate: it cannot be
            any more; nothing is done.
        MoveBusy: seats were being booked this very instant; nothing is done.
        NotFound: there is none.
    """
    move = queries.locked(performance_id, move_id)
    if move.state in (MoveState.RUNNING, MoveState.DONE):
        return move
    if move.state is MoveState.WITHDRAWN:
        raise MoveGone
    if move.proposed_by == actor:
        raise SecondPersonNeeded
    with _waiting_at_most(FOR_THE_SHOW):
        show = _alone(move)
    now = clock.now()
    shown = effects.preview(show, effects.target_of(move), now)
    _check(move, show, shown, mark=mark, seen=seen, now=now)
    _do(move, show, shown, now, actor)
    move.state, move.decided_by, move.decided_at = MoveState.RUNNING, actor, now
    db.session.flush()
    wake_worker()
    return move


def _alone(move: Move) -> Performance:
    """Return a performance that nobody begins to book any more: the keys of new rows wait for it.

    Where it gets another plan, all bookings stand still first. Whoever waits for that may hold the
    performance by a key, so its lock leaves keys alone then.

    Raises:
        MoveBusy: it got another plan this very instant.
    """
    anew = move.plan_id not in (None, move.performance.plan_id)
    if anew:
        stand_still()
    wanted = select(Performance).where(Performance.id == move.performance_id)
    alone = wanted.with_for_update(of=Performance, key_share=anew)
    show = db.session.scalars(alone.execution_options(populate_existing=True)).one()
    if not anew and move.plan_id not in (None, show.plan_id):
        raise MoveBusy
    return show


@contextmanager
def _waiting_at_most(limit: str) -> Iterator[None]:
    """Wait for locks so long at most.

    Raises:
        MoveBusy: somebody had one longer.
    """
    db.session.execute(text(f"SET LOCAL lock_timeout = '{limit}'"))
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == NO_LOCK:
            raise MoveBusy from None
        raise
    db.session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


def _check(
    move: Move, show: Performance, shown: Preview, *, mark: str, seen: str, now: datetime
) -> None:
    if is_over(show, now):
        raise ShowOver
    if mark != queries.mark(move, show, shown.displaced_ids):
        raise MoveGone
    check_seen(figures_seen(Figures, seen), shown.figures)
    check_possible(shown)
    if move.kind is MoveKind.MOVE:
        times = effects.times_of(show).at(move.starts_at)
        rules.check_new_time(times, effects.last_opening(show), now)
        rules.check_answer(move.return_until or now, starts_at=move.starts_at, now=now)


def _do(move: Move, show: Performance, shown: Preview, now: datetime, actor: str) -> None:
    """Change the show, and write down whom to tell; tickets stay as they are."""
    before = {"starts_at": show.starts_at.isoformat(), "space": show.space_id}
    news = effects.holders(show.id, now).add_columns(literal(move.id))
    db.session.execute(insert(MoveNews).from_select(["member_id", "move_id"], news))
    if move.kind is MoveKind.CANCEL:
        _cancel(show, now, actor)
        note("show_cancelled", f"performance:{show.id}", after={"move": move.id})
        return
    _move(move, show, shown.displaced_ids, now, actor)
    after = {"starts_at": show.starts_at.isoformat(), "space": show.space_id, "move": move.id}
    note("show_moved", f"performance:{show.id}", before=before, after=after)


def _cancel(show: Performance, now: datetime, actor: str) -> None:
    """Call a show off: its hall is free, the money of its tickets is owed."""
    owe_show(show.id, RefundReason.CANCELLED, by=actor, now=now)
    show.cancelled_at = now
    _leave_hall(show)


def _leave_hall(show: Performance) -> None:
    left, show.occupancy_id = show.occupancy_id, None
    db.session.flush()
    if left is not None:
        db.session.execute(delete(Occupancy).where(Occupancy.id == left))


def _move(
    move: Move, show: Performance, displaced: Collection[int], now: datetime, actor: str
) -> None:
    """Move a show with its hall's time, its kept seats' release, and its seats where the plan is another.

    Lent rooms give way to it, each with other places offered at once.

    Raises:
        InTheWayChanged: others took the hall this very instant.
        NewHallTaken: somebody took the hall this very instant.
        MoveBusy: somebody has a seat's row.
    """
    target = effects.target_of(move)
    during = effects.new_during(show, target)
    by = target.starts_at - show.starts_at
    _leave_hall(show)
    if displaced:
        make_way(target.space, during, displaced, by=actor, why=move.reason_zh or None)
    taken = venues.occupy(target.space, during, Use.PERFORMANCE)
    if taken is None:
        raise NewHallTaken(clashes=[target.space])
    times = effects.times_of(show).at(target.starts_at)
    with _waiting_at_most(FOR_A_SEAT):
        _move_seats(show, target.plan_id, by, now)
    show.occupancy_id, show.space_id = taken.id, target.space.id
    show.doors_at, show.starts_at, show.ends_at = times.doors_at, times.starts_at, times.ends_at
    show.sale_closes_at, show.return_until = times.sale_closes_at, target.return_until
    if show.seating is Seating.SEATED and target.plan_id is not None:
        show.plan_id, show.capacity = target.plan_id, effects.seat_count(target.plan_id)
    show.moved_at = clock.now()
    db.session.flush()
    db.session.refresh(show)


def _move_seats(show: Performance, plan_id: int | None, by: timedelta, now: datetime) -> None:
    """Let seats be kept until their release before the new start; on another plan, those of the same code.

    A release that is past by now is now: who waits comes before the open sale.
    """
    if by:
        keeps = (Claim.performance_id == show.id, Claim.kept_until > now, before_the_start())
        until = func.greatest(Claim.kept_until + by, now)
        later = update(Claim).where(*keeps).values(kept_until=until)
        db.session.execute(later.execution_options(synchronize_session=False))
    if plan_id is not None and plan_id != show.plan_id:
        seat_anew(show.id, plan_id)
