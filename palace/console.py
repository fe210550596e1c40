"""The commands of the person who keeps the palace running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
from flask import g
from flask_babel import gettext

from palace import at_home, clock, opened
from palace.audit import services as audits
from palace.care import rules, services
from palace.care.rules import Line
from palace.config import Settings
from palace.db import transaction
from palace.errors import PalaceError
from palace.members import services as members
from palace.members.posts import OF_STAFF
from palace.people import services as people
from palace.postgres import Cluster
from palace.web import refusal_words

ROLES = [role.value for role in OF_STAFF]
AT_SITE = click.option("--site", default="", metavar="CODE", help="Only at this site.")


@click.command()
@click.pass_obj
def health(settings: Settings) -> None:
    """Say part by part whether the palace is well and what to do; exit code 1 where something is not."""
    if not settings.database_url:
        cluster = Cluster(settings.state)
        app, owner = cluster.url("palace_app"), cluster.url("palace_owner")
        settings = replace(settings, database_url=app, database_owner_url=owner)
    with opened(settings):
        g.language = "en"
        found = services.health()
        for line in found:
            click.echo(_said(line))
    raise SystemExit(0 if rules.is_well(found) else 1)


def _said(line: Line) -> str:
    """Return a line as it is printed: what was seen, and where it is red what to do."""
    seen = f"{gettext(line.name)}: {gettext(line.seen, **line.values)}"
    return f"✓ {seen}" if line.well else f"✗ {seen} → {gettext(line.todo, **line.values)}"


@click.group()
def staff() -> None:
    """Who works here: add somebody, give and take posts, help who is locked out, let somebody go."""


@staff.command()
@click.argument("login")
@click.argument("name")
@click.argument("role", type=click.Choice(ROLES))
@AT_SITE
@click.pass_obj
def add(settings: Settings, login: str, name: str, role: str, site: str) -> None:
    """Let somebody work here with a first post; their password is shown once."""
    with _at_work(settings):
        password = people.take_on(login, name, role, site)
    click.echo(f"{login} works here now as {_place(role, site)}.")
    _show(login, password)


@staff.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@AT_SITE
@click.pass_obj
def grant(settings: Settings, login: str, role: str, site: str) -> None:
    """Give somebody one more post; they sign in anew."""
    with _at_work(settings):
        people.give_post(members.get_staff(login), role, site=site, unit="")
    click.echo(f"{login} is {_place(role, site)} too, from the next sign-in on.")


@staff.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@AT_SITE
@click.pass_obj
def revoke(settings: Settings, login: str, role: str, site: str) -> None:
    """Take a post away, at once."""
    with _at_work(settings):
        people.take_post(members.get_staff(login), role, site=site)
    click.echo(f"{login} is not {_place(role, site)} any more.")


@staff.command()
@click.argument("login")
@click.pass_obj
def code(settings: Settings, login: str) -> None:
    """Forget the sign-in codes of somebody whose phone is lost; their next sign-in sets up others."""
    with _at_work(settings):
        members.forget_second(members.get_staff(login), clock.now())
    click.echo(f"{login} sets the codes up again at the next sign-in; every sign-in has ended.")


@staff.command()
@click.argument("login")
@click.pass_obj
def password(settings: Settings, login: str) -> None:
    """Give somebody a new password, shown once; every sign-in of theirs ends."""
    with _at_work(settings):
        renewed = members.renew_password(login, clock.now())
    click.echo("Every sign-in of before has ended.")
    _show(login, renewed)


@staff.command()
@click.argument("login")
@click.pass_obj
def leave(settings: Settings, login: str) -> None:
    """Let somebody go: their login and every sign-in of theirs end at once."""
    with _at_work(settings):
        members.leave(login, clock.now())
    click.echo(f"{login} has left: the login and every sign-in have ended.")


def _place(role: str, site: str) -> str:
    """Return a post in words."""
    return f"{role} at {site}" if site else role


@click.group()
def audit() -> None:
    """Whether anybody changed what the audit says."""


@audit.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Check every seal over the audit and show the newest hash; exit code 1 where one does not fit."""
    with at_home(settings):
        found = audits.verify()
    if found.wrong:
        raise click.ClickException(f"The seal of {found.day} does not fit: {found.wrong}.")
    click.echo(
        f"{found.count} seals fit; the lines of {found.forgotten} of them were forgotten in time."
    )
    click.echo(f"Newest hash (keep it elsewhere): {found.head.hex()}")


def _show(login: str, password: str) -> None:
    """Show a new password, the only time it is seen."""
    click.echo(f"Login: {login}   Password (shown once): {password}")


@contextmanager
def _at_work(settings: Settings) -> Iterator[None]:
    """Run a block as one transaction; a refusal is a sentence and exit code 1."""
    with at_home(settings):
        g.language = "en"
        try:
            with transaction():
                yield
        except PalaceError as refusal:
            raise click.ClickException(refusal_words(refusal)) from None
