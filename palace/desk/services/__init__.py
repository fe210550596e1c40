"""One file per thing a programme manager does with performances and what they are sold by."""
