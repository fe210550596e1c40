"""Reads of packages: what members may take and have, and what the desk puts together."""

from palace.packages.queries.desk import (
    at_desk,
    listed_at_desk,
    tiers_at,
    to_choose,
    zones_at,
)
from palace.packages.queries.sold import (
    coming,
    coming_lately,
    order_of,
    parts,
    prices,
    published,
    shows,
    singly,
    stubs,
    taken,
    valid_tickets,
    waiting_for,
    with_show,
)

__all__ = [
    "at_desk",
    "coming",
    "coming_lately",
    "listed_at_desk",
    "order_of",
    "parts",
    "prices",
    "published",
    "shows",
    "singly",
    "stubs",
    "taken",
    "tiers_at",
    "to_choose",
    "valid_tickets",
    "waiting_for",
    "with_show",
    "zones_at",
]
