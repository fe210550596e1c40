"""What a move of a show would do, to whom, and what is in its way, as things stand; reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from palace.books.queries.progress import Stands, will_go
from palace.db import db
from palace.money import Fen
from palace.moving.models import Move
from palace.moving.rules import Figures, MoveKind, Times
from palace.programme.models import Performance, Price, Production
from palace.programme.queries import stages
from palace.programme.rules import Seating, Stage
from palace.rooms.queries.displaced import InTheWay, in_the_way
from palace.tickets.kept import kept, live
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import OrderState, TicketState
from palace.tickets.services.owing import paid_of_show
from palace.venues import queries as venues
from palace.venues.models import Occupancy, Seat, SeatingPlan, Space


@dataclass(frozen=True, kw_only=True)
class Target:
    """What shall become of a show."""

    kind: MoveKind
    starts_at: datetime
    space: Space
    plan_id: int | None
    return_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Clash:
    """Something that has the hall at the new time; its title where it is a show."""

    starts_at: datetime
    ends_at: datetime
    use: str
    title_zh: str | None
    title_en: str | None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a move would do: whom it concerns, which times of which halls, and what is in its way.

    `displaced`: dates of lent rooms that would give the hall up for it; they are not in its way.
    `back`: which way the money goes of a show that is called off.
    `openings`: those still ahead, of a union or of all members, and `opens_at` the public one: they stay.
    """

    figures: Figures
    holding: int
    kept: int
    during: tuple[datetime, datetime] | None
    new_during: tuple[datetime, datetime] | None
    clashes: Sequence[Clash]
    missing: Sequence[str]
    unpriced: Sequence[str]
    displaced: Sequence[InTheWay] = ()
    back: Sequence[Stands] = ()
    openings: Sequence[Stage] = ()
    opens_at: datetime | None = None

    @property
    def displaced_ids(self) -> frozenset[int]:
        """Return the dates that would be displaced."""
        return frozenset(one.occurrence.id for one in self.displaced)

    @property
    def is_free(self) -> bool:
        """Return whether nothing is in the way."""
        return not (self.clashes or self.missing or self.unpriced)


def target_of(move: Move) -> Target:
    """Return what a move wants."""
    return Target(
        kind=move.kind,
        starts_at=move.starts_at,
        space=move.space,
        plan_id=move.plan_id,
        return_until=move.return_until,
    )


def times_of(show: Performance) -> Times:
    """Return when a show is."""
    return Times(
        doors_at=show.doors_at,
        starts_at=show.starts_at,
        ends_at=show.ends_at,
        sale_closes_at=show.sale_closes_at,
    )


def preview(show: Performance, target: Target, now: datetime) -> Preview:
    """Return what a move of a show would do, as things stand now."""
    moves = target.kind is MoveKind.MOVE
    new = new_during(show, target) if moves else None
    other_plan = moves and target.plan_id is not None and target.plan_id != show.plan_id
    plan_id = target.plan_id or 0
    displaced = in_the_way(target.space, new, now) if new else []
    return Preview(
        figures=figures(show.id, now),
        holding=_holding(show.id, now),
        kept=_count(Claim.performance_id == show.id, kept(now)),
        during=_span(occupancy_of(show)),
        new_during=(new.lower, new.upper) if new and new.lower and new.upper else None,
        clashes=_clashes(show, target.space, new, displaced) if new else [],
        displaced=displaced,
        missing=missing_seats(show, plan_id, now) if other_plan else [],
        unpriced=_unpriced(show.id, plan_id) if other_plan else [],
        back=[] if moves else will_go(paid_of_show(show.id)),
        openings=[one for one in stages(show.id) if moves and one.opens_at > now],
        opens_at=show.sale_opens_at if moves and show.sale_opens_at > now else None,
    )


def last_opening(show: Performance) -> datetime:
    """Return when the last of those may book who wait for an opening: the public's, members', a union's."""
    return max([show.sale_opens_at, *(one.opens_at for one in stages(show.id))])


def figures(performance_id: int, now: datetime) -> Figures:
    """Return whom a show concerns now."""
    valid = (Ticket.performance_id == performance_id, Ticket.state == TicketState.VALID)
    tickets, paid = db.session.execute(
        select(func.count(Ticket.id), func.coalesce(func.sum(Ticket.price), 0)).where(*valid)
    ).one()
    orders = db.session.scalar(select(func.count(Order.id)).where(*_unpaid(performance_id, now)))
    people = select(Ticket.member_id).where(*valid)
    people_too = select(Order.member_id).where(*_unpaid(performance_id, now))
    everybody = people.union(people_too).subquery()
    return Figures(
        people=db.session.scalar(select(func.count()).select_from(everybody)) or 0,
        tickets=tickets,
        orders=orders or 0,
        paid=Fen(int(paid)),
    )


def _unpaid(performance_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    waits = select(Claim.id).where(Claim.order_id == Order.id, Claim.held_until > now).exists()
    is_open = Order.state == OrderState.AWAITING_PAYMENT
    return (Order.performance_id == performance_id, is_open, waits)


def holders(performance_id: int, now: datetime) -> Select[int]:
    """Select who has a valid ticket of a show, or an order that waits for money, each once."""
    valid = (Ticket.performance_id == performance_id, Ticket.state == TicketState.VALID)
    theirs = select(Ticket.member_id).where(*valid)
    everybody = theirs.union(
        select(Order.member_id).where(*_unpaid(performance_id, now))
    ).subquery()
    return select(everybody.c.member_id)


def _holding(performance_id: int, now: datetime) -> int:
    """Return how many seats people are choosing this very minute."""
    return _count(Claim.performance_id == performance_id, Claim.held_until > now)


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Claim).where(*conditions)) or 0


def occupancy_of(show: Performance) -> Occupancy | None:
    """Return a show's use of its hall."""
    return db.session.get(Occupancy, show.occupancy_id) if show.occupancy_id else None


def _span(occupancy: Occupancy | None) -> tuple[datetime, datetime] | None:
    if occupancy is None or occupancy.during.lower is None or occupancy.during.upper is None:
        return None
    return occupancy.during.lower, occupancy.during.upper


def new_during(show: Performance, target: Target) -> Range[datetime]:
    """Return when a moved show has its hall: get-in and get-out as before."""
    by = target.starts_at - show.starts_at
    span = _span(occupancy_of(show)) or (show.starts_at, show.ends_at)
    return Range(span[0] + by, span[1] + by)


def _clashes(
    show: Performance, space: Space, during: Range[datetime], displaced: Sequence[InTheWay]
) -> list[Clash]:
    """Return what has any part of a space then, but for the show itself and what gives way or lapsed."""
    passed_over = {show.occupancy_id, *(one.occurrence.occupancy_id for one in displaced)}
    wanted = (
        select(Occupancy, Production.title_zh, Production.title_en)
        .outerjoin(Performance, Performance.occupancy_id == Occupancy.id)
        .outerjoin(Production, Production.id == Performance.production_id)
        .where(
            Occupancy.atoms.op("&&")(space.atoms),
            Occupancy.during.op("&&")(during),
            or_(Occupancy.lapses_at.is_(None), Occupancy.lapses_at > func.palace_clock()),
        )
        .order_by(func.lower(Occupancy.during))
    )
    return [
        Clash(
            starts_at=span[0],
            ends_at=span[1],
            use=occupancy.use,
            title_zh=title_zh,
            title_en=title_en,
        )
        for occupancy, title_zh, title_en in db.session.execute(wanted)
        if occupancy.id not in passed_over and (span := _span(occupancy))
    ]


def missing_seats(show: Performance, plan_id: int, now: datetime) -> list[str]:
    """Return the codes of seats that are somebody's or kept, and do not exist on a plan."""
    there = select(Seat.code).where(Seat.plan_id == plan_id)
    wanted = (
        select(Seat.code)
        .join(Claim, Claim.seat_id == Seat.id)
        .where(Claim.performance_id == show.id, live(now) | kept(now), Seat.code.not_in(there))
    )
    return list(db.session.scalars(wanted.order_by(Seat.ordinal)))


def _unpriced(performance_id: int, plan_id: int) -> list[str]:
    priced = select(Price.zone).where(Price.performance_id == performance_id)
    wanted = select(Seat.zone).where(Seat.plan_id == plan_id, Seat.zone.not_in(priced))
    return list(db.session.scalars(wanted.distinct().order_by(Seat.zone)))


def spaces(sites: Collection[int] | None) -> list[Space]:
    """Return the halls of these houses (None: of all)."""
    wanted = select(Space).order_by(Space.site_id, Space.id)
    if sites is not None:
        wanted = wanted.where(Space.site_id.in_(sites))
    return list(db.session.scalars(wanted))


def plans(sites: Collection[int] | None, own: int | None = None) -> list[SeatingPlan]:
    """Return the plans in use at these houses, and a show's own; the newest of each name first."""
    ids = [space.id for space in spaces(sites)]
    chosen = SeatingPlan.retired_at.is_(None) | (SeatingPlan.id == own)
    wanted = select(SeatingPlan).where(SeatingPlan.space_id.in_(ids), chosen)
    ordered = wanted.order_by(SeatingPlan.space_id, SeatingPlan.code, SeatingPlan.version.desc())
    return list(db.session.scalars(ordered))


def plan_for(show: Performance, space: Space, plan_id: int | None) -> int | None:
    """Return the plan a show has in a space: the one chosen, its own, or the space's only one.

    None where places have no numbers, or where it must be chosen.
    """
    if show.seating is not Seating.SEATED:
        return None
    there = {plan.id for plan in plans(None, show.plan_id) if plan.space_id == space.id}
    if plan_id is not None:
        return plan_id if plan_id in there else None
    if show.plan_id in there:
        return show.plan_id
    return next(iter(there)) if len(there) == 1 else None


def seat_count(plan_id: int) -> int:
    """Return how many seats a plan has."""
    return len(venues.seats(plan_id))
