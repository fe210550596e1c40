"""What is done about troupes: founded, changed, led, listed, certified, ended."""

from palace.troupes.services.certifying import decide, sign
from palace.troupes.services.leading import end_leading, name_leader
from palace.troupes.services.roster import add, leave, link_due, link_member, paste, remove
from palace.troupes.services.running import (
    Facts,
    add_season,
    change,
    close,
    found,
    publish_letter,
    remind,
    seen_as,
)

__all__ = [
    "Facts",
    "add",
    "add_season",
    "change",
    "close",
    "decide",
    "end_leading",
    "found",
    "leave",
    "link_due",
    "link_member",
    "name_leader",
    "paste",
    "publish_letter",
    "remind",
    "remove",
    "seen_as",
    "sign",
]
