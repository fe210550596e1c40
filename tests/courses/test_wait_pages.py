"""The pages of a class's queue: one tap to join, the offer taken in two, 我的 says it; slips on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from palace import clock
from palace.courses.models import ClassWait, Enrolment
from palace.courses.services import end, locked
from palace.courses.states import Channel, EnrolmentState, WaitState
from palace.db import db
from palace.members.rules import Role
from tests.factory import Factory
from tests.teaching import Teaching

JSON = {"Accept": "application/json"}


@pytest.fixture
def held(make: Factory, teaching: Teaching) -> Enrolment:
    """Return the only place of a class."""
    make.site()
    teaching.rules()
    make.rules()
    return teaching.enrolment(teaching.offering(places=1))


def free(held: Enrolment) -> None:
    end(locked(held), EnrolmentState.WITHDRAWN, by="x", now=clock.now())


def test_from_the_full_class_one_tap_joins_and_the_place_is_shown(
    make: Factory, client: FlaskClient, held: Enrolment
) -> None:
    make.sign_in(client, make.member())
    page = f"/offerings/{held.offering_id}"
    assert f'action="{page}/wait"' in client.get(page).text

    joined = client.post(f"{page}/wait")

    assert joined.status_code == 303
    assert "您是第1位" in client.get(joined.headers["Location"]).text
    assert "您是第1位" in client.get(page).text
    assert "您是第1位" in client.get("/mine").text
    assert client.post(f"{page}/wait").headers["Location"] == joined.headers["Location"]


def test_from_mine_two_taps_take_the_offer(
    make: Factory, client: FlaskClient, held: Enrolment
) -> None:
    member = make.member()
    make.sign_in(client, member)
    address = client.post(f"/offerings/{held.offering_id}/wait").headers["Location"]
    free(held)

    mine = client.get("/mine").text
    assert "轮到您了" in mine
    assert f'href="{address}"' in mine
    assert "要了，报名" in client.get(address).text
    done = client.post(f"{address}/take")
    assert done.status_code == 303
    assert "报上了" in client.get(address).text
    assert "排队等班" not in client.get("/mine").text


def test_a_late_tap_is_told_so_and_the_place_went_on(
    make: Factory, client: FlaskClient, teaching: Teaching, held: Enrolment
) -> None:
    member = make.member()
    make.sign_in(client, member)
    address = client.post(f"/offerings/{held.offering_id}/wait").headers["Location"]
    second = teaching.wait(held.offering)
    free(held)
    make.set_clock(clock.now() + timedelta(days=1, seconds=1))
    make.sign_in(client, member)

    refused = client.post(f"{address}/take")

    assert refused.status_code == 409
    assert "过了时间，名额让给后面的人了" in refused.text
    db.session.expire_all()
    assert db.session.get_one(ClassWait, second.id).state is WaitState.OFFERED


def test_looking_passes_on_what_lapsed(
    make: Factory, client: FlaskClient, teaching: Teaching, held: Enrolment
) -> None:
    first = teaching.wait(held.offering)
    member = make.member()
    make.sign_in(client, member)
    address = client.post(f"/offerings/{held.offering_id}/wait").headers["Location"]
    free(held)
    make.set_clock(first.lapses_at or clock.now())
    make.sign_in(client, member)

    assert client.get(address, headers=JSON).json["state"] == "offered"  # type: ignore[index]  # is JSON


def test_leaving_and_somebody_elses_entry(
    app: Flask, make: Factory, client: FlaskClient, held: Enrolment
) -> None:
    make.sign_in(client, make.member())
    address = client.post(f"/offerings/{held.offering_id}/wait").headers["Location"]
    stranger = app.test_client()
    make.sign_in(stranger, make.member())
    for method, path in (("GET", ""), ("POST", "/take"), ("POST", "/leave"), ("GET", "/slip.pdf")):
        assert stranger.open(address + path, method=method).status_code == 404

    assert client.post(f"{address}/take").status_code == 409
    client.post(f"{address}/leave")
    assert "您已经退出排队" in client.get(address).text


def test_a_child_is_queued_for_by_name_and_taken_with_the_guardians_word(
    make: Factory, client: FlaskClient, teaching: Teaching, held: Enrolment
) -> None:
    parent = make.member()
    child = teaching.child(parent)
    make.sign_in(client, parent)
    page = f"/offerings/{held.offering_id}/wait"
    assert "替小宝排队" in client.get(page).text
    address = client.post(page, data={"person": child.id}).headers["Location"]
    free(held)

    assert "我是监护人" in client.get(address).text
    refused = client.post(f"{address}/take")
    assert refused.status_code == 422
    assert client.post(f"{address}/take", data={"guardian": "1"}).status_code == 303
    wrong = client.post(page, data={"person": "abc"})
    assert wrong.status_code == 422


def test_what_forbids_a_place_forbids_waiting_in_words(
    make: Factory, client: FlaskClient, held: Enrolment
) -> None:
    make.sign_in(client, held.member)
    refused = client.post(f"/offerings/{held.offering_id}/wait")
    assert refused.status_code == 422
    assert "已经报上了" in refused.text


def test_staff_queue_a_member_up_in_person_behind_who_waits(
    make: Factory, client: FlaskClient, teaching: Teaching, held: Enrolment
) -> None:
    teaching.wait(held.offering)
    member = make.member()
    make.sign_in(client, make.staff(Role.COUNTER), acting_for=member)
    told = client.post(f"/offerings/{held.offering_id}/wait", headers=JSON)
    assert told.json["place"] == 2  # type: ignore[index]  # is JSON
    wait = db.session.query(ClassWait).filter_by(member_id=member.id).one()
    assert wait.channel is Channel.COUNTER
