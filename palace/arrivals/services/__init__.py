"""What is said and done at a room's door, and what follows when nobody came."""

from palace.arrivals.services.doors import renew_door, set_networks
from palace.arrivals.services.missing import miss
from palace.arrivals.services.signing import arrive, keep, leave

__all__ = ["arrive", "keep", "leave", "miss", "renew_door", "set_networks"]
