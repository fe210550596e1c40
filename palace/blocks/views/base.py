"""What all pages of blocks share: who looks, a block as JSON, a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, make_response
from flask_login import current_user

from palace.blocks import queries
from palace.blocks.models import Block
from palace.blocks.queries import Given
from palace.blocks.rules import Counted, TurnOut
from palace.clock import SHANGHAI
from palace.words import named

BLOCK = "<id:block_id>"
NONE_YET = TurnOut()

bp = Blueprint("blocks", __name__)


def who() -> Any:
    """Return who is signed in, as queries and services take them."""
    return current_user._get_current_object()


def at(instant: datetime | None) -> str | None:
    """Return an instant as outside programs read it: with the palace's offset."""
    return instant.astimezone(SHANGHAI).isoformat() if instant else None


def block_json(block: Block, counted: Counted, came: TurnOut) -> dict[str, Any]:
    """Return a block in figures."""
    return {
        "block": block.id,
        "performance": block.performance_id,
        "title": named(block.performance.production, "title"),
        "starts_at": at(block.performance.starts_at),
        "unit": block.unit.name_zh,
        "tier": block.tier.code,
        "way": block.way,
        "per_member": block.per_member,
        "places": counted.places,
        "taken": counted.taken,
        "left": counted.left,
        "returned": counted.returned,
        "releases_at": at(block.releases_at),
        "turn_at": at(block.turn_at),
        "given": came.given,
        "came": came.came,
    }


def blocks_json(blocks: Sequence[Block], now: datetime) -> list[dict[str, Any]]:
    """Return blocks in figures, as they stand at an instant."""
    counted, came = queries.counted(blocks, now), queries.turn_out(blocks, now)
    return [block_json(one, counted[one.id], came.get(one.id, NONE_YET)) for one in blocks]


def ticket_json(one: Given) -> dict[str, Any]:
    """Return a ticket that was handed out, as the unit and the palace see it."""
    return {
        "ticket": one.ticket.code if one.paper else None,
        "seat": one.seat.code if one.seat else None,
        "name": one.name,
        "paper": one.paper,
    }


def pdf(body: bytes, name: str) -> Response:
    """Return a PDF to be looked at or printed."""
    response = make_response(body)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
