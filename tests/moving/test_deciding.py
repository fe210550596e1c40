"""Who decides that a show moves, what is in the way, and that it is exactly what they were shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.db import db
from palace.errors import NotFound
from palace.members.models import AuditLine
from palace.moving import effects, queries, services
from palace.moving.errors import (
    AnotherPlanNeeded,
    AnswerTooLate,
    MovedToThePast,
    MoveGone,
    MoveOpen,
    NewHallTaken,
    NothingMoved,
    OpensTooLate,
    SeatsMissing,
    ShowOver,
    WrongTitle,
    ZonesUnpriced,
)
from palace.moving.rules import Figures, MoveKind, MoveState
from palace.moving.services import Wish
from palace.notices.models import Notice
from palace.programme.models import Performance, Price
from palace.proposals import FiguresMoved, SecondPersonNeeded, check_seen, figures_seen, seen_as
from palace.tickets.queries import closed_seats
from palace.venues.models import Occupancy
from palace.venues.rules import Use
from tests.factory import Factory
from tests.moving.conftest import FIRST, LATER, SECOND, Mover, later


def entries(show: Performance) -> list[AgendaEntry]:
    """Return everybody's entry of a show, read anew."""
    wanted = select(AgendaEntry).where(AgendaEntry.subject == f"performance:{show.id}")
    return list(db.session.scalars(wanted.execution_options(populate_existing=True)))


def told(kind: str) -> list[Notice]:
    """Return the notices of a kind."""
    return list(db.session.scalars(select(Notice).where(Notice.kind == kind)))


def test_a_clash_is_named_and_nothing_is_moved(mover: Mover, make: Factory) -> None:
    show = mover.show()
    other = make.performance(starts_at=show.starts_at + LATER)
    start, end = other.starts_at, other.ends_at
    use = Occupancy(
        space_id=show.space_id,
        atoms=show.space.atoms,
        during=type(
            effects.new_during(
                show,
                effects.Target(
                    kind=MoveKind.MOVE,
                    starts_at=start,
                    space=show.space,
                    plan_id=None,
                    return_until=None,
                ),
            )
        )(start, end),
        use=Use.PERFORMANCE,
    )
    make.add(use)
    other.occupancy_id = use.id
    make.add(other)

    with pytest.raises(NewHallTaken) as refused:
        mover.propose(show, later(show))
    assert "晋剧《打金枝》" in str(refused.value.values["clashes"])


def test_a_hall_taken_between_proposal_and_confirmation_refuses_all(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    old = (show.starts_at, show.occupancy_id)
    move = mover.propose(show, later(show))
    during = effects.new_during(show, effects.target_of(move))
    make.add(
        Occupancy(space_id=show.space_id, atoms=show.space.atoms, during=during, use=Use.CLOSURE)
    )
    with pytest.raises(NewHallTaken):
        mover.confirm(move)
    assert (show.starts_at, show.occupancy_id) == old


def test_another_hall_with_the_same_seats_and_one_that_lacks_some(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    [(_, ticket)] = mover.sold(show)
    assert ticket.seat
    code = ticket.seat.code
    big, small = make.space(), make.space()
    make.plan(big, [8])
    make.plan(small, [1])
    make.plan(small, [1])
    with pytest.raises(AnotherPlanNeeded):
        mover.propose(show, later(show, space_id=small.id))
    missing = make.space()
    tiny = make.plan(missing, [0, 3])
    with pytest.raises(SeatsMissing) as refused:
        mover.propose(show, later(show, space_id=missing.id, plan_id=tiny.id))
    assert refused.value.values["seats"] == [code]

    mover.move(show, Wish(kind=MoveKind.MOVE, space_id=big.id))

    db.session.refresh(ticket)
    assert (ticket.seat.code, show.space_id, show.capacity) == (code, big.id, 8)
    assert ticket.seat.plan_id == show.plan_id
    assert list(closed_seats(show.id, clock.now())) == [ticket.seat_id]
    mover.tell()
    make.set_clock(clock.now() + timedelta(minutes=1))
    mover.sold(show, 7)
    back = mover.make.space()
    make.plan(back, [8, 2])
    mover.move(show, Wish(kind=MoveKind.MOVE, space_id=back.id))
    assert len(closed_seats(show.id, clock.now())) == 8


def test_a_plan_with_a_zone_nobody_priced(mover: Mover, make: Factory) -> None:
    show = mover.show()
    for price in db.session.scalars(select(Price).where(Price.zone == "B")):
        db.session.delete(price)
    space = make.space()
    make.plan(space, [6, 2])
    with pytest.raises(ZonesUnpriced):
        mover.propose(show, later(show, space_id=space.id))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"starts_at": None}, NothingMoved),
        ({"starts_at": "past"}, MovedToThePast),
        ({"return_until": "past"}, AnswerTooLate),
        ({"return_until": "late"}, AnswerTooLate),
        ({"space_id": 987654}, NotFound),
    ],
)
def test_what_cannot_be(mover: Mover, change: dict[str, object], refusal: type[Exception]) -> None:
    show = mover.show()
    instants = {"past": clock.now() - timedelta(minutes=1), "late": show.starts_at + LATER * 2}
    wish = later(show, **{name: instants.get(str(one), one) for name, one in change.items()})
    with pytest.raises(refusal):
        mover.propose(show, wish)


def test_what_is_over_or_cancelled_is_not_changed(mover: Mover, make: Factory) -> None:
    show = mover.show()
    mover.cancel(show)
    with pytest.raises(ShowOver):
        mover.propose(show, later(show))
    over = mover.show()
    make.set_clock(over.ends_at)
    with pytest.raises(ShowOver):
        mover.propose(over, Wish(kind=MoveKind.CANCEL))


def test_the_name_is_typed_and_a_second_person_confirms(mover: Mover) -> None:
    show = mover.show()
    with pytest.raises(WrongTitle):
        mover.propose(show, later(show), title="打金枝")
    move = mover.propose(show, later(show), title=" 晋剧 《打金枝》")
    with pytest.raises(SecondPersonNeeded):
        mover.confirm(move, actor=FIRST)
    assert mover.confirm(move).state is MoveState.RUNNING
    assert mover.confirm(move).state is MoveState.RUNNING  # a repeat changes nothing
    assert db.session.scalar(select(func.count()).where(AuditLine.act == "show_moved")) == 1


def test_one_open_proposal_a_show(mover: Mover) -> None:
    show = mover.show()
    move = mover.propose(show, later(show))
    assert mover.propose(show, later(show)).id == move.id
    with pytest.raises(MoveOpen):
        mover.propose(show, Wish(kind=MoveKind.CANCEL))
    services.withdraw(show.id, move.id, SECOND)
    services.withdraw(show.id, move.id, SECOND)
    with pytest.raises(MoveGone):
        mover.confirm(move)
    mover.cancel(show)
    done = queries.latest(show.id)
    assert done
    with pytest.raises(MoveGone):
        services.withdraw(show.id, done.id, SECOND)


def test_figures_that_moved_are_shown_again(mover: Mover, make: Factory) -> None:
    show = mover.show(seats=20)
    mover.sold(show, 2)
    move = mover.propose(show, later(show))
    seen = seen_as(effects.figures(show.id, clock.now()))
    mover.sold(show, 6)
    with pytest.raises(FiguresMoved):
        mover.confirm(move, seen=seen)
    mover.confirm(move)


def test_a_show_changed_meanwhile_is_not_what_was_confirmed(mover: Mover) -> None:
    show = mover.show()
    move = mover.propose(show, later(show))
    mark = queries.mark(move, show, ())
    show.starts_at += timedelta(minutes=15)
    db.session.flush()
    with pytest.raises(MoveGone):
        services.confirm(
            show.id, move.id, mark=mark, seen="people=0 tickets=0 orders=0 paid=0", actor=SECOND
        )


def test_holders_still_have_time_to_answer_when_it_is_confirmed(
    mover: Mover, make: Factory
) -> None:
    show, now = mover.show(), clock.now()
    make.set_clock(now)
    until = now + timedelta(days=1)
    move = mover.propose(show, later(show, return_until=until))
    make.set_clock(until)
    with pytest.raises(AnswerTooLate):
        mover.confirm(move)
    make.set_clock(until - timedelta(milliseconds=1))
    assert mover.confirm(move).state is MoveState.RUNNING


def test_what_is_material() -> None:
    def figures(people: int = 100, tickets: int = 1000, orders: int = 3, paid: int = 0) -> Figures:
        return Figures(people=people, tickets=tickets, orders=orders, paid=paid)  # type: ignore[arg-type]  # fen

    seen = figures()
    assert figures_seen(Figures, seen_as(seen)) == seen
    check_seen(seen, figures(people=105, tickets=1020, orders=8))
    for other in (figures(people=106), figures(tickets=1021), figures(orders=9), figures(paid=1)):
        with pytest.raises(FiguresMoved):
            check_seen(seen, other)
    check_seen(figures(paid=100_000), figures(paid=102_000))
    assert figures_seen(Figures, "people=x") is None
    with pytest.raises(FiguresMoved):
        check_seen(None, seen)


@pytest.mark.parametrize(
    ("audience", "at_or_before"), [("public", True), ("members", True), ("members", False)]
)
def test_openings_stay_and_no_show_moves_before_its_last_one(
    mover: Mover, make: Factory, audience: str, at_or_before: bool
) -> None:
    show = mover.show()
    sooner = show.starts_at - timedelta(days=2)
    opens_at = sooner + timedelta(microseconds=0 if at_or_before else -1)
    if audience == "public":
        show.sale_opens_at = opens_at
        make.add(show)
    else:
        make.opening(show, opens_at)
    wish = later(show, starts_at=sooner)

    if at_or_before:
        with pytest.raises(OpensTooLate) as refusal:
            mover.propose(show, wish)
        assert refusal.value.values == {"closes_at": sooner, "opens_at": opens_at}
        return
    move = mover.propose(show, wish)
    shown = effects.preview(show, effects.target_of(move), clock.now())
    assert [one.opens_at for one in shown.openings] == [opens_at]
    mover.confirm(move)
    assert effects.last_opening(show) == opens_at


def test_an_opening_that_came_between_is_asked_again_at_the_confirmation(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    sooner = show.starts_at - timedelta(days=2)
    move = mover.propose(show, later(show, starts_at=sooner))
    make.opening(show, sooner)

    with pytest.raises(OpensTooLate):
        mover.confirm(move)
