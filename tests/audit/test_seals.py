"""The audit is sealed once a day; what anybody changes behind the program's back is found."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import ProgrammingError

from palace import clock, upkeep
from palace.audit import seals
from palace.audit.models import AuditSeal
from palace.audit.rules import Wrong, may_be_forgotten
from palace.audit.services import forget, newest_fits, seal, verify
from palace.care.queries import database
from palace.console import audit
from palace.db import db, transaction
from palace.members.models import AuditLine
from tests.conftest import real_palace
from tests.factory import Factory

DAY = timedelta(days=1)


class House:
    """A house with an audit over some days, on committed tables."""

    def __init__(self, make: Factory) -> None:
        self.make, self.now = make, clock.now()
        self.today = clock.day_span(clock.palace_day(self.now))[0]
        make.site()
        make.commit()

    def line(self, at: datetime, **values: Any) -> int:
        """Add a line of an instant; return its id."""
        line = AuditLine(actor="system", act="task_died", subject="task:1", at=at, **values)
        self.make.add(line)
        self.make.commit()
        return line.id

    def seal(self, days: int = 0) -> AuditSeal | None:
        """Seal as the worker would, so many days after today."""
        with transaction():
            return seal(self.now + days * DAY)

    def as_owner(self, statement: str, **values: object) -> None:
        """Do something behind the program's back."""
        owner = self.make.app.extensions["palace"].database_owner_url
        with create_engine(owner, poolclass=NullPool).begin() as connection:
            connection.execute(text(statement), values)
        db.session.rollback()
        db.session.expire_all()


@pytest.fixture
def house(live: Factory) -> House:
    """Return the house with two lines of yesterday, sealed, and one of today."""
    house = House(live)
    house.line(house.today - DAY / 2, before={"b": 1, "a": "张"}, after={"a": "=1"}, why="雨")
    house.line(house.today - DAY / 3, request_id="r1")
    house.line(house.today + timedelta(seconds=1))
    house.seal()
    return house


def test_a_day_is_sealed_once_with_the_lines_of_before(house: House) -> None:
    assert house.seal() is None
    [one] = seals.every()
    assert one.day == clock.palace_day(house.today - DAY)
    assert one.line_count == 2
    assert verify().wrong is None
    assert (verify().count, verify().head) == (1, one.hash)


def test_a_late_line_is_in_the_next_seal_and_every_seal_hangs_on_the_one_before(
    house: House,
) -> None:
    late = house.line(house.today - timedelta(seconds=1))
    second = house.seal(days=1)
    assert second is not None
    assert second.line_count == 2
    assert any(late in one for one in second.ids)
    assert house.seal(days=2) is not None
    assert (verify().count, verify().wrong) == (3, None)

    house.as_owner(
        "UPDATE audit_seals SET hash = sha256('x') WHERE id = (SELECT min(id) FROM audit_seals)"
    )
    assert verify().day == clock.palace_day(house.today - DAY)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_lines SET why = '晴' WHERE why = '雨'",
        "UPDATE audit_lines SET at = at - interval '1 microsecond' WHERE why = '雨'",
        'UPDATE audit_lines SET before = \'{"a": "李", "b": 1}\' WHERE why = \'雨\'',
        "UPDATE audit_lines SET personal = '\\x00' WHERE why = '雨'",
        "DELETE FROM audit_lines WHERE why = '雨'",
    ],
)
def test_a_line_the_owner_changes_is_found(house: House, change: str) -> None:
    assert newest_fits()
    house.as_owner(change)

    found = verify()
    assert (found.wrong, found.day) == (Wrong.CHANGED, clock.palace_day(house.today - DAY))
    assert not newest_fits()
    told = database()
    assert told is not None
    assert not told.seal_fits
    with pytest.raises(upkeep.AuditChanged):
        upkeep.seal_once()


def test_a_line_that_slips_in_among_old_ones_is_found(house: House) -> None:
    lost = house.line(house.today)
    house.as_owner("DELETE FROM audit_lines WHERE id = :id", id=lost)
    for days in range(1, 5):
        house.line(house.today + days * DAY - timedelta(hours=1))
        house.seal(days=days)
    assert verify().wrong is None

    house.as_owner(
        "INSERT INTO audit_lines (id, at, actor, act, subject)"
        " VALUES (:id, :at, 'system', 'task_died', 'task:1')",
        id=lost,
        at=house.today,
    )
    assert house.seal(days=5) is not None
    assert verify().wrong is Wrong.SLIPPED_IN


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_lines SET why = 'x'",
        "DELETE FROM audit_lines",
        "TRUNCATE audit_lines",
        "UPDATE audit_seals SET hash = ''",
        "DELETE FROM audit_seals",
        "TRUNCATE audit_seals",
    ],
)
def test_the_web_s_role_can_change_neither_lines_nor_seals(house: House, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        db.session.execute(text(statement))
    db.session.rollback()


def test_lines_are_forgotten_only_when_the_rules_say_so_and_in_whole_seals(house: House) -> None:
    upkeep.seal_once()
    assert db.session.query(AuditLine).count() == 3

    house.make.rules().audit_keep_days = 183
    house.make.commit()
    house.as_owner(
        "UPDATE audit_seals SET sealed_at = sealed_at - interval '184 days', day = day - 184"
    )
    with transaction():
        assert forget() == 0, "a seal says it is old, its lines are not"
    house.as_owner(
        "UPDATE audit_lines SET at = at - interval '184 days' FROM audit_seals WHERE audit_lines.id <@ ids"
    )
    with transaction():
        assert forget() == 2
    assert db.session.query(AuditLine).count() == 1
    assert seals.every()[0].forgotten_at is not None
    assert verify().wrong is None
    assert verify().forgotten == 1

    house.as_owner("UPDATE audit_seals SET day = day + 100")
    assert verify().wrong is Wrong.FORGOTTEN_TOO_SOON


def test_a_seal_of_the_web_s_role_that_claims_to_be_old_forgets_nothing(house: House) -> None:
    with transaction():
        house.make.rules().audit_keep_days = 183
        db.session.execute(
            text(
                "INSERT INTO audit_seals (day, sealed_at, ids, line_count, hash)"
                " VALUES ('2020-01-01', '2020-01-02', '{[1,1000000000)}', 3, '')"
            )
        )
        assert forget() == 0
    assert db.session.query(AuditLine).count() == 3


def test_days_without_a_line_make_nothing_sealed_twice(house: House) -> None:
    for days in range(1, 6):
        house.seal(days)
    house.line(house.today + 5 * DAY + DAY / 2)
    house.seal(6)
    assert [one.line_count for one in seals.every()] == [2, 1, 0, 0, 0, 0, 1]


def test_half_a_year_is_the_least() -> None:
    at = datetime(2026, 8, 2, tzinfo=clock.SHANGHAI)
    assert may_be_forgotten(at.date() - timedelta(days=183), at)
    assert not may_be_forgotten(at.date() - timedelta(days=182), at)


def test_the_command_names_the_first_seal_that_does_not_fit(house: House, live_app: Flask) -> None:
    settings = real_palace(live_app.extensions["palace"])
    told = CliRunner().invoke(audit, ["verify"], obj=settings)
    assert told.exit_code == 0, told.output
    assert seals.every()[0].hash.hex() in told.output

    house.as_owner("DELETE FROM audit_lines WHERE why = '雨'")
    told = CliRunner().invoke(audit, ["verify"], obj=settings)
    assert told.exit_code == 1
    assert f"The seal of {clock.palace_day(house.today - DAY)} does not fit" in told.output


def test_the_oldest_line_without_a_seal_is_told(house: House) -> None:
    oldest = house.today + timedelta(seconds=1)
    assert seals.oldest_unsealed() == oldest
