"""A leader's pages and the desk: whose troupe, hours of the week, refusals that keep what was typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace.arrivals.queries import get_own
from palace.arrivals.services import arrive
from palace.db import db
from palace.members.models import Member, Staff
from palace.members.rules import Role
from palace.rooms.models import Occurrence
from palace.rooms.states import OccurrenceState
from palace.troupedesk import queries as hours
from palace.troupes import queries
from palace.troupes.models import Troupe
from tests.factory import Factory
from tests.lending import Lending
from tests.troupes.conftest import Choir, told

ASK = {"Accept": "application/json"}
FACTS = {"name_zh": "舞蹈团", "name_en": "Dancers", "kind": "dance", "size": "20"}


def browser_of(app: Flask, make: Factory, who: Member | Staff) -> FlaskClient:
    """Return a browser on which somebody is signed in."""
    browser = app.test_client()
    make.sign_in(browser, who)
    make.commit()
    return browser


@pytest.fixture
def mine(app: Flask, make: Factory, choir: Choir) -> FlaskClient:
    """Return the leader's browser."""
    return browser_of(app, make, choir.leader)


def a_week(lending: Lending, choir: Choir) -> date:
    """Certify the choir and stand on the Wednesday of a week; return its Monday."""
    lending.certified(choir.troupe)
    monday = lending.today() + timedelta(days=7 - lending.today().weekday())
    lending.clock_at(monday + timedelta(days=2), "09:00")
    return monday


def told_of(browser: FlaskClient, choir: Choir) -> Any:
    return browser.get(f"/troupes/{choir.troupe.id}", headers=ASK).get_json()


def test_one_troupe_is_gone_straight_to(mine: FlaskClient, choir: Choir) -> None:
    answer = mine.get("/troupes")
    assert (answer.status_code, answer.location) == (303, f"/troupes/{choir.troupe.id}")


def test_somebody_else_s_troupe_is_like_one_that_is_not_there(
    app: Flask, make: Factory, choir: Choir, lending: Lending
) -> None:
    other = lending.leader(lending.troupe("舞蹈团"))
    browser = browser_of(app, make, other)
    for path in ("", "/roster", f"/seasons/{choir.season.id}"):
        assert browser.get(f"/troupes/{choir.troupe.id}{path}").status_code == 404
    assert (
        browser.post(f"/troupes/{choir.troupe.id}/roster", data={"full_name": "李桂兰"}).status_code
        == 404
    )


def test_the_hours_of_the_week_are_counted_over_all_leaders(
    app: Flask, choir: Choir, lending: Lending, make: Factory
) -> None:
    monday, room = a_week(lending, choir), lending.room()
    deputy = lending.leader(choir.troupe, "李副", role=Role.DEPUTY)
    lending.reservation(
        room, monday + timedelta(days=3), "19:00", 120, troupe=choir.troupe, member=choir.leader
    )
    lending.reservation(
        room, monday + timedelta(days=6), "20:00", 90, troupe=choir.troupe, member=deputy
    )
    lending.reservation(
        room, monday + timedelta(days=7), "19:00", 60, troupe=choir.troupe, member=deputy
    )
    mine = browser_of(app, make, choir.leader)
    assert told_of(mine, choir)["used_week_minutes"] == 210
    assert "每周6小时，本周已用3小时30分钟" in mine.get(f"/troupes/{choir.troupe.id}").text


def test_what_was_missed_counts_and_what_was_cancelled_does_not(
    choir: Choir, lending: Lending
) -> None:
    monday, room = a_week(lending, choir), lending.room()
    for hour, state in (("10:00", "missed"), ("14:00", "cancelled"), ("19:00", "confirmed")):
        one = lending.occurrence(room, monday + timedelta(days=3), hour, 60, troupe=choir.troupe)
        if state == "cancelled":
            one.occupancy_id = None
        one.state = OccurrenceState(state)
        db.session.flush()
    assert hours.used(choir.troupe.id, monday + timedelta(days=2)).week_minutes == 120


def test_a_quota_of_its_own_goes_before_the_rooms(choir: Choir, lending: Lending) -> None:
    lending.room(policy=lending.policy(troupe_week_minutes=360))
    assert [one.week_minutes for one in hours.hours(choir.troupe)] == [360]
    choir.troupe.week_minutes = 480
    assert [one.week_minutes for one in hours.hours(choir.troupe)] == [480]


def test_rooms_with_other_figures_are_told_apart(choir: Choir, lending: Lending) -> None:
    for minutes in (360, 120, 360):
        lending.room(policy=lending.policy(troupe_week_minutes=minutes))
    assert [(one.week_minutes, len(one.policies)) for one in hours.hours(choir.troupe)] == [
        (360, 2),
        (120, 1),
    ]


def test_a_letter_is_signed_with_a_tick(mine: FlaskClient, choir: Choir) -> None:
    path = f"/troupes/{choir.troupe.id}/seasons/{choir.season.id}"
    assert "安全第一。" in mine.get(path).text
    assert mine.post(path, data={"letter": choir.letter.id}).status_code == 422
    assert mine.post(path, data={"letter": "x", "agreed": "1"}).status_code == 409
    assert mine.post(path, data={"letter": choir.letter.id, "agreed": "1"}).status_code == 303
    assert "等文化宫认定" in mine.get(path).text


def test_staff_who_act_for_a_leader_keep_the_roster_and_sign_nothing(
    app: Flask, make: Factory, choir: Choir
) -> None:
    browser, clerk = app.test_client(), make.staff(Role.COUNTER)
    make.sign_in(browser, clerk, acting_for=choir.leader)
    make.commit()
    path = f"/troupes/{choir.troupe.id}"
    assert browser.post(f"{path}/roster", data={"full_name": "李桂兰"}).status_code == 303
    signed = {"letter": choir.letter.id, "agreed": "1"}
    assert browser.post(f"{path}/seasons/{choir.season.id}", data=signed).status_code == 403


def test_the_roster_says_the_same_of_a_member_s_number_and_of_nobody_s(
    mine: FlaskClient, choir: Choir, make: Factory
) -> None:
    make.member("李桂兰", phone="13800138000")
    make.commit()
    path = f"/troupes/{choir.troupe.id}/roster"
    said = []
    for phone in ("13800138000", "13800138009"):
        answer = mine.post(path, data={"full_name": "李桂兰", "phone": phone})
        page = mine.get(path, headers=ASK).get_json()["people"][-1]
        said.append((answer.status_code, {**page, "row": 0, "phone_end": ""}))
    assert said[0] == said[1]


def test_a_refused_paste_keeps_every_line(mine: FlaskClient, choir: Choir) -> None:
    path = f"/troupes/{choir.troupe.id}/roster/paste"
    answer = mine.post(path, data={"people": "李桂兰\n12345"})
    assert answer.status_code == 422
    assert "李桂兰\n12345" in answer.text
    assert "没看懂：12345" in answer.text


def test_people_on_a_roster_see_that_and_leave(
    app: Flask, make: Factory, choir: Choir, mine: FlaskClient
) -> None:
    singer = make.member("李桂兰", phone="13800138000")
    make.commit()
    mine.post(
        f"/troupes/{choir.troupe.id}/roster", data={"full_name": "李桂兰", "phone": "13800138000"}
    )
    browser = browser_of(app, make, singer)
    assert "职工合唱团" in browser.get("/troupes").text
    assert browser.get(f"/troupes/{choir.troupe.id}").status_code == 404
    assert browser.post(f"/troupes/{choir.troupe.id}/leave").status_code == 303
    assert "职工合唱团" not in browser.get("/troupes").text


def test_the_desk_founds_a_troupe_once(app: Flask, make: Factory) -> None:
    make.site()
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path = "/staff/troupes/new"
    assert browser.post(path, data={"site": "head", **FACTS}).status_code == 303
    again = browser.post(path, data={"site": "head", **FACTS})
    assert again.status_code == 409
    assert 'value="Dancers"' in again.text


def test_a_site_s_administrator_sees_and_founds_their_own(
    app: Flask, make: Factory, choir: Choir
) -> None:
    branch = make.branch()
    browser = browser_of(app, make, make.staff(Role.SITE_ADMIN, site=branch))
    assert browser.get(f"/staff/troupes/{choir.troupe.id}").status_code == 404
    assert "职工合唱团" not in browser.get("/staff/troupes").text
    assert browser.post("/staff/troupes/new", data={"site": "head", **FACTS}).status_code == 404
    made = browser.post("/staff/troupes/new", data={"site": branch.code, **FACTS}, headers=ASK)
    assert made.get_json()["site"] == branch.id
    season = {"name_zh": "年度", "first": "2030-01-01", "last": "2030-12-31"}
    refused = browser.post("/staff/troupes/seasons", data=season)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("week", "status"), [("0", 422), ("1", 303), ("168", 303), ("169", 422), ("", 303)]
)
def test_a_troupe_s_own_hours_have_bounds(
    app: Flask, make: Factory, choir: Choir, week: str, status: int
) -> None:
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path = f"/staff/troupes/{choir.troupe.id}"
    seen = browser.get(path, headers=ASK).get_json()["seen"]
    answer = browser.post(path, data={**FACTS, "week_hours": week, "seen": seen})
    assert answer.status_code == status
    db.session.expire_all()
    kept = db.session.get_one(Troupe, choir.troupe.id).week_minutes
    assert kept == (int(week) * 60 if week and status == 303 else None)


def test_of_two_who_change_a_troupe_the_second_is_told_and_keeps_what_was_typed(
    app: Flask, make: Factory, choir: Choir
) -> None:
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path = f"/staff/troupes/{choir.troupe.id}"
    seen = browser.get(path, headers=ASK).get_json()["seen"]
    first = browser.post(path, data={**FACTS, "size": "41", "seen": seen})
    assert first.status_code == 303
    second = browser.post(path, data={**FACTS, "size": "42", "seen": seen})
    assert (second.status_code, "刚有别人改过团队资料" in second.text) == (409, True)
    assert 'value="42"' in second.text
    db.session.expire_all()
    assert db.session.get_one(Troupe, choir.troupe.id).size == 41
    anew = browser.get(path, headers=ASK).get_json()["seen"]
    assert f'value="{anew}"' in second.text
    assert browser.post(path, data={**FACTS, "size": "42", "seen": anew}).status_code == 303


def test_the_list_says_how_each_stands_as_its_own_page_does(
    app: Flask, make: Factory, lending: Lending, choir: Choir
) -> None:
    lending.troupe("认定的")
    late = lending.troupe("过期的", certified=False)
    today = lending.today()
    lending.certified(late, lending.season(today - timedelta(days=9), today - timedelta(days=1)))
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    rows = browser.get("/staff/troupes", headers=ASK).get_json()["rows"]
    by_name = {row["name"]: row for row in rows}
    for troupe in db.session.query(Troupe):
        standing = queries.stands(troupe.id, today).standing.value
        assert by_name[troupe.name_zh]["standing"] == standing
    assert by_name["职工合唱团"]["leader"] == "王*挥"


def test_ending_a_troupe_lists_and_frees_what_it_has_taken(
    app: Flask, make: Factory, choir: Choir, lending: Lending
) -> None:
    lending.certified(choir.troupe)
    room = lending.room()
    taken = lending.reservation(room, troupe=choir.troupe, member=choir.leader, weeks=2)
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path = f"/staff/troupes/{choir.troupe.id}/end"
    assert "下面2次排练会取消" in browser.get(path).text
    stale = browser.post(path, data={"seen": "1", "why": "并团"})
    assert stale.status_code == 409
    assert "现在是2次" in stale.text
    assert browser.post(path, data={"seen": "2", "why": "并团"}).status_code == 303
    db.session.expire_all()
    dates = db.session.query(Occurrence).filter_by(reservation_id=taken.id).all()
    assert {(one.state, one.occupancy_id, one.why) for one in dates} == {
        (OccurrenceState.CANCELLED, None, "并团")
    }
    assert told("room_cancelled") == [f"member:{choir.leader.id}"]
    assert queries.led_by(choir.leader.id) == []
    lending.reservation(room, troupe=lending.troupe("舞蹈团"))


def test_ending_a_troupe_leaves_the_room_to_who_is_in_it(
    app: Flask, make: Factory, choir: Choir, lending: Lending
) -> None:
    lending.certified(choir.troupe)
    room = lending.room()
    taken = lending.reservation(room, troupe=choir.troupe, member=choir.leader, weeks=2)
    running, later = db.session.query(Occurrence).filter_by(reservation_id=taken.id).order_by("id")
    make.set_clock(running.starts_at)
    arrive(get_own(choir.leader.id, running.id), "member:1")
    make.commit()
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path = f"/staff/troupes/{choir.troupe.id}/end"
    assert "下面1次排练会取消" in browser.get(path).text
    assert browser.post(path, data={"seen": "1", "why": "并团"}).status_code == 303
    db.session.expire_all()
    assert (running.state, later.state) == (OccurrenceState.CONFIRMED, OccurrenceState.CANCELLED)
    assert running.occupancy_id is not None


def test_a_season_has_its_days_in_order(app: Flask, make: Factory) -> None:
    make.site()
    browser = browser_of(app, make, make.staff(Role.PROGRAMME))
    path, year = "/staff/troupes/seasons", {"name_zh": "2026年度", "name_en": ""}
    for first, last, status in (
        ("2026-12-31", "2026-12-30", 422),
        ("2026-02-30", "2026-12-31", 422),
        ("2026-12-31", "2026-12-31", 303),
        ("2026-01-01", "2026-12-31", 409),
    ):
        assert browser.post(path, data={**year, "first": first, "last": last}).status_code == status
