"""代办: staff act for a member who stands before them, with no phone or without it."""
