"""The commands that bring in the tree of units and the rosters."""

from __future__ import annotations

from pathlib import Path

import click
from flask import g
from flask_babel import gettext

from palace import at_home
from palace.config import Settings
from palace.db import transaction
from palace.errors import PalaceError
from palace.roster import queries, services
from palace.roster.errors import REFUSALS, ImportRunning, RosterRefused, UnitUnknown
from palace.roster.models import RosterImport
from palace.roster.rules import WORDS, ImportState, Reason
from palace.roster.tree import import_units, read_units
from palace.upkeep import read_roster
from palace.web import refusal_words

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 20


@click.command()
@click.argument("file", type=FILE)
@click.pass_obj
def units(settings: Settings, file: Path) -> None:
    """Bring in the tree of units from a CSV, all or none; safe to run twice."""
    with at_home(settings):
        g.language = "en"
        try:
            with transaction():
                counts = import_units(read_units(file.read_text(encoding="utf-8-sig")))
        except PalaceError as refusal:
            raise click.ClickException(refusal_words(refusal)) from None
        except UnicodeDecodeError:
            raise click.ClickException("Please save the list of units as UTF-8.") from None
    click.echo("Units: {new} new, {changed} changed, {unchanged} unchanged.".format(**counts))


@click.command()
@click.argument("file", type=FILE)
@click.option("--unit", help="The code of the unit it is the roster of; all units by default.")
@click.option("--complete", is_flag=True, help="Who is not in it has left.")
@click.option("--confirm-leavers", is_flag=True, help="Let them leave, however many they are.")
@click.option("--dry-run", is_flag=True, help="Say what it would change, and change nothing.")
@click.pass_obj
def roster(
    settings: Settings,
    file: Path,
    *,
    unit: str | None,
    complete: bool,
    confirm_leavers: bool,
    dry_run: bool,
) -> None:
    """Import a roster (CSV or XLSX), as the page does; safe to run twice."""
    with at_home(settings):
        g.language = "en"
        try:
            number = _begun(file, unit, complete=complete)
            row = _read(number)
            _say(row)
            if row.state is ImportState.CHECKED and not dry_run:
                with transaction():
                    services.apply(number, confirmed=confirm_leavers)
                row = _read(number)
        except PalaceError as refusal:
            raise click.ClickException(refusal_words(refusal)) from None
        if row.state is ImportState.REFUSED:
            raise click.ClickException(
                refusal_words(REFUSALS.get(row.refusal or "", RosterRefused)())
            )
    click.echo("Imported." if row.state is ImportState.APPLIED else "Nothing was changed.")


def _begun(file: Path, code: str | None, *, complete: bool) -> int:
    """Upload a file, or go on with its import that was broken off."""
    try:
        return _uploaded(file, code, complete=complete)
    except ImportRunning as refusal:
        number = refusal.values["running"]
        if not isinstance(number, int):
            raise
        click.echo("Going on with an import of this file that was not finished.", err=True)
        return number


def _uploaded(file: Path, code: str | None, *, complete: bool) -> int:
    with file.open("rb") as content, transaction():
        unit = queries.find_unit(code) if code else None
        if code and unit is None:
            raise UnitUnknown
        row = services.upload(
            content,
            file.name,
            unit_id=unit.id if unit else None,
            complete=complete,
            actor="system",
        )
    return row.id


def _read(number: int) -> RosterImport:
    """Read a file here, without waiting for the worker; the lines read are told on the terminal."""
    read_roster(number, lambda count: click.echo(f"\r{count:,} lines", nl=False, err=True))
    click.echo(err=True)
    with transaction():
        return queries.get_import(number)


def _say(row: RosterImport) -> None:
    if row.counts:
        counts = row.counts | {"leaving": row.counts["leaving"] if row.complete else 0}
        names = ("new", "changed", "unchanged", "leaving", "errors")
        click.echo(", ".join(f"{counts[name]} {name}" for name in names) + ".")
    with transaction():
        for one in queries.errors_of(row.id, SHOWN):
            click.echo(f"Line {one.line}: {gettext(WORDS[Reason(one.reason)])}", err=True)
