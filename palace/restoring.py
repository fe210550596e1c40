"""`palace backup`, `backup-key` and `restore`: a palace brought back as it was, on this machine or another.

What was promised between the backup and the loss is lost; nothing of it may come true by accident
afterwards: numbers go on far behind those given away, sign-ins end, messages are not sent again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import func, select

from palace import clock, create_app, schema
from palace.backup import (
    BackupRefused,
    backup,
    decrypt,
    key_names,
    new_identity,
    plain_file,
    run_program,
    unpack,
)
from palace.config import Settings
from palace.db import db, transaction
from palace.heartbeat import last_beat
from palace.members.models import Member
from palace.members.services import note
from palace.tickets.models import Order, Ticket
from palace.venues.queries import has_palace

LEAP = 1_000_000
"""How far numbers jump: more than were ever given away between a backup and the loss."""
AFRESH = "SET lock_timeout = '10s';\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
ANEW = """
SET search_path = public;
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + :leap)
    FROM pg_sequences WHERE schemaname = 'public';
UPDATE sign_ins SET ended_at = now() WHERE ended_at IS NULL;
UPDATE notices SET sent_at = now(), gateway = 'restored' WHERE sent_at IS NULL;
DELETE FROM challenges;
DELETE FROM throttle;
SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS tasks \\gset
\\if :tasks
DELETE FROM procrastinate_jobs;
\\endif
"""
"""What was true only until the backup ends in the transaction that brings it back.

A backup of the first revision has no tasks.
"""
AT_WORK = timedelta(seconds=90)


def restore(settings: Settings, file: Path, identity: Path, *, replacing: bool) -> dict[str, int]:
    """Put a backup in the place of the database, as one transaction; return its rows by table.

    Raises:
        BackupRefused: it cannot be read, or a palace is here and `replacing` is not wanted.
        SchemaRefused: a newer version of the palace made it.
    """
    owner = replace(settings, database_url=settings.database_owner_url)
    with create_app(owner).app_context():
        try:
            _check_free(settings, replacing=replacing)
            _put_in_place(settings, file, identity)
            upgrade()
            with transaction():
                return _take_note(file.name)
        finally:
            _let_go()


def _let_go() -> None:
    """Close our own connections: the tables under them go."""
    db.session.remove()
    db.engine.dispose()


def _put_in_place(settings: Settings, file: Path, identity: Path) -> None:
    with plain_file(settings) as dump:
        whole = dump.with_name("whole")
        decrypt(file, identity, whole)
        _check_keys(settings, unpack(whole, dump))
        _check_revision(settings, dump)
        steps = [dump.with_name(name) for name in ("afresh.sql", "tables.sql", "anew.sql")]
        steps[0].write_text(AFRESH)
        steps[2].write_text(ANEW)
        run_program(
            settings, "pg_restore", "--no-owner", f"--file={steps[1]}", str(dump), connected=False
        )
        _let_go()
        run_program(
            settings, "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null",
            "--set=ON_ERROR_STOP=1", f"--set=leap={LEAP}", *(f"--file={step}" for step in steps),
        )  # fmt: skip


def _check_free(settings: Settings, *, replacing: bool) -> None:
    """Refuse while a palace is here or at work, and without the keys its tickets were signed with."""
    if current_app.extensions.get("palace_keys_made"):
        settings.keys_file.unlink(missing_ok=True)
        raise BackupRefused(
            f"{settings.keys_file} is missing: bring the palace's keys.json back first."
        )
    if schema.revision(db.session.connection()) is None:
        return
    beat = last_beat()
    if beat is not None and clock.now() - beat < AT_WORK:
        raise BackupRefused(
            "The palace is at work: stop it, wait two minutes, type the same again."
        )
    if has_palace() and not replacing:
        raise BackupRefused(
            "A palace is in this database. To put the backup in its place, add --replace."
        )


def _check_keys(settings: Settings, named: set[str]) -> None:
    """Refuse the keys of another palace, or ones a first start made: no ticket would be read with them."""
    if named and not named & key_names():
        raise BackupRefused(
            f"{settings.keys_file} holds none of this palace's keys: bring its keys.json back first."
        )


def _check_revision(settings: Settings, dump: Path) -> None:
    """Refuse a backup whose tables this code does not know, before anything is touched."""
    rows = run_program(
        settings, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(dump),
        connected=False,
    )  # fmt: skip
    found = re.search(r"^COPY public\.alembic_version.*\n(\w+)$", rows.decode(), re.MULTILINE)
    if found is None:
        raise BackupRefused("This is no backup of a palace: it says no revision.")
    schema.check_revision(found[1])


def _take_note(name: str) -> dict[str, int]:
    """Write into the audit what came back, and return it."""
    counts = {
        model.__tablename__: db.session.scalars(select(func.count()).select_from(model)).one()
        for model in (Member, Order, Ticket)
    }
    note("restored", f"backup:{name}", after=counts, actor="system")
    return counts


@click.command("backup")
@click.pass_obj
def backup_command(settings: Settings) -> None:
    """Write an encrypted copy of the database into the backup folder."""
    with create_app(settings).app_context():
        click.echo(backup(settings, clock.now()))


@click.command("backup-key")
def backup_key_command() -> None:
    """Make the key that opens backups and show it once; it belongs on paper and on another machine."""
    identity, recipient = new_identity()
    click.echo(f"# into the settings: BACKUP_RECIPIENT={recipient}")
    click.echo("# not on this machine; `restore --identity` reads a file with this line:")
    click.echo(identity)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--identity", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--replace", "replacing", is_flag=True, help="Give up the palace that is here.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore_command(
    settings: Settings, file: Path, identity: Path, *, replacing: bool, yes: bool
) -> None:
    """Put the backup FILE in the place of the database; stop the palace first."""
    if replacing and not yes:
        click.confirm("Everything in this database is given up. Go on?", abort=True)
    counts = restore(settings, file, identity, replacing=replacing)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    click.echo(f"Restored: {told}. Everybody signs in anew; no message is sent twice.")
