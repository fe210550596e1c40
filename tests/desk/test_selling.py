"""Prices, quotas and tiers change while a performance sells, and nothing that was sold does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.blocks.models import Block
from palace.blocks.rules import Way
from palace.db import db
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance, Price, Quota, Tier
from palace.programme.rules import Scope, Seating
from palace.tickets import services as tickets
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import Wish
from palace.venues.models import SeatingPlan, Space
from tests.desk.conftest import DESK, ZONES, Send, told
from tests.factory import Factory
from tests.members.browser import JSON

PutOn = Callable[..., dict[str, Any]]


@pytest.fixture
def show(manager: FlaskClient, make: Factory) -> Performance:
    """Return a performance on sale: a row of four in zone A, one of four in zone B."""
    fund = make.tier("member")
    fund.fund = "市总工会"
    show = make.performance(seats=[4, 4], prices={"member": 3000, "public": 8000})
    assert show.plan
    show.plan.drawing = ZONES
    make.commit()
    return show


def sold_to_somebody(make: Factory, show: Performance, count: int = 2) -> list[Any]:
    """Return what is written of tickets that somebody bought."""
    tickets.hold(make.member(), show.id, Wish(count=count), key=f"desk-sold-{count}-x")
    make.commit()
    return what_was_sold()


def what_was_sold() -> list[Any]:
    """Return every figure of claims, orders and tickets."""
    db.session.expire_all()
    claims = select(Claim.id, Claim.tier_id, Claim.price, Claim.face_price, Claim.fund, Claim.zone)
    of_tickets = select(Ticket.id, Ticket.tier_id, Ticket.price)
    orders = select(Order.id, Order.state, Order.seat_count)
    return [db.session.execute(each.order_by("id")).all() for each in (claims, of_tickets, orders)]


def test_new_prices_never_alter_what_was_sold(show: Performance, send: Send, make: Factory) -> None:
    before = sold_to_somebody(make, show)
    assert {row.price for row in before[0]} == {3000}
    wanted = {"cells": "member:A member:B public:*", "typed": ["10", "12.5", "90"]}
    assert send(show.id, "prices", **wanted).status_code == 200
    assert what_was_sold() == before
    order = tickets.hold(make.member(), show.id, Wish(count=1), key="desk-after-1")
    (claim,) = db.session.scalars(select(Claim).where(Claim.order_id == order.id))
    assert (claim.price, claim.face_price) in {(1000, 9000), (1250, 9000)}


def test_a_tier_somebody_bought_is_taken_off_sale_and_stays_theirs(
    show: Performance, send: Send, manager: FlaskClient, make: Factory
) -> None:
    before = sold_to_somebody(make, show)
    off = {"cells": "member:* public:*", "typed": ["", "80"]}
    body = send(show.id, "prices", **off).get_json()
    assert {one["tier"] for one in body["prices"]} == {"public"}
    assert what_was_sold() == before
    order = tickets.hold(make.member(), show.id, Wish(count=1), key="desk-after-2")
    assert {claim.tier_id for claim in order.claims} == {make.tier("public").id}
    member = make.tier("member")
    refused = manager.post(f"{DESK}/tiers/{member.id}/remove", headers=JSON)
    assert refused.get_json()["code"] == "tier_in_use"
    assert manager.post(f"{DESK}/tiers/{member.id}/end", headers=JSON).get_json()["ended_at"]
    assert what_was_sold()[0][:2] == before[0]
    assert (
        member.code
        not in manager.get(f"{DESK}/performances/{show.id}/prices")
        .text.split('name="cells" value="')[1]
        .split('"', 1)[0]
    )


def test_a_changed_tier_leaves_the_fund_of_what_was_sold(
    show: Performance, manager: FlaskClient, make: Factory
) -> None:
    before = sold_to_somebody(make, show)
    tier = make.tier("member")
    body = manager.get(f"{DESK}/tiers/{tier.id}", headers=JSON).get_json()
    fields = {"name_zh": "会员票", "name_en": "Member", "qualifies": "anyone", "fund": "别的钱"}
    done = manager.post(
        f"{DESK}/tiers/{tier.id}", headers=JSON, json=fields | {"seen": body["seen"]}
    )
    assert done.status_code == 200
    assert what_was_sold() == before
    again = manager.post(
        f"{DESK}/tiers/{tier.id}", data=fields | {"seen": body["seen"], "cap": "3"}
    )
    assert (again.status_code, "刚被改成别的钱" in again.text) == (409, True)


def test_a_quota_below_what_is_sold_is_told_with_the_figure(
    show: Performance, send: Send, make: Factory
) -> None:
    before = sold_to_somebody(make, show, 3)
    below = {"cells": "house tier:member tier:public zone:A zone:B", "typed": ["2", "", "", "", ""]}
    refused = send(show.id, "quotas", json=False, **below)
    assert refused.status_code == 409
    assert "已经订出或留出3张，不能比这个数少" in refused.text
    assert 'value="2"' in refused.text
    assert db.session.scalars(select(Quota)).all() == []
    exact = below | {"typed": ["3", "3", "0", "", ""]}
    body = send(show.id, "quotas", **exact).get_json()
    assert body["quotas"] == [
        {"quota": "house", "seats": 3, "taken": 3},
        {"quota": "tier:member", "seats": 3, "taken": 3},
        {"quota": "tier:public", "seats": 0, "taken": 0},
    ]
    lower = send(show.id, "quotas", **(below | {"typed": ["3", "2", "0", "", ""]}))
    assert lower.get_json()["code"] == "below_sold"
    none = send(show.id, "quotas", **(below | {"typed": ["", "", "", "", ""]})).get_json()
    assert none["quotas"] == []
    assert what_was_sold() == before
    acts = list(db.session.scalars(select(AuditLine.act).where(AuditLine.act == "quotas_set")))
    assert len(acts) == 2


def test_places_without_seats_are_always_counted_against_the_house(
    put_on: PutOn, send: Send, hall: Space, make: Factory
) -> None:
    make.tier("free")
    number = put_on(hall, seating="places", capacity=40)["performance"]
    for typed, seats in (("", 40), ("60", 40), ("25", 25)):
        body = send(number, "quotas", cells="house tier:free", typed=[typed, ""]).get_json()
        assert body["quotas"] == [{"quota": "house", "seats": seats, "taken": 0}]


@pytest.mark.parametrize("typed", ["dreißig", "-1", "1.234", "9999999"])
def test_a_price_that_is_none_is_told_at_its_cell(
    show: Performance, send: Send, typed: str
) -> None:
    refused = send(show.id, "prices", json=False, cells="member:A member:B", typed=[typed, "5"])
    assert refused.status_code == 422
    assert 'id="c-member-A-error"' in refused.text
    assert 'id="c-member-B-error"' not in refused.text
    assert f'value="{typed}"' in refused.text
    assert len(db.session.scalars(select(Price)).all()) == 4


def test_two_figures_for_the_same_are_told(show: Performance, send: Send) -> None:
    cells = {"cells": "member:* member:A member:B", "typed": ["1", "2", "3"]}
    refused = send(show.id, "prices", json=False, **cells)
    assert (refused.status_code, "c-member-all-error" in refused.text) == (422, True)
    assert send(show.id, "prices", **cells).get_json()["fields"]["typed"]


def test_cells_and_values_have_to_match(show: Performance, send: Send) -> None:
    odd = send(show.id, "prices", cells="member:A member:B", typed=["1"])
    assert odd.status_code == 422
    unknown = send(show.id, "prices", cells="nobody:A member:Z", typed=["1", "2"])
    assert unknown.get_json()["prices"] == []


@pytest.mark.parametrize("page", ["prices", "quotas"])
def test_the_second_of_two_managers_is_told_which_cell_moved(
    show: Performance, send: Send, manager: FlaskClient, page: str
) -> None:
    seen = told(manager, show.id)["seen"][page]
    cells = "member:* member:A" if page == "prices" else "house zone:A"
    first = send(show.id, page, seen=seen, cells=cells, typed=["7", ""])
    assert first.status_code == 200
    second = send(show.id, page, json=False, seen=seen, cells=cells, typed=["8", ""])
    assert (second.status_code, 'value="8"' in second.text) == (409, True)
    assert "刚被改成7" in second.text
    assert told(manager, show.id)["seen"][page] != seen


def test_a_tier_never_used_is_deleted(manager: FlaskClient, make: Factory) -> None:
    words = {"name_zh": "劳模票", "name_en": "Model worker", "qualifies": "member"}
    body = manager.post(f"{DESK}/tiers/new", headers=JSON, json=words).get_json()
    assert (body["code"], body["cap"], body["monthly"]) == ("model-worker", None, False)
    again = manager.post(f"{DESK}/tiers/new", headers=JSON, json=words)
    assert (again.status_code, again.get_json()["code"]) == (409, "tier_named")
    other = words | {"name_zh": "劳模家属票"}
    twin = manager.post(f"{DESK}/tiers/new", headers=JSON, json=other).get_json()
    assert twin["code"] == "model-worker-2"
    manager.post(f"{DESK}/tiers/{twin['tier']}/remove", headers=JSON)
    assert [tier.code for tier in db.session.scalars(select(Tier))] == ["model-worker"]
    wrong = manager.post(f"{DESK}/tiers/new", data=words | {"name_en": "", "cap": "0"})
    assert (wrong.status_code, "请填英文名" in wrong.text) == (422, True)
    assert 'value="劳模票"' in wrong.text


def test_a_quota_of_a_zone_counts_its_own_zone(
    show: Performance, send: Send, make: Factory
) -> None:
    tickets.hold(make.member(), show.id, Wish(count=2, zone="A"), key="desk-zone-1")
    make.commit()
    cells = {"cells": "house zone:A zone:B", "typed": ["", "1", "0"]}
    assert send(show.id, "quotas", **cells).get_json()["code"] == "below_sold"
    body = send(show.id, "quotas", **(cells | {"typed": ["", "2", "0"]})).get_json()
    assert [one["taken"] for one in body["quotas"]] == [2, 0]
    scopes = {quota.scope for quota in db.session.scalars(select(Quota))}
    assert scopes == {Scope.ZONE}
    assert show.seating is Seating.SEATED


def test_an_open_show_has_no_prices_and_may_be_published(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan
) -> None:
    number = put_on(hall, seating="open", capacity=3000)["performance"]
    done = send(number, "publish")
    assert done.get_json()["stand"] == "published", done.get_json()


def test_a_tier_of_a_block_is_not_deleted(
    show: Performance, manager: FlaskClient, make: Factory
) -> None:
    tier = make.tier("spare")
    make.add(
        Block(
            performance_id=show.id,
            unit_id=make.unit().id,
            tier_id=tier.id,
            way=Way.LINK,
            releases_at=show.starts_at,
            code="a" * 20,
            made_by="staff:1",
        )
    )
    make.commit()

    refused = manager.post(f"{DESK}/tiers/{tier.id}/remove", headers=JSON)

    assert (refused.status_code, refused.get_json().get("code")) == (409, "tier_in_use")


@pytest.mark.parametrize("role", [Role.PROGRAMME, Role.SITE_ADMIN])
def test_whose_word_ends_at_a_house_reads_tiers_and_is_told_who_changes_them(
    app: Flask, make: Factory, role: Role
) -> None:
    browser, tier = app.test_client(), make.tier("member")
    make.sign_in(browser, make.staff(role, site=make.site()))
    make.commit()
    whom = "票种是全馆的，由管全馆的人改。"
    for page in ("tiers", f"tiers/{tier.id}"):
        said = browser.get(f"{DESK}/{page}").text
        assert whom in said
        assert "/tiers/new" not in said
    refused = browser.get(f"{DESK}/tiers/new")
    assert (refused.status_code, whom in refused.text) == (403, True)
    told_so = browser.post(f"{DESK}/tiers/{tier.id}/end", headers=JSON)
    assert (told_so.status_code, told_so.get_json()["code"]) == (403, "of_whole_palace")
