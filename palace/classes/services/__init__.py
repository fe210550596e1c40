"""What is done beside a class's sessions: writing to it, its picture, recordings, a troupe of it."""

from palace.classes.services.beside import (
    add_recording,
    drop_picture,
    open_recording,
    put_picture,
    withdraw_recording,
)
from palace.classes.services.messages import send
from palace.classes.services.troupe import make_troupe

__all__ = [
    "add_recording",
    "drop_picture",
    "make_troupe",
    "open_recording",
    "put_picture",
    "send",
    "withdraw_recording",
]
