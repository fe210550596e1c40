"""A palace lost and brought back on another machine; and everything that is no backup."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from palace import backup as backups
from palace import clock, schema
from palace.agenda.queries import feed_secret
from palace.backup import BackupRefused, backup, last_backup, superfluous
from palace.config import Settings
from palace.db import db
from palace.members.models import AuditLine, SignIn
from palace.notices.models import Notice
from palace.notices.services import owe
from palace.restoring import restore
from palace.security import BadKeys
from palace.tickets import services
from palace.tickets.models import Ticket
from palace.tickets.rules import Wish
from palace.tickets.tokens import read_ticket_token, ticket_token
from tests.conftest import real_palace
from tests.factory import Factory
from tests.members.browser import pass_code
from tests.operations.commands import refused, said
from tests.operations.conftest import Machine, opened, written_identity

NOW = datetime(2027, 3, 6, 19, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def sell(app: Flask, key: str) -> Ticket:
    """Sell somebody new a ticket."""
    make = Factory(app)
    shows = make.performance(seats=6) if key == "first-key" else None
    member = make.member(phone="13800138000" if shows else None)
    performance_id = (
        shows.id if shows else db.session.scalars(select(Ticket.performance_id)).first()
    )
    assert performance_id
    services.hold(member, performance_id, Wish(count=1), key=key, confirm=True)
    make.commit()
    return db.session.scalars(select(Ticket).where(Ticket.member_id == member.id)).one()


def count(model: type[Ticket | SignIn | Notice]) -> int:
    """Return how many rows a table has."""
    return db.session.scalars(select(func.count()).select_from(model)).one()


def test_a_palace_lives_on_another_machine(here: Machine, there: Settings) -> None:
    with opened(here.settings) as app:
        kept = sell(app, "first-key")
        token, code, feed = ticket_token(kept), kept.code, feed_secret(kept.member)
        Factory(app).sign_in(app.test_client(), kept.member)
        owe("ticket_returned", "ticket:1", f"member:{kept.member_id}", {}, clock.now())
        Factory(app).commit()
        made = backup(here.settings, clock.now())
        lost = sell(app, "later-key")
        lost_id, lost_token = lost.id, ticket_token(lost)

    counts = restore(there, made, here.identity, replacing=False)

    assert counts["tickets"] == 1
    with opened(there) as app:
        read = read_ticket_token(token)
        assert read is not None
        assert db.session.get_one(Ticket, read.ticket_id).code == code
        check_epoch()
        browser = app.test_client()
        assert browser.get(f"/calendars/{feed}.ics").status_code == 200
        assert browser.get(f"/tickets/{code}").status_code == 303
        pass_code(browser)
        assert browser.get(f"/tickets/{code}").status_code == 200
        form = {"count": "2", "key": "another-key", "confirm": "1"}
        assert (
            browser.post(f"/performances/{read.performance_id}/hold", data=form).status_code == 303
        )
        assert count(Ticket) == 3
        newest = db.session.scalars(select(func.max(Ticket.id))).one()
        assert newest > lost_id + 1000
        gone = read_ticket_token(lost_token)
        assert gone is not None
        assert db.session.get(Ticket, gone.ticket_id) is None


def check_epoch() -> None:
    """Look that nothing of before the backup goes on by itself."""
    live = select(func.count()).select_from(SignIn).where(SignIn.ended_at.is_(None))
    assert count(SignIn) > 0
    assert db.session.scalars(live).one() == 0
    unsent = select(func.count()).select_from(Notice).where(Notice.sent_at.is_(None))
    assert db.session.scalars(unsent).one() == 0
    acts = db.session.scalars(select(AuditLine.act).order_by(AuditLine.id.desc())).first()
    assert acts == "restored"


def test_a_palace_that_is_here_is_replaced_only_when_asked(here: Machine) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
        made = backup(here.settings, clock.now())
        sell(app, "later-key")

    with pytest.raises(BackupRefused, match="--replace"):
        restore(here.settings, made, here.identity, replacing=False)
    with opened(here.settings):
        assert count(Ticket) == 2

    restore(here.settings, made, here.identity, replacing=True)
    with opened(here.settings):
        assert count(Ticket) == 1


def test_without_the_keys_nothing_is_restored(here: Machine, there: Settings) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
        made = backup(here.settings, clock.now())
    there.keys_file.unlink()

    with pytest.raises(BadKeys, match="bring it back"):
        restore(there, made, here.identity, replacing=False)
    assert not there.keys_file.exists()


def test_a_palace_at_work_is_not_replaced(here: Machine) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
        made = backup(here.settings, clock.now())
        db.session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        db.session.commit()
    with pytest.raises(BackupRefused, match="at work"):
        restore(here.settings, made, here.identity, replacing=True)


def test_what_a_killed_restore_left_is_swept(here: Machine) -> None:
    left = here.settings.state / "restore-x"
    left.mkdir()
    (left / "dump").write_text("readable")
    with backups.plain_file(here.settings):
        assert not left.exists()


def cut(sealed: bytes) -> bytes:
    """Return a file whose end is missing."""
    return sealed[:-40]


def bent(sealed: bytes) -> bytes:
    """Return a file with one other bit in its middle."""
    middle = len(sealed) // 2
    return sealed[:middle] + bytes([sealed[middle] ^ 1]) + sealed[middle + 1 :]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (cut, "not whole|does not open"),
        (bent, "not whole|does not open"),
        (lambda _: b"x" * 99, "no backup"),
    ],
    ids=["cut", "bent", "something else"],
)
def test_what_is_no_whole_backup_changes_nothing(
    here: Machine, damage: Callable[[bytes], bytes], says: str
) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
        made = backup(here.settings, clock.now())
    made.write_bytes(damage(made.read_bytes()))

    with pytest.raises(BackupRefused, match=says):
        restore(here.settings, made, here.identity, replacing=True)

    with opened(here.settings):
        assert count(Ticket) == 1
    assert [path.name for path in here.settings.state.glob("restore-*")] == []


def test_another_identity_opens_nothing(here: Machine, tmp_path: Path) -> None:
    with opened(here.settings):
        made = backup(here.settings, clock.now())
    written_identity(tmp_path / "somebody else's")

    with pytest.raises(BackupRefused, match="does not open"):
        restore(here.settings, made, tmp_path / "somebody else's", replacing=True)
    with pytest.raises(BackupRefused, match="holds no identity"):
        restore(here.settings, made, made, replacing=True)


def test_a_backup_of_a_newer_palace_is_left_alone(here: Machine, there: Settings) -> None:
    owner = replace(here.settings, database_url=here.settings.database_owner_url)
    with opened(owner):
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()
        made = backup(here.settings, NOW)
    with pytest.raises(schema.SchemaRefused, match="newer version"):
        restore(there, made, here.identity, replacing=False)
    with opened(there):
        assert schema.revision(db.session.connection()) is None


def test_nobody_reads_a_backup_or_finds_names_in_it(here: Machine) -> None:
    with opened(here.settings) as app:
        Factory(app).member(name="孟浩然")
        Factory(app).commit()
        made = backup(here.settings, NOW)

    assert made.name == "20270306T193000Z.palace"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert made.read_bytes().startswith(b"age-encryption.org/v1")
    assert last_backup(here.settings, NOW) == NOW
    assert list(here.settings.backup_folder.iterdir()) == [made]


def test_without_a_recipient_nothing_is_written(here: Machine) -> None:
    settings = replace(here.settings, backup_recipient="")
    with opened(settings), pytest.raises(BackupRefused, match="backup-key"):
        backup(settings, NOW)
    assert last_backup(settings, NOW) is None


def test_a_missing_program_is_named(here: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_major: int | None = None) -> Path:
        return here.settings.state

    monkeypatch.setattr(backups, "find_bin", nowhere)
    monkeypatch.setenv("PATH", str(here.settings.state))
    with opened(here.settings), pytest.raises(BackupRefused, match="pg_dump is not here"):
        backup(here.settings, NOW)
    assert last_backup(here.settings, NOW) is None


def test_a_folder_that_takes_nothing_is_said_in_words(here: Machine) -> None:
    blocked = here.settings.state / "file"
    blocked.write_text("")
    settings = replace(here.settings, backup_folder=blocked)
    with opened(settings), pytest.raises(BackupRefused, match="could not be written"):
        backup(settings, NOW)


def test_the_commands_do_the_same(here: Machine, tmp_path: Path) -> None:
    key = said(here.settings, "backup-key")
    recipient = key.partition("BACKUP_RECIPIENT=")[2].split()[0]
    identity = tmp_path / "key.txt"
    identity.write_text(key)
    with opened(here.settings) as app:
        sell(app, "first-key")
    settings = real_palace(replace(here.settings, backup_recipient=recipient))
    made = said(settings, "backup").strip()
    with opened(here.settings) as app:
        sell(app, "later-key")

    wanted = ("restore", made, "--identity", str(identity))
    assert "--replace" in refused(settings, *wanted)
    assert "1 tickets" in said(settings, *wanted, "--replace", given="y\n")
    with opened(here.settings):
        assert count(Ticket) == 1


def test_days_and_weeks_are_kept() -> None:
    made = [NOW - number * DAY for number in range(40)]

    gone = superfluous(made, days=3, weeks=2)

    left = sorted(set(made) - set(gone), reverse=True)
    assert left[:3] == made[:3]
    assert len(left) <= 5
    assert {at.isocalendar()[1] for at in left} == {NOW.isocalendar()[1], NOW.isocalendar()[1] - 1}
    by_hand = [NOW - timedelta(minutes=number) for number in range(1, 20)]
    assert set(superfluous([*made, *by_hand], days=3, weeks=2)) == set(gone)
    assert set(superfluous([*gone, *by_hand], days=1, weeks=0)) == set(gone)
    assert superfluous(made, days=99, weeks=0) == []
    assert superfluous(made[:1], days=0, weeks=0) == []


def test_the_newest_is_kept_and_strange_files_are_left_alone(here: Machine) -> None:
    settings = replace(here.settings, backup_days=1, backup_weeks=0)
    settings.backup_folder.mkdir()
    strange = settings.backup_folder / "notes.palace"
    strange.write_text("mine")
    with opened(settings):
        for number in range(3):
            backup(settings, NOW + number * DAY)
        by_hand = backup(settings, NOW + 2 * DAY + timedelta(hours=1))
        with pytest.raises(BackupRefused, match="this very second"):
            backup(settings, NOW + 2 * DAY + timedelta(hours=1))
    assert last_backup(settings, NOW + 3 * DAY) == NOW + 2 * DAY + timedelta(hours=1)
    night = settings.backup_folder / "20270308T193000Z.palace"
    assert set(settings.backup_folder.iterdir()) == {strange, night, by_hand}


def test_a_name_of_the_future_counts_for_nothing_and_is_left_alone(here: Machine) -> None:
    settings = replace(here.settings, backup_days=1, backup_weeks=1)
    settings.backup_folder.mkdir()
    future = settings.backup_folder / "20990101T000000Z.palace"
    future.write_text("made by a wrong clock")
    assert last_backup(settings, NOW) is None

    with opened(settings):
        made = backup(settings, NOW)

    assert last_backup(settings, NOW) == NOW
    assert last_backup(settings, NOW - timedelta(seconds=1)) is None
    assert set(settings.backup_folder.iterdir()) == {future, made}
