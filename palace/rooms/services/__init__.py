"""Taking rooms and giving them back."""

from palace.rooms.services.ending import cancel, end, locked, on_room_freed
from palace.rooms.services.strikes import write_strike
from palace.rooms.services.taking import add_back, on_room_wanted, reserve, span_of
from palace.rooms.services.telling import tell_all, tell_taken
from palace.rooms.wishes import Wish

__all__ = [
    "Wish",
    "add_back",
    "cancel",
    "end",
    "locked",
    "on_room_freed",
    "on_room_wanted",
    "reserve",
    "span_of",
    "tell_all",
    "tell_taken",
    "write_strike",
]
