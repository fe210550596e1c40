"""排队等票: who waits for a place at a full show, in which order, and whose turn it is."""
