"""A unit's block of seats (单位包座): given by the palace, handed out by the unit, back on sale in time."""
