"""The command line: `python -m palace …`."""

from __future__ import annotations

import click
from flask_migrate import upgrade

from palace import create_app, printing_process, worker
from palace.config import Settings, UnsafeSettings
from palace.console import health, staff
from palace.db import transaction
from palace.demo import demo
from palace.host import HostRefused
from palace.rotation import keys_group
from palace.run import CannotRun, connected, run
from palace.schema import SchemaRefused, check_known
from palace.security import BadKeys
from palace.venues.services import check_database


@click.group()
@click.pass_context
def cli(context: click.Context) -> None:
    """Events and bookings for workers' cultural palaces."""
    settings = Settings.from_env()
    if context.invoked_subcommand in {"run", "health"}:
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
    with create_app(settings).app_context():
        with transaction():
            check_database(settings)
            check_known()
        upgrade()


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
cli.add_command(health)
cli.add_command(staff)


def main() -> None:
    """Run a command; a refusal to start is one sentence, not a trace."""
    try:
        cli()
    except (UnsafeSettings, HostRefused, BadKeys, CannotRun, SchemaRefused) as refusal:
        raise SystemExit(str(refusal)) from None
