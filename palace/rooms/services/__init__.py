"""Taking rooms and giving them back."""

from palace.rooms.services.ending import cancel, end, locked, on_room_freed
from palace.rooms.services.taking import Wish, add_back, reserve

__all__ = ["Wish", "add_back", "cancel", "end", "locked", "on_room_freed", "reserve"]
