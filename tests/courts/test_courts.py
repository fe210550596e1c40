"""Courts by the hour: what is free, what a tap takes, and every limit at its edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.db import db
from palace.members.models import Member
from palace.rooms import services
from palace.rooms.models import Occurrence, Reservation
from palace.rooms.queries.facts import occurrences_of
from palace.strikes.models import Strike
from palace.troupes.models import Troupe
from tests.courts.conftest import ASK, TODAY, TOMORROW, Courts, on
from tests.factory import Factory

Make = Callable[..., Courts]


def free(found: dict[str, Any]) -> dict[str, int]:
    """Return how many are free by hour."""
    return {hour["starts_at"][11:16]: hour["free"] for hour in found["hours"]}


def taken() -> list[Occurrence]:
    """Return every date there is, the oldest first."""
    return sorted(db.session.query(Occurrence).all(), key=lambda one: one.id)


def test_a_day_shows_its_hours_and_how_many_are_free(client: FlaskClient, courts: Make) -> None:
    made = courts(3)
    made.lending.reservation(made.courts[0], TODAY, "19:00", 60, people=2)
    hours = free(made.look(client))
    assert next(iter(hours)) == "12:00"
    assert list(hours)[-1] == "21:00"
    assert (hours["18:00"], hours["19:00"], hours["20:00"]) == (3, 2, 3)


def test_an_hour_that_began_is_no_more(client: FlaskClient, courts: Make, make: Factory) -> None:
    made = courts(1)
    make.set_clock(on(TODAY, "19:00"))
    assert "19:00" in free(made.look(client))
    make.set_clock(on(TODAY, "19:00").replace(second=1))
    assert "19:00" not in free(made.look(client))


def test_one_tap_takes_a_court_and_says_which(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(2)
    answer = made.tap(client)
    assert answer.status_code == 303
    (one,) = taken()
    page = client.get(answer.location).get_data(as_text=True)
    assert (
        f"订好了：{'羽毛球场1号' if one.space_id == made.courts[0].space_id else '羽毛球场2号'}"
        in page
    )
    assert one.starts_at == on(TODAY, "19:00")
    assert one.unit_id == player.unit_id


def test_a_second_tap_gets_the_same_court(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(2)
    first = made.tap(client, headers=ASK).get_json()
    assert made.tap(client, headers=ASK).get_json() == first
    assert len(taken()) == 1


def test_an_hour_a_day_and_no_more(client: FlaskClient, courts: Make, player: Member) -> None:
    made = courts(2)
    assert made.look(client)["minutes_left"] == 60
    made.tap(client)
    found = made.look(client)
    assert (found["minutes_left"], found["why"]) == (0, ["member_day_full"])
    refused = made.tap(client, "20:00", headers=ASK)
    assert (refused.status_code, refused.get_json()["code"]) == (422, "rules_failed")
    assert made.tap(client, "20:00", TOMORROW).status_code == 303


def test_a_unit_has_two_a_day(client: FlaskClient, courts: Make, make: Factory) -> None:
    made, unit = courts(5), make.unit()
    colleagues = [make.member() for _ in range(3)]
    for colleague in colleagues:
        assert colleague.roster_entry
        colleague.roster_entry.unit_id = unit.id
    db.session.flush()
    db.session.expire_all()
    seen = []
    for colleague in colleagues:
        make.sign_in(client, colleague)
        seen.append(made.look(client)["unit_left"])
        answer = made.tap(client)
    assert seen == [2, 1, 0]
    assert answer.status_code == 422
    assert "每个单位每天最多2场" in answer.get_data(as_text=True)


def test_without_a_unit_only_the_member_s_own_hour_counts(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(1)
    assert player.roster_entry
    found = made.look(client)
    assert (found["minutes_left"], found["unit_left"]) == (60, 2)


def test_who_is_no_valid_member_is_told_and_takes_none(
    client: FlaskClient, courts: Make, make: Factory
) -> None:
    made = courts(1)
    make.sign_in(client, make.member(valid=False))
    found = made.look(client)
    assert (found["why"], found["unit_left"]) == (["not_verified"], None)
    answer = made.tap(client)
    assert answer.status_code == 422
    assert "只有核对过的工会会员才能预约" in answer.get_data(as_text=True)


@pytest.mark.parametrize(("now", "opens"), [("07:59:59", True), ("08:00:00", False)])
def test_tomorrow_opens_at_eight_by_the_server_s_clock(
    client: FlaskClient, courts: Make, player: Member, now: str, opens: bool
) -> None:
    made = courts(1)
    made.make.set_clock(on(TODAY, now))
    page = client.get(f"/courts?kind={made.policy.code}&day={TOMORROW}").get_data(as_text=True)
    assert ("11月28日 周六 08:00开始订" in page) is opens
    assert (f"现在是{now}" in page) is opens
    assert ('name="hour"' in page) is not opens
    assert made.tap(client, day=TOMORROW).status_code == (422 if opens else 303)


def test_the_day_after_tomorrow_is_not_open(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(1)
    answer = made.tap(client, day=TOMORROW.replace(day=30), headers=ASK)
    assert answer.status_code == 422
    assert taken() == []


def test_the_last_court_is_taken_once(client: FlaskClient, courts: Make, make: Factory) -> None:
    made = courts(1)
    make.sign_in(client, make.member())
    made.tap(client)
    make.sign_in(client, make.member())
    answer = made.tap(client)
    assert answer.status_code == 409
    assert "刚被订完" in answer.get_data(as_text=True)
    assert free(made.look(client))["19:00"] == 0


def test_a_court_that_is_closed_or_part_of_a_hall_in_use_is_not_free(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(1)
    half = made.lending.court(policy=made.policy, atoms=[901], capacity=4)
    hall = made.lending.room(atoms=[901, 902])
    troupe = made.lending.troupe()
    made.lending.reservation(hall, TODAY, "18:00", 120, troupe=troupe)
    assert free(made.look(client))["19:00"] == 1
    made.tap(client)
    assert taken()[-1].space_id != half.space_id


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"hour": "19:30"}, 422),
        ({"hour": "7:00"}, 422),
        ({"hour": "25:00"}, 422),
        ({"day": "2026-02-30"}, 422),
        ({"day": "2026-11-27"}, 422),
        ({"kind": "golf"}, 422),
        ({"site": "nowhere"}, 422),
    ],
)
def test_what_is_no_hour_of_any_court_is_told(
    client: FlaskClient, courts: Make, player: Member, sent: dict[str, str], status: int
) -> None:
    made = courts(1)
    good = {"kind": made.policy.code, "day": TODAY.isoformat(), "hour": "19:00"}
    answer = client.post("/courts/take", data=good | sent)
    assert answer.status_code == status
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert taken() == []


def test_a_stranger_signs_in_and_comes_back_to_the_same_day(
    client: FlaskClient, courts: Make
) -> None:
    made = courts(1)
    answer = made.tap(client, day=TOMORROW)
    assert answer.status_code == 303
    assert f"day%3D{TOMORROW}" in answer.location or f"day={TOMORROW}" in answer.location


def test_a_court_is_given_back_in_time_without_a_strike_and_late_with_one(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(1, late_cancel_strikes=True)
    for clock_time, strikes in (("18:30", 0), ("18:31", 1)):
        made.make.set_clock(on(TODAY, "12:00"))
        made.tap(client)
        one = taken()[-1]
        made.make.set_clock(on(TODAY, clock_time))
        of = db.session.get_one(Reservation, one.reservation_id)
        services.cancel(of, None, by="x")
        assert len(db.session.query(Strike).all()) == strikes
        assert free(made.look(client))["19:00"] == 1


def test_no_courts_no_hours(client: FlaskClient, make: Factory) -> None:
    make.site()
    assert "现在没有可以订的球场" in client.get("/courts").get_data(as_text=True)


def test_a_room_of_troupes_is_no_court(client: FlaskClient, courts: Make) -> None:
    made = courts(1)
    made.lending.room()
    assert [one["kind"] for one in made.look(client)["kinds"]] == [made.policy.code]
    assert db.session.query(Troupe).all() == []
    assert clock.palace_day(clock.now()) == TODAY


def test_what_was_taken_stands_on_top_of_the_page(
    client: FlaskClient, courts: Make, player: Member
) -> None:
    made = courts(1)
    made.tap(client)
    page = client.get("/courts").get_data(as_text=True)
    code = db.session.get_one(Reservation, taken()[0].reservation_id).code
    assert f"/reservations/{code}" in page
    assert occurrences_of(taken()[0].reservation_id)[0].starts_at == on(TODAY, "19:00")
