"""Reads of rooms, what they are lent for, and who has them when; nothing here writes."""
