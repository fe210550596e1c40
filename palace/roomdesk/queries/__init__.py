"""What the desk of rooms reads: policies, rooms, what they hold, what is in the way of a closure."""
