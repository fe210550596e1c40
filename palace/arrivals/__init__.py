"""At a room's door: what is on, saying "we are here", keeping a while, leaving; and who did not come."""
