"""The command line: `python -m palace …`."""

from __future__ import annotations

import click
from sqlalchemy.exc import OperationalError

from palace import NotFounded, bring_up_to_date, opened, printing_process, schema, worker
from palace.backup import BackupRefused
from palace.config import Settings, UnsafeSettings
from palace.console import audit, health, staff
from palace.db import db
from palace.demo import demo
from palace.founding import AlreadyFounded, setup_command
from palace.host import HostRefused
from palace.restoring import backup_command, backup_key_command, restore_command
from palace.rotation import keys_group
from palace.run import CannotRun, connected, run
from palace.schema import SchemaRefused
from palace.security import BadKeys

OFF_LINE = {"run", "health", "backup-key"}
"""Commands that need no database beforehand."""


@click.group()
@click.pass_context
def cli(context: click.Context) -> None:
    """Events and bookings for workers' cultural palaces."""
    settings = Settings.from_env()
    if context.invoked_subcommand in OFF_LINE:
        context.obj = settings
    else:
        context.obj = context.with_resource(connected(settings))


@cli.command("run")
@click.pass_obj
def run_command(settings: Settings) -> None:
    """Start everything and keep it running until Ctrl-C."""
    run(settings)


@cli.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the tables up to date."""
    with opened(settings) as app:
        before = schema.revision(db.session.connection())
        bring_up_to_date(app)
    after = schema.newest()
    if before == after:
        click.echo(f"The tables were at revision {after} already; nothing was changed.")
    else:
        click.echo(f"The tables are at revision {after} now; before: {before or 'none'}.")


@cli.command("worker")
@click.pass_obj
def worker_command(settings: Settings) -> None:
    """Send notices and do the periodic work."""
    worker.main(settings)


@cli.command("printing")
@click.pass_obj
def printing_command(settings: Settings) -> None:
    """Turn tickets into PDF for the web."""
    printing_process.main(settings)


cli.add_command(demo)
cli.add_command(keys_group)
cli.add_command(setup_command)
cli.add_command(backup_command)
cli.add_command(backup_key_command)
cli.add_command(restore_command)
cli.add_command(health)
cli.add_command(staff)
cli.add_command(audit)


REFUSALS = (
    UnsafeSettings,
    HostRefused,
    BadKeys,
    CannotRun,
    SchemaRefused,
    BackupRefused,
    AlreadyFounded,
    NotFounded,
)


def main() -> None:
    """Run a command; a refusal to start is one sentence, not a trace."""
    try:
        cli()
    except REFUSALS as refusal:
        raise SystemExit(str(refusal)) from None
    except OperationalError as error:
        raise SystemExit(f"The database does not answer: {error.orig}") from None
