"""A roster is kept by its leader: linked without a word, each once, forgotten in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from palace import clock, retention
from palace.db import db
from palace.errors import NotFound
from palace.troupes import queries, services
from palace.troupes.errors import LinesUnread, RosterFull, TroupeEnded
from palace.troupes.rules import MOST_ON_ROSTER, Somebody
from tests.factory import Factory
from tests.lending import Lending
from tests.troupes.conftest import Choir

PHONE = "13800138000"


def linked(choir: Choir) -> list[int | None]:
    """Return the accounts on the roster."""
    db.session.expire_all()
    return [one.member_id for one in queries.roster(choir.troupe.id)]


def test_an_account_of_that_number_and_name_is_linked(choir: Choir, make: Factory) -> None:
    singer = make.member("李桂兰", phone=PHONE)
    services.add(
        choir.troupe.id, [Somebody("李桂兰", PHONE), Somebody("李桂兰"), Somebody("李贵兰", PHONE)]
    )
    assert linked(choir) == [singer.id, None, None]


def test_two_of_one_number_and_name_are_not_guessed(choir: Choir, make: Factory) -> None:
    for _ in range(2):
        make.member("李桂兰", phone=PHONE)
    services.add(choir.troupe.id, [Somebody("李桂兰", PHONE)])
    assert linked(choir) == [None]


def test_who_comes_later_is_linked_by_the_worker(choir: Choir, make: Factory) -> None:
    services.add(choir.troupe.id, [Somebody("李桂兰", PHONE)])
    singer = make.member("李桂兰", phone=PHONE)
    assert services.link_due() == 1
    assert services.link_due() == 0
    assert linked(choir) == [singer.id]


def test_who_changed_their_number_stands_there_twice_and_is_linked_once(
    choir: Choir, make: Factory
) -> None:
    singer = make.member("李桂兰", phone=PHONE)
    services.add(choir.troupe.id, [Somebody("李桂兰", PHONE)])
    singer.phone = "13800138001"
    db.session.flush()
    added = services.add(choir.troupe.id, [Somebody("李桂兰", "13800138001")])
    assert added.new == 1
    assert linked(choir) == [singer.id, None]


def test_the_same_person_is_on_a_roster_once(choir: Choir) -> None:
    twice = [Somebody("李桂兰", PHONE), Somebody("李桂兰", PHONE)]
    assert (services.add(choir.troupe.id, twice).new, services.add(choir.troupe.id, twice).new) == (
        1,
        0,
    )


def test_pasted_lines_come_all_or_not_at_all(choir: Choir) -> None:
    with pytest.raises(LinesUnread):
        services.paste(choir.troupe.id, "李桂兰\n12345678")
    assert linked(choir) == []
    assert services.paste(choir.troupe.id, "李桂兰\n王秀英").new == 2


def test_a_roster_holds_so_many(choir: Choir) -> None:
    many = [Somebody("李桂兰", f"1380013{number:04}") for number in range(MOST_ON_ROSTER)]
    services.add(choir.troupe.id, many)
    with pytest.raises(RosterFull):
        services.add(choir.troupe.id, [Somebody("王秀英")])
    assert queries.roster_count(choir.troupe.id) == MOST_ON_ROSTER


def test_who_is_taken_off_loses_the_number_at_once_and_the_name_in_time(
    app: Flask, choir: Choir, make: Factory, lending: Lending
) -> None:
    services.add(choir.troupe.id, [Somebody("李桂兰", PHONE)])
    [row] = queries.roster(choir.troupe.id)
    services.remove(choir.troupe.id, row.id)
    services.remove(choir.troupe.id, row.id)
    assert (row.phone, linked(choir)) == (None, [])
    keep = make.rules().notice_keep_days
    lending.clock_at(lending.today() + timedelta(days=keep - 1), "23:59")
    assert retention.tidy(make.rules(), clock.now())["troupe_members"] == 0
    lending.clock_at(lending.today() + timedelta(days=1), "00:00")
    assert retention.tidy(make.rules(), clock.now())["troupe_members"] == 1


def test_a_row_of_another_troupe_is_not_there(choir: Choir, lending: Lending) -> None:
    other = lending.troupe("舞蹈团")
    services.add(other.id, [Somebody("李桂兰")])
    [row] = queries.roster(other.id)
    with pytest.raises(NotFound):
        services.remove(choir.troupe.id, row.id)


def test_people_leave_by_themselves(choir: Choir, make: Factory) -> None:
    singer = make.member("李桂兰", phone=PHONE)
    services.add(choir.troupe.id, [Somebody("李桂兰", PHONE)])
    services.leave(singer.id, choir.troupe.id)
    with pytest.raises(NotFound):
        services.leave(singer.id, choir.troupe.id)
    assert queries.rosters_of(singer.id) == []


def test_a_troupe_that_ended_has_no_new_people(choir: Choir) -> None:
    services.close(choir.troupe.id, "并团")
    with pytest.raises(TroupeEnded):
        services.add(choir.troupe.id, [Somebody("李桂兰")])
