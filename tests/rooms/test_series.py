"""The way to a weekly series, and taking exactly the dates that were shown."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.clock import at, palace_day
from palace.db import db
from palace.hours.models import Closure, SpecialDay
from palace.rooms.models import NoisePair, Reservation, Room
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.states import OccurrenceState
from palace.troupes.models import Troupe
from palace.venues.claims import occupy
from palace.venues.rules import Use
from tests.factory import Factory
from tests.lending import Lending
from tests.rooms.weekly import ASK, WEEKS, asked, see, sent


@pytest.mark.usefixtures("leader", "room")
def test_what_is_known_of_the_troupe_is_filled_in(client: FlaskClient, troupe: Troupe) -> None:
    shown = see(client, troupe)
    assert (shown["people"], shown["minutes"], shown["purpose"]) == (30, 120, "choir")


@pytest.mark.usefixtures("leader")
def test_the_like_of_the_last_time_is_filled_in(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room
) -> None:
    lending.reservation(room, troupe=troupe, minutes=90)
    assert see(client, troupe)["minutes"] == 90


@pytest.mark.usefixtures("leader", "room")
def test_one_begins_so_that_one_is_done_at_closing_time(
    client: FlaskClient, troupe: Troupe, days: list[date]
) -> None:
    begins = see(client, troupe, **asked(days, begins=""))["begins"]
    assert (begins[0], begins[-1], len(begins)) == ("08:00", "20:00", 25)


@pytest.mark.usefixtures("leader")
def test_rooms_are_proposed_with_what_is_taken_and_where_else(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two", purposes=["choir"], capacity=60)
    lending.reservation(room, days[1])
    (best, second) = see(client, troupe, **asked(days))["proposals"]
    assert (best["space"], best["free"], best["swaps"]) == (other.space_id, 4, {})
    assert second["swaps"] == {days[1].isoformat(): [other.space_id]}


@pytest.mark.usefixtures("leader")
def test_too_small_a_room_or_one_for_other_things_is_not_proposed(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    lending.room("small", capacity=29)
    lending.room("dance", purposes=["dance"])
    shown = see(client, troupe, **asked(days))
    assert [one["space"] for one in shown["proposals"]] == [room.space_id]


@pytest.mark.usefixtures("leader")
def test_holidays_and_closures_are_told_by_name(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    db.session.add(SpecialDay(day=days[1], counts_as=0, name_zh="春节", name_en="Spring Festival"))
    close(room, days[2])
    shown = see(client, troupe, **asked(days, space=room.space_id))
    whys = {one["day"]: (one["why"], one["date"]) for one in shown["dates"] if not one["free"]}
    assert whys == {days[1].isoformat(): ("春节", None), days[2].isoformat(): ("检修空调", None)}


def take(room: Room, day: date, use: Use = Use.REHEARSAL) -> int:
    """Let others have a room on an evening; return the occupancy."""
    held = occupy(room.space, Range(at(day, time(18)), at(day, time(22))), use)
    assert held
    return held.id


def close(room: Room, day: date) -> None:
    """Close a room on an evening."""
    starts_at, ends_at = at(day, time(18)), at(day, time(22))
    closure = Closure(
        batch="works",
        space_id=room.space_id,
        occupancy_id=take(room, day, Use.CLOSURE),
        starts_at=starts_at,
        ends_at=ends_at,
        reason_zh="检修空调",
        reason_en="Works",
        made_by="staff:1",
        made_at=starts_at,
    )
    db.session.add(closure)
    db.session.flush()


def states(reservation: Reservation) -> dict[date, tuple[OccurrenceState, int]]:
    """Return how the dates of a reservation stand, and where."""
    return {one.day: (one.state, one.space_id) for one in occurrences_of(reservation.id)}


def made() -> Reservation:
    """Return the newest reservation."""
    newest = select(Reservation).order_by(Reservation.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def count() -> int:
    """Return how many reservations there are."""
    return db.session.scalar(select(func.count(Reservation.id))) or 0


@pytest.mark.usefixtures("leader")
def test_exactly_what_was_shown_is_taken(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two")
    dates = [
        f"{days[0]}:{room.space_id}",
        f"{days[1]}:{other.space_id}",
        f"{days[2]}:skip",
        f"{days[3]}:{room.space_id}",
    ]
    answer = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room, dates=dates))
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == f"/reservations/{made().code}"
    assert states(made()) == {
        days[0]: (OccurrenceState.CONFIRMED, room.space_id),
        days[1]: (OccurrenceState.CONFIRMED, other.space_id),
        days[2]: (OccurrenceState.SKIPPED, room.space_id),
        days[3]: (OccurrenceState.CONFIRMED, room.space_id),
    }


@pytest.mark.usefixtures("leader")
def test_the_same_form_sent_twice_is_one_series(
    client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    first = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room), headers=ASK)
    again = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room), headers=ASK)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert count() == 1


@pytest.mark.usefixtures("leader")
def test_the_same_key_with_other_dates_is_refused(
    client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    client.post(f"/troupes/{troupe.id}/series", data=sent(days, room))
    other = client.post(f"/troupes/{troupe.id}/series", data=sent(days[:2], room), headers=ASK)
    assert (other.status_code, (other.json or {})["code"]) == (422, "key_reused")


@pytest.mark.usefixtures("leader")
def test_a_date_taken_meanwhile_is_told_with_its_alternatives_and_nothing_is_taken(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two")
    take(room, days[2])
    answer = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room), headers=ASK)
    body = answer.json or {}
    assert (answer.status_code, body["code"]) == (409, "room_taken")
    open_dates = [one for one in body["dates"] if one["date"] is None]
    (lost,) = open_dates
    assert (lost["day"], lost["others"]) == (days[2].isoformat(), [other.space_id])
    assert count() == 0


@pytest.mark.usefixtures("leader")
def test_the_page_keeps_what_was_said_and_asks_about_the_lost_date_alone(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two")
    take(room, days[2])
    dates = [f"{day}:{room.space_id}" for day in days]
    dates[1] = f"{days[1]}:skip"
    data = sent(days, room, dates=dates, note="带钢琴伴奏", people=25)
    page = client.post(f"/troupes/{troupe.id}/series", data=data)
    assert page.status_code == 409
    assert "带钢琴伴奏" in page.text
    assert 'name="people" value="25"' in page.text or 'value="25"' in page.text
    assert re.search(rf'value="{days[1]}:skip" checked', page.text)
    assert f'value="{days[2]}:{other.space_id}"' in page.text
    assert page.text.count("请选择</option>") == 1


@pytest.mark.usefixtures("leader")
def test_a_swap_that_was_taken_meanwhile_is_marked(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two")
    lending.reservation(room, days[1])
    lending.reservation(other, days[1])
    dates = [f"{day}:{room.space_id}" for day in days]
    dates[1] = f"{days[1]}:{other.space_id}"
    page = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room, dates=dates))
    assert page.status_code == 409
    assert "您选的场地刚被别人约走了" in page.text


@pytest.mark.usefixtures("leader")
def test_next_door_too_loud_counts_as_taken(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    beside = lending.room("beside")
    first, second = sorted([room.space_id, beside.space_id])
    db.session.add(NoisePair(space_id=first, other_id=second))
    db.session.flush()
    lending.reservation(beside, days[1], purpose="meeting")
    answer = client.post(f"/troupes/{troupe.id}/series", data=sent(days, room), headers=ASK)
    body = answer.json or {}
    assert (answer.status_code, body["code"]) == (409, "noise_beside")
    assert [one["day"] for one in body["dates"] if one["date"] is None] == [days[1].isoformat()]


@pytest.mark.usefixtures("leader")
@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"dates": []}, "rules_failed"),
        ({"people": 41}, "rules_failed"),
        ({"minutes": 45}, "rules_failed"),
        ({"begins": "21:00"}, "rules_failed"),
        ({"purpose": "dance"}, "rules_failed"),
        ({"dates": ["2026-02-31:skip"]}, "bad_input"),
        ({"dates": ["x"]}, "bad_input"),
        ({"begins": "25:00"}, "bad_input"),
        ({"people": 0}, "bad_input"),
        ({"since": "soon"}, "bad_input"),
        ({"key": ""}, "bad_input"),
    ],
)
def test_what_does_not_do_is_told(
    client: FlaskClient, troupe: Troupe, room: Room, other: dict[str, Any], code: str
) -> None:
    days = [palace_day(clock.now()) + timedelta(days=3 + 7 * week) for week in range(WEEKS)]
    data, path = sent(days, room, **other), f"/troupes/{troupe.id}/series"
    answer = client.post(path, data=data, headers=ASK)
    assert (answer.status_code, (answer.json or {})["code"]) == (422, code), answer.text
    assert client.post(path, data=data).status_code == 422
    assert count() == 0


@pytest.mark.usefixtures("leader")
def test_dates_that_are_not_every_week_are_refused(
    client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    dates = [f"{day}:{room.space_id}" for day in (days[0], days[1], days[3])]
    data = sent(days, room, dates=dates)
    answer = client.post(f"/troupes/{troupe.id}/series", data=data, headers=ASK)
    assert answer.status_code == 422


@pytest.mark.usefixtures("room")
def test_whose_troupe_it_is_not_finds_nothing(
    lending: Lending, make: Factory, client: FlaskClient, days: list[date], room: Room
) -> None:
    theirs, other = lending.troupe("甲团"), lending.troupe("乙团")
    make.sign_in(client, lending.leader(other))
    assert client.get(f"/troupes/{theirs.id}/series").status_code == 404
    answer = client.post(f"/troupes/{theirs.id}/series", data=sent(days, room))
    assert answer.status_code == 404
    assert client.get("/troupes/999999/series").status_code == 404


@pytest.mark.usefixtures("leader")
def test_beyond_the_quota_somebody_decides_and_the_page_says_so_before(
    client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    troupe.week_minutes = 60
    db.session.flush()
    assert see(client, troupe, **asked(days, space=room.space_id))["to_decide"] == WEEKS
    client.post(f"/troupes/{troupe.id}/series", data=sent(days, room))
    assert {state for state, _ in states(made()).values()} == {OccurrenceState.PENDING}


@pytest.mark.usefixtures("leader")
def test_what_is_so_far_said_is_judged_before_it_is_sent(
    client: FlaskClient, lending: Lending, troupe: Troupe, days: list[date]
) -> None:
    lent = lending.room(policy=lending.policy(min_minutes=150))
    failed = see(client, troupe, **asked(days, space=lent.space_id))["failed"]
    assert {one["code"] for one in failed} == {"too_short"}
