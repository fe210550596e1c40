"""Reads of courses: what is taught, who has a place, what holds for a wish."""
