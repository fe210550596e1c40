"""Calendars of troupes, rooms and houses: each date an event of its own, and nobody is named."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from palace import clock
from palace.agenda import services as agenda
from palace.agenda.rules import Owner
from palace.agenda.secrets import FeedOf, secret_of
from palace.agenda.services import Dated
from palace.calendars import queries, services
from palace.calendars.queries import Feed, Of
from palace.db import db
from palace.members.models import Member
from palace.troupes.models import Troupe
from palace.venues.models import Space
from tests.agenda.troupes import leads, on_roster, troupe_of
from tests.asked import asked
from tests.calendars.test_feed import titles
from tests.factory import Factory
from tests.planned import planned

NOW = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
DAY = date(2026, 12, 1)
TWENTY_TIMES = """
INSERT INTO agenda_entries
    (troupe_id, space_id, subject, kind, uid, revision, status, during, ends_at, title_zh, title_en,
     place_zh, place_en, path, changed_at, block)
SELECT troupe_id, space_id, subject || '-' || n, kind, uid || n, 0, status,
    tstzrange(lower(during) - n * interval '100 days', upper(during) - n * interval '100 days'),
    ends_at - n * interval '100 days', '', '', '', '', '', changed_at, ''
FROM agenda_entries, generate_series(1, 20) n
"""
BY = {"zh": "春之声合唱团", "en": "Voices of Spring"}


@pytest.fixture(autouse=True)
def _today(make: Factory) -> None:
    make.set_clock(NOW)


@pytest.fixture
def troupe(make: Factory) -> Troupe:
    return troupe_of(make, BY["zh"])


@pytest.fixture
def room(make: Factory) -> Space:
    space = make.space()
    space.name_zh, space.name_en = "排练厅二", "Rehearsal room 2"
    return space


def uses(count: int = 1, begins: str = "08:00", subject: str = "occurrence") -> list[Dated]:
    """Return a use a week, from eight to ten."""
    first = clock.at(DAY, clock_time.fromisoformat(begins))
    return [
        Dated(
            subject=f"{subject}:{number}",
            kind="room",
            starts_at=first + timedelta(weeks=number),
            ends_at=first + timedelta(weeks=number, hours=2),
            title_zh="王指挥 13800138000",
            title_en="Conductor Wang",
            place_zh="测试工人文化宫 排练厅二",
            place_en="Test Palace, Rehearsal room 2",
            path="/reservations/secretcode",
        )
        for number in range(count)
    ]


def of_room(space: Space) -> str:
    return f"/calendars/spaces/{space.id}.ics"


def of_troupe(troupe: Troupe) -> str:
    secret = secret_of(FeedOf.TROUPE, troupe.id, troupe.calendar_generation)
    return f"/calendars/troupes/{secret}.ics"


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def test_every_date_is_an_event_and_eight_oclock_is_midnight_of_utc(
    client: FlaskClient, troupe: Troupe, room: Space
) -> None:
    agenda.put_many(Owner(troupe_id=troupe.id), uses(26), NOW, room.id)

    for address in (of_room(room), of_troupe(troupe)):
        found = events(client.get(address).data)
        assert len(found) == len({str(one["UID"]) for one in found}) == 26
        starts = [one["DTSTART"].dt.astimezone(UTC) for one in found]
        assert starts[0] == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
        assert {(one.hour, one.minute) for one in starts} == {(0, 0)}
        assert not any("RRULE" in one for one in found)


def test_a_rooms_calendar_names_the_troupe_and_nobody(
    client: FlaskClient, make: Factory, troupe: Troupe, room: Space
) -> None:
    agenda.put_many(Owner(troupe_id=troupe.id), uses(), NOW, room.id)
    member = make.member("张建华")
    agenda.put_many(Owner(member_id=member.id), uses(1, "12:00"), NOW, room.id)

    for address in (of_room(room), f"/calendars/sites/{room.site_id}/rooms.ics"):
        chinese, english = client.get(address), client.get(f"{address}?lang=en")
        assert titles(chinese.data) == ["春之声合唱团", "已预约"]
        assert titles(english.data) == ["Voices of Spring", "Reserved"]
        unfolded = (chinese.text + english.text).replace("\r\n ", "")
        assert not re.search("王指挥|Conductor|1380013|张建华|secretcode", unfolded)
        assert f"/spaces/{room.id}" in unfolded


def test_a_room_and_a_house_tell_shows_too_and_only_their_own(
    client: FlaskClient, make: Factory, troupe: Troupe, room: Space
) -> None:
    show = make.performance(starts_at=NOW + timedelta(days=9))
    elsewhere = make.space()
    elsewhere.site_id = make.branch().id
    agenda.put_many(Owner(troupe_id=troupe.id), uses(), NOW, show.space_id)
    agenda.put_many(Owner(troupe_id=troupe.id), uses(subject="other"), NOW, elsewhere.id)
    house = f"/calendars/sites/{room.site_id}/rooms.ics"

    assert titles(client.get(f"/calendars/spaces/{show.space_id}.ics").data) == [
        "晋剧《打金枝》",
        "春之声合唱团",
    ]
    assert titles(client.get(house).data) == ["晋剧《打金枝》", "春之声合唱团"]
    assert titles(client.get("/calendars/programme.ics").data) == ["晋剧《打金枝》"]
    assert client.get("/calendars/sites/999999/rooms.ics").status_code == 404


def test_a_cancelled_date_is_told_until_it_has_passed(
    client: FlaskClient, make: Factory, troupe: Troupe, room: Space
) -> None:
    agenda.put_many(Owner(troupe_id=troupe.id), uses(2), NOW, room.id)
    agenda.cancel_for(Owner(troupe_id=troupe.id), ["occurrence:0"], NOW)

    for address in (of_room(room), of_troupe(troupe)):
        first, second = events(client.get(address).data)
        assert (str(first["STATUS"]), first["SEQUENCE"]) == ("CANCELLED", 1)
        assert str(first["SUMMARY"]).startswith("【取消】")
        assert str(second["STATUS"]) == "CONFIRMED"
    make.set_clock(clock.at(DAY, clock_time(10)))
    assert len(events(client.get(of_room(room)).data)) == 1


def test_an_unchanged_one_costs_one_query_and_no_body(
    client: FlaskClient, troupe: Troupe, room: Space
) -> None:
    agenda.put_many(Owner(troupe_id=troupe.id), uses(3), NOW, room.id)
    house = f"/calendars/sites/{room.site_id}/rooms.ics"
    for address in (of_room(room), house, of_troupe(troupe)):
        first = client.get(address)
        with asked() as heard:
            again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        sent = [sql for sql in heard if "SAVEPOINT" not in sql]
        assert (again.status_code, again.data, len(sent)) == (304, b"", 1)


def test_another_name_of_the_troupe_is_told(
    client: FlaskClient, troupe: Troupe, room: Space
) -> None:
    agenda.put_many(Owner(troupe_id=troupe.id), uses(), NOW, room.id)
    first = client.get(of_room(room))
    troupe.name_zh = "春天合唱团"
    db.session.flush()

    then = client.get(of_room(room), headers={"If-None-Match": first.headers["ETag"]})

    assert (then.status_code, titles(then.data)) == (200, ["春天合唱团"])


def test_the_address_of_a_troupe_opens_nothing_else(
    client: FlaskClient, make: Factory, troupe: Troupe
) -> None:
    member = make.member("张建华")
    secret = secret_of(FeedOf.TROUPE, member.id, member.calendar_generation)
    of_member = secret_of(FeedOf.MEMBER, troupe.id, troupe.calendar_generation)

    assert client.get(of_troupe(troupe)).status_code == 200
    assert client.get(f"/calendars/{secret}.ics").status_code == 404
    assert client.get(f"/calendars/troupes/{of_member}.ics").status_code == 404
    troupe.ended_at = NOW
    db.session.flush()
    assert client.get(of_troupe(troupe)).status_code == 404


def test_who_is_in_a_troupe_sees_its_address_and_only_who_leads_it_renews_it(
    client: FlaskClient, make: Factory, troupe: Troupe
) -> None:
    singer, leader, stranger = (make.member(name) for name in ("张建华", "李卫东", "王芳"))
    on_roster(make, troupe, singer)
    leads(make, troupe, leader)
    old = of_troupe(troupe)

    def page(who: Member) -> str:
        make.sign_in(client, who)
        return client.get("/mine/calendars").text

    renewing = f"/mine/calendars/{troupe.id}"
    assert old in page(singer)
    assert f'action="{renewing}"' not in page(singer)
    assert client.post(renewing).status_code == 404
    assert old not in page(stranger)
    assert f'action="{renewing}"' in page(leader)
    assert client.post(renewing).status_code == 303
    db.session.refresh(troupe)
    assert client.get(old).status_code == 404
    assert client.get(of_troupe(troupe)).status_code == 200


def thousand(troupe: Troupe, room: Space) -> None:
    """Put a thousand uses into a room."""
    agenda.put_many(Owner(troupe_id=troupe.id), uses(), NOW, room.id)
    agenda.put_many(
        Owner(troupe_id=troupe.id),
        [
            Dated(**(vars(one) | {"subject": f"more:{hours}", **later(one, hours)}))
            for one in uses()
            for hours in range(2, 2000, 2)
        ],
        NOW,
        room.id,
    )


def later(one: Dated, hours: int) -> dict[str, datetime]:
    ahead = timedelta(hours=hours)
    return {"starts_at": one.starts_at + ahead, "ends_at": one.ends_at + ahead}


def test_one_change_among_a_thousand_costs_little(app: Flask, troupe: Troupe, room: Space) -> None:
    thousand(troupe, room)
    feed = Feed(Of.SPACE, room.id, "zh")
    assert services.write(feed, queries.mark(feed)).count(b"BEGIN:VEVENT") == 1000
    costs = []
    for number in range(2, 16, 2):
        agenda.cancel_for(Owner(troupe_id=troupe.id), [f"more:{number}"], NOW)
        begun = time.thread_time()
        services.write(feed, queries.mark(feed))
        costs.append(time.thread_time() - begun)

    assert min(costs) <= 0.010, costs


def test_the_mark_of_a_room_is_found_by_its_index(live: Factory) -> None:
    room = live.space()
    thousand(troupe_of(live), room)
    live.commit()
    for of, of_id in ((Of.SPACE, room.id), (Of.ROOMS, room.site_id)):
        asked_for = queries.MARKS[of].params(id=of_id)
        plan = planned(live.app, asked_for, TWENTY_TIMES, "ANALYZE agenda_entries")
        found = re.search(r"ix_agenda_entries_space_id_ends_at.*\n\s+Index Cond: .*ends_at >", plan)
        assert found, plan
