"""What a manager does with seat plans."""

from palace.plans.services.drafts import (
    Change,
    begin,
    begin_from,
    document_of,
    drop,
    drop_part,
    set_part,
    set_seats,
)
from palace.plans.services.switching import InTheWay, in_the_way, switch
from palace.plans.services.versions import keep, retire

__all__ = [
    "Change",
    "InTheWay",
    "begin",
    "begin_from",
    "document_of",
    "drop",
    "drop_part",
    "in_the_way",
    "keep",
    "retire",
    "set_part",
    "set_seats",
    "switch",
]
