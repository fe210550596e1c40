"""The page of kept seats: kept with a reason until a time, told by seat, and put on sale again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.kept.forms import typed_instant
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import kept, queries
from palace.tickets.errors import SeatTaken
from tests.factory import Factory
from tests.tickets.conftest import Booker

JSON = {"Accept": "application/json"}
FIRST, SECOND, THIRD = "ST-01-01", "ST-01-02", "ST-01-03"


@pytest.fixture
def booker() -> Booker:
    """Return somebody who books."""
    return Booker()


@pytest.fixture
def show(make: Factory) -> Performance:
    """Return a show of four seats."""
    return make.performance(seats=4)


@pytest.fixture
def desk(make: Factory, client: FlaskClient) -> FlaskClient:
    """Return the browser of a programme manager."""
    make.sign_in(client, make.staff(Role.PROGRAMME))
    db.session.execute(db.text("UPDATE sign_ins SET expires_at = 'infinity'"))  # clocks are moved
    return client


def path(show: Performance, more: str = "") -> str:
    """Return the address of a show's kept seats."""
    return f"/staff/programme/performances/{show.id}/kept{more}"


def keep(desk: FlaskClient, show: Performance, *codes: str, **fields: Any) -> Any:
    """Keep seats as a program does, for the press unless it is said."""
    sent = {"reason": "press", "seats": list(codes), **fields}
    return desk.post(path(show), json=sent, headers=JSON)


def told(desk: FlaskClient, show: Performance) -> list[dict[str, Any]]:
    """Return what is kept."""
    groups: list[dict[str, Any]] = desk.get(path(show), headers=JSON).get_json()["kept"]
    return groups


def test_seats_are_kept_by_default_until_the_hours_of_the_house(
    make: Factory, desk: FlaskClient, show: Performance, booker: Booker
) -> None:
    make.rules().press_release_hours = 5
    db.session.flush()
    assert keep(desk, show, FIRST, SECOND, why="晚报").status_code == 200

    (group,) = told(desk, show)
    release = show.starts_at - timedelta(hours=5)
    assert (group["key"], group["why"], group["seats"]) == ("press", "晚报", [FIRST, SECOND])
    assert group["until"] == clock.iso(release)
    with pytest.raises(SeatTaken), db.session.begin_nested():
        booker.hold(make.member(), show, FIRST)
    make.set_clock(release)
    booker.hold(make.member(), show, FIRST)
    assert told(desk, show) == []
    line = db.session.scalars(select(AuditLine).where(AuditLine.act == "seats_kept")).one()
    assert (line.subject, line.why) == (f"performance:{show.id}", "晚报")
    assert line.after["seats"] == [FIRST, SECOND]  # type: ignore[index]  # it has one


def test_what_could_not_be_kept_is_told_by_seat(
    make: Factory, desk: FlaskClient, show: Performance, booker: Booker
) -> None:
    booker.book(make.member(), show, FIRST)
    keep(desk, show, SECOND, reason="house")
    answer = keep(desk, show, FIRST, SECOND, THIRD)
    assert answer.get_json()["not_kept"] == [
        {"seat": FIRST, "key": None},
        {"seat": SECOND, "key": "house"},
    ]
    assert [group["key"] for group in told(desk, show)] == ["press", "house"]
    sent = {"reason": "press", "seats": [FIRST, SECOND, THIRD]}
    page = desk.post(path(show), data=sent, follow_redirects=True).text
    assert "3个没有留成" in page
    assert "（已有人订）" in page
    assert "（本馆自用）" in page


def test_until_may_be_said_and_is_never_past_the_start(
    desk: FlaskClient, show: Performance
) -> None:
    later = typed_instant(show.starts_at + timedelta(days=1))
    assert keep(desk, show, FIRST, until=later).status_code == 200
    assert told(desk, show)[0]["until"] == clock.iso(show.starts_at)
    past = keep(desk, show, SECOND, until="2020-01-01T10:00")
    assert (past.status_code, past.get_json()["code"]) == (422, "bad_input")


def test_where_the_hours_of_the_house_are_over_until_has_to_be_said(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    make.rules().press_release_hours = 5
    release = show.starts_at - timedelta(hours=5)
    make.set_clock(release - timedelta(milliseconds=1))
    assert keep(desk, show, FIRST).status_code == 200
    make.set_clock(release)
    late = keep(desk, show, SECOND)
    assert (late.status_code, list(late.get_json()["fields"])) == (422, ["until"])
    assert keep(desk, show, SECOND, until=typed_instant(show.starts_at)).status_code == 200
    assert told(desk, show)[0]["seats"] == [SECOND]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "block:5"}, "reason"),
        ({"seats": []}, "seats"),
        ({"seats": ["ST-99-99"]}, "seats"),
        ({"until": "morgen"}, "until"),
        ({"why": "因" * 61}, "why"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    desk: FlaskClient, show: Performance, fields: dict[str, Any], field: str
) -> None:
    refused = keep(desk, show, **({"seats": [FIRST]} | fields))
    assert refused.status_code == 422
    assert list(refused.get_json()["fields"]) == [field]
    page = desk.post(path(show), data={"reason": "press", "seats": [FIRST]} | fields)
    assert page.status_code == 422
    assert told(desk, show) == []


def test_seats_are_put_on_sale_before_their_time(
    make: Factory, desk: FlaskClient, show: Performance, booker: Booker
) -> None:
    keep(desk, show, FIRST, SECOND, THIRD)
    (group,) = told(desk, show)
    some = {"group": group["group"], "seats": [SECOND]}
    assert desk.post(path(show, "/release"), data=some).status_code == 303
    assert told(desk, show)[0]["seats"] == [FIRST, THIRD]
    booker.hold(make.member(), show, SECOND)
    rest = {"group": told(desk, show)[0]["group"]}
    assert desk.post(path(show, "/release"), data=rest).status_code == 303
    again = desk.post(path(show, "/release"), data=rest)
    assert again.status_code == 409
    assert "刚被别人改过" in again.text
    assert told(desk, show) == []


def test_seats_of_a_block_are_let_go_where_the_block_is(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    seats = make.seats(show)[:2]
    until = show.starts_at
    kept.keep(show.id, seats, reason="block:5", until=until, now=clock.now())
    (group,) = told(desk, show)
    assert group["key"] == "block:5"
    assert "单位的票" in desk.get(path(show)).text
    sent = {"group": group["group"]}
    assert desk.post(path(show, "/release"), json=sent, headers=JSON).status_code == 409


def test_after_the_start_nothing_is_kept(
    make: Factory, desk: FlaskClient, show: Performance
) -> None:
    make.set_clock(show.starts_at)
    assert keep(desk, show, FIRST).get_json()["code"] == "show_begun"
    assert "再留一些" not in desk.get(path(show)).text


@pytest.fixture
def film(make: Factory) -> Performance:
    """Return a show of six places without seats."""
    return make.performance(seats=6, seating=Seating.PLACES)


def test_places_are_kept_by_number_and_no_more_than_are_left(
    make: Factory, desk: FlaskClient, film: Performance, booker: Booker
) -> None:
    booker.hold(make.member(), film, count=2)
    assert keep(desk, film, reason="in_person", count="3").status_code == 200
    short = keep(desk, film, reason="in_person", count="2")
    assert (short.status_code, short.get_json()["code"]) == (409, "places_short")
    assert "只剩1个" in short.get_json()["title"]
    (group,) = told(desk, film)
    assert (group["count"], group["seats"]) == (3, [])
    assert queries.taken_counts([film.id], clock.now()) == {film.id: 5}
    desk.post(path(film, "/release"), data={"group": group["group"]})
    assert queries.taken_counts([film.id], clock.now()) == {film.id: 2}


def test_the_drawing_has_a_state_for_each_seat_also_before_the_show_is_public(
    make: Factory, desk: FlaskClient
) -> None:
    show = make.performance(seats=4, published=False)
    keep(desk, show, SECOND)
    assert desk.get(path(show, "/seats.bin")).data == bytes([0b00001000])


def test_another_house_s_show_is_unknown(
    make: Factory, client: FlaskClient, show: Performance
) -> None:
    make.sign_in(client, make.staff(Role.PROGRAMME, site=make.branch()))
    for address in (path(show), path(show, "/seats.bin")):
        assert client.get(address).status_code == 404
    assert client.post(path(show), data={}).status_code == 404
    assert client.post(path(show, "/release"), data={"group": "1"}).status_code == 404
