"""Which dates there are at a door, whose they are, and what its screen shows; never writes."""
