"""A show that is moved or called off: what changes at once, what stays as it was sold, who is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, func, select

from palace import clock
from palace.agenda import services as agenda
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db
from palace.door import services as door
from palace.door.rules import Reason, Verdict
from palace.errors import NotFound
from palace.members.models import AuditLine
from palace.moving import effects, queries, services
from palace.moving.errors import (
    AnotherPlanNeeded,
    AnswerTooLate,
    FiguresMoved,
    HallTaken,
    MovedToThePast,
    MoveGone,
    MoveOpen,
    NothingMoved,
    SeatsMissing,
    SecondPersonNeeded,
    ShowOver,
    WrongTitle,
    ZonesUnpriced,
)
from palace.moving.models import MoveNews
from palace.moving.rules import Figures, MoveKind, MoveState, check_seen, figures_seen, seen_as
from palace.moving.services import Wish
from palace.notices.models import Notice
from palace.programme.models import Performance, Price
from palace.tickets import services as tickets
from palace.tickets.errors import PaidTicket, SaleClosed, ShowMoved, TooLateToReturn
from palace.tickets.models import Order, RefundOwed, Ticket
from palace.tickets.queries import closed_seats
from palace.tickets.rules import OrderState, TicketState
from palace.tickets.rules import Wish as SeatWish
from palace.tickets.services.missed import write_missed
from palace.tickets.terms import free_used
from palace.tickets.tokens import ticket_token
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


def test_a_moved_show_is_at_its_new_time_with_its_hall_and_everything_along(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    old = (show.starts_at, show.doors_at, show.ends_at, show.sale_closes_at)
    was = db.session.get_one(Occupancy, show.occupancy_id).during

    mover.move(show)

    assert (show.starts_at, show.doors_at, show.ends_at, show.sale_closes_at) == tuple(
        one + LATER for one in old
    )
    [hall] = db.session.scalars(select(Occupancy))
    assert (show.occupancy_id, hall.space_id) == (hall.id, show.space_id)
    assert was.lower is not None
    assert hall.during.lower == was.lower + LATER
    assert show.moved_at is not None


def test_an_overlapping_new_time_is_no_clash_with_itself(mover: Mover) -> None:
    show = mover.show()
    old = show.starts_at
    mover.move(show, later(show, starts_at=old + timedelta(minutes=30)))
    assert show.starts_at == old + timedelta(minutes=30)


def test_everybody_is_told_once_and_the_agenda_has_the_next_revision(mover: Mover) -> None:
    show = mover.show()
    old = show.starts_at
    people = mover.sold(show, 3)
    move = mover.move(show)
    assert (len(told("show_moved")), queries.progress(move.id).waiting) == (0, 3)

    mover.tell()
    mover.tell()

    assert [(one.revision, one.during.lower) for one in entries(show)] == [(1, old + LATER)] * 3
    assert all("SEQUENCE:1" in one.block for one in entries(show))
    assert {one.receiver for one in told("show_moved")} == {f"member:{m.id}" for m, _ in people}
    values = told("show_moved")[0].values
    assert (values["starts_at"], values["new_at"]) == (
        old.isoformat(),
        (old + LATER).isoformat(),
    )
    db.session.refresh(move)
    assert (move.state, queries.progress(move.id).told) == (MoveState.DONE, 3)


def test_tickets_stay_as_they_were_sold_and_the_door_takes_them(mover: Mover) -> None:
    show = mover.show()
    [(_, ticket)] = mover.sold(show)
    before = (ticket.issue, ticket.seat_id, ticket.price, ticket_token(ticket))
    mover.move(show)
    db.session.refresh(ticket)
    assert (ticket.issue, ticket.seat_id, ticket.price, ticket_token(ticket)) == before
    show.doors_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    assert door.admit(show.id, before[3], "main").verdict is Verdict.ADMITTED


def test_a_cancelled_show_frees_hall_and_allowance_and_the_door_says_so(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    assert free_used(member.id, show.starts_at) == 1

    mover.cancel(show)
    mover.tell()

    assert show.cancelled_at is not None
    assert db.session.scalar(select(func.count()).select_from(Occupancy)) == 0
    assert free_used(member.id, show.starts_at) == 0
    make.rules().free_per_month = 1
    other = make.performance(starts_at=show.starts_at)
    assert tickets.hold(member, other.id, SeatWish(count=1), key="after-cancel-1")
    show.doors_at = clock.now() - timedelta(minutes=1)
    db.session.flush()
    assert door.admit(show.id, ticket_token(ticket), "main").reason is Reason.CANCELLED
    assert [one.status for one in entries(show)] == [EntryStatus.CANCELLED]
    assert len(told("show_cancelled")) == 1


def test_nobody_gets_a_strike_for_a_cancelled_show(mover: Mover, make: Factory) -> None:
    show = mover.show()
    mover.sold(show)
    mover.cancel(show)
    make.set_clock(show.ends_at + timedelta(hours=3))
    assert write_missed(clock.now()) == 0


def test_the_money_of_a_cancelled_show_is_owed_once(mover: Mover, make: Factory) -> None:
    show = mover.show(prices={"free": 0, "member": 3000})
    [(_, free), (_, paid)] = mover.sold(show, 2)
    paid.price = 3000  # type: ignore[assignment]  # fen
    db.session.flush()
    move = mover.cancel(show)
    mover.confirm(move)
    mover.tell()

    owed = db.session.scalars(select(RefundOwed)).one()
    assert (owed.ticket_id, owed.amount, owed.reason.value) == (paid.id, 3000, "cancelled")
    assert free.price == 0


def test_after_a_move_tickets_go_back_until_the_deadline_without_the_usual_one(
    mover: Mover, make: Factory
) -> None:
    make.rules().return_before_minutes = 20_000
    show = mover.show()
    [(member, first), (other, second)] = mover.sold(show, 2)
    with pytest.raises(TooLateToReturn):
        tickets.give_back(member, first.code)
    until = clock.now() + timedelta(days=2)
    mover.move(show, later(show, return_until=until))

    make.set_clock(until - timedelta(milliseconds=1))
    assert tickets.give_back(member, first.code).state is TicketState.RETURNED
    make.set_clock(until)
    with pytest.raises(TooLateToReturn):
        tickets.give_back(other, second.code)


def test_a_paid_ticket_goes_back_after_a_move_and_its_money_is_owed(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    [(member, ticket)] = mover.sold(show)
    ticket.price = 3000  # type: ignore[assignment]  # fen
    db.session.flush()
    with pytest.raises(PaidTicket):
        tickets.give_back(member, ticket.code)
    mover.move(show)

    tickets.give_back(member, ticket.code)
    tickets.give_back(member, ticket.code)

    owed = db.session.scalars(select(RefundOwed)).one()
    assert (owed.amount, owed.reason.value) == (3000, "moved")


def test_silence_keeps_and_a_word_is_written_once(mover: Mover) -> None:
    show = mover.show()
    [(member, ticket), (stranger, _)] = mover.sold(show, 2)
    tickets.give_back(stranger, db.session.scalars(_of(stranger.id)).one().code)
    move = mover.move(show)
    mover.tell()

    services.keep(member.id, show.id, clock.now())
    services.keep(member.id, show.id, clock.now())

    assert queries.progress(move.id).kept == 1
    assert ticket.state is TicketState.VALID
    with pytest.raises(NotFound):
        services.keep(stranger.id, show.id, clock.now())


def _of(member_id: int) -> Select[Ticket]:
    return select(Ticket).where(Ticket.member_id == member_id)


def test_who_was_choosing_seats_is_told_and_chooses_again(mover: Mover, make: Factory) -> None:
    show = mover.show()
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-1")
    mover.move(show)

    with pytest.raises(ShowMoved):
        tickets.confirm(member, order.code)
    with pytest.raises(ShowMoved):
        tickets.extend(member, order.code)
    tickets.cancel(member, order.code)
    make.set_clock(clock.now() + timedelta(minutes=1))
    again = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-2")
    assert tickets.confirm(member, again.code).tickets


def test_who_was_choosing_seats_of_a_cancelled_show_gets_none(mover: Mover, make: Factory) -> None:
    show = mover.show()
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="choosing-1")
    mover.cancel(show)
    with pytest.raises(SaleClosed):
        tickets.confirm(member, order.code)


def test_who_waits_to_pay_is_told_too_and_keeps_the_seat(mover: Mover, make: Factory) -> None:
    show = mover.show(prices={"member": 3000})
    member = make.member()
    order = tickets.hold(member, show.id, SeatWish(count=1), key="paying-1")
    tickets.confirm(member, order.code)
    assert effects.figures(show.id, clock.now()).orders == 1

    mover.move(show)
    mover.tell()

    assert [one.receiver for one in told("show_moved")] == [f"member:{member.id}"]
    assert entries(show) == []
    assert db.session.get_one(Order, order.id).state is OrderState.AWAITING_PAYMENT
    assert tickets.settle_paid(order.id)


def test_kept_seats_are_kept_until_as_long_before_the_new_start(
    mover: Mover, make: Factory
) -> None:
    show = mover.show()
    seat = make.seats(show)[0]
    until = show.starts_at - timedelta(hours=2)
    tickets.keep(show, [seat], reason="house", until=until)  # type: ignore[arg-type]  # the word
    mover.move(show)
    make.set_clock(until + timedelta(minutes=1))
    assert closed_seats(show.id, clock.now()) == {seat.id: "house"}
    make.set_clock(until + LATER)
    assert closed_seats(show.id, clock.now()) == {}


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

    with pytest.raises(HallTaken) as refused:
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
    with pytest.raises(HallTaken):
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
    mark = queries.mark(move, show)
    show.starts_at += timedelta(minutes=15)
    db.session.flush()
    with pytest.raises(MoveGone):
        services.confirm(
            show.id, move.id, mark=mark, seen="people=0 tickets=0 orders=0 paid=0", actor=SECOND
        )


def test_what_is_material() -> None:
    def figures(people: int = 100, tickets: int = 1000, orders: int = 3, paid: int = 0) -> Figures:
        return Figures(people=people, tickets=tickets, orders=orders, paid=paid)  # type: ignore[arg-type]  # fen

    seen = figures()
    assert figures_seen(seen_as(seen)) == seen
    check_seen(seen, figures(people=105, tickets=1020, orders=8))
    for other in (figures(people=106), figures(tickets=1021), figures(orders=9), figures(paid=1)):
        with pytest.raises(FiguresMoved):
            check_seen(seen, other)
    check_seen(figures(paid=100_000), figures(paid=102_000))
    assert figures_seen("people=x") is None
    with pytest.raises(FiguresMoved):
        check_seen(None, seen)


def test_who_fails_holds_up_nobody_and_is_tried_again(
    mover: Mover, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = mover.show()
    people = mover.sold(show, 3)
    unlucky = people[1][0].id
    move = mover.move(show)
    real = agenda.put

    def fail(member_id: int, *rest: Any) -> None:
        if member_id == unlucky:
            raise LookupError("gone")
        real(member_id, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(agenda, "put", fail)
        mover.tell()
    assert [(one.id, why) for one, why in queries.failures(move.id)] == [(unlucky, "LookupError")]
    assert len(told("show_moved")) == 2

    assert services.retry(show.id, move.id) == 1
    mover.tell()
    assert len(told("show_moved")) == 3
    assert queries.progress(move.id).told == 3


def test_who_was_erased_meanwhile_holds_up_nobody(mover: Mover) -> None:
    show = mover.show()
    [(member, _)] = mover.sold(show)
    move = mover.move(show)
    member.name, member.phone, member.roster_entry_id = "", None, None
    member.erased_at = clock.now()
    db.session.flush()
    mover.tell()
    assert queries.progress(move.id).told == 1
    assert told("show_moved") == []


def test_other_parts_are_told_once(mover: Mover) -> None:
    show, heard = mover.show(), []
    services.on_moved["test"] = lambda *news: heard.append(news[:2])
    try:
        mover.cancel(show)
        mover.tell()
        mover.tell()
    finally:
        del services.on_moved["test"]
    assert heard == [(show.id, True)]


def test_news_are_rows_of_whom_it_concerns(mover: Mover) -> None:
    show = mover.show()
    people = mover.sold(show, 2)
    tickets.give_back(people[0][0], people[0][1].code)
    move = mover.move(show)
    assert list(
        db.session.scalars(select(MoveNews.member_id).where(MoveNews.move_id == move.id))
    ) == [people[1][0].id]
