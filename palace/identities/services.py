"""What stands for an identity number in tables: a hash that only the keys file can make."""

from __future__ import annotations

from datetime import datetime

from palace.identities.rules import Declared
from palace.security import keys

PURPOSE = "identity"


def hashed(entrant: Declared, opened_at: datetime) -> tuple[str, bytes]:
    """Return key id and keyed hash of a number, by the key that held when the sale opened.

    So all entrants of a performance are told apart by one key, whatever is rotated meanwhile.
    """
    key = keys().at(PURPOSE, opened_at)
    return key.id, key.mac(f"{entrant.document}:{entrant.number}")


def all_hashes(entrant: Declared) -> list[tuple[str, bytes]]:
    """Return key id and keyed hash of a number by every key of the keys file, the active one first."""
    said = f"{entrant.document}:{entrant.number}"
    return [(key.id, key.mac(said)) for key in keys().all(PURPOSE)]


def key_id_at(instant: datetime) -> str:
    """Return the id of the key that held at an instant."""
    return keys().at(PURPOSE, instant).id
