"""Performances are put on and moved while nobody has booked; what is in the way is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace import clock
from palace.db import db
from palace.desk.errors import ChangedMeanwhile
from palace.desk.queries import staged
from palace.desk.rules import seen_as
from palace.desk.services.staging import Sale, set_sale
from palace.members.models import AuditLine
from palace.members.rules import Role
from palace.programme.models import Performance, Production
from palace.review.models import Revision
from palace.review.rules import RevisionState
from palace.tickets import services as tickets
from palace.tickets.kept import keep
from palace.tickets.models import Claim
from palace.tickets.rules import Wish
from palace.venues import queries as venues
from palace.venues.models import Occupancy, SeatingPlan, Site, Space
from tests.desk.conftest import DESK, Send, new_fields, night
from tests.factory import Factory
from tests.members.browser import JSON

PutOn = Callable[..., dict[str, Any]]


def row(number: int) -> Performance:
    """Return a performance as the database has it."""
    db.session.expire_all()
    return db.session.get_one(Performance, number)


def test_a_draft_takes_its_hall_and_is_nobody_s_yet(
    put_on: PutOn, hall: Space, plan: SeatingPlan, manager: FlaskClient
) -> None:
    start = night()
    body = put_on(hall, start)
    one = row(body["performance"])
    during = db.session.get_one(Occupancy, one.occupancy_id).during
    assert (during.lower, during.upper) == (
        start - timedelta(minutes=120),
        start + timedelta(minutes=180),
    )
    assert (one.plan_id, one.capacity, one.published_at) == (plan.id, 10, None)
    assert one.doors_at == start - timedelta(minutes=30)
    opens = one.sale_opens_at.astimezone(start.tzinfo)
    assert (start.date() - opens.date(), opens.hour) == (timedelta(days=14), 10)
    assert one.sale_closes_at == start
    assert manager.get(f"/performances/{one.id}").status_code == 404
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "performance_staged"))
    assert line.subject == f"performance:{one.id}"


def test_what_is_in_the_way_is_named_with_its_time(
    put_on: PutOn,
    hall: Space,
    plan: SeatingPlan,
    manager: FlaskClient,
    production: Production,
) -> None:
    start = night()
    put_on(hall, start)
    path = f"{DESK}/productions/{production.id}/performances/new"
    fields = new_fields(hall, start + timedelta(minutes=299))
    refused = manager.post(path, data=fields)
    assert refused.status_code == 409
    assert "话剧《雷雨》" in refused.text
    assert "17:30–22:30" in refused.text
    assert f'value="{fields["time"]}"' in refused.text
    assert manager.post(path, headers=JSON, json=fields).get_json()["code"] == "hall_taken"
    after = new_fields(hall, start + timedelta(minutes=300))
    assert manager.post(path, data=after).status_code == 303


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("space", "999999", "请选场地"),
        ("space", "x", "请从列出的里面选"),
        ("seating", "lying", "请选一种"),
        ("plan", "999999", "请选这个场地的座位图"),
        ("day", "morgen", "请填日期"),
        ("day", "1999-12-31", "请填日期"),
        ("time", "25:00", "请填时间"),
        ("get_in", "-1", "请填写0到10080的整数"),
        ("get_in", "1441", "一次最多占用场地24小时"),
        ("doors", "241", "请填写0到240的整数"),
        ("seats_per_member", "21", "请填写1到20的整数"),
        ("seats_per_member", "0", "请填写1到20的整数"),
        ("gifts_per_ticket", "11", "请填写0到10的整数"),
        ("gifts_per_ticket", "-1", "请填写0到10的整数"),
        ("capacity", "0", "请填写1到100000的整数"),
        ("identity_policy", "all", "请选一种"),
        ("opens_day", "2099-01-01", "请填时间"),
    ],
)
def test_a_field_that_is_wrong_is_told_and_nothing_is_put_on(
    manager: FlaskClient,
    production: Production,
    plan: SeatingPlan,
    *,
    name: str,
    value: str,
    sentence: str,
) -> None:
    hall = db.session.get_one(Space, plan.space_id)
    path = f"{DESK}/productions/{production.id}/performances/new"
    refused = manager.post(path, data=new_fields(hall, night(), **{name: value}))
    assert (refused.status_code, sentence in refused.text) == (422, True)
    assert db.session.scalars(select(Performance)).all() == []


def test_sale_times_are_in_order(
    manager: FlaskClient, production: Production, hall: Space, plan: SeatingPlan
) -> None:
    path, start = f"{DESK}/productions/{production.id}/performances/new", night()
    day = start.date().isoformat()
    late = new_fields(hall, start, opens_day=day, opens_time="19:30")
    assert "开票要早于停止订票" in manager.post(path, data=late).text
    after = new_fields(hall, start, closes_day=day, closes_time="19:31")
    assert "最晚开演时停止订票" in manager.post(path, data=after).text
    good = new_fields(hall, start, opens_day=day, opens_time="19:29")
    assert manager.post(path, data=good).status_code == 303


def test_of_several_plans_one_is_chosen(
    manager: FlaskClient, production: Production, hall: Space, plan: SeatingPlan, make: Factory
) -> None:
    other = make.plan(hall, [3])
    make.commit()
    path = f"{DESK}/productions/{production.id}/performances/new"
    assert "请选这个场地的座位图" in manager.post(path, data=new_fields(hall, night())).text
    body = manager.post(path, headers=JSON, json=new_fields(hall, night(), plan=other.id))
    assert (body.status_code, body.get_json()["capacity"]) == (201, 3)


def test_a_plan_that_was_put_away_is_no_choice_but_stays_a_performance_s_own(
    manager: FlaskClient, production: Production, put_on: PutOn, plan: SeatingPlan, make: Factory
) -> None:
    hall = db.session.get_one(Space, plan.space_id)
    number = put_on(hall, night())["performance"]
    other = make.plan(hall, [3])
    plan.retired_at = clock.now()
    make.commit()
    page = manager.get(f"{DESK}/performances/{number}").text
    assert f'href="/staff/plans/performances/{number}"' in page
    path = f"{DESK}/productions/{production.id}/performances/new"
    body = manager.post(path, headers=JSON, json=new_fields(hall, night(40)))
    assert (body.status_code, body.get_json()["capacity"]) == (201, 3)
    assert [one.id for one in staged.plans([hall.id])] == [other.id]
    assert {one.id for one in staged.plans([hall.id], plan.id)} == {plan.id, other.id}


def test_a_hall_without_a_plan_is_not_sold_by_seats(
    manager: FlaskClient, production: Production, make: Factory
) -> None:
    bare = make.space()
    make.commit()
    path = f"{DESK}/productions/{production.id}/performances/new"
    assert "还没有座位图" in manager.post(path, data=new_fields(bare, night())).text
    fields = new_fields(bare, night(), seating="places", capacity=60)
    body = manager.post(path, headers=JSON, json=fields).get_json()
    assert body["quotas"] == [{"quota": "house", "seats": 60, "taken": 0}]


def test_a_draft_moves_and_kept_seats_and_sale_move_with_it(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, make: Factory
) -> None:
    start = night()
    number = put_on(hall, start)["performance"]
    release, seats = start - timedelta(hours=1), venues.seats(plan.id)
    keep(number, seats[:2], reason="house", until=release, now=clock.now())
    later = start + timedelta(minutes=45)
    done = send(number, "place", **new_fields(hall, later, get_in=30))
    assert done.status_code == 200, done.get_json()
    one = row(number)
    assert (one.starts_at, one.sale_closes_at) == (later, later)
    assert set(db.session.scalars(select(Claim.kept_until))) == {release + timedelta(minutes=45)}
    assert len(db.session.scalars(select(Occupancy)).all()) == 1
    (line,) = db.session.scalars(select(AuditLine).where(AuditLine.act == "performance_changed"))
    assert line.after == {"time": "20:15", "get_in": "30"}
    unchanged = send(number, "place", json=False, **new_fields(hall, later, get_in=30))
    assert unchanged.status_code == 303


def test_another_plan_drops_kept_seats_and_prices_of_zones_that_are_no_more(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, make: Factory
) -> None:
    make.tier("free")
    number = put_on(hall)["performance"]
    send(number, "prices", cells="free:A free:B", typed=["0", "0"])
    keep(number, venues.seats(plan.id)[:2], reason="house", until=night(), now=clock.now())
    fields = new_fields(hall, night(), seating="places", capacity=50)
    body = send(number, "place", **fields).get_json()
    assert (body["plan"], body["prices"], body["capacity"]) == (None, [], 50)
    assert db.session.scalars(select(Claim)).all() == []
    assert body["quotas"] == [{"quota": "house", "seats": 50, "taken": 0}]
    fields["capacity"] = 80
    grown = send(number, "place", **fields).get_json()
    assert grown["quotas"] == [{"quota": "house", "seats": 80, "taken": 0}]
    back = send(number, "place", **new_fields(hall, night())).get_json()
    assert (back["quotas"], back["capacity"]) == ([], 10)


def on_sale(make: Factory, **how: Any) -> Performance:
    """Return a performance on sale whose plan is drawn with its zones."""
    show = make.performance(**how)
    show.occupancy_id = None
    make.commit()
    return show


def test_what_is_published_or_booked_moves_another_way(
    send: Send, manager: FlaskClient, make: Factory
) -> None:
    show = on_sale(make)
    fields = new_fields(show.space, night())
    assert send(show.id, "place", **fields).get_json()["code"] == "is_published"
    tickets.hold(make.member(), show.id, Wish(count=1), key="desk-hold-1")
    make.commit()
    refused = send(show.id, "place", **fields).get_json()
    assert (refused["code"], "1个位子" in refused["title"]) == ("already_booked", True)
    page = manager.get(f"{DESK}/performances/{show.id}/place").text
    assert "取消或改期" in page


def test_a_plan_somebody_once_chose_on_stays(send: Send, make: Factory) -> None:
    show, member = on_sale(make), make.member()
    order = tickets.hold(member, show.id, Wish(count=1), key="desk-hold-2")
    tickets.cancel(member, order.code)
    show.published_at = None
    make.commit()
    fields = new_fields(show.space, night(), seating="places", capacity=5)
    assert send(show.id, "place", **fields).get_json()["code"] == "plan_was_used"
    moved = send(show.id, "place", **new_fields(show.space, night()))
    assert moved.status_code == 200, moved.get_json()


@pytest.mark.parametrize("page", ["place", "sale"])
def test_the_second_of_two_managers_is_told_and_keeps_what_was_typed(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan, page: str
) -> None:
    start = night()
    body = put_on(hall, start)
    number, seen = body["performance"], body["seen"][page]
    first = new_fields(hall, start, doors=45) if page == "place" else sale(6)
    second = new_fields(hall, start, doors=20) if page == "place" else sale(3)
    assert send(number, page, seen=seen, **first).status_code == 200
    refused = send(number, page, json=False, seen=seen, **second)
    assert refused.status_code == 409
    assert ("刚被改成45" if page == "place" else "刚被改成6") in refused.text
    assert ('value="20"' if page == "place" else 'value="3"') in refused.text
    one = row(number)
    assert (one.starts_at - one.doors_at, one.seats_per_member) == (
        (timedelta(minutes=45), 4) if page == "place" else (timedelta(minutes=30), 6)
    )


def sale(most: int, **other: Any) -> dict[str, Any]:
    """Return the form of a sale."""
    start = night()
    opens = (start - timedelta(days=7)).date().isoformat()
    return {
        "seats_per_member": most,
        "identity_policy": "none",
        "opens_day": opens,
        "opens_time": "10:00",
    } | other


def test_the_sale_changes_while_it_sells(
    put_on: PutOn, send: Send, hall: Space, plan: SeatingPlan
) -> None:
    number = put_on(hall)["performance"]
    wrong = send(number, "sale", **sale(4, one_per_identity="1"))
    assert wrong.get_json()["fields"]["identity_policy"]
    good = sale(2, one_per_identity="1", identity_policy="buyer", choice="assigned")
    done = send(number, "sale", **good, no_single_gap="1").get_json()
    assert (done["choice"], done["no_single_gap"], done["seats_per_member"]) == (
        "assigned",
        True,
        2,
    )
    one = row(number)
    assert one.sale_opens_at == night().replace(hour=10, minute=0) - timedelta(days=7)


@pytest.mark.parametrize(("typed", "times"), [("0", 0), ("10", 10), ("", 3)])
def test_how_often_a_ticket_goes_on_is_the_show_s_or_else_the_house_s(
    make: Factory, put_on: PutOn, send: Send, typed: str, times: int
) -> None:
    number = put_on(make.space(), seating="places")["performance"]
    assert row(number).gifts_per_ticket == 1
    make.rules().gifts_per_ticket = 3
    make.commit()

    done = send(number, "sale", **sale(2), gifts_per_ticket=typed).get_json()

    assert (done["gifts_per_ticket"], row(number).gifts_per_ticket) == (times, times)


def test_the_rule_about_documents_stays_once_somebody_booked(send: Send, make: Factory) -> None:
    show = on_sale(make)
    tickets.hold(make.member(), show.id, Wish(count=1), key="desk-hold-3")
    make.commit()
    kept = {"opens_day": "2026-01-01", "opens_time": "10:00", "seats_per_member": 4}
    refused = send(show.id, "sale", **kept, identity_policy="buyer").get_json()
    assert (refused["code"], "1张" in refused["title"]) == ("identity_settled", True)
    assert send(show.id, "sale", **kept, identity_policy="none").status_code == 200


def test_a_production_nobody_reviewed_is_called_by_what_waits(
    manager: FlaskClient, production: Production, plan: SeatingPlan, make: Factory
) -> None:
    revision = db.session.scalars(select(Revision)).one()
    revision.state, revision.closed_at = RevisionState.WAITING, None
    revision.fields = {"title_zh": "话剧《茶馆》", "title_en": "Teahouse", "minutes": 150}
    production.title_zh = production.title_en = production.about_zh = production.about_en = ""
    production.minutes = 0
    make.commit()
    hall = db.session.get_one(Space, plan.space_id)
    path = f"{DESK}/productions/{production.id}/performances/new"
    assert "话剧《茶馆》" in manager.get(path).text
    body = manager.post(path, headers=JSON, json=new_fields(hall, night())).get_json()
    one = row(body["performance"])
    assert one.ends_at - one.starts_at == timedelta(minutes=150)
    assert (
        "话剧《茶馆》"
        in manager.get(f"{DESK}/performances", headers=JSON).get_json()["rows"][0]["title"]
    )
    assert "话剧《茶馆》" in manager.post(path, data=new_fields(hall, night())).text
    checks = manager.get(f"{DESK}/performances/{one.id}/check", headers=JSON).get_json()
    red = {found["check"] for found in checks["findings"] if not found["well"]}
    assert {"review", "languages"} <= red
    assert "length" not in red


def test_who_works_at_a_house_sees_and_stages_there_only(
    put_on: PutOn, plan: SeatingPlan, make: Factory, app: Any
) -> None:
    hall = db.session.get_one(Space, plan.space_id)
    number = put_on(hall)["performance"]
    branch = Site(code="b", kind="branch", name_zh="分馆", name_en="Branch", seal="分馆")
    make.add(branch)
    browser = app.test_client()
    make.sign_in(browser, make.staff(Role.PROGRAMME, site=branch))
    own = make.space()
    own.site_id = branch.id
    make.commit()
    one = row(number)
    for page in ("", "/place", "/check", "/copy", "/prices"):
        assert browser.get(f"{DESK}/performances/{number}{page}").status_code == 404
    for act in ("publish", "unpublish", "place", "prices", "copy"):
        assert browser.post(f"{DESK}/performances/{number}/{act}").status_code == 404
    assert "话剧《雷雨》" not in browser.get(f"{DESK}/performances", headers=JSON).text
    path = f"{DESK}/productions/{one.production_id}/performances/new"
    elsewhere = browser.post(path, headers=JSON, json=new_fields(hall, night(50)))
    assert elsewhere.get_json()["fields"] == {"space": "请选场地。"}
    here = new_fields(own, night(50), seating="places")
    assert browser.post(path, headers=JSON, json=here).status_code == 201
    one.production.site_id = one.space.site_id
    make.commit()
    assert browser.get(path).status_code == 404
    assert browser.post(f"{DESK}/tiers/new", headers=JSON, json={}).status_code == 403


@pytest.mark.parametrize(("opens", "closes"), [(1, None), (-60, 1)])
def test_a_sale_that_a_start_moved_meanwhile_turns_round_is_told(
    make: Factory, opens: int, closes: int | None
) -> None:
    performance = make.performance(published=False)
    start, minute = performance.starts_at, timedelta(minutes=1)
    sale = Sale(
        opens_at=start + opens * minute,
        closes_at=start + closes * minute if closes else None,
        seats_per_member=2,
    )

    with pytest.raises(ChangedMeanwhile):
        set_sale(performance.id, sale, seen=seen_as(staged.sale_values(performance)))
