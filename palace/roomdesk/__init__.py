"""The desk of rooms: how they are lent, what is in them, and closing them for a time."""
