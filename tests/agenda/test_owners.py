"""Entries of a troupe, or of many dates at once: one statement for new ones, a revision for changed ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from palace.agenda import services
from palace.agenda.models import AgendaEntry
from palace.agenda.rules import EntryStatus, Owner
from palace.agenda.services import Dated
from palace.db import db
from tests.agenda.troupes import troupe_of
from tests.factory import Factory

NOW = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
FIRST = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
WEEKS = 26


@pytest.fixture
def troupe(make: Factory) -> Owner:
    return Owner(troupe_id=troupe_of(make).id)


def dates(count: int = WEEKS, place: str = "排练厅二") -> list[Dated]:
    return [
        Dated(
            subject=f"occurrence:{number}",
            kind="occurrence",
            starts_at=FIRST + timedelta(weeks=number),
            ends_at=FIRST + timedelta(weeks=number, hours=2),
            title_zh="春之声合唱团 · 合唱",
            title_en="Voices of Spring · choir",
            place_zh=place,
            place_en="Rehearsal room 2",
            path="/reservations/ABC",
        )
        for number in range(count)
    ]


def entries(owner: Owner) -> list[AgendaEntry]:
    wanted = select(AgendaEntry).where(
        AgendaEntry.troupe_id == owner.troupe_id
        if owner.troupe_id
        else AgendaEntry.member_id == owner.member_id
    )
    return list(db.session.scalars(wanted.order_by(AgendaEntry.ends_at)))


def test_26_dates_of_a_troupe_are_26_entries_in_their_room(troupe: Owner, make: Factory) -> None:
    space_id = make.space().id

    services.put_many(troupe, dates(), NOW, space_id)

    there = entries(troupe)
    assert len({entry.uid for entry in there}) == len(there) == WEEKS
    assert {(one.member_id, one.space_id, one.revision) for one in there} == {(None, space_id, 0)}
    assert there[3].during.lower == FIRST + timedelta(weeks=3)
    assert "DTSTART;TZID=Asia/Shanghai:20261222T190000\r\n" in there[3].block


def test_what_is_there_already_gets_a_revision_where_it_changed(troupe: Owner) -> None:
    services.put_many(troupe, dates(3), NOW)
    changed = dates(1, "排练厅三") + dates(4)[1:]

    services.put_many(troupe, changed, NOW + timedelta(days=1))

    assert [entry.revision for entry in entries(troupe)] == [1, 0, 0, 0]
    assert entries(troupe)[0].place_zh == "排练厅三"


def test_a_cancelled_date_is_told_as_cancelled_once(troupe: Owner) -> None:
    services.put_many(troupe, dates(3), NOW)

    for _ in range(2):
        services.cancel_for(troupe, ["occurrence:0", "occurrence:2"], NOW)

    assert [(one.status, one.revision) for one in entries(troupe)] == [
        (EntryStatus.CANCELLED, 1),
        (EntryStatus.CONFIRMED, 0),
        (EntryStatus.CANCELLED, 1),
    ]


def test_a_date_taken_again_is_confirmed_under_its_uid(troupe: Owner) -> None:
    services.put_many(troupe, dates(1), NOW)
    uid = entries(troupe)[0].uid
    services.cancel_for(troupe, ["occurrence:0"], NOW)

    services.put_for(troupe, dates(1)[0], NOW)

    (entry,) = entries(troupe)
    assert (entry.uid, entry.status, entry.revision) == (uid, EntryStatus.CONFIRMED, 2)


def test_two_owners_have_each_their_own(troupe: Owner, make: Factory) -> None:
    own = Owner(member_id=make.member("李卫东").id)
    services.put_many(troupe, dates(2), NOW)
    services.put_many(own, dates(2), NOW)

    services.cancel_for(own, ["occurrence:0", "occurrence:1"], NOW)

    assert {entry.status for entry in entries(troupe)} == {EntryStatus.CONFIRMED}
    assert {entry.status for entry in entries(own)} == {EntryStatus.CANCELLED}


def test_no_dates_are_no_statement(troupe: Owner) -> None:
    services.put_many(troupe, [], NOW)
    services.cancel_for(troupe, [], NOW)
    assert entries(troupe) == []
