"""What opens a door's screen, and what its codes prove: made with the doors' key, kept nowhere.

Each hangs on the room's generation, so that one word of staff ends what is in strangers' hands.
"""

from __future__ import annotations

from datetime import datetime

from palace.arrivals.rules import Proof, step_of, steps_taken
from palace.rooms.models import Room
from palace.turning import proves, written

SECRET_MAC, CODE_MAC = 18, 13  # bytes: with a key's id 32 letters open a screen, 24 are in a code


def screen_secret(room: Room) -> str:
    """Return what opens the screen of a room's door."""
    return written(_named("screen", room), SECRET_MAC)


def opens_screen(secret: str, room: Room) -> bool:
    """Return whether a secret opens the screen of a room's door."""
    return proves(secret, [_named("screen", room)], SECRET_MAC)


def screen_code(room: Room, now: datetime) -> str:
    """Return the code that the screen shows in this half minute."""
    return _code(Proof.SCREEN, room, step_of(now))


def scanned_code(room: Room, now: datetime) -> str:
    """Return what a scan is worth for some minutes, while whoever scanned signs in to the palace."""
    return _code(Proof.SCANNED, room, step_of(now))


def printed_code(room: Room) -> str:
    """Return the code that hangs printed at the door."""
    return _code(Proof.PRINTED, room)


def proven_by(code: str, room: Room, now: datetime) -> Proof | None:
    """Return what a code proves at an instant, or None."""
    for proof in (Proof.SCREEN, Proof.SCANNED):
        steps = [_named(proof, room, step) for step in steps_taken(now, proof)]
        if proves(code, steps, CODE_MAC):
            return proof
    return Proof.PRINTED if proves(code, [_named(Proof.PRINTED, room)], CODE_MAC) else None


def _code(proof: Proof, room: Room, *step: int) -> str:
    return written(_named(proof, room, *step), CODE_MAC)


def _named(what: str, room: Room, *step: int) -> str:
    return ":".join(map(str, (what, room.space_id, room.door_generation, *step)))
