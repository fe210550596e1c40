"""Reads of courses; nothing here writes."""
