"""The demonstration palace: loaded once, afresh on demand, never beside a real palace."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import phonenumbers
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from palace import clock, opened
from palace.acting.queries import by_name as by_name_and_unit
from palace.acting.queries import by_word
from palace.broadcasts.models import Broadcast
from palace.broadcasts.queries import estimate, progress
from palace.broadcasts.rules import Stage
from palace.config import Settings, UnsafeSettings
from palace.db import Base, Patient, db, side_engine
from palace.demo import SIGN_INS, loading
from palace.demo.people import PERSONAS, STAFF
from palace.members.models import Member, RosterEntry
from palace.members.queries import posts_of
from palace.members.rules import Standing, is_name
from palace.members.services import check_password
from palace.notices.models import Notice
from palace.postgres import Cluster
from palace.programme.models import Performance
from palace.programme.rules import Shown, few_places
from palace.tickets import queries
from palace.tickets.models import Claim, Order, Ticket
from palace.tickets.rules import OrderState, TicketState
from palace.venues.models import Demonstration, Seat, Space
from palace.venues.queries import house_rules
from palace.venues.services import check_database
from tests.conftest import migrated_app, settings_for


@pytest.fixture(scope="module")
def loaded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an application whose demonstration palace two commands loaded at the same time."""
    with migrated_app(settings_for(cluster, tmp_path_factory.mktemp("demo"), "palace_demo")) as app:
        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(load_in_a_session, [app, app])) == [False, True]
        yield app


@pytest.fixture
def palace(loaded: Flask) -> Iterator[Settings]:
    """Return the settings of the loaded palace, with a database session open."""
    with loaded.app_context():
        yield loaded.extensions["palace"]


def counts() -> dict[str, int]:
    """Return the number of rows of every table."""
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_a_second_load_changes_nothing(palace: Settings) -> None:
    before = counts()
    db.session.rollback()

    assert loading.load(palace) is False

    assert counts() == before


@contextmanager
def another_load() -> Iterator[None]:
    """Hold what a load that runs holds."""
    with side_engine().connect() as other:
        other.execute(select(func.pg_advisory_lock(loading.LOADING)))
        try:
            yield
        finally:
            other.execute(select(func.pg_advisory_unlock(loading.LOADING)))


def test_who_loads_second_waits_longer_than_a_page_would(
    loaded: Flask, palace: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Patient, "limit", 0.5)

    with ThreadPoolExecutor(1) as threads, another_load():
        second = threads.submit(load_in_a_session, loaded)
        with pytest.raises(TimeoutError):
            second.result(timeout=1.5)

    assert second.result() is False


def load_in_a_session(app: Flask) -> bool:
    """Load the palace in a session of this thread's own."""
    with app.app_context():
        return loading.load(app.extensions["palace"])


def test_the_lock_ends_the_wait_and_leaves_the_connection(
    palace: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LONGEST", 1)
    monkeypatch.setattr(Patient, "limit", 0.5)
    pid = db.session.scalar(select(func.pg_backend_pid()))
    db.session.rollback()

    with another_load(), pytest.raises(OperationalError, match="canceling statement due to"):
        loading.load(palace)

    assert db.session.scalar(select(func.pg_backend_pid())) == pid
    assert loading.load(palace) is False


def test_the_house_is_there(palace: Settings) -> None:
    spaces = db.session.scalars(select(Space)).all()

    assert len([space for space in spaces if space.kind == "room"]) == 18
    assert len([space for space in spaces if space.kind == "court"]) == 22
    assert sorted(db.session.scalars(select(func.count(Seat.id)).group_by(Seat.plan_id))) == [
        400,
        1234,
    ]


def test_thousands_of_people_are_on_the_rosters(palace: Settings) -> None:
    people = db.session.scalars(select(RosterEntry)).all()

    phones = [person.phone for person in people if person.phone]
    assert len(people) == 2720
    assert all(is_name(person.name) for person in people)
    assert all(phone.startswith("1990000") for phone in phones)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN")) for phone in phones)
    assert len(set(phones)) < len(phones) < len(people)


def test_people_to_sign_in_as_stand_as_the_screen_says(palace: Settings) -> None:
    today = clock.palace_day(clock.now())
    entries = {entry.name: entry for entry in db.session.scalars(select(RosterEntry))}

    for persona in PERSONAS:
        person = Member(roster_entry=entries[persona.name], name=persona.name)
        db.session.expunge_all()
        expected = Standing.EXPIRED if persona.expired else Standing.VALID
        assert person.standing(today) is expected
    listed = " ".join(zh for zh, _ in SIGN_INS)
    assert all(persona.phone[-4:] in listed or persona.phone[-1] in listed for persona in PERSONAS)


def test_who_has_no_phone_is_found_as_the_screen_says(palace: Settings) -> None:
    listed = " ".join(zh for zh, _ in SIGN_INS)
    by_card, by_name = by_word("TY00000012", clock.now()), by_name_and_unit("苏力霞", "骑手工会")
    assert [one.person for one in by_card] == [one.person for one in by_name]
    assert by_card[0].phone_end == ""
    assert all(word in listed for word in ("TY00000012", "苏力霞", "骑手工会"))


def test_staff_sign_in_with_what_the_screen_says(palace: Settings) -> None:
    for login, _, role, password in STAFF:
        staff = check_password(login, password)
        assert staff is not None
        assert [post.role for post in posts_of(staff)] == [role]


def test_the_coming_weeks_have_every_state_of_a_show(palace: Settings) -> None:
    now, rules = clock.now(), house_rules()
    shows = db.session.scalars(select(Performance)).all()
    taken = queries.taken_counts([show.id for show in shows], now)
    left = {show.id: show.capacity - taken.get(show.id, 0) for show in shows}
    coming = [show for show in shows if show.starts_at > now]

    assert any(left[show.id] == 0 for show in coming), Shown.FULL
    assert any(
        0 < left[show.id] <= few_places(show.capacity, rules.few_left_percent) for show in coming
    )
    assert any(show.sale_opens_at > now for show in coming), Shown.NOT_OPEN
    assert any(show.starts_at < now for show in shows), Shown.PAST
    assert any(show.starts_at - now < timedelta(hours=48) for show in coming)


def test_what_is_sold_agrees_claim_by_claim(palace: Settings) -> None:
    sold = select(Claim.id, Claim.price, Claim.seat_id).where(Claim.held_until.is_(None))
    ours = Ticket.state != TicketState.RETURNED  # a guest gives one back
    issued = select(Ticket.claim_id, Ticket.price, Ticket.seat_id).where(ours)
    rows = {tuple(row) for row in db.session.execute(sold)}

    assert rows == {tuple(row) for row in db.session.execute(issued)}
    assert len(rows) > 600
    assert set(db.session.scalars(select(Order.state))) == {OrderState.SETTLED}
    assert db.session.scalar(select(func.count()).where(Notice.sent_at.is_(None))) == 0


def test_one_mass_notice_was_sent_and_one_waits_to_be_started(palace: Settings) -> None:
    sent, proposed = mass_notices()
    reached = select(func.count()).where(Notice.subject == sent.subject)

    assert sent.state is Stage.DONE
    assert sent.confirmed_by not in {None, sent.written_by}
    assert db.session.scalar(reached) == sent.receivers > 0
    assert progress(sent).waiting == progress(sent).going == 0
    assert proposed.state is Stage.DRAFT
    assert estimate(proposed, clock.now()).receivers > sent.receivers


def mass_notices() -> list[Broadcast]:
    """Return the mass notices, the oldest first."""
    return list(db.session.scalars(select(Broadcast).order_by(Broadcast.id)))


def what_they_say() -> list[tuple[str, str, int]]:
    """Return what does not change of mass notices from reset to reset."""
    return [(one.title_zh, one.word, one.receivers) for one in mass_notices()]


def test_a_reset_starts_afresh_and_uses_no_plan_id_twice(palace: Settings) -> None:
    said = what_they_say()
    before, plans = counts(), set(db.session.scalars(select(Seat.plan_id)))
    a_show = select(Performance.id).order_by(Performance.id).limit(1)
    first = db.session.scalars(a_show).one()
    db.session.add(Member(phone="19900000004", name="过客"))
    db.session.commit()

    with owner_app(palace) as settings:
        loading.reset(settings)
        after, fresh = counts(), set(db.session.scalars(select(Seat.plan_id)))

    assert after == before
    assert what_they_say() == said
    assert not plans & fresh
    assert db.session.scalars(a_show).one() > first


@contextmanager
def owner_app(settings: Settings) -> Iterator[Settings]:
    """Open the palace over the owner's connection, as the reset command does."""
    with opened(replace(settings, database_url=settings.database_owner_url)):
        yield settings


def test_the_demonstration_never_becomes_a_real_palace(palace: Settings) -> None:
    real = replace(palace, demo=False, public_url="https://palace.example.org")

    for refused in (loading.load, loading.reset, check_database):
        with pytest.raises(UnsafeSettings):
            refused(real)
        db.session.rollback()

    check_database(palace)


def test_the_webs_role_cannot_take_the_mark_off(palace: Settings) -> None:
    for statement in ("DELETE FROM demonstrations", "UPDATE demonstrations SET loaded_at = now()"):
        with pytest.raises(Exception, match="permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()

    assert db.session.scalar(select(func.count()).select_from(Demonstration)) == 1
