"""The pages on which dates of a reservation are changed, and a skipped one is added."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from palace import clock
from palace.clock import SHANGHAI, at
from palace.db import db
from palace.members.models import Member
from palace.notices.models import Notice
from palace.rooms.models import Occurrence, Reservation, Room
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.services import cancel
from palace.rooms.services.waiting import wait_for_skipped
from palace.rooms.states import OccurrenceState, WaitState
from palace.troupes.models import Troupe
from palace.venues import services as venues
from palace.venues.claims import occupy
from palace.venues.rules import Use
from tests.factory import Factory
from tests.lending import Lending

ASK = {"Accept": "application/json"}


@pytest.fixture
def of(lending: Lending, room: Room, troupe: Troupe, leader: Member) -> Reservation:
    """Return three evenings from 19:00 on."""
    return lending.reservation(room, troupe=troupe, member=leader, weeks=3)


def begins(of: Reservation) -> list[str]:
    """Return when the dates of a reservation begin."""
    dates: list[Occurrence] = occurrences_of(of.id)
    return [f"{one.starts_at.astimezone(SHANGHAI):%H:%M}" for one in dates]


def address(of: Reservation, number: int = 0) -> str:
    """Return where a date is changed."""
    return f"/occurrences/{occurrences_of(of.id)[number].id}/change"


def test_what_a_change_would_be_is_shown_and_nothing_is_changed(
    client: FlaskClient, of: Reservation
) -> None:
    page = client.get(address(of), query_string={"scope": "all", "begins": "18:00"})
    assert page.status_code == 200
    assert "就这样改3次" in page.text
    assert begins(of) == ["19:00"] * 3


def test_its_own_hours_are_in_nobodys_way_and_others_are(
    client: FlaskClient, of: Reservation, room: Room
) -> None:
    day = occurrences_of(of.id)[1].day
    assert occupy(room.space, Range(at(day, time(21)), at(day, time(22))), Use.REHEARSAL)
    said = {"scope": "all", "begins": "19:30"}
    shown: Any = client.get(address(of), query_string=said, headers=ASK).json
    assert [bool(one["wrong"]) for one in shown["dates"]] == [False, True, False]
    assert "就这样改" not in client.get(address(of), query_string=said).text


def test_the_dates_that_were_shown_are_changed(client: FlaskClient, of: Reservation) -> None:
    shown = [one.id for one in occurrences_of(of.id)]
    said = {"scope": "all", "begins": "18:00", "dates": shown}
    answer = client.post(address(of), data=said)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/reservations/{of.code}")
    assert begins(of) == ["18:00"] * 3


def test_a_refused_change_keeps_what_was_typed(
    client: FlaskClient, of: Reservation, room: Room
) -> None:
    day = occurrences_of(of.id)[1].day
    assert occupy(room.space, Range(at(day, time(17)), at(day, time(19))), Use.REHEARSAL)
    said = {"scope": "all", "begins": "18:00", "people": "25"}
    page = client.post(address(of), data=said)
    assert page.status_code == 409
    assert 'value="18:00"' in page.text
    assert 'value="25"' in page.text
    assert begins(of) == ["19:00"] * 3


@pytest.mark.parametrize(
    "said",
    [{"begins": "25:00"}, {"scope": "some"}, {"people": "0"}, {"dates": "x"}, {"day": "soon"}],
)
def test_what_cannot_be_read_is_told(
    client: FlaskClient, of: Reservation, said: dict[str, str]
) -> None:
    assert client.post(address(of), data=said).status_code == 422
    assert client.get(address(of), query_string=said).status_code == 200
    assert begins(of) == ["19:00"] * 3


def test_somebody_elses_dates_are_not_found(
    lending: Lending, make: Factory, client: FlaskClient, of: Reservation
) -> None:
    make.sign_in(client, lending.leader(lending.troupe("乙团")))
    for answer in (
        client.get(address(of)),
        client.post(address(of), data={"begins": "18:00"}),
        client.post(address(of).replace("change", "add")),
    ):
        assert answer.status_code == 404


def test_a_skipped_date_is_added_by_one_tap_when_it_is_free(
    lending: Lending, client: FlaskClient, troupe: Troupe, leader: Member, room: Room
) -> None:
    day = lending.day() + timedelta(weeks=1)
    held = occupy(room.space, Range(at(day, time(19)), at(day, time(21))), Use.REHEARSAL)
    assert held
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=3, skips=[day])
    add = address(of, 1).replace("change", "add")
    assert client.post(add, headers=ASK).status_code == 409
    venues.release(held.id)
    assert client.post(add).status_code == 303
    assert occurrences_of(of.id)[1].state is OccurrenceState.CONFIRMED
    assert client.post(add, headers=ASK).status_code == 409


def test_a_length_that_is_none_is_refused_with_the_page(
    client: FlaskClient, leader: Member, of: Reservation
) -> None:
    for typed in ("x", "0", "1441", "1e9"):
        page = client.get(f"{address(of)}?scope=all&begins=19:00&minutes={typed}&people=x&space=x")
        assert page.status_code == 200
        assert "改预约" in page.get_data(as_text=True)


def test_who_adds_a_date_that_is_taken_reads_why_on_the_page(
    lending: Lending, client: FlaskClient, troupe: Troupe, leader: Member, room: Room
) -> None:
    day = lending.day() + timedelta(weeks=1)
    occupy(room.space, Range(at(day, time(19)), at(day, time(21))), Use.REHEARSAL)
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=3, skips=[day])
    refused = client.post(address(of, 1).replace("change", "add"))
    assert refused.status_code == 409
    assert 'class="say bad"' in refused.text


def test_a_series_says_what_it_has_and_where_its_other_part_is(
    lending: Lending, client: FlaskClient, troupe: Troupe, leader: Member, room: Room
) -> None:
    skipped = lending.day() + timedelta(weeks=1)
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=5, skips=[skipped])
    page = client.get(f"/reservations/{of.code}").text
    assert "后面4次都取消" in page
    assert "跳过1次" in page
    said = {"scope": "following", "begins": "18:00"}
    moved = client.post(address(of, 3), data=said, headers=ASK).get_json()["reservation"]
    assert f'href="/reservations/{moved}"' in client.get(f"/reservations/{of.code}").text
    assert f'href="/reservations/{of.code}"' in client.get(f"/reservations/{moved}").text


def test_what_is_offered_leads_to_where_it_is_taken_and_giving_up_ends_the_wait(
    lending: Lending, client: FlaskClient, troupe: Troupe, leader: Member, room: Room
) -> None:
    day = lending.day() + timedelta(weeks=1)
    other = lending.reservation(room, day)
    of = lending.reservation(room, troupe=troupe, member=leader, weeks=3, skips=[day])
    skipped = occurrences_of(of.id)[1]
    wait = wait_for_skipped(skipped, clock.now())
    cancel(other, None, by="member:1")
    assert (wait.state, skipped.state) == (WaitState.OFFERED, OccurrenceState.OFFERED)
    assert f'href="/room-waits/{wait.code}"' in client.get(f"/reservations/{of.code}").text

    assert client.post(f"/reservations/{of.code}/cancel", data={"coming": "1"}).status_code == 303
    db.session.expire_all()
    assert (wait.state, skipped.state) == (WaitState.LEFT, OccurrenceState.CANCELLED)
    told = db.session.scalars(select(Notice.kind).where(Notice.receiver == f"member:{leader.id}"))
    assert "room_wait_over" not in set(told)
