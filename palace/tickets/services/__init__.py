"""One file per thing a person does with seats."""

from palace.tickets.services.agendas import agendas_due, bring_up_agendas
from palace.tickets.services.changes import change_seat
from palace.tickets.services.entrants import Person, fits
from palace.tickets.services.freed import look_again, seats_freed
from palace.tickets.services.hold import held_before, hold
from palace.tickets.services.missed import write_missed
from palace.tickets.services.orders import cancel, confirm, extend
from palace.tickets.services.owing import say
from palace.tickets.services.paying import keep_until, settle_paid
from palace.tickets.services.returns import give_back, keep

__all__ = [
    "Person",
    "agendas_due",
    "bring_up_agendas",
    "cancel",
    "change_seat",
    "confirm",
    "extend",
    "fits",
    "give_back",
    "held_before",
    "hold",
    "keep",
    "keep_until",
    "look_again",
    "say",
    "seats_freed",
    "settle_paid",
    "write_missed",
]
