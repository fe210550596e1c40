"""Reads of the desk of courses: terms, courses, classes, what a class would take; nothing here writes."""
