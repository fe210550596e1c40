"""Changing how rooms are lent and what is in them; closing rooms and opening them again."""
