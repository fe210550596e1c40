"""Who booked and did not come: written once, taken back when an entry turns up, and what follows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.door.claims import admit
from palace.members.models import AuditLine, Member
from palace.money import Fen
from palace.notices.models import Notice
from palace.payments import services as payments
from palace.programme.models import Performance
from palace.strikes.errors import Barred
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.tickets import services
from palace.tickets.models import Order, Ticket
from palace.tickets.rules import Channel, Wish
from tests.factory import Factory
from tests.tickets.conftest import Booker

NIGHT = clock.at(datetime(2026, 3, 1, tzinfo=clock.SHANGHAI).date(), datetime.min.time())
STARTS_AT = NIGHT + timedelta(hours=19)
COUNTED_AT = STARTS_AT + timedelta(hours=4)


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a free show of tomorrow."""
    make.set_clock(STARTS_AT - timedelta(days=1))
    return make.performance(seats=6, starts_at=STARTS_AT)


def book(member: Member, show: Performance, count: int = 1) -> list[Ticket]:
    """Book free tickets."""
    key = f"strike-key-{member.id}-{show.id}"
    return services.hold(member, show.id, Wish(count=count), key=key, confirm=True).tickets


def written(make: Factory, now: datetime = COUNTED_AT) -> int:
    """Let the task look at an instant."""
    make.set_clock(now)
    return services.write_missed(now)


def standing() -> list[Strike]:
    """Return the strikes that stand."""
    return list(db.session.scalars(select(Strike).where(Strike.forgiven_at.is_(None))))


def test_one_strike_for_all_seats_of_a_show(make: Factory, show: Performance) -> None:
    missing, coming = make.member(), make.member()
    book(missing, show, 2)
    admit(book(coming, show)[0].id, "main")

    assert written(make) == 1
    [strike] = standing()
    assert (strike.member_id, strike.subject) == (missing.id, f"performance:{show.id}")
    assert strike.happened_at == STARTS_AT


def test_two_hours_after_the_end_and_not_a_second_before(make: Factory, show: Performance) -> None:
    book(make.member(), show)
    admit(book(make.member(), show)[0].id, "main")

    assert written(make, COUNTED_AT - timedelta(seconds=1)) == 0
    assert written(make, COUNTED_AT) == 1
    assert written(make, COUNTED_AT + timedelta(hours=1)) == 0


def test_a_show_that_ended_days_ago_is_left_alone(make: Factory, show: Performance) -> None:
    book(make.member(), show)
    admit(book(make.member(), show)[0].id, "main")

    assert written(make, show.ends_at + timedelta(days=3)) == 0


def test_who_came_by_one_of_two_seats_came(make: Factory, show: Performance) -> None:
    admit(book(make.member(), show, 2)[0].id, "main")

    assert written(make) == 0


def test_a_door_that_let_nobody_in_gives_no_strike(make: Factory, show: Performance) -> None:
    book(make.member(), show)

    assert written(make) == 0


def test_a_cancelled_show_and_a_returned_ticket_give_none(make: Factory, show: Performance) -> None:
    admit(book(make.member(), show)[0].id, "main")
    returning = make.member()
    services.give_back(returning, book(returning, show)[0].code)
    assert written(make) == 0

    make.set_clock(STARTS_AT - timedelta(days=1))
    book(make.member(), show)
    show.cancelled_at = STARTS_AT
    make.add(show)
    assert written(make) == 0


@pytest.mark.parametrize(("free_only", "count"), [(True, 0), (False, 1)])
def test_paid_tickets_count_where_the_house_says_so(
    make: Factory, show: Performance, free_only: bool, count: int
) -> None:
    missing = make.member()
    ticket = book(missing, show)[0]
    ticket.price = ticket.face_price = Fen(3000)
    make.rules().strike_free_only = free_only
    admit(book(make.member(), show)[0].id, "main")

    assert written(make) == count


def test_an_entry_that_turns_up_late_takes_the_strike_back(
    make: Factory, show: Performance
) -> None:
    late = book(make.member(), show)[0]
    admit(book(make.member(), show)[0].id, "main")
    written(make)
    admit(late.id, "main")

    assert written(make, COUNTED_AT + timedelta(minutes=5)) == 0
    assert standing() == []
    acts = (
        select(AuditLine.act).where(AuditLine.subject.startswith("strike:")).order_by(AuditLine.id)
    )
    assert list(db.session.scalars(acts)) == ["strike_written", "strike_withdrawn"]


def test_the_member_is_told_once(make: Factory, show: Performance) -> None:
    missing = make.member()
    book(missing, show)
    admit(book(make.member(), show)[0].id, "main")
    written(make)
    written(make)

    [notice] = db.session.scalars(select(Notice).where(Notice.kind == "missed"))
    assert notice.receiver == f"member:{missing.id}"


def missed(member: Member, make: Factory, count: int) -> None:
    """Give a member strikes on the days before the show."""
    for number in range(count):
        happened_at = STARTS_AT - timedelta(days=3 + number)
        make.add(
            Strike(
                member_id=member.id,
                kind=StrikeKind.TICKET,
                subject=f"performance:{-number}",
                title_zh="晋剧《打金枝》",
                title_en="The Golden Branch",
                happened_at=happened_at,
                written_at=happened_at,
                written_by="system",
            )
        )


def test_a_bar_stops_new_bookings_and_says_until_when(make: Factory, show: Performance) -> None:
    member = make.member()
    make.rules().strikes_to_bar = 3
    missed(member, make, 2)
    book(member, show)
    missed_third = make.performance(seats=2, starts_at=STARTS_AT + timedelta(days=1))
    make.add(_third(member))

    with pytest.raises(Barred) as refused:
        book(member, missed_third)
    assert refused.value.values["until"] == clock.palace_day(STARTS_AT) + timedelta(days=28)


def test_a_hold_made_before_is_confirmed_let_in_and_returned(
    make: Factory, show: Performance
) -> None:
    member = make.member()
    order = services.hold(member, show.id, Wish(count=2), key="a-key-before-it")
    make.rules().strikes_to_bar = 3
    missed(member, make, 3)

    first, second = services.confirm(member, order.code).tickets
    services.give_back(member, second.code)
    assert admit(first.id, "main")


def test_strikes_alone_only_warn(make: Factory, show: Performance) -> None:
    member = make.member()
    missed(member, make, 9)

    assert book(member, show)


def test_a_strike_taken_back_bars_nobody(make: Factory, show: Performance) -> None:
    member = make.member()
    make.rules().strikes_to_bar = 3
    missed(member, make, 3)
    one = standing()[0]
    one.forgiven_at, one.forgiven_by, one.why = STARTS_AT, "staff:1", "系统记错了"
    db.session.flush()

    assert book(member, show)


def test_mine_says_what_was_missed_and_until_when(
    make: Factory, show: Performance, client: FlaskClient
) -> None:
    member = make.member()
    make.rules().strikes_to_bar = 3
    missed(member, make, 3)
    make.sign_in(client, member)

    page = client.get("/mine").get_data(as_text=True)
    until = clock.palace_day(STARTS_AT) + timedelta(days=27)
    assert f"{until.year}年{until.month}月{until.day}日前不能新预约，已订的照常入场" in page
    assert "预约了没来" in page
    client.set_cookie("lang", "en")
    assert "No new bookings before 28 Mar" in client.get("/mine").get_data(as_text=True)
    wish = {"count": 1, "key": "a-key-while-barred"}
    answer = client.post(
        f"/performances/{show.id}/hold", json=wish, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.get_json()["code"]) == (409, "barred")


def test_the_performance_says_so_before_anything_is_chosen(
    make: Factory, show: Performance, client: FlaskClient
) -> None:
    member = make.member()
    make.rules().strikes_to_bar = 4
    missed(member, make, 3)
    make.sign_in(client, member)
    address = f"/performances/{show.id}"
    assert "帮我选连座" in client.get(address).text

    make.rules().strikes_to_bar = 3
    db.session.flush()
    until = clock.palace_day(STARTS_AT) + timedelta(days=27)
    said = f"{until.year}年{until.month}月{until.day}日前不能新预约，已订的照常入场"
    page = client.get(address).text
    assert said in page
    assert "帮我选连座" not in page
    assert 'href="/mine#missed"' in page
    refused = client.post(f"{address}/hold", data={"count": 1, "key": "a-key-while-barred"})
    assert refused.status_code == 409
    assert refused.text.count(said) == 1


def _third(member: Member) -> Strike:
    return Strike(
        member_id=member.id,
        kind=StrikeKind.TICKET,
        subject="performance:-9",
        title_zh="晋剧《打金枝》",
        title_en="The Golden Branch",
        happened_at=STARTS_AT - timedelta(days=2),
        written_at=STARTS_AT,
        written_by="system",
    )


class TestUnpaid:
    """Seats kept for who pays on arrival, and who neither paid nor came."""

    @pytest.fixture
    def paid_show(self, make: Factory) -> Performance:
        """Return a show of tomorrow for thirty yuan, to which somebody came."""
        make.set_clock(STARTS_AT - timedelta(days=1))
        show = make.performance(seats=6, starts_at=STARTS_AT, prices={"public": 3000})
        came = keep(make.member(), show)
        receive(came)
        admit(make.tickets(show)[0].id, "main")
        return show

    def test_not_coming_counts_and_another_way_in_does_not(
        self, make: Factory, paid_show: Performance
    ) -> None:
        missing, coming = make.member(), make.member()
        keep(missing, paid_show, 2)
        keep(coming, paid_show)
        receive(keep(coming, paid_show))
        [ticket] = [one for one in make.tickets(paid_show) if one.member_id == coming.id]
        admit(ticket.id, "main")

        assert (written(make), written(make)) == (1, 0)
        [strike] = standing()
        assert (strike.member_id, strike.subject) == (missing.id, f"performance:{paid_show.id}")

    def test_who_let_them_go_or_paid_too_late_missed_nothing(
        self, make: Factory, paid_show: Performance
    ) -> None:
        gone, late = make.member(), make.member()
        services.cancel(gone, keep(gone, paid_show).code)
        kept = keep(late, paid_show)
        make.set_clock(STARTS_AT + timedelta(minutes=1))
        receive(kept)

        assert written(make) == 0

    def test_a_show_moved_since_is_nobodys_fault(
        self, make: Factory, paid_show: Performance
    ) -> None:
        keep(make.member(), paid_show)
        paid_show.moved_at = clock.now()
        db.session.flush()

        assert written(make) == 0

    def test_who_was_to_pay_at_once_missed_nothing(
        self, make: Factory, paid_show: Performance
    ) -> None:
        make.rules().unpaid_per_show = 0
        order = hold(make.member(), paid_show)
        order.channel = Channel.ACTING
        services.confirm(db.session.get_one(Member, order.member_id), order.code)

        assert written(make) == 0


def hold(member: Member, show: Performance, count: int = 1) -> Order:
    """Hold seats under a fresh key."""
    return Booker().hold(member, show, count=count)


def keep(member: Member, show: Performance, count: int = 1) -> Order:
    """Keep seats until they are paid for on arrival."""
    return services.confirm(member, hold(member, show, count).code)


def receive(order: Order) -> None:
    """Let an order's money come."""
    payment = payments.find("tickets", order.id)
    assert payment is not None
    payments.receive(payment, reference=order.code, now=clock.now())
