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
from flask_migrate import upgrade
from sqlalchemy import select

from palace import at_home, clock, opened, schema
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
from palace.host import current_user
from palace.members.models import AuditLine
from palace.privacy import ledger
from palace.privacy import services as privacy
from palace.venues.queries import has_palace

LEAP = 1_000_000
"""How far numbers jump: more than were ever given away between a backup and the loss."""
AFRESH = "SET lock_timeout = '10s';\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
ANEW = """
SET search_path = public;
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + :leap)
    FROM pg_sequences WHERE schemaname = 'public';
UPDATE sign_ins SET ended_at = now() WHERE ended_at IS NULL;
INSERT INTO audit_lines (actor, act, subject, after) VALUES ('system', 'restored', 'backup:' || :'file',
    jsonb_build_object('members', (SELECT count(*) FROM members), 'orders', (SELECT count(*) FROM orders),
                       'tickets', (SELECT count(*) FROM tickets)));
DELETE FROM challenges;
DELETE FROM throttle;
SELECT to_regclass('broadcasts') IS NOT NULL AS broadcasts \\gset
\\if :broadcasts
UPDATE notices SET state = 'sent', sent_at = now(), gateway = 'restored', address = NULL
    WHERE state IN ('owed', 'sending', 'uncertain');
UPDATE broadcasts SET state = 'stopped' WHERE state = 'running';
\\else
UPDATE notices SET sent_at = now(), gateway = 'restored' WHERE sent_at IS NULL;
\\endif
SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS tasks \\gset
\\if :tasks
DELETE FROM procrastinate_jobs;
\\endif
"""
"""What was true only until the backup ends in the transaction that brings it back, and the audit says so.

A backup of the first revision has no tasks.
"""
AT_WORK = timedelta(seconds=90)


def restore(
    settings: Settings, file: Path, identity: Path, *, replacing: bool, keys_lost: bool = False
) -> dict[str, int]:
    """Put a backup in the place of the database, as one transaction; return its rows by table.

    If bringing old tables up to date fails afterwards, `palace migrate` does it. Whom the ledgers
    beside the backups name as erased is erased again; what fails of that, the hourly tidying does.

    Raises:
        BackupRefused: it cannot be read, or a palace is here and `replacing` is not wanted.
        SchemaRefused: a newer version of the palace made it.
        BadKeys: they are missing or damaged.
    """
    owner = replace(settings, database_url=settings.database_owner_url)
    with opened(owner):
        key_names()
        if _check_free(replacing=replacing):
            privacy.keep_ledger(settings)
        _put_in_place(settings, file, identity, keys_lost=keys_lost)
        upgrade()
        _erase_again(settings, file)
        came = select(AuditLine.after).where(AuditLine.act == "restored").order_by(AuditLine.id)
        return dict(db.session.scalars(came).all()[-1] or {})


def _erase_again(settings: Settings, file: Path) -> None:
    """Erase whom the backup brought back, by the ledger that is here and the one beside the file."""
    beside = file.absolute().with_name(ledger.NAME)
    with transaction():
        privacy.replay([*ledger.read(beside), *ledger.read(ledger.file_of(settings))])
    privacy.keep_ledger(settings)
    db.session.rollback()


def _put_in_place(settings: Settings, file: Path, identity: Path, *, keys_lost: bool) -> None:
    with plain_file(settings) as dump:
        whole = dump.with_name("whole")
        decrypt(file, identity, whole)
        named = unpack(whole, dump)
        if not keys_lost:
            _check_keys(settings, named)
        _check_revision(settings, dump)
        steps = [dump.with_name(name) for name in ("afresh.sql", "tables.sql", "anew.sql")]
        steps[0].write_text(AFRESH)
        steps[2].write_text(ANEW)
        run_program(
            settings, "pg_restore", "--no-owner", f"--file={steps[1]}", str(dump), connected=False
        )
        db.session.remove()
        db.engine.dispose()  # the tables under our own connections go
        run_program(
            settings, "psql", "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null",
            "--set=ON_ERROR_STOP=1", f"--set=leap={LEAP}", f"--set=file={file.name}",
            *(f"--file={step}" for step in steps),
        )  # fmt: skip


def _check_free(*, replacing: bool) -> bool:
    """Refuse while a palace is here or at work; return whether one of the newest tables is given up."""
    revision = schema.revision(db.session.connection())
    if revision is None:
        return False
    beat = last_beat()
    if beat is not None and clock.now() - beat < AT_WORK:
        raise BackupRefused(
            "The palace is at work: stop it, wait two minutes, type the same again."
        )
    if has_palace() and not replacing:
        raise BackupRefused(
            "A palace is in this database. To put the backup in its place, add --replace."
        )
    return revision == schema.newest()


def _check_keys(settings: Settings, named: set[str]) -> None:
    """Refuse the keys of another palace, or ones a first start made: no ticket would be read with them."""
    if named and not named & key_names():
        raise BackupRefused(
            f"{settings.keys_file} holds none of this palace's keys: bring its keys.json back first. "
            "Only if it is lost for good, add --keys-lost: every ticket and feed of before is void then."
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


def _readable(_context: click.Context, _option: click.Parameter, typed: Path) -> Path:
    """Refuse a file that we cannot read, as `palace` runs as the service's user, not as root."""
    try:
        typed.open("rb").close()
    except OSError as error:
        raise click.BadParameter(
            f"{typed.absolute()}: {error.strerror} for user {current_user()}."
        ) from None
    return typed


@click.command("backup")
@click.pass_obj
def backup_command(settings: Settings) -> None:
    """Write an encrypted copy of the database into the backup folder."""
    with at_home(settings):
        click.echo(backup(settings, clock.now()))


@click.command("backup-key")
def backup_key_command() -> None:
    """Make the key that opens backups and show it once; it belongs on paper and on another machine."""
    identity, recipient = new_identity()
    click.echo(
        "# Keep these lines as backup-key.txt, on paper and on another machine, never on this one."
    )
    click.echo("# The recipient goes into the settings of the palace; it can only lock backups:")
    click.echo(f"# BACKUP_RECIPIENT={recipient}")
    click.echo("# The identity opens them; `palace restore --identity backup-key.txt` reads it:")
    click.echo(identity)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path), callback=_readable)
@click.option("--identity", required=True, type=click.Path(path_type=Path), callback=_readable)
@click.option("--replace", "replacing", is_flag=True, help="Give up the palace that is here.")
@click.option(
    "--keys-lost", is_flag=True, help="Give up every ticket and feed: their keys are lost."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def restore_command(
    settings: Settings, file: Path, identity: Path, *, replacing: bool, keys_lost: bool, yes: bool
) -> None:
    """Put the backup FILE in the place of the database; stop the palace first."""
    if replacing and not yes:
        click.confirm("Everything in this database is given up. Go on?", abort=True)
    counts = restore(settings, file, identity, replacing=replacing, keys_lost=keys_lost)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    click.echo(f"Restored: {told}. Everybody signs in anew; no message is sent twice.")
