"""Reservations that a person decides about: beyond a quota, or of a marked room, by a deadline."""
