"""Giving a block out to those who signed up for it, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from palace.blocks import claims, queries
from palace.blocks.models import Block, SignUp
from palace.blocks.rules import Outcome
from palace.blocks.services.orders import hand_next
from palace.blocks.services.telling import tell_none_left, tell_refused
from palace.db import db
from palace.members.services import note

NEWS = {Outcome.NO_SEAT: tell_none_left, Outcome.REFUSED: tell_refused}
"""What those are told who got nothing."""


def give_due_turn(now: datetime) -> bool:
    """Give out one block whose hour has come; return whether there was one."""
    block_id = queries.due_turn(now)
    if block_id is None:
        return False
    give_turn(claims.lock_block(block_id), now)
    return True


def give_turn(block: Block, now: datetime, *also: int) -> None:
    """Give a locked block out to its sign-ups once their hour has come; a second time changes nothing.

    Whom a rule refuses makes room for the next. What is left goes to who comes first. `also` are
    members whom the same transaction gives something afterwards: all are locked before the first seat.
    """
    if block.turn_at is None or block.turned_at is not None:
        return
    if not block.turn_at <= now < block.releases_at:
        return
    signed = [one for one in queries.sign_ups(block) if one.outcome is None]
    claims.lock_members([*(one.member_id for one in signed), *also])
    waiting = list(claims.lock_waiting(block, now))
    for one in signed:
        key = f"turn-{one.id}-{one.signed_at.timestamp()}"  # they may sign up for another round
        became = hand_next(block, one, waiting, key, now)
        if became in NEWS:
            NEWS[became](block, one, now)
    block.turned_at = now
    db.session.flush()
    note("block_turned", f"block:{block.id}", after=_results(signed), actor="system")


def _results(signed: Sequence[SignUp]) -> dict[str, int]:
    given = sum(one.outcome is Outcome.GIVEN for one in signed)
    return {"people": len(signed), "tickets": given}
