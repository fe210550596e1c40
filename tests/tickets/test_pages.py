"""What the pages and their JSON say in each state of a show and an order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.db import db
from palace.money import Fen
from palace.programme.models import Performance
from palace.programme.rules import Seating
from palace.tickets import services
from palace.tickets.models import Admission
from palace.tickets.rules import KeptFor
from palace.venues.rules import SeatType
from tests.conftest import forget_the_programme
from tests.factory import Factory
from tests.tickets.conftest import Booker

JSON = {"Accept": "application/json"}


def hold(client: FlaskClient, performance: Performance, **fields: object) -> str:
    """Hold by the form and return the order's address."""
    fields.setdefault("key", "a-key-for-this")
    answer = client.post(f"/performances/{performance.id}/hold", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_show_is_said_in_words_in_each_state(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    now = clock.now()
    full = make.performance(seats=1)
    booker.book(make.member(), full, "ST-01-01")
    few = make.performance(seats=20)
    for code in range(1, 19):
        booker.book(make.member(), few, f"ST-01-{code:02d}")
    shows = {
        "有票": make.performance(seats=20),
        "快满了": few,
        "已满": full,
        "未开票": make.performance(opens_at=now + timedelta(hours=1)),
        "无需订票": make.performance(seating=Seating.OPEN, prices={}),
        "已取消": make.performance(),
    }
    shows["已取消"].cancelled_at = now
    db.session.flush()
    for words, performance in shows.items():
        assert words in client.get(f"/performances/{performance.id}").text
    make.set_clock(full.starts_at)
    assert "进行中" in client.get(f"/performances/{full.id}").text
    make.set_clock(full.ends_at)
    assert "已结束" in client.get(f"/performances/{full.id}").text


def test_kept_seats_are_not_counted_as_left(make: Factory, client: FlaskClient) -> None:
    performance = make.performance(seats=4)
    seats = make.seats(performance)[:3]
    services.keep(performance, seats, reason=KeptFor.HOUSE, until=performance.starts_at)
    assert client.get(f"/performances/{performance.id}", headers=JSON).get_json()["left"] == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?kind=opera", 3),
        ("?kind=film", 0),
        ("?price=free", 2),
        ("?price=member", 1),
        ("?left=1", 2),
        ("?kind=%00&price=x&left=7&space=..", 3),
    ],
)
def test_the_programme_filters(
    make: Factory, client: FlaskClient, booker: Booker, query: str, found: int
) -> None:
    full = make.performance(seats=1)
    booker.book(make.member(), full, "ST-01-01")
    make.performance(prices={"member": 3000})
    make.performance()
    make.performance(published=False)
    answer = client.get(f"/performances{query}", headers=JSON)
    assert len(answer.get_json()["performances"]) == found


def test_a_line_of_the_programme_is_kept_for_one_language_and_one_state(
    app: Flask, make: Factory, client: FlaskClient, booker: Booker
) -> None:
    show = make.performance(seats=2)
    show.production.title_zh, show.production.title_en = "打金枝", "The Golden Branch"
    db.session.flush()
    english = {"Accept-Language": "en"}
    for _ in range(2):
        chinese_page, english_page = client.get("/").text, client.get("/", headers=english).text
        assert all(words in chinese_page for words in ("打金枝", "有票"))
        assert all(words in english_page for words in ("The Golden Branch", "Available"))
        assert "The Golden Branch" not in chinese_page
        assert "打金枝" not in english_page

    booker.book(make.member(), show, "ST-01-01", "ST-01-02")
    show.production.title_zh = "打银枝"
    db.session.flush()
    forget_the_programme(app)
    page = client.get("/").text
    assert all(words in page for words in ("打银枝", "已满"))
    assert "有票" not in page.partition("stubs")[2]


def test_a_member_with_an_order_that_waits_and_tickets_sees_both_there(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    show, member = make.performance(seats=4), make.member()
    make.sign_in(client, member)
    path = f"/performances/{show.id}"
    assert "座位为您留到" not in client.get(path).text
    booker.book(member, show, "ST-01-01")
    order = booker.hold(member, show, "ST-01-02")
    page = client.get(path).text
    assert f"/orders/{order.code}" in page
    assert "您已有这一场的票" in page

    services.cancel(member, order.code)
    services.give_back(member, make.tickets(show)[0].code)
    page = client.get(path).text
    assert "座位为您留到" not in page
    assert "您已有这一场的票" not in page


def test_a_held_order_becomes_lapsed_on_its_page_at_its_end(
    make: Factory, client: FlaskClient
) -> None:
    performance = make.performance()
    make.sign_in(client, make.member())
    page = hold(client, performance, seats="ST-01-01")
    assert "座位为您留到" in client.get(page).text
    assert "座位为您留到" in client.get("/").text
    make.set_clock(clock.now() + timedelta(minutes=15))
    assert "保留时间过了" in client.get(page).text
    assert "座位为您留到" not in client.get("/").text
    refused = client.post(f"{page}/confirm", headers=JSON)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "hold_lapsed")


def test_a_free_order_can_be_settled_with_the_hold(make: Factory, client: FlaskClient) -> None:
    performance = make.performance()
    make.sign_in(client, make.member())
    fields = {"count": "2", "confirm": "1", "key": "hold-and-confirm"}
    answers = [
        client.post(f"/performances/{performance.id}/hold", json=fields, headers=JSON)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].get_json()["state"] == "settled"
    assert len(make.tickets(performance)) == 2


def test_the_key_may_come_as_a_header(make: Factory, client: FlaskClient) -> None:
    performance = make.performance()
    make.sign_in(client, make.member())
    headers = JSON | {"Idempotency-Key": "header-key-1"}
    path = f"/performances/{performance.id}/hold"
    first = client.post(path, json={"count": 1}, headers=headers)
    assert first.status_code == 201
    other = client.post(path, json={"count": 2}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert client.post(path, json={"count": 1}, headers=JSON).status_code == 422


def test_a_refused_choice_is_shown_again_with_the_reason(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    performance = make.performance(seats=3)
    booker.hold(make.member(), performance, "ST-01-01")
    make.sign_in(client, make.member())
    path, fields = f"/performances/{performance.id}/hold", {"key": "refused-key"}
    map_page = client.post(path, data=fields | {"seats": ["ST-01-01", "ST-01-02"]})
    assert map_page.status_code == 409
    assert "池座1排1座刚被别人选走" in map_page.text
    assert 'data-picked="ST-01-01 ST-01-02"' in map_page.text
    rows_page = client.post(path, data=fields | {"seats": ["ST-01-01", "ST-01-02"], "list": "1"})
    assert 'value="ST-01-02" checked' in rows_page.text


def test_a_wheelchair_place_is_listed_for_who_has_the_grant(
    make: Factory, client: FlaskClient
) -> None:
    performance = make.performance(seats=2, kinds={"ST-01-01": SeatType.WHEELCHAIR})
    services.keep(
        performance,
        make.seats(performance)[:1],
        reason=KeptFor.WHEELCHAIR,
        until=performance.starts_at,
    )
    path, member = f"/performances/{performance.id}/rows", make.member()
    make.sign_in(client, member)
    assert client.get(path, headers=JSON).get_json()["seats"]["ST-01-01"] == "kept"
    make.grant(member)
    assert client.get(path, headers=JSON).get_json()["seats"]["ST-01-01"] == "free"


def test_a_show_without_a_plan_has_no_rows(make: Factory, client: FlaskClient) -> None:
    performance = make.performance(seats=5, seating=Seating.PLACES)
    assert client.get(f"/performances/{performance.id}/rows").status_code == 404


def test_a_returned_ticket_has_no_paper_and_says_so(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    performance = make.performance()
    member = make.member()
    booker.book(member, performance, "ST-01-01")
    code = make.tickets(performance)[0].code
    make.sign_in(client, member)
    assert client.get(f"/tickets/{code}.ics").mimetype == "text/calendar"
    assert client.post(f"/tickets/{code}/return").status_code == 303
    assert "已退" in client.get(f"/tickets/{code}").text
    for kind in ("pdf", "png", "ics"):
        assert client.get(f"/tickets/{code}.{kind}").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ((61, 0, False), "以前可以退。"),
        ((60, 0, False), "退票时间到"),
        ((61, 3000, False), "这张票付过钱，请到售票处退票退款。"),
        ((61, 0, True), "已经入场，不能再退。"),
    ],
)
def test_a_ticket_that_cannot_be_returned_says_why(
    make: Factory,
    client: FlaskClient,
    booker: Booker,
    state: tuple[int, int, bool],
    words: str,
) -> None:
    minutes_left, price, admitted = state
    performance, member = make.performance(), make.member()
    booker.book(member, performance, "ST-01-01")
    ticket = make.tickets(performance)[0]
    ticket.price = ticket.face_price = Fen(price)
    make.add(ticket)
    if admitted:
        entry = {"ticket_id": ticket.id, "entry": 1, "counts": True, "gate": "main"}
        make.add(Admission(**entry, admitted_at=clock.now()))
    make.rules().return_before_minutes = 60
    make.set_clock(performance.starts_at - timedelta(minutes=minutes_left))
    make.sign_in(client, member)

    page = client.get(f"/tickets/{ticket.code}").text

    assert words in page
    assert ("我去不了，退这张" in page) == (words == "以前可以退。")
    assert "报这8个数字和订票手机后4位，也能入场" in page


def test_todays_ticket_stands_first(make: Factory, client: FlaskClient, booker: Booker) -> None:
    start = clock.day_span(clock.palace_day(clock.now()))[1] - timedelta(hours=1)
    performance = make.performance(starts_at=start)
    make.set_clock(start - timedelta(hours=5))
    member = make.member()
    booker.book(member, performance, "ST-01-01")
    make.sign_in(client, member)
    page = client.get("/").text
    assert page.index("今天的票") < page.index("近期演出</h1>")


def test_the_seats_of_an_unpublished_show_are_nobodys_to_see(
    make: Factory, client: FlaskClient
) -> None:
    performance = make.performance(published=False)
    assert client.get(f"/performances/{performance.id}/seats.bin").status_code == 404
    assert client.get("/performances/999999999999999999/seats.bin").status_code == 404


@pytest.mark.parametrize("fields", [{}, {"list": "1"}, {"count": "2", "seats": "ST-01-01"}])
def test_neither_seats_nor_a_number_or_both_is_refused_in_words(
    make: Factory, client: FlaskClient, fields: dict[str, str]
) -> None:
    performance = make.performance()
    make.sign_in(client, make.member())
    path = f"/performances/{performance.id}/hold"
    answer = client.post(path, data=fields | {"key": "neither-nor"})
    assert answer.status_code == 422
    assert "请先选座位" in answer.text


def test_a_strangers_choice_survives_the_sign_in_without_what_is_unreadable(
    make: Factory, client: FlaskClient
) -> None:
    performance = make.performance()
    fields = {"count": "3", "zone": "B", "tier": "x" * 3000, "key": "stranger-key"}
    answer = client.post(f"/performances/{performance.id}/hold", data=fields)
    assert answer.status_code == 303
    assert "count%3D3%26zone%3DB" in answer.headers["Location"]
    assert "xxx" not in answer.headers["Location"]


def test_an_order_leads_to_a_ticket_that_is_still_valid(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    performance = make.performance()
    member = make.member()
    order = booker.book(member, performance, count=2)
    first, second = make.tickets(performance)
    make.sign_in(client, member)
    services.give_back(member, first.code)
    assert client.get(f"/orders/{order.code}").headers["Location"].endswith(second.code)
    services.give_back(member, second.code)
    assert "都退掉了" in client.get(f"/orders/{order.code}").text
    assert "退掉这张" not in client.get(f"/tickets/{second.code}/return").text


def test_a_repeat_after_the_hold_lapsed_says_lapsed(make: Factory, client: FlaskClient) -> None:
    performance = make.performance()
    make.sign_in(client, make.member())
    fields = {"count": "1", "key": "repeat-after-lapse"}
    path = f"/performances/{performance.id}/hold"
    assert client.post(path, data=fields, headers=JSON).get_json()["state"] == "held"
    make.set_clock(clock.now() + timedelta(minutes=16))
    assert client.post(path, data=fields, headers=JSON).get_json()["state"] == "lapsed"


def test_a_waiting_order_of_a_cancelled_show_asks_for_no_money(
    make: Factory, client: FlaskClient, booker: Booker
) -> None:
    performance = make.performance(prices={"member": 3000})
    member = make.member()
    order = booker.book(member, performance, "ST-01-01")
    make.sign_in(client, member)
    assert "到售票处付30元" in client.get(f"/orders/{order.code}").text
    performance.cancelled_at = clock.now()
    db.session.flush()
    page = client.get(f"/orders/{order.code}").text
    assert "这一场取消了" in page
    assert "到售票处付" not in page
    assert client.get(f"/orders/{order.code}", headers=JSON).get_json()["state"] == "off"
