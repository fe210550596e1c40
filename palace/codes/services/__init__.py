"""One file per thing that is done with codes."""

from palace.codes.services.making import Making, make, usual_end
from palace.codes.services.redeeming import Opened, look, redeem
from palace.codes.services.stopping import follow_show, stop

__all__ = ["Making", "Opened", "follow_show", "look", "make", "redeem", "stop", "usual_end"]
