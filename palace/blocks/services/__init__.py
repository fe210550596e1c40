"""One file per thing that is done with a block."""

from palace.blocks.services.following import follow_show
from palace.blocks.services.giving import change, copy_blocks, give, take_back, usual_release
from palace.blocks.services.naming import give_list, read_list
from palace.blocks.services.paper import name_paper, print_paper, return_paper
from palace.blocks.services.taking import Look, look, renew_link, set_turn, take
from palace.blocks.services.telling import remind
from palace.blocks.services.turns import give_due_turn

__all__ = [
    "Look",
    "change",
    "copy_blocks",
    "follow_show",
    "give",
    "give_due_turn",
    "give_list",
    "look",
    "name_paper",
    "print_paper",
    "read_list",
    "remind",
    "renew_link",
    "return_paper",
    "set_turn",
    "take",
    "take_back",
    "usual_release",
]
