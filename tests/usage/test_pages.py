"""The week and the report: whose houses, what days, what was asked wrongly, and that nobody is named."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace.db import db
from palace.members.rules import Role
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.states import OccurrenceState
from tests.factory import Factory
from tests.lending import Lending


def asked(client: FlaskClient, path: str) -> Any:
    return client.get(path, headers={"Accept": "application/json"}).json


def test_the_week_names_troupes_and_nobody_else(
    make: Factory, client: FlaskClient, lending: Lending
) -> None:
    day = lending.day(1)
    room, court = lending.room(), lending.court()
    lending.reservation(room, day, troupe=lending.troupe("春之声合唱团"))
    lending.reservation(court, day, "09:00", 60, member=make.member("张建华"))
    make.sign_in(client, make.staff(Role.COUNTER))

    page = client.get(f"/staff/week?day={day}")
    told = asked(client, f"/staff/week?day={day}")

    assert "19:00–21:00</b> 春之声合唱团" in page.text
    assert "09:00–10:00</b> 占用" in page.text
    assert "张建华" not in page.text
    assert [one["space"] for one in told["rooms"]] == [room.space_id, court.space_id]
    assert told["rooms"][0]["days"][day.weekday()] == [
        {"clock": "19:00–21:00", "name": "春之声合唱团"}
    ]


def test_staff_of_a_house_see_theirs_only(make: Factory, client: FlaskClient) -> None:
    head, branch = make.site(), make.branch()
    make.sign_in(client, make.staff(Role.COUNTER, site=branch))

    assert asked(client, "/staff/week")["site"] == branch.code
    for path in ("/staff/week", "/staff/week.pdf"):
        assert client.get(f"{path}?site={head.code}").status_code == 404


def test_a_wrong_day_is_said_and_this_week_is_shown(make: Factory, client: FlaskClient) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.ADMIN))

    for path in ("/staff/week?day=gestern", "/staff/usage?first=gestern"):
        page = client.get(path)
        assert page.status_code == 422
        assert "日期写成2026-12-05这样" in page.text
        assert 'value="gestern"' in page.text
        assert asked(client, path)["code"] == "bad_input"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("first=2026-12-02&last=2026-12-01", "结束的日期在开始的前面"),
        ("first=2026-01-01&last=2027-01-02", "一次最多看366天"),
        ("first=2026-01-01&last=2027-01-01", None),
        ("first=2026-12-01&last=2026-12-01", None),
    ],
)
def test_a_report_is_of_a_year_at_most(
    make: Factory, client: FlaskClient, span: str, said: str | None
) -> None:
    make.site()
    make.sign_in(client, make.staff(Role.PROGRAMME))

    page = client.get(f"/staff/usage?{span}")

    assert page.status_code == (422 if said else 200)
    assert (said or "场地使用情况") in page.text


def test_the_report_counts_what_was_reserved_signed_in_and_missed(
    make: Factory, client: FlaskClient, lending: Lending
) -> None:
    first = lending.day(1)
    room, troupe = lending.room(policy=lending.policy(opens_days=60)), lending.troupe()
    made = lending.reservation(room, first, troupe=troupe, weeks=3)
    came, missed, _coming = occurrences_of(made.id)
    came.arrived_at, came.arrived_by = came.starts_at, "member:1"
    missed.state = OccurrenceState.MISSED
    db.session.flush()
    make.sign_in(client, make.staff(Role.ADMIN))

    last = first + timedelta(days=14)
    told = asked(client, f"/staff/usage?first={first}&last={last}")
    page = client.get(f"/staff/usage?first={first}&last={last}").text

    [of_room] = told["rooms"]
    assert of_room == told["total"] | {"space": room.space_id}
    assert of_room["dates"] == 3
    assert of_room["reserved_minutes"] == 360
    assert of_room["signed_in_minutes"] == of_room["missed_minutes"] == 120
    assert of_room["open_minutes"] == 15 * 14 * 60
    assert of_room["free_minutes"] == of_room["open_minutes"] - 360
    assert [one["troupe"] for one in told["troupes"]] == [troupe.id]
    evening = [one for one in told["hours"] if one["hour"] == 19]
    assert max(one["share"] for one in evening) == 100
    assert "职工合唱团" in page


def test_every_date_leaves_as_a_file_without_names(
    make: Factory, client: FlaskClient, lending: Lending
) -> None:
    day = lending.day(1)
    lending.reservation(lending.court(), day, "09:00", 60, member=make.member("张建华"))
    lending.reservation(lending.room(), day, troupe=lending.troupe("春之声合唱团"))
    make.sign_in(client, make.staff(Role.ADMIN))

    page = client.get("/staff/usage/dates")
    file = client.get(f"/staff/usage/dates?day_from={day}&format=csv").get_data(as_text=True)

    rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
    assert sorted(row["团队"] for row in rows) == ["会员", "春之声合唱团"]
    assert {row["时间"] for row in rows} == {"09:00–10:00", "19:00–21:00"}
    assert "张建华" not in file + page.text


def test_a_slip_is_its_owner_s_and_the_house_s(
    make: Factory, client: FlaskClient, lending: Lending
) -> None:
    made = lending.reservation(lending.room(), lending.day(1))
    own, desk = f"/reservations/{made.code}/slip.pdf", f"/staff/reservations/{made.code}/slip.pdf"
    make.sign_in(client, make.member("王芳"))
    assert client.get(own).status_code == 404
    assert client.get(desk).status_code == 403
    make.sign_in(client, make.staff(Role.COUNTER, site=make.branch()))
    assert client.get(desk).status_code == 404
