"""Who is on a troupe's roster, or leads it, has its dates: in mine, in clashes, in history, in the feed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from palace.agenda import queries, services
from palace.agenda.rules import Owner
from palace.agenda.services import Dated
from palace.courses.belonging import BELONGING
from palace.db import db
from palace.members.models import Member
from palace.members.rules import Role
from palace.troupes.models import Troupe
from tests.agenda.troupes import leads, on_roster, troupe_of
from tests.factory import Factory
from tests.planned import planned

MANY = """
WITH others AS (
    INSERT INTO members (phone, name)
    SELECT '199' || n, '李' FROM generate_series(10000000, 10001999) n RETURNING id
)
INSERT INTO agenda_entries
    (member_id, subject, kind, uid, revision, status, during, ends_at, title_zh, title_en, place_zh,
     place_en, path, changed_at, block)
SELECT o.id, n, 'room', o.id || '-' || n, 0, 'confirmed',
    tstzrange(lower(during) - n * interval '100 days', upper(during) - n * interval '100 days'),
    ends_at - n * interval '100 days', title_zh, title_en, place_zh, place_en, path, changed_at, block
FROM others o, generate_series(1, 10) n, agenda_entries
"""
NOW = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
STARTS = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


def rehearsal(subject: str = "occurrence:1", starts_at: datetime = STARTS) -> Dated:
    return Dated(
        subject=subject,
        kind="room",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        title_zh="春之声合唱团 · 合唱",
        title_en="Voices of Spring · choir",
        place_zh="排练厅二",
        place_en="Rehearsal room 2",
        path="/reservations/ABC",
    )


@pytest.fixture
def member(make: Factory) -> Member:
    return make.member("张建华")


@pytest.fixture
def troupe(make: Factory) -> Troupe:
    return troupe_of(make)


def enter(troupe: Troupe, *those: Dated) -> None:
    services.put_many(Owner(troupe_id=troupe.id), those or [rehearsal()], NOW)


def coming(member: Member, now: datetime = NOW) -> list[str]:
    return [entry.subject for entry in queries.coming(member.id, now, BELONGING)]


def test_the_roster_the_leader_and_the_deputy_have_the_dates(make: Factory, troupe: Troupe) -> None:
    singer, leader, deputy = (make.member(name) for name in ("张建华", "李卫东", "王芳"))
    on_roster(make, troupe, singer)
    on_roster(make, troupe, leader)
    leads(make, troupe, leader)
    leads(make, troupe, deputy, Role.DEPUTY)
    enter(troupe)

    for one in (singer, leader, deputy):
        assert coming(one) == ["occurrence:1"]


def test_who_left_led_once_or_never_came_has_nothing(
    make: Factory, member: Member, troupe: Troupe
) -> None:
    on_roster(make, troupe, member, left_on=date(2026, 11, 5))
    post = leads(make, troupe, make.member("李卫东"))
    post.ended_at = post.granted_at
    db.session.flush()
    enter(troupe)

    assert coming(member) == []
    assert coming(make.member("王芳")) == []
    assert post.member_id is not None
    assert queries.coming(post.member_id, NOW, BELONGING) == []


def test_own_things_and_those_of_several_troupes_stand_in_one_order(
    make: Factory, member: Member, troupe: Troupe
) -> None:
    other = troupe_of(make, "舞蹈队")
    for one in (troupe, other):
        on_roster(make, one, member)
    enter(troupe, rehearsal("occurrence:2", STARTS + timedelta(days=1)))
    services.put(member.id, rehearsal("performance:9", STARTS + timedelta(hours=3)), NOW)
    enter(other, rehearsal("occurrence:3", STARTS + timedelta(days=2)))

    assert coming(member) == ["performance:9", "occurrence:2", "occurrence:3"]


def test_a_rehearsal_clashes_with_what_begins_before_it_ends(
    make: Factory, member: Member, troupe: Troupe
) -> None:
    on_roster(make, troupe, member)
    enter(troupe)

    def clash(begins: datetime, ends: datetime) -> list[str]:
        return [one.subject for one in queries.clashes(member.id, [(begins, ends)], BELONGING)]

    ends = STARTS + timedelta(hours=2)
    assert clash(ends - timedelta(minutes=1), ends + timedelta(hours=1)) == ["occurrence:1"]
    assert clash(ends, ends + timedelta(hours=1)) == []
    assert clash(STARTS - timedelta(hours=1), STARTS) == []
    services.cancel_for(Owner(troupe_id=troupe.id), ["occurrence:1"], NOW)
    assert clash(STARTS, ends) == []


def test_history_has_of_a_troupe_what_was_after_one_came(
    make: Factory, member: Member, troupe: Troupe
) -> None:
    on_roster(make, troupe, member)
    first = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)  # midnight, when the first of November begins
    enter(
        troupe,
        rehearsal("occurrence:1", first - timedelta(hours=2)),
        rehearsal("occurrence:2", first - timedelta(hours=2) + timedelta(seconds=1)),
    )
    services.put(member.id, rehearsal("performance:9", first - timedelta(days=9)), NOW)

    found = [one.subject for one in queries.past(member.id, NOW, BELONGING)]
    assert found == ["occurrence:2", "performance:9"]


def test_the_private_feed_has_the_troupes_dates_and_its_tag_moves_with_the_roster(
    make: Factory, client: FlaskClient, member: Member, troupe: Troupe
) -> None:
    make.set_clock(NOW)
    enter(troupe)
    address = f"/calendars/{queries.feed_secret(member)}.ics"
    before = client.get(address)
    on_roster(make, troupe, member)

    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})

    assert before.data.count(b"BEGIN:VEVENT") == 0
    assert after.status_code == 200
    assert after.data.count(b"BEGIN:VEVENT") == 1


def test_mine_shows_a_rehearsal_and_leads_its_leader_to_it(
    make: Factory, client: FlaskClient, member: Member, troupe: Troupe
) -> None:
    make.set_clock(NOW)
    leader = make.member("李卫东")
    leads(make, troupe, leader)
    on_roster(make, troupe, member)
    enter(troupe)

    for one, may_open in ((leader, True), (member, False)):
        make.sign_in(client, one)
        page = client.get("/mine").text
        assert "春之声合唱团 · 合唱" in page
        assert ('href="/reservations/ABC"' in page) is may_open


def test_an_agenda_is_found_by_indexes(live: Factory) -> None:
    """Whatever the tables grow to: most of it long past; of rosters of a few rows any plan is as good."""
    member, troupe = live.member("张建华"), troupe_of(live)
    on_roster(live, troupe, member)
    enter(troupe)
    live.commit()
    plan = planned(
        live.app,
        queries._coming(BELONGING).params(member_id=member.id, now=NOW),
        MANY,
        "ANALYZE agenda_entries, members",
        "SET LOCAL enable_seqscan = off",
    )

    assert "Seq Scan" not in plan
    for index in ("member_id_ends_at", "troupe_id_ends_at"):
        assert re.search(rf"Index Scan (on|using) ix_agenda_entries_{index}", plan), plan
