"""Rooms and courts that are lent: who may take which when, one by one or every week of a season."""
