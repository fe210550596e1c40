"""After a refusal: the reasons, what was typed, and what could be had instead, one tap each."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from palace.rooms.models import Room
from palace.troupes.models import Troupe
from tests.lending import Lending

pytestmark = pytest.mark.usefixtures("leader")


@pytest.fixture
def refused(lending: Lending, client: FlaskClient, room: Room, troupe: Troupe) -> Any:
    """Return what takes an evening of the room and reads the page that says no."""

    def take(status: int, **other: Any) -> str:
        wish = {
            "key": "refused-key-1",
            "space": room.space_id,
            "troupe": troupe.id,
            "starts": f"{lending.day()}T19:00",
            "minutes": 120,
            "people": 20,
            "purpose": "choir",
            "note": "带伴奏",
        }
        answer = client.post("/reservations", data=wish | other)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    return take


def links(page: str) -> list[str]:
    """Return where the cards of what else there is lead."""
    return re.findall(r'class="show room[^>]*>\s*<h3><a href="([^"]+)"', page)


def test_a_room_taken_meanwhile_leads_to_three_others_and_the_queue(
    lending: Lending, room: Room, refused: Any
) -> None:
    other, stands = lending.room(capacity=60), lending.equipment(5)
    lending.reservation(room, begins="20:30", minutes=60)
    page = refused(409, equipment=[f"{stands.id}:", "2"])
    assert "刚被别人约走了" in page
    assert "带伴奏" in page
    nearest, elsewhere, shorter = links(page)
    day, kept = lending.day(), f"note=带伴奏&equipment={stands.id}:2"
    assert nearest.startswith(f"/spaces/{room.space_id}/take?starts={day}T18:30&minutes=120")
    assert elsewhere.startswith(f"/spaces/{other.space_id}/take?starts={day}T19:00&minutes=120")
    assert shorter.startswith(f"/spaces/{room.space_id}/take?starts={day}T19:00&minutes=90")
    for link in (nearest, elsewhere, shorter):
        assert kept.split("&")[1] in link.replace("%3A", ":")
    assert f"/spaces/{room.space_id}/wait?starts={day}T19:00&minutes=120" in page


def test_what_was_typed_goes_along_to_the_other_room(
    lending: Lending, client: FlaskClient, room: Room, refused: Any
) -> None:
    lending.room(capacity=60)
    stands = lending.equipment(5)
    lending.reservation(room, begins="19:00", minutes=120)
    elsewhere = links(refused(409, people=23, equipment=[f"{stands.id}:", "2"]))[1]
    page = client.get(elsewhere).text
    assert "带伴奏</textarea>" in page
    assert 'name="people" inputmode="numeric" required value="23"' in page
    assert re.search(rf'id="thing-{stands.id}"[^>]* value="2"', page)


def test_too_small_a_room_leads_to_a_larger_one_at_that_time_and_to_no_queue(
    lending: Lending, refused: Any
) -> None:
    larger = lending.room(capacity=60)
    page = refused(422, people=41)
    assert [link.partition("?")[0] for link in links(page)] == [f"/spaces/{larger.space_id}/take"]
    assert "/wait?" not in page


def test_too_loud_beside_leads_to_another_room_at_that_time(
    lending: Lending, room: Room, refused: Any
) -> None:
    beside, far = lending.room(capacity=30), lending.room(capacity=60)
    lending.noise(room, beside)
    lending.reservation(beside, purpose="meeting")
    assert [link.partition("?")[0] for link in links(refused(409))] == [
        f"/spaces/{far.space_id}/take"
    ]


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"starts": "gestern"}, 422),
        ({"minutes": "x"}, 422),
        ({"people": "x"}, 422),
        ({"space": 999_999}, 404),
        ({"weeks": 2}, 409),
    ],
)
def test_where_it_is_not_clear_what_would_help_nothing_else_is_shown(
    lending: Lending, room: Room, refused: Any, other: dict[str, Any], status: int
) -> None:
    lending.room(capacity=60)
    lending.reservation(room)
    page = refused(status, **other)
    assert links(page) == []
    assert "/wait?" not in page


def test_on_a_day_that_is_over_nothing_else_is_shown(refused: Any) -> None:
    assert links(refused(422, starts="2020-01-01T19:00")) == []


def test_before_the_time_opens_no_queue_is_offered(lending: Lending, refused: Any) -> None:
    page = refused(422, starts=f"{lending.day(20)}T19:00")
    assert "/wait?" not in page
