"""Who took a room and did not come: written down once, with its strike, and what follows for the troupe."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from palace import clock, upkeep
from palace.arrivals import queries, services
from palace.clock import palace_day
from palace.db import db
from palace.members.rules import Role
from palace.notices.models import Notice
from palace.notices.senders import text_of
from palace.rooms import services as rooms
from palace.rooms.errors import RulesFailed
from palace.rooms.queries.strikes import OF_TROUPE
from palace.rooms.services import on_room_freed
from palace.rooms.states import OccurrenceState
from palace.rooms.wishes import Span
from palace.statements import execute
from palace.strikes.models import Strike
from palace.strikes.rules import StrikeKind
from palace.strikes.services import forgive
from palace.venues.models import Occupancy
from tests.arrivals.conftest import DAY, INSTANT, Evening


def days_of_troupe(troupe_id: int) -> list[date]:
    """Return the palace days of a troupe's strikes that stand."""
    return [palace_day(row.happened_at) for row in execute(OF_TROUPE, {"troupe_id": troupe_id})]


def strikes() -> list[Strike]:
    """Return the ledger."""
    return list(db.session.scalars(select(Strike).order_by(Strike.id)))


def missed() -> list[int]:
    """Return the dates that nobody came to and nobody wrote down."""
    return list(queries.missed(clock.now()))


def told(kind: str) -> list[Notice]:
    """Return what is owed to people of a kind."""
    return list(db.session.scalars(select(Notice).where(Notice.kind == kind)))


def test_nobody_came_by_the_end_of_the_grace_and_not_an_instant_before(evening: Evening) -> None:
    evening.at(15, earlier=INSTANT)
    assert missed() == []
    assert not services.miss(evening.date.id)
    now = evening.at(15)
    assert missed() == [evening.date.id]

    assert services.miss(evening.date.id)
    assert missed() == []
    assert not services.miss(evening.date.id)
    db.session.refresh(evening.date)
    assert (evening.date.state, evening.date.ended_at) == (OccurrenceState.MISSED, now)
    assert evening.date.occupancy_id is None
    assert db.session.scalars(select(Occupancy)).all() == []
    [strike] = strikes()
    assert strike.subject == f"occurrence:{evening.date.id}"
    assert (strike.member_id, strike.kind) == (evening.leader.id, StrikeKind.ROOM)
    assert strike.happened_at == evening.starts_at


def test_what_a_worker_that_stood_still_left_is_written_down_once_it_runs(evening: Evening) -> None:
    evening.make.set_clock(evening.starts_at + timedelta(days=5))
    upkeep.miss_due()
    assert strikes() == []
    upkeep.miss_due(ever=True)
    assert [strike.happened_at for strike in strikes()] == [evening.starts_at]


def test_its_notice_says_where_to_say_that_it_is_wrong(evening: Evening) -> None:
    evening.at(15)
    services.miss(evening.date.id)
    [notice] = told("room_missed")
    assert notice.receiver == f"member:{evening.leader.id}"
    said = text_of(notice.kind, notice.subject, notice.values)
    assert said.startswith("排练厅，12月1日 周二 19:00，没有人签到")
    assert "在“我的”里说一声" in said


def test_who_came_or_was_kept_has_none(evening: Evening) -> None:
    evening.at(0)
    services.keep(evening.own(), "member:1")
    evening.at(15)
    assert missed() == []
    evening.at(30, earlier=INSTANT)
    evening.arrive()
    evening.at(60)
    assert missed() == []


def test_whose_hours_others_took_is_written_down_too(evening: Evening) -> None:
    evening.at(15)
    other = evening.lending.troupe("另一个团")
    evening.lending.reservation(evening.room, DAY, "19:30", 60, troupe=other)
    evening.at(20)
    assert missed() == [evening.date.id]
    assert services.miss(evening.date.id)
    assert [one.member_id for one in strikes()] == [evening.leader.id]


def test_who_waits_for_the_room_is_asked(evening: Evening, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[tuple[int, Span]] = []
    monkeypatch.setitem(on_room_freed, "test", lambda *told: freed.append(told))
    evening.at(15)
    services.miss(evening.date.id)
    [(space_id, span)] = freed
    assert (space_id, span.ends_at) == (evening.room.space_id, evening.date.ends_at)


def test_three_days_later_nobody_is_blamed_any_more(evening: Evening) -> None:
    evening.make.set_clock(evening.date.ends_at + timedelta(days=3))
    assert missed() == []
    evening.make.set_clock(evening.date.ends_at + timedelta(days=3) - INSTANT)
    assert missed() == [evening.date.id]


def test_the_worker_writes_each_in_a_transaction_of_its_own(evening: Evening) -> None:
    evening.at(16)
    upkeep.miss_due()
    upkeep.miss_due()
    assert len(strikes()) == 1


def test_a_strike_of_one_leader_bars_the_troupe_and_not_the_leaders_own_no_shows(
    evening: Evening,
) -> None:
    deputy = evening.lending.leader(evening.troupe, "副手", Role.DEPUTY)
    evening.make.rules().strikes_to_bar = 1
    db.session.flush()
    evening.at(15)
    services.miss(evening.date.id)
    assert days_of_troupe(evening.troupe.id) == [DAY]

    wish = evening.lending.wish(
        evening.room, DAY + timedelta(days=2), troupe=evening.troupe, member=deputy
    )
    with pytest.raises(RulesFailed) as refused:
        rooms.reserve(wish, by="member:1")
    failures = refused.value.values["failures"]
    assert isinstance(failures, list)
    assert [one.code for one in failures] == ["barred"]

    forgive(strikes()[0].id, "staff:1", "门口的屏幕坏了", clock.now())
    assert days_of_troupe(evening.troupe.id) == []
    rooms.reserve(wish, by="member:1")


def test_what_a_leader_missed_of_their_own_does_not_bar_the_troupe(evening: Evening) -> None:
    evening.make.rules().strikes_to_bar = 1
    evening.make.add(
        Strike(
            member_id=evening.leader.id,
            kind=StrikeKind.TICKET,
            subject="performance:1",
            title_zh="演出",
            title_en="A show",
            happened_at=evening.starts_at - timedelta(days=2),
            written_at=evening.starts_at,
            written_by="system",
        )
    )
    wish = evening.lending.wish(
        evening.room, DAY + timedelta(days=2), troupe=evening.troupe, member=evening.leader
    )
    assert rooms.reserve(wish, by="member:1")


def test_cancelled_too_late_is_a_strike_where_the_policy_says_so(evening: Evening) -> None:
    evening.room.policy.late_cancel_strikes = True
    evening.room.policy.cancel_minutes = 60
    db.session.flush()
    evening.at(-60)
    in_time = evening.lending.occurrence(
        evening.lending.room(policy=evening.room.policy), DAY, troupe=evening.troupe
    )
    rooms.cancel(in_time.reservation, None, by="member:1")
    assert strikes() == []
    evening.at(-60, earlier=-INSTANT)
    rooms.cancel(evening.date.reservation, None, by="member:1")
    [strike] = strikes()
    assert strike.subject == f"occurrence:{evening.date.id}"
    [notice] = told("room_late")
    assert "取消得太晚" in text_of(notice.kind, notice.subject, notice.values)
