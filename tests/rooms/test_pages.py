"""The addresses of a reservation: taken, shown, given back; what is refused keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from palace import clock
from palace.db import db
from palace.members.models import Post
from palace.rooms.models import Room
from palace.troupes.models import Troupe
from tests.factory import Factory
from tests.lending import Lending

ASK = {"Accept": "application/json"}


def wish(lending: Lending, room: Room, troupe: Troupe | None, **other: Any) -> dict[str, Any]:
    """Return a wish as a form sends it."""
    sent = {
        "key": "reserve-key-1",
        "space": room.space_id,
        "starts": f"{lending.day()}T19:00",
        "minutes": 120,
        "people": 20,
        "purpose": "choir",
    }
    return sent | ({"troupe": troupe.id} if troupe else {}) | other


@pytest.mark.usefixtures("leader")
def test_a_room_is_taken_by_a_form_and_shown(
    lending: Lending, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    taken = client.post("/reservations", data=wish(lending, room, troupe))
    assert taken.status_code == 303
    page = client.get(taken.headers["Location"])
    assert "约好了" in page.text
    assert "换了负责人，预约不变" in page.text


@pytest.mark.usefixtures("leader")
def test_a_repeat_gets_the_first_answer(
    lending: Lending, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    sent = wish(lending, room, troupe)
    answers = [client.post("/reservations", json=sent, headers=ASK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    other = client.post("/reservations", json=sent | {"minutes": 60}, headers=ASK)
    assert other.get_json()["code"] == "key_reused"


@pytest.mark.usefixtures("leader")
def test_a_refused_wish_keeps_what_was_typed(
    lending: Lending, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    sent = wish(lending, room, troupe, people=99, note="带两架钢琴")
    again = client.post("/reservations", data=sent)
    assert again.status_code == 422
    assert "这个场地最多40人。" in again.text
    assert 'value="带两架钢琴"' in again.text
    assert 'value="99"' in again.text


@pytest.mark.usefixtures("leader")
def test_programs_read_every_failed_rule(
    lending: Lending, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    sent = wish(lending, room, troupe, people=99, starts=f"{lending.day()}T23:00")
    told = client.post("/reservations", json=sent, headers=ASK).get_json()
    assert told["code"] == "rules_failed"
    day = lending.day().isoformat()
    assert [(one["code"], one["day"]) for one in told["failures"]] == [
        ("too_many_people", day),
        ("over_midnight", day),
        ("outside_hours", day),
    ]


@pytest.mark.usefixtures("leader")
def test_who_was_first_is_told_by_days(
    lending: Lending, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    lending.reservation(room)
    refused = client.post("/reservations", json=wish(lending, room, troupe), headers=ASK)
    assert refused.status_code == 409
    assert refused.get_json()["days"] == [lending.day().isoformat()]


def test_a_deputy_cancels_what_the_leader_took_and_a_stranger_finds_nothing(
    lending: Lending, make: Factory, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    made = lending.reservation(room, troupe=troupe, weeks=3)
    stranger, deputy = make.member(), lending.leader(troupe, "副团长")
    make.sign_in(client, stranger)
    assert client.get(f"/reservations/{made.code}").status_code == 404
    assert client.post(f"/reservations/{made.code}/cancel").status_code == 404

    make.sign_in(client, deputy)
    path = f"/reservations/{made.code}"
    shown = client.get(path, headers=ASK).get_json()["occurrences"]
    one = client.post(f"{path}/cancel", json={"occurrence": shown[0]["occurrence"]}, headers=ASK)
    assert [date["state"] for date in one.get_json()["occurrences"]] == [
        "cancelled",
        "confirmed",
        "confirmed",
    ]
    rest = client.post(f"{path}/cancel", data={"coming": "1"}, follow_redirects=True)
    assert "取消了2次。" in rest.text


def test_who_leads_no_more_finds_nothing(
    lending: Lending, make: Factory, client: FlaskClient, room: Room, troupe: Troupe
) -> None:
    leader = lending.leader(troupe)
    made = lending.reservation(room, troupe=troupe, member=leader)
    post = db.session.query(Post).filter(Post.member_id == leader.id).one()
    post.ended_at = clock.now()
    make.add(post)
    make.sign_in(client, leader)
    assert client.get(f"/reservations/{made.code}").status_code == 404
