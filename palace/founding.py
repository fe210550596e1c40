"""`palace setup`: the house and its first administrator, and no demonstration."""

from __future__ import annotations

import click

from palace import bring_up_to_date, opened
from palace.config import Settings
from palace.db import db, transaction
from palace.members.rules import LONGEST_NAME, Role, is_login, is_name, tidy_name
from palace.members.services import employ, note
from palace.venues.models import HouseRules, Site
from palace.venues.queries import HEAD, has_palace

SEAL_LETTERS = 4
LONGEST_HOUSE = 60


class AlreadyFounded(RuntimeError):
    """A palace is set up here; the message says so."""


def found(house: Site, login: str, name: str) -> str:
    """Set up a palace with its default rules and an administrator; return their password.

    Raises:
        AlreadyFounded: one is here.
    """
    if has_palace():
        raise AlreadyFounded(
            "A palace is set up here already; nothing was changed. "
            "More people: `palace staff add`; their passwords: `palace staff password`."
        )
    db.session.add(house)
    db.session.flush()
    db.session.add(HouseRules(site_id=house.id))
    db.session.flush()
    note("palace_founded", f"site:{house.id}", after={"name": house.name_zh}, actor="system")
    return employ(login, name, Role.ADMIN)


def _house_name(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    plain = " ".join(typed.split())
    if not plain or len(plain) > LONGEST_HOUSE or not plain.isprintable():
        raise click.BadParameter(f"between 1 and {LONGEST_HOUSE} characters")
    return plain


def _seal(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    if len(typed) != SEAL_LETTERS or not typed.isalnum():
        raise click.BadParameter("four characters, as a seal has them")
    return typed


def _person(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    plain = tidy_name(typed)
    if not is_name(plain):
        raise click.BadParameter(f"a person's name, 2 to {LONGEST_NAME} letters")
    return plain


def _login(_context: click.Context, _option: click.Parameter, typed: str) -> str:
    plain = typed.strip()
    if not is_login(plain):
        raise click.BadParameter("2 to 30 small letters and digits, such as admin")
    return plain


@click.command("setup")
@click.option("--name-zh", prompt="Name in Chinese", callback=_house_name)
@click.option("--name-en", prompt="Name in English", callback=_house_name)
@click.option("--seal", prompt="Four characters of the seal", callback=_seal)
@click.option("--address", default="", help="Where the house stands.")
@click.option("--phone", default="", help="The number people call.")
@click.option("--admin", prompt="Administrator's login", callback=_login)
@click.option("--admin-name", prompt="Administrator's name", callback=_person)
@click.pass_obj
def setup_command(settings: Settings, /, **typed: str) -> None:
    """Set up a palace: its name, its seal, its first administrator. No demonstration data."""
    house = Site(
        code=HEAD,
        kind=HEAD,
        name_zh=typed["name_zh"],
        name_en=typed["name_en"],
        seal=typed["seal"],
        address_zh=typed["address"],
        address_en=typed["address"],
        phone=typed["phone"],
    )
    with opened(settings) as app:
        bring_up_to_date(app)
        with transaction():
            password = found(house, typed["admin"], typed["admin_name"])
    click.echo(f"{house.name_zh} is set up.")
    click.echo(f"Staff sign in at {settings.public_url}/staff/sign-in")
    click.echo(f"Login: {typed['admin']}   Password (shown once): {password}")
