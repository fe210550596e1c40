"""The demonstration palace: `python -m palace demo load` and `demo reset`."""

from __future__ import annotations

from dataclasses import replace

import click

from palace import bring_up_to_date, opened
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
    with opened(settings) as app:
        bring_up_to_date(app)
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
    with opened(owner) as app:
        bring_up_to_date(app)
        loading.reset(settings)
    click.echo("The demonstration palace starts afresh.")
