"""The one switch of a house: as ever, grey in mourning, or without new bookings."""
