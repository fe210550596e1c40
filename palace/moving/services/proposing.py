"""Proposing to call a show off or move it: nothing happens until a second person confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlalchemy.dialects.postgresql import insert

from palace import clock
from palace.db import db
from palace.errors import NotFound
from palace.members.services import note
from palace.moving import effects, queries, rules
from palace.moving.effects import Clash, Preview, Target
from palace.moving.errors import (
    AnotherPlanNeeded,
    MoveGone,
    MoveOpen,
    NewHallTaken,
    NothingMoved,
    SeatsMissing,
    ShownOtherwise,
    ShowOver,
    ZonesUnpriced,
)
from palace.moving.models import Move
from palace.moving.rules import MoveKind, MoveState
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.venues.models import Space
from palace.venues.queries import house_rules
from palace.venues.rules import USE_WORDS, Use
from palace.words import day_words, named, time_words


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody typed: the new start, hall and plan (None: as now), until when to answer, why."""

    kind: MoveKind
    starts_at: datetime | None = None
    space_id: int | None = None
    plan_id: int | None = None
    return_until: datetime | None = None
    reason_zh: str = ""
    reason_en: str = ""


def is_over(show: Performance, now: datetime) -> bool:
    """Return whether a show has ended or was called off, so that nothing of it can change."""
    return show.cancelled_at is not None or show.ends_at <= now


def target_for(show: Performance, wish: Wish, now: datetime) -> Target:
    """Return what a wish makes of a show.

    Raises:
        ShowOver, NothingMoved, MovedToThePast, OpensTooLate, AnswerTooLate, AnotherPlanNeeded: it
            cannot be.
        NotFound: there is no such hall.
    """
    if is_over(show, now):
        raise ShowOver
    if wish.kind is MoveKind.CANCEL:
        return Target(
            kind=wish.kind,
            starts_at=show.starts_at,
            space=show.space,
            plan_id=show.plan_id,
            return_until=None,
        )
    return _moved(show, wish, now)


def _moved(show: Performance, wish: Wish, now: datetime) -> Target:
    starts_at = wish.starts_at or show.starts_at
    space = db.session.get(Space, wish.space_id) if wish.space_id else show.space
    if space is None:
        raise NotFound
    plan_id = effects.plan_for(show, space, wish.plan_id)
    if show.seating is Seating.SEATED and plan_id is None:
        raise AnotherPlanNeeded
    if (starts_at, space.id, plan_id) == (show.starts_at, show.space_id, show.plan_id):
        raise NothingMoved
    rules.check_new_time(effects.times_of(show).at(starts_at), effects.last_opening(show), now)
    until = rules.answer_until(
        wish.return_until,
        days=house_rules().move_answer_days,
        starts_at=starts_at,
        now=now,
    )
    return Target(
        kind=wish.kind,
        starts_at=starts_at,
        space=space,
        plan_id=plan_id,
        return_until=until,
    )


def check_possible(shown: Preview) -> None:
    """Refuse what something is in the way of.

    Raises:
        NewHallTaken, SeatsMissing, ZonesUnpriced: each says what.
    """
    if shown.clashes:
        raise NewHallTaken(clashes=[clash_words(clash) for clash in shown.clashes])
    if shown.missing:
        raise SeatsMissing(seats=list(shown.missing))
    if shown.unpriced:
        raise ZonesUnpriced(zones=list(shown.unpriced))


def clash_words(clash: Clash) -> str:
    """Return what is in the way, in the language in force."""
    what = named(clash, "title") if clash.title_zh else gettext(USE_WORDS[Use(clash.use)])
    span = f"{time_words(clash.starts_at)}–{time_words(clash.ends_at)}"
    return f"{day_words(clash.starts_at)} {span} {what}"


def propose(show: Performance, wish: Wish, *, title: str, shown: str, actor: str) -> Move:
    """Propose what shall become of a show; repeating the same proposal changes nothing.

    Args:
        title: the show's name, as it was typed.
        shown: the show as the page had it (`rules.mark_of` of its start, hall and plan).
        actor: who proposes it.

    Raises:
        WrongTitle, ShownOtherwise, MoveOpen, NewHallTaken, SeatsMissing, ZonesUnpriced and what
            `target_for` raises.
    """
    now = clock.now()
    production = show.production
    rules.check_title(title, (production.title_zh, production.title_en))
    target = target_for(show, wish, now)
    if shown != as_shown(show):
        raise ShownOtherwise
    check_possible(effects.preview(show, target, now))
    row = _row(show, target, wish) | {"proposed_by": actor, "proposed_at": now}
    new = insert(Move).values(row).on_conflict_do_nothing().returning(Move.id)
    move_id = db.session.scalar(new)
    if move_id is None:
        return _same(show, row)
    note(
        "move_proposed",
        f"performance:{show.id}",
        before={"starts_at": show.starts_at.isoformat(), "space": show.space_id},
        after={
            "move": move_id,
            "move_kind": target.kind.value,
            "starts_at": target.starts_at.isoformat(),
            "space": target.space.id,
        },
        why=wish.reason_zh or None,
    )
    return db.session.get_one(Move, move_id)


def as_shown(show: Performance) -> str:
    """Return the mark of a show as a page has it."""
    return rules.mark_of([show.starts_at, show.space_id, show.plan_id, show.cancelled_at])


def _row(show: Performance, target: Target, wish: Wish) -> dict[str, object]:
    return {
        "performance_id": show.id,
        "kind": target.kind,
        "state": MoveState.PROPOSED,
        "starts_at": target.starts_at,
        "space_id": target.space.id,
        "plan_id": target.plan_id,
        "old_starts_at": show.starts_at,
        "old_space_id": show.space_id,
        "return_until": target.return_until,
        "reason_zh": wish.reason_zh,
        "reason_en": wish.reason_en,
    }


def _same(show: Performance, row: dict[str, object]) -> Move:
    """Return the proposal that stands in the way if it is this very one, sent twice.

    Raises:
        MoveOpen: it is another one.
    """
    open_one = queries.find_open(show.id)
    names = ("kind", "starts_at", "space_id", "plan_id", "proposed_by", "reason_zh", "reason_en")
    if open_one is None or any(getattr(open_one, name) != row[name] for name in names):
        raise MoveOpen
    return open_one


def withdraw(performance_id: int, move_id: int, actor: str) -> Move:
    """Withdraw a proposal, one's own or somebody else's; repeating changes nothing.

    Raises:
        MoveGone: it is done already.
        NotFound: there is none.
    """
    move = queries.locked(performance_id, move_id)
    if move.state is MoveState.WITHDRAWN:
        return move
    if move.state is not MoveState.PROPOSED:
        raise MoveGone
    move.state, move.decided_by, move.decided_at = MoveState.WITHDRAWN, actor, clock.now()
    db.session.flush()
    note("move_withdrawn", f"performance:{performance_id}", after={"move": move.id})
    return move
