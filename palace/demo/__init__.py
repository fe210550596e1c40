"""The demonstration palace: `python -m palace demo load` and `demo reset`."""

from __future__ import annotations

from dataclasses import replace

import click
from flask_migrate import upgrade

from palace import create_app
from palace.config import Settings
from palace.demo import loading
from palace.demo.people import SIGN_INS

__all__ = ["SIGN_INS", "demo"]


@click.group()
def demo() -> None:
    """The demonstration palace: invented people, dates counted from today."""


@demo.command()
@click.pass_obj
def load(settings: Settings) -> None:
    """Bring the demonstration palace in. Safe to run twice: the second time changes nothing."""
    with create_app(settings).app_context():
        upgrade()
        fresh = loading.load(settings)
    click.echo(
        "The demonstration palace is loaded."
        if fresh
        else "The demonstration palace is here already."
    )


@demo.command()
@click.pass_obj
def reset(settings: Settings) -> None:
    """Empty the demonstration database and bring the palace in afresh, as one transaction."""
    owner = replace(settings, database_url=settings.database_owner_url)
    with create_app(owner).app_context():
        upgrade()
        loading.reset(settings)
    click.echo("The demonstration palace starts afresh.")
