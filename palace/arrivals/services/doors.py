"""What staff set up at doors: new secrets for a screen and a printed code, the house's own networks."""

from __future__ import annotations

from sqlalchemy import select

from palace.arrivals import rules
from palace.db import db
from palace.members.services import note
from palace.rooms.models import Room
from palace.venues.models import Site


def renew_door(space_id: int) -> None:
    """Give a door other codes: its screen's address and its printed code are dead at once."""
    room = db.session.get_one(Room, space_id)
    room.door_generation = Room.door_generation + 1
    db.session.flush()
    note("door_renewed", f"space:{space_id}")


def set_networks(site_id: int, typed: str) -> list[str]:
    """Set the networks from which a house's printed codes count; return them as they are kept.

    Raises:
        NetworkUnreadable, NetworkTooWide, TooManyNetworks: nothing is changed then.
    """
    wanted = rules.plain_networks(typed)
    site = db.session.scalars(
        select(Site).where(Site.id == site_id).with_for_update(key_share=True)
    ).one()
    before, site.networks = site.networks, wanted
    db.session.flush()
    if before != wanted:
        told = {"networks": ", ".join(wanted)}
        note("networks_set", f"site:{site_id}", before={"networks": ", ".join(before)}, after=told)
    return wanted
