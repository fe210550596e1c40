"""Things of the house's stock: what is left, chosen by number on both ways, kept, carried, told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from palace.db import db
from palace.members.models import Member
from palace.rooms.errors import EquipmentShort
from palace.rooms.models import Equipment, Occurrence, OccurrenceEquipment, Room
from palace.rooms.queries.facts import occurrences_of
from palace.rooms.queries.things import stock_at, wanted_for
from palace.rooms.services import reserve
from palace.rooms.services.series import add_skipped
from palace.rooms.states import OccurrenceState
from palace.troupes.models import Troupe
from palace.venues.models import Site
from tests.lending import Lending, span
from tests.rooms.weekly import ASK, sent


@pytest.fixture
def stands(lending: Lending) -> Equipment:
    """Return twenty music stands."""
    return lending.equipment(20)


def left(lending: Lending, thing: Equipment, *times: str, day: date | None = None) -> int:
    """Return how many are left at all of some times of a day, two hours each."""
    spans = [span(day or lending.day(), begins, 120) for begins in times]
    return next(one.left for one in stock_at(thing.site_id, spans) if one.id == thing.id)


def borrow(lending: Lending, thing: Equipment, count: int, begins: str = "19:00") -> Occurrence:
    """Let another troupe borrow some for an evening in a room of its own."""
    return lending.occurrence(lending.room(), begins=begins, equipment={thing.id: count})


def test_what_is_left_is_the_least_of_all_times(lending: Lending, stands: Equipment) -> None:
    borrow(lending, stands, 12)
    assert left(lending, stands, "19:00") == 8
    assert left(lending, stands, "17:00") == 20, "an end touches a start"
    assert left(lending, stands, "18:59") == 8
    assert left(lending, stands, "09:00", "19:00") == 8
    assert left(lending, stands, "19:00", day=lending.day(4)) == 20


def test_the_same_things_go_from_room_to_room(lending: Lending, stands: Equipment) -> None:
    borrow(lending, stands, 20, "15:00")
    borrow(lending, stands, 20, "17:00")
    assert left(lending, stands, "13:00") == 20
    assert left(lending, stands, "16:00") == 0, "never both at once, but none is left"


def test_as_many_as_are_left_can_be_had_and_not_one_more(
    lending: Lending, stands: Equipment
) -> None:
    borrow(lending, stands, 12)
    room, troupe = lending.room(), lending.troupe()
    wish = lending.wish(room, lending.day(), troupe=troupe, equipment={stands.id: 9})
    with pytest.raises(EquipmentShort) as short:
        reserve(wish, by="member:1")
    assert short.value.values["left"] == 8
    assert lending.reservation(room, troupe=troupe, equipment={stands.id: 8})


def test_things_of_another_house_are_not_carried_over(lending: Lending) -> None:
    other = Site(code="east", name_zh="东馆", name_en="East", kind="branch", seal="东")
    lending.make.add(other)
    theirs = Equipment(site_id=other.id, code="x", name_zh="谱架", name_en="Stand", stock=9)
    lending.make.add(theirs)
    with pytest.raises(EquipmentShort):
        lending.reservation(lending.room(), equipment={theirs.id: 1})


def test_a_date_added_later_has_what_its_series_has(
    lending: Lending, stands: Equipment, leader: Member, troupe: Troupe, room: Room
) -> None:
    days = [lending.day(3), lending.day(10)]
    of = lending.reservation(
        room,
        days[0],
        troupe=troupe,
        member=leader,
        weeks=2,
        skips=[days[1]],
        equipment={stands.id: 15},
    )
    skipped = occurrences_of(of.id)[1]
    assert left(lending, stands, "19:00", day=days[1]) == 20, "what is left out takes nothing"
    other = lending.occurrence(lending.room(), days[1], equipment={stands.id: 6})
    with pytest.raises(EquipmentShort):
        add_skipped(leader, skipped.id, by="member:1")
    row = select(OccurrenceEquipment).where(OccurrenceEquipment.occurrence_id == other.id)
    db.session.scalars(row).one().count = 5
    db.session.flush()
    assert add_skipped(leader, skipped.id, by="member:1").state is OccurrenceState.CONFIRMED
    assert left(lending, stands, "19:00", day=days[1]) == 0


@dataclass(frozen=True)
class Browser:
    """A troupe's leader before a page, and what the house has."""

    lending: Lending
    client: FlaskClient
    troupe: Troupe
    room: Room
    stands: Equipment

    def take(self, *things: str, headers: dict[str, str] | None = None, **other: Any) -> Any:
        """Take the room for an evening, with things as the page sends them."""
        wish = {
            "key": "things-key-1",
            "space": self.room.space_id,
            "troupe": self.troupe.id,
            "starts": f"{self.lending.day()}T19:00",
            "minutes": 120,
            "people": 20,
            "purpose": "choir",
            "equipment": list(things),
        }
        return self.client.post("/reservations", data=wish | other, headers=headers)

    @property
    def series(self) -> str:
        """Return where the troupe takes a series."""
        return f"/troupes/{self.troupe.id}/series"


@pytest.fixture
def browser(
    lending: Lending, client: FlaskClient, leader: Member, room: Room, stands: Equipment
) -> Browser:
    """Return a leader who has signed in."""
    troupe = lending.troupe()
    lending.lead(troupe, leader)
    return Browser(lending, client, troupe, room, stands)


def test_the_page_says_how_many_are_left_and_takes_them(browser: Browser) -> None:
    lending, room, stands = browser.lending, browser.room, browser.stands
    gone, stays = lending.equipment(3), lending.equipment(0)
    borrow(lending, stands, 12)
    borrow(lending, gone, 3)
    page = browser.client.get(f"/spaces/{room.space_id}/take?starts={lending.day()}T19:00").text
    assert "还能借8件" in page
    assert page.count("这个时间借完了") == 1
    assert f'value="{stays.id}:"' not in page, "nothing is carried of what only stands in rooms"
    assert re.search(r'<details class="things"><summary>要借的东西', page), "folded"
    taken = browser.take(f"{stands.id}:", "8")
    assert taken.status_code == 303, taken.text
    assert "电钢琴×8" in browser.client.get(taken.headers["Location"]).text


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("9", 409, "只剩8件"),
        ("x", 422, "要借几件，请填0到9999的整数。"),
        ("-1", 422, "要借几件，请填0到9999的整数。"),
        ("10000", 422, "要借几件，请填0到9999的整数。"),
    ],
)
def test_what_was_typed_stays_after_a_refusal(
    browser: Browser, typed: str, status: int, said: str
) -> None:
    borrow(browser.lending, browser.stands, 12)
    refused = browser.take(f"{browser.stands.id}:", typed, note="带伴奏")
    assert (refused.status_code, said in refused.text) == (status, True)
    assert f'value="{typed}"' in refused.text
    assert 'class="things" open' in refused.text
    assert "带伴奏" in refused.text


def test_it_stays_even_where_it_is_not_clear_when(browser: Browser) -> None:
    refused = browser.take(f"{browser.stands.id}:", "3", starts="gestern")
    assert refused.status_code == 422
    assert re.search(rf'id="thing-{browser.stands.id}"[^>]* value="3"', refused.text)
    nowhere = browser.take(f"{browser.stands.id}:", "3", space="x")
    assert f'name="equipment" value="{browser.stands.id}:3"' in nowhere.text


def test_nothing_typed_or_nought_is_nothing(browser: Browser) -> None:
    other = browser.lending.equipment(2)
    taken = browser.take(f"{browser.stands.id}:", "", f"{other.id}:", "0", headers=ASK)
    (date_taken,) = taken.get_json()["occurrences"]
    assert wanted_for([date_taken["occurrence"]]) == {}


def test_a_program_says_a_thing_and_its_count_in_one(browser: Browser) -> None:
    taken = browser.take(f"{browser.stands.id}:3", headers=ASK)
    (date_taken,) = taken.get_json()["occurrences"]
    one = date_taken["occurrence"]
    assert wanted_for([one]) == {one: {browser.stands.id: 3}}
    for nonsense in ("3", "x:3", ":3"):
        assert browser.take(nonsense, key="things-key-2", headers=ASK).status_code == 422


def test_a_series_has_them_on_every_date(browser: Browser, days: list[date]) -> None:
    lending, stands, room = browser.lending, browser.stands, browser.room
    lending.occurrence(lending.room(), days[1], equipment={stands.id: 12})
    shown = browser.client.get(browser.series, query_string=sent(days, room)).text
    assert "还能借8件" in shown
    nine = sent(days, room, equipment=[f"{stands.id}:", "9"])
    short = browser.client.post(browser.series, data=nine)
    assert short.status_code == 409
    assert "只剩8件" in short.text
    assert re.search(rf'id="thing-{stands.id}"[^>]* value="9"', short.text)
    eight = sent(days, room, equipment=[f"{stands.id}:", "8"])
    taken = browser.client.post(browser.series, data=eight, headers=ASK)
    ids = [one["occurrence"] for one in taken.get_json()["dates"]]
    assert wanted_for(ids) == {one: {stands.id: 8} for one in ids}


def test_a_series_carries_them_on_while_a_date_is_settled_anew(
    browser: Browser, days: list[date]
) -> None:
    stands, room = browser.stands, browser.room
    browser.lending.reservation(room, days[1])
    four = sent(days, room, equipment=[f"{stands.id}:", "4"])
    lost = browser.client.post(browser.series, data=four)
    assert lost.status_code == 409
    assert f'<input type="hidden" name="equipment" value="{stands.id}:4">' in lost.text
    said = sent(days, room, taken="skip", equipment=[f"{stands.id}:4"])
    again = browser.client.get(browser.series, query_string=said)
    assert re.search(rf'id="thing-{stands.id}"[^>]* value="4"', again.text)


def test_a_moved_date_is_refused_where_its_things_are_away(
    lending: Lending, client: FlaskClient, leader: Member, troupe: Troupe, room: Room
) -> None:
    stands = lending.equipment(20)
    of = lending.occurrence(room, troupe=troupe, member=leader, equipment={stands.id: 15})
    borrow(lending, stands, 6, "15:00")
    data = {"begins": "16:00", "scope": "one"}
    refused = client.post(f"/occurrences/{of.id}/change", data=data, headers=ASK)
    assert refused.get_json()["code"] == "equipment_short"
    data["day"] = (lending.day() + timedelta(days=1)).isoformat()
    assert client.post(f"/occurrences/{of.id}/change", data=data).status_code == 303
