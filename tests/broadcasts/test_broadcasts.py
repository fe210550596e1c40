"""A mass notice from the first word to the last receiver: who, how fast, stopped, resumed, ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from palace import clock, sending
from palace.broadcasts import queries, services
from palace.broadcasts.errors import AudienceUnknown
from palace.broadcasts.models import Broadcast
from palace.broadcasts.rules import Audience, Stage
from palace.broadcasts.services import Text
from palace.db import db
from palace.members.models import Member
from palace.members.units import UnitKind
from palace.money import Fen
from palace.notices import services as notices
from palace.notices.gateways import Found, Result
from palace.notices.models import Contact, MessageDay, Notice
from palace.notices.rules import BROADCAST, Fund, Outcome, State
from palace.tickets import services as tickets
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from tests.broadcasts.conftest import House

WORDS = Text("新春游园", "", "正月初五。", "", Audience.MEMBERS, "", None, outside=True)


def written(house: House, **changed: object) -> Broadcast:
    """Return a draft."""
    text = Text(**(WORDS.__dict__ | changed))
    return services.write(text, house.writer.id, None, clock.now())


def started(house: House, **changed: object) -> Broadcast:
    """Return one that was started."""
    draft = written(house, **changed)
    told, begun = services.start(
        draft.id, house.writer.id, seen=draft.revision, sites=None, now=clock.now()
    )
    assert begun
    return told


def told(broadcast: Broadcast) -> dict[str, State]:
    """Return who has it, and how."""
    wanted = select(Notice.receiver, Notice.state).where(
        Notice.kind == BROADCAST, Notice.subject == broadcast.subject
    )
    return {row[0]: row[1] for row in db.session.execute(wanted)}


def names(*members: Member) -> set[str]:
    """Return members as receivers."""
    return {f"member:{member.id}" for member in members}


def later(house: House, seconds: float = 60.0) -> None:
    """Let time pass."""
    house.make.set_clock(clock.now() + timedelta(seconds=seconds))


def test_all_valid_members_and_nobody_else(house: House) -> None:
    make = house.make
    valid, guest, over = make.member(), make.member(valid=False), make.member()
    assert over.roster_entry
    over.roster_entry.valid_until = clock.palace_day(clock.now()) - timedelta(days=1)
    today = make.member()
    assert today.roster_entry
    today.roster_entry.valid_until = clock.palace_day(clock.now())
    gone = make.member()
    gone.phone, gone.name, gone.roster_entry_id, gone.erased_at = None, "", None, clock.now()
    db.session.flush()

    assert set(told(started(house))) == names(valid, today)
    assert guest


def test_a_union_with_all_below_it(house: House) -> None:
    make = house.make
    city = make.unit("市总工会", UnitKind.FEDERATION)
    below, beside = make.unit("出租工会", parent=city), make.unit("骑手工会")
    inside, outside = make.member(), make.member()
    for member, unit in ((inside, below), (outside, beside)):
        assert member.roster_entry
        member.roster_entry.unit_id = unit.id
    db.session.flush()

    found = started(house, audience=Audience.UNIT, unit="市总工会")

    assert set(told(found)) == names(inside)
    with pytest.raises(AudienceUnknown):
        written(house, audience=Audience.UNIT, unit="没有这家")


def test_who_has_a_ticket_for_the_show_once(house: House) -> None:
    make = house.make
    show, holder, back, other = make.performance(seats=6), *(make.member() for _ in range(3))
    for member, count in ((holder, 2), (back, 1)):
        wish = Wish(count=count)
        tickets.hold(member, show.id, wish, key=f"key-{member.id}-xx", confirm=True)
    (code,) = db.session.scalars(select(Ticket.code).where(Ticket.member_id == back.id))
    tickets.give_back(back, code)

    found = started(house, audience=Audience.PERFORMANCE, performance_id=show.id)

    assert set(told(found)) == names(holder)
    assert other


def test_who_declined_or_has_no_phone_has_it_in_the_inbox(house: House) -> None:
    make = house.make
    reached, declined, phoneless = (make.member() for _ in range(3))
    db.session.add(Contact(member_id=declined.id, muted=[BROADCAST]))
    phoneless.phone = None
    db.session.flush()

    found = started(house)

    assert told(found) == {
        f"member:{reached.id}": State.OWED,
        f"member:{declined.id}": State.INBOX,
        f"member:{phoneless.id}": State.INBOX,
    }


def test_one_for_inboxes_only_costs_nothing_and_is_done_at_once(house: House) -> None:
    house.make.member()

    found = started(house, outside=False)
    services.release(clock.now())

    assert set(told(found).values()) == {State.INBOX}
    assert found.state is Stage.DONE
    assert queries.estimate(found, clock.now()).cost == 0


def test_no_more_leave_in_a_minute_than_the_house_says(house: House) -> None:
    house.make.rules().broadcast_per_minute = 3
    for _ in range(7):
        house.make.member()
    found = started(house)

    counts = []
    for _ in range(4):
        services.release(clock.now())
        services.release(clock.now())  # a second worker in the same instant
        counts.append(sending.drain()["sent"])
        later(house)

    assert counts == [3, 3, 1, 0]
    assert (found.state, queries.progress(found).percent) == (Stage.DONE, 100)
    spent = db.session.get_one(MessageDay, (clock.palace_day(clock.now()), Fund.BROADCASTS))
    assert (spent.pieces, spent.amount) == (7, 35)


def test_no_more_leave_whatever_way_postgresql_reads_them(house: House) -> None:
    house.make.rules().broadcast_per_minute = 3
    for _ in range(7):
        house.make.member()
    started(house)
    for way in ("hashjoin", "mergejoin", "hashagg", "material", "memoize", "sort"):
        db.session.execute(text(f"SET LOCAL enable_{way} = off"))

    assert services.release(clock.now()) == 3
    assert services.release(clock.now()) == 0


def test_stopping_lets_nothing_go_and_going_on_reaches_the_rest_once(house: House) -> None:
    house.make.rules().broadcast_per_minute = 2
    for _ in range(4):
        house.make.member()
    found = started(house)
    services.release(clock.now())
    services.stop(found.id, sites=None)
    services.stop(found.id, sites=None)

    assert sending.drain()["sent"] == 0
    later(house)
    assert services.release(clock.now()) == 0
    services.go_on(found.id, sites=None)
    for _ in range(3):
        services.release(clock.now())
        sending.drain()
        later(house)

    assert set(told(found).values()) == {State.SENT}
    assert found.state is Stage.DONE


def test_nothing_is_let_go_at_night(house: House) -> None:
    house.make.member()
    started(house)
    house.make.set_clock(clock.at(clock.palace_day(clock.now()), time(21, 30)))

    assert services.release(clock.now()) == 0


def test_what_the_day_cannot_pay_goes_the_next_day(house: House) -> None:
    house.make.rules().broadcast_budget_day = Fen(10)
    for _ in range(3):
        house.make.member()
    found = started(house)

    services.release(clock.now())
    assert sending.drain()["sent"] == 2
    later(house)
    assert services.release(clock.now()) == 0
    house.make.set_clock(clock.now() + timedelta(days=1))
    services.release(clock.now())
    assert sending.drain()["sent"] == 1
    services.release(clock.now())
    assert found.state is Stage.DONE


def test_a_second_start_is_told_and_sends_nothing_again(house: House) -> None:
    house.make.member()
    found = started(house)

    again, begun = services.start(
        found.id, house.writer.id, seen=found.revision, sites=None, now=clock.now()
    )

    assert (again.id, begun, len(told(found))) == (found.id, False, 1)


def test_the_same_draft_sent_twice_is_one(house: House) -> None:
    assert written(house).id == written(house).id
    assert written(house, title_zh="别的").id != written(house).id


def test_the_estimate_is_what_is_spent_to_the_fen(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = replace(app.extensions["palace"], sms_signature="文化宫")
    monkeypatch.setitem(app.extensions, "palace", signed)
    member = house.make.member()
    db.session.add(Contact(member_id=member.id, language="en", muted=[]))
    found = started(house, title_en="Spring fair for all!")  # 66 characters, and the signature's
    expected = queries.estimate(found, clock.now()).cost

    services.release(clock.now())
    assert sending.drain()["sent"] == 1

    spent = db.session.get_one(MessageDay, (clock.palace_day(clock.now()), Fund.BROADCASTS))
    assert (spent.pieces, spent.amount) == (2, expected)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.THROTTLED, Outcome.UNCERTAIN])
def test_what_was_being_sent_when_it_stopped_is_not_tried_again(
    house: House, outcome: Outcome
) -> None:
    house.make.member()
    found = started(house)
    services.release(clock.now())
    (one,) = notices.take().tries["screen"]
    services.stop(found.id, sites=None)
    notices.settle(Result(one.message.id, outcome), one.attempts)
    if outcome is Outcome.UNCERTAIN:
        notices.settle_found(one, Found.ABSENT)

    later(house, 3600)
    assert sending.drain()["sent"] == 0
    assert set(told(found).values()) == {State.OWED}

    services.go_on(found.id, sites=None)
    services.release(clock.now())
    assert sending.drain()["sent"] == 1


def test_the_pace_is_for_all_together_however_often_the_worker_is_woken(house: House) -> None:
    house.make.rules().broadcast_per_minute = 60
    for _ in range(200):
        house.make.member()
    for title in ("一", "二", "三"):
        started(house, title_zh=title)

    first = services.release(clock.now())
    rest = 0
    for _ in range(30):  # each code somebody asks for wakes it
        later(house, 2)
        rest += services.release(clock.now())

    assert (first, rest) == (60, 60)
