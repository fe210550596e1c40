"""What a restore meets in life: a full disk, tables of an older version, keys of another palace."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pyrage
import pytest
from flask_migrate import upgrade
from sqlalchemy import select, text

from palace import clock, restoring, schema
from palace.backup import BackupRefused, backup, key_names, last_backup
from palace.config import Settings
from palace.db import db
from palace.members.models import AuditLine
from palace.postgres import Cluster
from palace.restoring import restore
from palace.security import make_keys
from palace.tickets.models import Ticket
from palace.tickets.tokens import read_ticket_token, ticket_token
from tests.conftest import real_palace, settings_for
from tests.operations.commands import PALACE, environment, refused
from tests.operations.conftest import Machine, opened
from tests.operations.test_backup import NOW, count, sell

OLDER = "palace_older"


@pytest.fixture
def older(cluster: Cluster, here: Machine) -> Iterator[Settings]:
    """Return a database of the first revision, before there were tasks."""
    settings = settings_for(cluster, here.settings.state, OLDER)
    with opened(replace(settings, database_url=settings.database_owner_url)):
        upgrade(revision="0001")
    yield replace(
        settings,
        backup_folder=here.settings.backup_folder,
        backup_recipient=here.settings.backup_recipient,
    )
    cluster.drop_database(OLDER)


def test_a_disk_that_fills_up_is_said_in_words_and_ends_the_command(here: Machine) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
    limited = subprocess.run(
        ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh", *PALACE, "backup"],
        check=False,
        capture_output=True,
        text=True,
        env=environment(real_palace(here.settings)),
        timeout=60,
    )
    assert limited.returncode == 1
    assert "The backup could not be written: File too large." in limited.stderr
    assert "Traceback" not in limited.stderr
    assert list(here.settings.backup_folder.iterdir()) == []
    assert last_backup(here.settings, NOW) is None


def test_a_backup_of_older_tables_is_brought_up_to_date(
    here: Machine, there: Settings, older: Settings
) -> None:
    with opened(older):
        made = backup(older, clock.now())

    assert restore(there, made, here.identity, replacing=False)["tickets"] == 0

    with opened(there):
        assert schema.revision(db.session.connection()) == schema.newest()
        assert db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_a_palace_is_not_brought_back_beside_keys_of_another(
    here: Machine, there: Settings
) -> None:
    with opened(here.settings) as app:
        token = ticket_token(sell(app, "first-key"))
        made = backup(here.settings, clock.now())
    there.keys_file.unlink()
    make_keys(there.keys_file)
    with opened(there):
        assert schema.revision(db.session.connection()) is None

    with pytest.raises(BackupRefused, match=r"none of this palace's keys"):
        restore(there, made, here.identity, replacing=False)
    with opened(there):
        assert schema.revision(db.session.connection()) is None

    restore(there, made, here.identity, replacing=False, keys_lost=True)
    with opened(there):
        assert read_ticket_token(token) is None
        assert count(Ticket) == 1

    there.keys_file.write_bytes(here.settings.keys_file.read_bytes())
    restore(there, made, here.identity, replacing=True)
    with opened(there):
        assert read_ticket_token(token) is not None


def test_what_is_encrypted_but_no_backup_changes_nothing(here: Machine) -> None:
    recipient = pyrage.x25519.Recipient.from_str(here.settings.backup_recipient)
    file = here.settings.state / "letter"
    file.write_bytes(pyrage.encrypt(b"dear palace\n", [recipient]))

    with pytest.raises(BackupRefused, match="names no keys"):
        restore(here.settings, file, here.identity, replacing=True)


def test_the_first_backups_which_name_no_keys_come_back(here: Machine, there: Settings) -> None:
    with opened(here.settings) as app:
        token = ticket_token(sell(app, "first-key"))
        made = backup(here.settings, clock.now())
        assert len(key_names()) == len(here.settings.keys_file.read_text().split('"id"')) - 1
    identity = pyrage.x25519.Identity.from_str(here.identity.read_text().split()[-1])
    whole = pyrage.decrypt(made.read_bytes(), [identity])
    made.write_bytes(pyrage.encrypt(whole[whole.index(b"PGDMP") :], [identity.to_public()]))

    assert restore(there, made, here.identity, replacing=False)["tickets"] == 1
    with opened(there):
        assert read_ticket_token(token) is not None


def test_a_palace_that_came_back_can_be_lost_again(here: Machine, there: Settings) -> None:
    with opened(here.settings) as app:
        sell(app, "first-key")
        made = backup(here.settings, clock.now())
    restore(there, made, here.identity, replacing=False)
    moved = replace(
        there, backup_folder=there.state, backup_recipient=here.settings.backup_recipient
    )
    with opened(moved):
        again = backup(moved, clock.now())

    restore(here.settings, again, here.identity, replacing=True)

    with opened(here.settings) as app:
        sell(app, "later-key")


def test_what_came_back_is_in_the_audit_even_if_its_tables_stay_old(
    older: Settings, here: Machine, there: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(older):
        made = backup(older, clock.now())

    def fails() -> None:
        raise SystemExit("killed")

    monkeypatch.setattr(restoring, "upgrade", fails)
    with pytest.raises(SystemExit):
        restore(there, made, here.identity, replacing=False)

    with opened(there):
        told = select(AuditLine.act, AuditLine.subject, AuditLine.after)
        line = db.session.execute(told.order_by(AuditLine.id.desc())).first()
        assert line is not None
        assert (line.act, line.subject) == ("restored", f"backup:{made.name}")
        assert line.after == {"members": 0, "orders": 0, "tickets": 0}


def test_a_file_that_cannot_be_read_is_named_with_its_reader(here: Machine) -> None:
    gone = str(here.settings.state / "gone.palace")
    words = refused(here.settings, "restore", gone, "--identity", str(here.identity), code=2)
    assert f"{gone}: No such file or directory for user" in words
