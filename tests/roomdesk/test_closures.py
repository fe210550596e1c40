"""Closing spaces: what is in the way is listed and stays, the rest is closed; opened early, it is free."""

from __future__ import annotations

import html
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.clock import at, palace_day
from palace.db import db
from palace.errors import PalaceError
from palace.hours.errors import ClosureBackwards, ClosureTooLong, NothingToClose, WayChanged
from palace.hours.models import Closure
from palace.hours.services import closing
from palace.hours.services.closing import Wanted
from palace.members.rules import Role
from palace.rooms.services import on_room_freed
from palace.venues.claims import occupy
from palace.venues.models import Occupancy, Space
from palace.venues.rules import Use
from tests.factory import Factory
from tests.lending import Lending
from tests.members.browser import JSON

PATH = "/staff/closures"


def days(first: date, count: int) -> tuple[datetime, datetime]:
    """Return whole palace days as a time."""
    return at(first, time()), at(first + timedelta(days=count), time())


def wanted(spaces: list[Space], first: date, count: int = 1) -> Wanted:
    """Return a closure of whole days."""
    starts_at, ends_at = days(first, count)
    return Wanted(
        space_ids=tuple(space.id for space in spaces),
        starts_at=starts_at,
        ends_at=ends_at,
        reason_zh="检修",
        reason_en="Repairs",
    )


def typed(spaces: list[Space], first: date, count: int = 1, **changed: Any) -> dict[str, Any]:
    """Return a closure of whole days as a form sends it."""
    return {
        "spaces": [str(space.id) for space in spaces],
        "starts_at": f"{first:%Y-%m-%d}T00:00",
        "ends_at": f"{first + timedelta(days=count):%Y-%m-%d}T00:00",
        "reason_zh": "检修",
        "reason_en": "Repairs",
    } | changed


def close(spaces: list[Space], first: date, count: int = 1) -> str:
    """Close spaces around what is in the way; return the closure's code."""
    now = clock.now()
    of = wanted(spaces, first, count)
    return closing.close(of, seen=closing.look(of, now).seen, by="staff:1", now=now)


def closures() -> list[tuple[int, date, bool]]:
    """Return what is closed: space, day, and whether the row has hours of its own."""
    rows = db.session.scalars(select(Closure).order_by(Closure.id))
    return [(row.space_id, palace_day(row.starts_at), row.occupancy_id is not None) for row in rows]


def held(space: Space) -> int:
    """Return how many occupancies a space has."""
    counted = select(func.count()).where(Occupancy.space_id == space.id)
    return db.session.scalar(counted) or 0


def test_a_closure_is_a_row_and_an_occupancy_for_each_space_and_day(
    make: Factory, lending: Lending
) -> None:
    spaces, first = [make.space(), make.space()], lending.day(5)
    close(spaces, first, 3)

    assert len(closures()) == 6
    assert all(own for _, _, own in closures())
    assert {held(space) for space in spaces} == {3}


@pytest.mark.parametrize("first", [date(2026, 12, 30), date(2028, 2, 28)])
def test_a_closure_over_the_years_end_or_a_leap_day_is_cut_at_each_midnight(
    make: Factory, first: date
) -> None:
    make.set_clock(at(first - timedelta(days=3), time(12)))
    space = make.space()
    close([space], first, 3)

    assert [day for _, day, _ in closures()] == [first + timedelta(days=n) for n in range(3)]
    spans = db.session.scalars(select(Occupancy.during).order_by(Occupancy.id)).all()
    assert [one.lower for one in spans] == [at(first + timedelta(days=n), time()) for n in range(3)]
    assert spans[-1].upper == at(first + timedelta(days=3), time())


def test_a_part_of_a_day_is_closed_to_the_minute(make: Factory, lending: Lending) -> None:
    space, day = make.space(), lending.day(2)
    of = Wanted(
        space_ids=(space.id,),
        starts_at=at(day, time(22, 30)),
        ends_at=at(day + timedelta(days=1), time(8, 30)),
        reason_zh="消毒",
        reason_en="Cleaning",
    )
    now = clock.now()
    closing.close(of, seen=closing.look(of, now).seen, by="staff:1", now=now)

    spans = db.session.scalars(select(Occupancy.during).order_by(Occupancy.id)).all()
    midnight = at(day + timedelta(days=1), time())
    assert [(one.lower, one.upper) for one in spans] == [
        (of.starts_at, midnight),
        (midnight, of.ends_at),
    ]


def test_a_whole_hall_closed_with_its_parts_is_occupied_once(
    make: Factory, lending: Lending
) -> None:
    whole, first, second = make.space([1, 2]), make.space([1]), make.space([2])
    close([whole, first, second], lending.day(4))

    assert {(space_id, own) for space_id, _, own in closures()} == {
        (whole.id, False),
        (first.id, True),
        (second.id, True),
    }
    assert (held(whole), held(first), held(second)) == (0, 1, 1)


def test_what_is_there_stays_and_the_rest_is_closed(make: Factory, lending: Lending) -> None:
    room, other = lending.room(), make.space()
    day = lending.day(3)
    occurrence = lending.occurrence(room, day)
    show = make.performance(seats=2)
    spaces = [room.space, other, show.space]

    looked = closing.look(wanted(spaces, day, 2), clock.now())
    assert [
        (one.space_id, one.day, one.use) for one in looked.taken if one.space_id == room.space_id
    ] == [(room.space_id, day, Use.REHEARSAL)]
    code = close(spaces, day, 2)

    closed = {(space_id, on) for space_id, on, _ in closures()}
    assert (room.space_id, day) not in closed
    assert (room.space_id, day + timedelta(days=1)) in closed
    assert {(other.id, day), (other.id, day + timedelta(days=1))} <= closed
    assert code
    db.session.refresh(occurrence)
    assert occurrence.occupancy_id is not None


def test_what_lapsed_is_not_in_the_way(make: Factory, lending: Lending) -> None:
    room = lending.room()
    occurrence = lending.occurrence(room, lending.day(3))
    held_by = db.session.get_one(Occupancy, occurrence.occupancy_id)
    held_by.lapses_at = clock.now() - timedelta(minutes=1)
    db.session.flush()

    assert not closing.look(wanted([room.space], lending.day(3)), clock.now()).taken
    close([room.space], lending.day(3))
    assert closures() == [(room.space_id, lending.day(3), True)]


def test_what_came_meanwhile_is_shown_before_anything_is_closed(
    make: Factory, lending: Lending
) -> None:
    room, day = lending.room(), lending.day(3)
    of = wanted([room.space], day, 2)
    seen = closing.look(of, clock.now()).seen
    lending.reservation(room, day)

    with pytest.raises(WayChanged):
        closing.close(of, seen=seen, by="staff:1", now=clock.now())
    assert closures() == []


@pytest.mark.parametrize(
    ("ahead", "count", "refused"),
    [(-3, 2, ClosureBackwards), (3, 0, ClosureBackwards), (3, 1001, ClosureTooLong)],
)
def test_what_cannot_be_closed_is_refused(
    make: Factory, lending: Lending, ahead: int, count: int, refused: type[PalaceError]
) -> None:
    with pytest.raises(refused):
        closing.look(wanted([make.space()], lending.day(ahead), count), clock.now())


def test_nothing_free_is_nothing_closed(make: Factory, lending: Lending) -> None:
    room, day = lending.room(), lending.day(3)
    lending.reservation(room, day)

    with pytest.raises(NothingToClose):
        close([room.space], day)


def test_a_closure_of_today_begins_now(make: Factory, lending: Lending) -> None:
    now = lending.clock_at(lending.today(), "10:15")
    close([make.space()], lending.today(), 1)

    (row,) = db.session.scalars(select(Closure))
    assert row.starts_at == now


def test_a_closure_ends_early_and_who_waits_is_told(
    head: FlaskClient, make: Factory, lending: Lending, monkeypatch: pytest.MonkeyPatch
) -> None:
    freed: list[tuple[int, date]] = []
    monkeypatch.setitem(
        on_room_freed, "test", lambda space_id, span: freed.append((space_id, span.day))
    )
    room, day = lending.room(), lending.day(3)
    code = close([room.space], day, 2)
    make.commit()

    assert "提前开放" in head.get(f"{PATH}/{code}").text
    assert head.post(f"{PATH}/{code}/end").status_code == 303
    assert freed == [(room.space_id, day), (room.space_id, day + timedelta(days=1))]
    assert held(room.space) == 0
    again = head.post(f"{PATH}/{code}/end")
    assert again.status_code == 409
    assert "已经结束了" in again.text
    assert lending.reservation(room, day)


def test_the_list_comes_first_and_names_what_is_in_the_way(
    head: FlaskClient, app: Flask, make: Factory, lending: Lending
) -> None:
    room, day = lending.room(), lending.day(3)
    lending.reservation(room, day, troupe=lending.troupe("青年合唱团"))
    show = make.performance(seats=2)
    held_by = occupy(show.space, Range(show.starts_at, show.ends_at), Use.PERFORMANCE)
    show.occupancy_id = held_by.id if held_by else None
    on = palace_day(show.starts_at)
    make.commit()

    page = html.unescape(head.post(f"{PATH}/look", data=typed([room.space], day, 2)).text)
    assert "青年合唱团 · 合唱" in page
    assert "关闭其余的1个场地·天" in page
    looked = head.post(f"{PATH}/look", data=typed([show.space], on), headers=JSON).get_json()
    assert [one["use"] for one in looked["taken"]] == ["performance"]
    assert (looked["count"], closures()) == (0, [])

    told = head.post(f"{PATH}/look", data=typed([room.space], day, 2), headers=JSON).get_json()
    done = head.post(PATH, data=typed([room.space], day, 2, seen=told["seen"]))
    assert done.status_code == 303
    public = html.unescape(app.test_client().get("/hours").text)
    assert "检修" in public
    assert "关闭了" in head.get(done.headers["Location"]).text


def test_a_list_that_changed_is_shown_again_with_what_was_typed(
    head: FlaskClient, make: Factory, lending: Lending
) -> None:
    room, day = lending.room(), lending.day(3)
    make.commit()
    form = typed([room.space], day, 2)
    seen = head.post(f"{PATH}/look", data=form, headers=JSON).get_json()["seen"]
    lending.reservation(room, day)
    make.commit()

    late = head.post(PATH, data=form | {"seen": seen})
    page = html.unescape(late.text)
    assert late.status_code == 409
    assert "刚有新的安排" in page
    assert "关闭其余的1个场地·天" in page
    assert seen not in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"spaces": []}, "请至少选一个场地"),
        ({"starts_at": "明天"}, "请写日期和时间"),
        ({"ends_at": ""}, "请写日期和时间"),
        ({"reason_zh": ""}, "请写原因"),
    ],
)
def test_a_form_that_is_not_filled_in_says_where(
    head: FlaskClient, make: Factory, lending: Lending, changed: dict[str, Any], sentence: str
) -> None:
    form = typed([make.space()], lending.day(3), reason_en="Fire drill") | changed
    done = head.post(f"{PATH}/look", data=form)

    assert done.status_code == 422
    assert sentence in done.text
    assert "Fire drill" in done.text


def test_a_branch_closes_its_own_spaces_only(
    branch: FlaskClient, make: Factory, lending: Lending
) -> None:
    space = make.space()
    code = close([space], lending.day(3))
    make.commit()

    assert branch.post(f"{PATH}/look", data=typed([space], lending.day(4))).status_code == 404
    assert branch.get(f"{PATH}/{code}").status_code == 404
    assert branch.post(f"{PATH}/{code}/end").status_code == 404
    assert branch.get(PATH, headers=JSON).get_json() == {"closures": []}


def test_the_programmes_office_of_a_house_closes_its_own_spaces_alone(
    client: FlaskClient, make: Factory, lending: Lending
) -> None:
    room, elsewhere = lending.room(), make.space()
    elsewhere.site_id = make.branch().id
    make.add(elsewhere)
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.site()))
    look = client.post(f"{PATH}/look", data=typed([room.space], lending.day()), headers=JSON)
    fields = typed([room.space], lending.day(), seen=look.get_json()["seen"])
    assert client.post(PATH, data=fields).status_code == 303
    other = client.post(f"{PATH}/look", data=typed([elsewhere], lending.day()), headers=JSON)
    assert other.status_code == 404
    assert "临时关闭" in client.get("/staff").text
