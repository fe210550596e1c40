"""Members' calendars follow what changed of a show they have tickets of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from palace import clock
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus
from palace.db import db, transaction
from palace.members.models import Member
from palace.programme.models import Performance
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import MOVE_TAKES, Wish
from palace.upkeep import bring_up_agendas
from tests.factory import Factory
from tests.races.together import codes, together
from tests.review.conftest import Desk, desk  # noqa: F401 - a fixture

TICK = timedelta(microseconds=1)
OLD, NEW = "晋剧《打金枝》", "晋剧《打金枝》（名家版）"


def book(member: Member, show: Performance) -> Ticket:
    """Return a member's ticket."""
    order = services.hold(member, show.id, Wish(count=1), key=f"agendas-{member.id}", confirm=True)
    return order.tickets[0]


def entry_of(member: Member) -> AgendaEntry:
    """Return a member's only entry, read anew."""
    mine = select(AgendaEntry).where(AgendaEntry.member_id == member.id)
    return db.session.scalars(mine.execution_options(populate_existing=True)).one()


def rename(show: Performance, title: str = NEW) -> None:
    """Give a show's production another title, as its review does."""
    show.production.title_zh = title
    db.session.flush()
    db.session.expire_all()


def due(show: Performance, after: timedelta = MOVE_TAKES) -> bool:
    """Return whether a show is due so long after it changed."""
    db.session.refresh(show)
    return show.id in services.agendas_due(show.changed_at + after)


def test_a_reviewed_title_reaches_calendars_that_have_the_show(
    make: Factory,
    desk: Desk,  # noqa: F811 - the fixture
) -> None:
    production = desk.write()
    desk.review(production)
    show, member = make.performance(seats=2), make.member()
    show.production_id = production.id
    make.add(show)
    db.session.expire_all()
    book(member, show)
    uid, old = entry_of(member).uid, entry_of(member).title_zh
    revision = desk.change(production, title_zh=NEW)
    desk.decide(revision, desk.first)
    assert services.bring_up_agendas(show.id) == 0
    assert entry_of(member).title_zh == old
    desk.decide(revision, desk.second)

    assert due(show)
    assert services.bring_up_agendas(show.id) == 1
    assert services.bring_up_agendas(show.id) == 0

    mine = entry_of(member)
    assert (mine.title_zh, mine.revision, mine.uid) == (NEW, 1, uid)
    assert f"SUMMARY:{NEW}" in mine.block
    assert "SEQUENCE:1" in mine.block
    assert not due(show)


def test_a_hall_s_name_and_a_site_s_reach_them_too(make: Factory) -> None:
    show, member = make.performance(seats=2), make.member()
    book(member, show)
    show.space.name_zh, show.space.site.name_zh = "小剧场", "东区文化宫"
    make.add(show.space, show.space.site)
    db.session.expire_all()

    services.bring_up_agendas(show.id)

    assert entry_of(member).place_zh == "东区文化宫 小剧场"


def test_it_waits_until_nobody_books_the_old_title_any_more(make: Factory) -> None:
    show = make.performance(seats=2)
    rename(show)

    assert not due(show, MOVE_TAKES - TICK)
    assert due(show)


@pytest.mark.parametrize("how", ["over", "cancelled"])
def test_a_show_that_is_over_or_cancelled_stays_as_it_was(make: Factory, how: str) -> None:
    show = make.performance(seats=2)
    rename(show)
    if how == "cancelled":
        show.cancelled_at = clock.now()
        make.add(show)
    now = show.ends_at if how == "over" else show.changed_at + MOVE_TAKES

    assert show.id not in services.agendas_due(now)


def test_who_gave_their_ticket_back_keeps_the_cancelled_entry(make: Factory) -> None:
    show, member = make.performance(seats=2), make.member()
    services.give_back(member, book(member, show).code)
    rename(show)

    assert services.bring_up_agendas(show.id) == 0

    assert (entry_of(member).title_zh, entry_of(member).status) == (OLD, EntryStatus.CANCELLED)


def test_entries_somebody_works_on_are_done_by_the_next(live: Factory, live_app: Flask) -> None:
    show, first, second = live.performance(seats=2), live.member(), live.member()
    for member in (first, second):
        book(member, show)
    live.commit()
    rename(show)
    live.commit()

    def at_work() -> object:
        held = select(AgendaEntry).where(AgendaEntry.member_id == first.id).with_for_update()
        db.session.scalars(held).one()
        [done] = together(live_app, [lambda: services.bring_up_agendas(show.id)], at_once=1)
        [rest] = together(live_app, [lambda: services.bring_up_agendas(show.id)], at_once=1)
        return (done, rest)

    with transaction():
        assert at_work() == (1, 0)
    db.session.expire_all()
    assert db.session.get_one(Performance, show.id).agenda_revision < show.revision

    live.set_clock(clock.now() + MOVE_TAKES)
    bring_up_agendas()

    db.session.expire_all()
    assert [entry_of(one).title_zh for one in (first, second)] == [NEW, NEW]
    assert db.session.get_one(Performance, show.id).agenda_revision == show.revision


def test_many_workers_bring_everybody_up_once(live: Factory, live_app: Flask) -> None:
    show = live.performance(seats=[20] * 6)
    people = [live.member() for _ in range(110)]
    for member in people:
        book(member, show)
    live.commit()
    rename(show)
    live.commit()

    done = together(live_app, [lambda: services.bring_up_agendas(show.id)] * 12, at_once=8)

    assert codes(done) == {"won": 12}
    changed = [count for count in done if isinstance(count, int)]
    assert sum(changed) == 110
    told = select(func.count()).where(AgendaEntry.title_zh == NEW, AgendaEntry.revision == 1)
    assert db.session.scalar(told) == 110
