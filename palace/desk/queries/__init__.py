"""What the desk reads: where and when, by what it is sold, and the list of performances."""
