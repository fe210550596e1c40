"""Which dates a weekly series has, and links to it that say nonsense."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.rooms.models import Room
from palace.troupes.models import Season, Troupe
from tests.lending import Lending
from tests.rooms.weekly import asked, see


@pytest.mark.usefixtures("leader")
def test_a_series_ends_with_the_season_and_the_policys_weeks(
    lending: Lending, client: FlaskClient, troupe: Troupe, days: list[date]
) -> None:
    lending.room(policy=lending.policy(series_weeks=3))
    assert len(see(client, troupe, **asked(days))["days"]) == 3
    for season in db.session.scalars(select(Season)):
        season.ends_on = days[1]
    db.session.flush()
    assert see(client, troupe, **asked(days))["days"] == [day.isoformat() for day in days[:2]]


@pytest.mark.usefixtures("leader", "room")
@pytest.mark.parametrize(
    "said",
    [
        {"weekday": "9"},
        {"weekday": "x"},
        {"begins": "99:99"},
        {"people": "-1"},
        {"since": "2026-99-01"},
        {"space": "999999"},
        {"taken": "all"},
        {"dates": "nonsense"},
        {"until": "2020-01-01"},
    ],
)
def test_a_link_that_says_nonsense_shows_the_page(
    client: FlaskClient, troupe: Troupe, days: list[date], said: dict[str, str]
) -> None:
    page = client.get(f"/troupes/{troupe.id}/series", query_string=asked(days) | said)
    assert page.status_code == 200


@pytest.mark.usefixtures("leader")
def test_accepting_all_swaps_settles_every_date(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room, days: list[date]
) -> None:
    other = lending.room("two")
    lending.reservation(room, days[1])
    for taken, what in (("swap", other.space_id), ("skip", "skip")):
        shown = see(client, troupe, **asked(days, space=room.space_id, taken=taken))
        assert [one["date"] for one in shown["dates"]][1] == f"{days[1]}:{what}"


@pytest.mark.usefixtures("leader")
def test_today_is_a_date_until_its_time_has_come(
    lending: Lending, client: FlaskClient, troupe: Troupe, room: Room
) -> None:
    today = lending.today()
    said = asked([today, today], space=room.space_id)
    lending.clock_at(today, "19:00")
    assert see(client, troupe, **said)["days"] == [today.isoformat()]
    lending.clock_at(today, "19:01")
    assert see(client, troupe, **said)["days"] == []


@pytest.mark.usefixtures("leader")
def test_dates_begin_where_a_room_can_still_be_taken(
    lending: Lending, client: FlaskClient, troupe: Troupe
) -> None:
    today, next_week = lending.day(0), lending.day(7)
    room = lending.room("early", policy=lending.policy(lead_minutes=24 * 60))
    said = asked([today, next_week], space=room.space_id)
    assert see(client, troupe, **said)["days"] == [next_week.isoformat()]
    lending.room("any")
    lending.clock_at(today, "12:00")
    first, second = see(client, troupe, **said)["dates"]
    assert (first["free"], first["why"], second["free"]) == (False, "来不及了，要提前约", True)


@pytest.mark.usefixtures("leader")
def test_exactly_the_lead_time_is_early_enough(
    lending: Lending, client: FlaskClient, troupe: Troupe
) -> None:
    lending.room("early", policy=lending.policy(lead_minutes=24 * 60))
    tomorrow = lending.day(1)
    lending.clock_at(lending.today(), "19:00")
    assert see(client, troupe, **asked([tomorrow, tomorrow]))["days"] == [tomorrow.isoformat()]
    lending.clock_at(lending.today(), "19:01")
    assert see(client, troupe, **asked([tomorrow, tomorrow]))["days"] == []
