"""The pages of packages: what they say, keep and refuse, without scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.agenda import services as agenda
from palace.agenda.services import Dated
from palace.db import db
from palace.members.rules import Role
from palace.packages import queries
from palace.programme.models import Package, Performance
from palace.programme.rules import IdentityPolicy, Returns
from palace.tickets import services as tickets
from palace.tickets.models import PackageOrder, Ticket
from palace.tickets.rules import OrderState, Wish
from tests.factory import Factory
from tests.identities.test_rules import card
from tests.packages.conftest import packaged, shows_of
from tests.packages.test_taking import take

KEY = "page-key-1"
DESK = "/staff/programme/packages"


def text_of(browser: FlaskClient, path: str) -> str:
    """Return a page as it is read."""
    return browser.get(path).get_data(as_text=True)


def order_of(browser: FlaskClient, package: Package, **fields: object) -> str:
    """Take a package by its form; return the page it leads to."""
    data = {"count": "1", "key": KEY, **fields}
    return str(browser.post(f"/packages/{package.id}/take", data=data).headers["Location"])


def test_a_member_goes_from_the_programme_to_the_tickets(
    make: Factory, client: FlaskClient
) -> None:
    make.site()
    package = packaged(make, shows_of(make))
    make.sign_in(client, make.member())
    assert f'/packages/{package.id}"' in text_of(client, "/performances")
    for filtered in ("price=free", "left=1", "kind=film"):
        assert f'/packages/{package.id}"' not in text_of(client, f"/performances?{filtered}")
    page = text_of(client, f"/packages/{package.id}")
    assert page.count("晋剧《打金枝》") == 3
    path = order_of(client, package)
    assert "确认，免费领票" in text_of(client, path)
    assert client.post(f"{path}/confirm").headers["Location"] == path
    page = text_of(client, path)
    assert "套票订好了" in page
    assert page.count('href="/tickets/') == 3
    code = db.session.scalars(select(Ticket.code)).first()
    assert path in text_of(client, f"/tickets/{code}"), "each ticket leads to its package"


def test_confirm_gives_a_free_package_at_once(make: Factory, client: FlaskClient) -> None:
    package = packaged(make, shows_of(make))
    make.sign_in(client, make.member())
    order_of(client, package, confirm="1")
    [order] = db.session.scalars(select(PackageOrder))
    assert {part.state for part in queries.parts(order)} == {OrderState.SETTLED}


def test_one_calendar_file_has_every_show(make: Factory, client: FlaskClient) -> None:
    package, member = packaged(make, shows_of(make)), make.member()
    make.sign_in(client, member)
    order = take(member, package.id)
    answer = client.get(f"/packages/orders/{order.code}.ics")
    assert answer.get_data(as_text=True).count("BEGIN:VEVENT") == 3
    make.sign_in(client, make.member())
    assert client.get(f"/packages/orders/{order.code}.ics").status_code == 404


def test_a_refusal_keeps_the_number_and_says_which_show(make: Factory, client: FlaskClient) -> None:
    shows = shows_of(make, seats=3)
    package = packaged(make, shows)
    tickets.hold(make.member(), shows[1].id, Wish(count=2), key="others-1")
    make.sign_in(client, make.member())
    answer = client.post(f"/packages/{package.id}/take", data={"count": "2", "key": KEY})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "一张也没有占" in page
    nothing = client.post(f"/packages/{package.id}/take", data={"key": KEY})
    assert nothing.status_code == 422
    assert "请选择要几套" in nothing.get_data(as_text=True)


def test_a_full_show_leads_to_its_queue_and_the_others_to_themselves(
    make: Factory, client: FlaskClient
) -> None:
    shows = shows_of(make, seats=1)
    package = packaged(make, shows)
    tickets.hold(make.member(), shows[1].id, Wish(count=1), key="others-1")
    page = text_of(client, f"/packages/{package.id}")
    assert "有一场满了，套票订不了" in page
    assert re.search(rf'href="/performances/{shows[1].id}">[^<]*排队等票', page)
    assert re.search(rf'href="/performances/{shows[0].id}">[^<]*单订', page)


def test_what_else_somebody_has_at_that_time_is_told(make: Factory, client: FlaskClient) -> None:
    shows, member = shows_of(make), make.member()
    package = packaged(make, shows)
    start = shows[1].starts_at + timedelta(minutes=30)
    lesson = Dated(
        subject="lesson:1",
        kind="performance",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        title_zh="书法班",
        title_en="Calligraphy",
        place_zh="205",
        place_en="205",
        path="/",
    )
    agenda.put(member.id, lesson, clock.now())
    tickets.hold(member, shows[0].id, Wish(count=1), key="mine-1", confirm=True)
    make.sign_in(client, member)
    page = text_of(client, f"/packages/{package.id}")
    assert page.count("时间撞了") == 1
    assert "书法班" in page
    assert "您已有这一场1张票" in page


def test_a_show_sold_only_together_leads_to_its_package(make: Factory, client: FlaskClient) -> None:
    shows, member = shows_of(make), make.member()
    package = packaged(make, shows, singly=False)
    make.sign_in(client, member)
    page = text_of(client, f"/performances/{shows[0].id}")
    assert "这一场只卖套票，不单卖" in page
    assert f'/packages/{package.id}"' in page
    assert "帮我选连座" not in page
    answer = client.post(f"/performances/{shows[0].id}/hold", data={"count": "1", "key": KEY})
    assert answer.status_code == 409
    assert "请订套票" in answer.get_data(as_text=True)


def test_an_order_of_one_show_leads_to_the_package_s(make: Factory, client: FlaskClient) -> None:
    package, member = packaged(make, shows_of(make)), make.member()
    order = take(member, package.id, confirm=False)
    make.sign_in(client, member)
    part = queries.parts(order)[0]
    answer = client.get(f"/orders/{part.code}")
    assert answer.headers["Location"] == f"/packages/orders/{order.code}"
    assert text_of(client, "/about").count("座位为您留到") == 1, "three shows are one reminder"


def named(member_shows: Sequence[Performance], make: Factory, client: FlaskClient) -> str:
    """Return the page of a held package whose shows ask who comes."""
    package = packaged(make, member_shows)
    make.sign_in(client, make.member())
    return order_of(client, package)


def test_who_comes_is_asked_once_and_kept_when_refused(make: Factory, client: FlaskClient) -> None:
    shows = shows_of(make)
    shows[1].identity_policy = IdentityPolicy.EVERY_ENTRANT
    db.session.flush()
    path = named(shows, make, client)
    fields = {"name": "张建华", "document": "id_card", "number": "110105", "consent": "1"}
    refused = client.post(f"{path}/confirm", data=fields)
    assert refused.status_code == 422
    assert "张建华" in refused.get_data(as_text=True)
    client.post(f"{path}/confirm", data=fields | {"number": card("19900412")})
    assert "套票订好了" in text_of(client, path)


def test_a_whole_package_is_asked_once_before_it_goes_back(
    make: Factory, client: FlaskClient
) -> None:
    package, member = packaged(make, shows_of(make), returns=Returns.WHOLE), make.member()
    order = take(member, package.id)
    make.sign_in(client, member)
    ticket = queries.valid_tickets(order)[0]
    page = text_of(client, f"/tickets/{ticket.code}")
    assert "这种套票只能整套一起退" in page
    assert f"/tickets/{ticket.code}/return" not in page
    here = f"/packages/orders/{order.code}"
    assert "整套退掉" in text_of(client, f"{here}/return")
    assert client.post(f"{here}/return").headers["Location"] == here
    assert "已退票" in text_of(client, here)


def test_the_desk_keeps_what_was_typed(make: Factory, client: FlaskClient) -> None:
    shows = shows_of(make, 2)
    make.sign_in(client, make.staff(Role.PROGRAMME))
    answer = client.post(
        f"{DESK}/new",
        data={
            "name_zh": "两场",
            "shows": [str(show.id) for show in shows],
            "opens": "2026-12-01T09:00",
            "closes": "2026-11-01T09:00",
            "seats": "5",
            "seats_per_member": "1",
            "returns": "each",
        },
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="两场"' in page
    assert page.count("checked") >= 3


def test_a_refused_price_says_so_and_stays(make: Factory, client: FlaskClient) -> None:
    package = packaged(make, shows_of(make, prices={"public": 5000}), {"public": 9000})
    make.sign_in(client, make.staff(Role.PROGRAMME))
    seen = client.get(f"{DESK}/{package.id}", headers={"Accept": "application/json"}).get_json()
    terms = {
        "name_zh": "套票",
        "name_en": "Package",
        "seats": "9",
        "seats_per_member": "1",
        "opens": "2026-01-01T09:00",
        "closes": "2099-01-01T09:00",
        "returns": "each",
        "seen": seen["seen"],
        "zones": ["", "", ""],
        "tiers": "public",
    }
    for typed, status in (("很贵", 422), ("150.01", 409), ("150", 303)):
        answer = client.post(f"{DESK}/{package.id}", data=terms | {"prices": typed})
        assert answer.status_code == status
        assert status == 303 or typed in answer.get_data(as_text=True)


def draft(shows: Sequence[Performance]) -> dict[str, object]:
    """Return what the desk sends to put two shows together."""
    return {
        "name_zh": "两场",
        "name_en": "Two",
        "shows": [str(show.id) for show in shows],
        "opens": "2026-01-01T09:00",
        "closes": "2099-01-01T09:00",
        "seats": "5",
        "seats_per_member": "1",
        "returns": "each",
    }


def test_days_that_no_calendar_has_and_numbers_that_are_none_are_told(
    make: Factory, client: FlaskClient
) -> None:
    shows = shows_of(make, 2)
    make.sign_in(client, make.staff(Role.PROGRAMME))
    for name, typed, told in (
        ("opens", "0001-01-01T00:00", "请写日期和时间"),
        ("closes", "9999-12-31T23:59-12:00", "请写日期和时间"),
        ("members_open", "0001-01-01T00:00", "请写日期和时间"),
        ("seats", "五套", "请填1到"),
        ("seats_per_member", "9" * 30, "请填1到"),
        ("shows", ["999999999999999999", str(shows[0].id)], ""),
        ("shows", [str(shows[0].id)] * 2, "一种套票要有2到12场"),
    ):
        answer = client.post(f"{DESK}/new", data=draft(shows) | {name: typed})
        assert answer.status_code in {404, 422}, (name, typed)
        assert told in answer.get_data(as_text=True), (name, typed)
        assert "Not a valid" not in answer.get_data(as_text=True)
