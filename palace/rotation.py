"""`python -m palace keys …`: new keys for old, and which retired ones nothing depends on any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from sqlalchemy import func, select

from palace import at_home, clock
from palace.codes.queries import has_open_batches
from palace.companions.queries import has_companions
from palace.config import Settings
from palace.coupons.queries import has_codes
from palace.db import db, transaction
from palace.members.queries import is_in_use
from palace.members.rules import CODE_LIFE, MEMBER_SIGN_IN
from palace.members.services import reseal
from palace.programme.models import Performance
from palace.security import PURPOSES, Key, forget_keys, keys, make_keys, rotate_keys
from palace.tickets.models import Ticket
from palace.tickets.queries import has_entrants
from palace.tickets.rules import TicketState

USED_FOR = {"cookie": MEMBER_SIGN_IN, "code": CODE_LIFE}
"""How long after its retirement a key may still be asked for."""

IN_USE = timedelta(minutes=1)
"""How long after the instant of a rotation a request may still have used the old key."""


def may_forget(key: Key, now: datetime, last_show_ends_at: datetime | None) -> bool:
    """Return whether nothing depends on a retired key any more.

    Args:
        key: an active one is never forgotten, a calendar's only by name: feed addresses have no end.
        now: at the very end of its use a key may go.
        last_show_ends_at: end of the last show with a valid ticket issued before the key retired,
            as such a ticket may be on paper; None: there is none.
    """
    if key.retired_at is None:
        return False
    if key.purpose in ("totp", "personal"):
        return not (is_in_use(key.id) or has_codes(key.id))
    if key.purpose == "identity":
        return not (has_entrants(key.id) or has_companions(key.id))
    if key.purpose == "ticket":
        return last_show_ends_at is None or last_show_ends_at <= now
    if key.purpose == "digest":
        return not has_open_batches(key.id, now)
    used_for = USED_FOR.get(key.purpose)
    return used_for is not None and key.retired_at + used_for <= now


def forgettable(now: datetime) -> list[Key]:
    """Return the retired keys nothing depends on any more."""
    retired = [(key, key.retired_at) for purpose in PURPOSES for key in keys().all(purpose)]
    return [key for key, at in retired if at and may_forget(key, now, _last_show_ends_at(at))]


def _last_show_ends_at(retired_at: datetime) -> datetime | None:
    """Return when the last show ends of which a valid ticket was issued before a key retired."""
    wanted = (
        select(func.max(Performance.ends_at))
        .join(Ticket, Ticket.performance_id == Performance.id)
        .where(Ticket.state == TicketState.VALID, Ticket.issued_at <= retired_at + IN_USE)
    )
    return db.session.scalar(wanted)


@click.group("keys")
def keys_group() -> None:
    """The keys that sign cookies, codes, feeds and tickets."""


@keys_group.command("list")
@click.pass_obj
def list_command(settings: Settings) -> None:
    """Show every key by purpose and id, never its secret."""
    with at_home(settings):
        for purpose in PURPOSES:
            for key in keys().all(purpose):
                state = (
                    f"retired {key.retired_at:%Y-%m-%d %H:%M} UTC" if key.retired_at else "active"
                )
                click.echo(f"{purpose:9} {key.id}  {state}")


@keys_group.command("rotate")
@click.argument("purpose", nargs=-1, type=click.Choice(PURPOSES))
@click.pass_obj
def rotate_command(settings: Settings, purpose: tuple[str, ...]) -> None:
    """Make new keys for PURPOSE (default: all); what was made with the old ones stays valid.

    Where the file of keys is lost for good, `palace keys rotate` makes another.
    """
    if not purpose and make_keys(settings.keys_file):
        click.echo(f"{settings.keys_file} was missing and holds new keys now.")
        click.echo("What was made with lost ones is void: every ticket, feed and sign-in.")
        return
    with at_home(settings):
        for key in rotate_keys(settings.keys_file, purpose or PURPOSES, clock.now()):
            click.echo(f"{key.purpose:9} {key.id}  active from now on")
        with transaction():
            reseal()
    click.echo("A running palace uses them from its next request on.")


@keys_group.command("forget")
@click.argument("key_id", nargs=-1)
@click.pass_obj
def forget_command(settings: Settings, key_id: tuple[str, ...]) -> None:
    """Take out retired keys nothing depends on any more, or those named: what they made is void."""
    with at_home(settings):
        retired = [key for purpose in PURPOSES for key in keys().all(purpose) if key.retired_at]
        chosen = [key for key in retired if key.id in key_id]
        if len(chosen) < len(set(key_id)):
            raise click.UsageError("Only retired keys can be forgotten: see `keys list`.")
        for key in chosen or ([] if key_id else forgettable(clock.now())):
            forget_keys(settings.keys_file, [key.id])
            click.echo(f"{key.purpose:9} {key.id}  forgotten")
