"""When a house and its spaces are open: hours of the week, holidays and swap days, closures."""
