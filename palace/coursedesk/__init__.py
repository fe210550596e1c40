"""The desk of courses: terms, courses, classes and their sessions, written, planned, changed, called off."""
