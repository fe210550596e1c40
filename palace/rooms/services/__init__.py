"""Taking rooms and giving them back."""

from palace.rooms.services.ending import cancel, end, locked, on_room_freed
from palace.rooms.services.taking import Wish, add_back, reserve, span_of
from palace.rooms.services.telling import tell_all, tell_taken

__all__ = [
    "Wish",
    "add_back",
    "cancel",
    "end",
    "locked",
    "on_room_freed",
    "reserve",
    "span_of",
    "tell_all",
    "tell_taken",
]
