"""Who may book before others, and which seats are kept for whom: the openings and kept seats of a show."""
