"""One file per thing done with a package: put together, taken, settled, given back."""

from palace.packages.services.following import called_off
from palace.packages.services.orders import cancel, confirm, extend, keep_until, say, settle_paid
from palace.packages.services.returns import give_back, returnable
from palace.packages.services.taking import take

__all__ = [
    "called_off",
    "cancel",
    "confirm",
    "extend",
    "give_back",
    "keep_until",
    "returnable",
    "say",
    "settle_paid",
    "take",
]
